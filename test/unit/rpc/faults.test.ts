import { describe, expect, test } from 'vitest';
import { decodePdu, encodePdu, FAULT, type FaultPdu, PFC } from '../../../src/codec/rpce/index.js';
import { uuidToBytes } from '../../../src/codec/uuid.js';
import { EXTENDED_ERROR_SIGNATURE } from '../../../src/rpc/client/bind-nak.js';
import { FORBIDDEN_FAULT_STATUSES } from '../../../src/rpc/core/fault-statuses.js';
import { ClientAssociation } from '../../../src/rpc/index.js';
import { element, NOW } from '../../support/associations.js';
import { RawServer, WHOLE } from '../../support/raw-server.js';

const FORBIDDEN = [...FORBIDDEN_FAULT_STATUSES].map((status) => [`0x${status.toString(16)}`, status] as const);

function called(profile = {}): RawServer {
  const server = new RawServer({ profile });
  server.bind();
  server.request();
  return server;
}
const fault = (server: RawServer, status: number, options?: { didNotExecute?: boolean }) =>
  decodePdu(server.association.fault(server.calls[0]!, status, options)[0]!) as FaultPdu;

describe('a fault that a server sends', () => {
  test('has 32 octets, no stub data and no sec_trailer, as Windows sends it', () => {
    const server = called();
    const [pdu] = server.association.fault(server.calls[0]!, 5);
    expect(pdu?.toString('hex')).toBe('0500030310000000200000000100000020000000000000000500000000000000');
  });

  test('says that nothing was done where its caller says so', () => {
    expect(fault(called(), 5, { didNotExecute: true }).pfc_flags).toBe(WHOLE | PFC.DID_NOT_EXECUTE);
    expect(fault(called(), 5).pfc_flags).toBe(WHOLE);
  });

  test.each(FORBIDDEN)(
    'never has the status %s, [MS-RPCE] 3.3.3.5.1: nca_s_fault_unspec stands for it',
    (_name, status) => {
      expect(fault(called(), status).status).toBe(0x1c000012);
      expect(fault(called(), status | 0).status).toBe(0x1c000012);
    },
  );

  test('has it under a profile that is to break the rule', () => {
    expect(fault(called({ forbiddenFaultStatuses: 'sent' }), 0xc0000005).status).toBe(0xc0000005);
  });

  test.each([5, 0x6f7, 0x80070005, 0xc0000022, 0x1c010003])('has any other status as it is: %i', (status) => {
    expect(fault(called(), status).status).toBe(status);
  });
});

/** A client with one call under way, given this fault. */
function received(change: Partial<FaultPdu>) {
  const client = new ClientAssociation();
  const { callId } = client.request({ contextId: 0, opnum: 0, stub: Buffer.alloc(0) });
  const body = { alloc_hint: 32, p_cont_id: 0, cancel_count: 0, status: 5, stub: Buffer.alloc(0) };
  const pdu = encodePdu({ PTYPE: 'fault', pfc_flags: WHOLE, call_id: callId, ...body, ...change });
  return { client, out: client.receive(pdu, NOW) };
}

describe('a fault that a client gets', () => {
  test.each(FORBIDDEN)('with the status %s counts as RPC_S_PROTOCOL_ERROR, 0x6C0, note <113>', (_name, status) => {
    expect(received({ status }).out.events).toMatchObject([
      { type: 'fault', status: FAULT.PROTOCOL_ERROR_WIN32, sentStatus: status },
    ]);
  });

  test('ends its call; what comes for the call afterwards is no answer', () => {
    const { client } = received({});
    expect(client.waiting).toBe(0);
  });

  test('tells whether the call did not execute', () => {
    expect(received({ pfc_flags: WHOLE | PFC.DID_NOT_EXECUTE }).out.events).toMatchObject([{ didNotExecute: true }]);
    expect(received({}).out.events).toMatchObject([{ didNotExecute: false }]);
  });

  test('may have stub data, which is ignored, even with status 0', () => {
    const stub = Buffer.of(5, 0, 0, 0);
    expect(received({ status: 0, stub }).out.events).toMatchObject([{ status: 0x6c0, extendedError: undefined }]);
  });

  test.each([
    ['all that alloc_hint counts beyond 0x20', 0x20 + 4, 'abcd'],
    ['as much as came, where it counts more', 0x20 + 400, 'abcdefgh'],
    ['none, where it counts less', 0x10, ''],
  ])('has extended error information where the low bit of the reserved octet is set: %s', (_name, alloc_hint, text) => {
    const { out } = received({ reserved: 1, alloc_hint, stub: Buffer.from('abcdefgh') });
    expect(out.events).toMatchObject([{ extendedError: Buffer.from(text) }]);
  });
});

/** A client that asked to bind, given this bind_nak. */
function refused(reason: number, trailing?: Uint8Array) {
  const client = new ClientAssociation();
  const { callId } = client.bind([element(0)], undefined, NOW);
  const nak = { provider_reject_reason: reason, versions: [{ major: 5, minor: 0 }] };
  const pdu = encodePdu({
    PTYPE: 'bind_nak',
    pfc_flags: WHOLE,
    call_id: callId,
    ...nak,
    ...(trailing && { trailing }),
  });
  return client.receive(pdu, NOW).events[0];
}

describe('a bind_nak that a client gets, [MS-RPCE] 2.2.2.5 and 2.2.2.9', () => {
  test.each([0, 2, 4, 8, 9])('reason %i, with the versions that the server has', (reason) => {
    expect(refused(reason)).toMatchObject({ type: 'bind_nak', reason, versions: [{ major: 5, minor: 0 }] });
  });

  test('temporary congestion, which is no longer used, counts as a local limit', () => {
    expect(refused(1)).toMatchObject({ reason: 2 });
  });

  const signature = uuidToBytes(EXTENDED_ERROR_SIGNATURE);
  test.each([0, 3, 7])(
    'with the Signature after %i octets of padding, the rest is extended error information',
    (pad) => {
      const trailing = Buffer.concat([Buffer.alloc(pad), signature, Buffer.from('EERR')]);
      expect(refused(0, trailing)).toMatchObject({ extendedError: Buffer.from('EERR') });
    },
  );

  test.each([
    ['too short for a Signature', Buffer.alloc(3)],
    ['of another Signature, which is ignored with all that follows', Buffer.alloc(40, 7)],
  ])('with octets %s there is none', (_name, trailing) => {
    expect(refused(0, trailing)).toMatchObject({ extendedError: undefined });
  });
});
