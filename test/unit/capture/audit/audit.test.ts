import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type AuditedActivation, audit } from '../../../../src/capture/audit/audit.js';
import { likelyCause } from '../../../../src/capture/audit/causes.js';
import type { AuditEvent } from '../../../../src/capture/audit/events.js';
import { auditBudget } from '../../../../src/capture/audit/open-call.js';
import { SessionUsers } from '../../../../src/capture/audit/session-users.js';
import { AuditStream, type StreamOptions } from '../../../../src/capture/audit/stream.js';
import { Understood } from '../../../../src/capture/file/understood.js';
import { readPdus } from '../../../../src/capture/pdu/pdus.js';
import { decodePdu, encodePdu, type Pdu } from '../../../../src/codec/rpce/index.js';
import { AgedMap } from '../../../../src/rpc/index.js';
import { pdusOf, recordingOf, TARGET, VICTIM } from '../../../support/relayed.js';

const CAPTURES = join(import.meta.dirname, '../../../../pcaps');
const AT_CONNECT = join(CAPTURES, 'activation-at-connect.pcapng');

describe('what a server of a date makes of a captured activation', () => {
  test.each([
    ['2021-05', {}, 'accepted', null],
    ['2021-09', {}, 'accepted', 10036],
    ['2021-09', { RequireIntegrityActivationAuthenticationLevel: 1 }, 'refused', 10036],
    ['2022-06-14', {}, 'refused', 10036],
    ['2022-06-14', { RequireIntegrityActivationAuthenticationLevel: 0 }, 'accepted', 10036],
    ['2023-03-14', { RequireIntegrityActivationAuthenticationLevel: 0 }, 'refused', 10036],
  ])('as of %s with %j: %s', async (asOf, registry, decision, event) => {
    const { activations } = await audit([AT_CONNECT], { asOf, registry });
    expect(activations).toMatchObject([{ auth_level: 2, level_from: 'association', decision, event }]);
  });

  test('in a capture that begins after the bind: its stub in plain tells what it is, and nothing its level', async () => {
    const pdus = (await pdusOf()).filter(({ bytes }) => bytes[2] === 0 || bytes[2] === 2);
    const { activations, findings } = await audit([recordingOf([{ client: VICTIM, server: TARGET, pdus }])]);
    expect(activations).toMatchObject([
      { class: 'MMC20.Application', auth_level: null, decision: 'unknown', answer: 'accepted' },
    ]);
    expect(findings).toEqual([]);
  });

  test('of a request whose bind was not captured, and which is no activation in plain, nothing is claimed', async () => {
    const pdus = (await pdusOf()).filter(({ bytes }) => bytes[2] === 0);
    for (const { bytes } of pdus) bytes[22] = 7;
    const { activations, findings } = await audit([recordingOf([{ client: VICTIM, server: TARGET, pdus }])]);
    expect(activations).toEqual([]);
    expect(findings).toMatchObject([{ finding: 'unidentified-calls', count: 1 }]);
  });

  test('an activation without an answer is one all the same', async () => {
    const pdus = (await pdusOf()).slice(0, -1);
    const { activations } = await audit([recordingOf([{ client: VICTIM, server: TARGET, pdus }])]);
    expect(activations).toMatchObject([{ answer: 'none', status: null, decision: 'refused', user: 'LAB\\op' }]);
  });
});

describe('of several security contexts on one connection', () => {
  const OP = Buffer.from('op', 'utf16le');

  /** The same handshake and activation again, as another user, in a context of its own. */
  async function twice(answer?: Partial<Pdu>): Promise<Buffer> {
    const pdus = await pdusOf();
    const again = pdus.map(({ direction, bytes }) => {
      const pdu = decodePdu(bytes);
      const { auth } = pdu;
      const call_id = pdu.call_id + 10;
      if (auth === undefined)
        return { direction, bytes: encodePdu({ ...pdu, call_id, ...(pdu.PTYPE === 'response' && answer) } as Pdu) };
      const PTYPE =
        ({ bind: 'alter_context', bind_ack: 'alter_context_resp' } as const)[pdu.PTYPE as string] ?? pdu.PTYPE;
      const auth_value = Buffer.from(auth.auth_value);
      if (auth_value.includes(OP)) auth_value.write('me', auth_value.indexOf(OP), 'utf16le');
      return {
        direction,
        bytes: encodePdu({ ...pdu, PTYPE, call_id, auth: { ...auth, auth_context_id: 7, auth_value } } as Pdu),
      };
    });
    return recordingOf([{ client: VICTIM, server: TARGET, pdus: [...pdus, ...again] }]);
  }

  test('each activation is that of the user of its own', async () => {
    const { activations } = await audit([await twice()]);
    expect(activations.map(({ user, answer }) => [user, answer])).toEqual([
      ['LAB\\op', 'accepted'],
      ['LAB\\me', 'accepted'],
    ]);
  });

  test('an answer under one says nothing of the logon of another', async () => {
    const fault = { PTYPE: 'fault', status: 5, stub: Buffer.alloc(0) } as Partial<Pdu>;
    const { findings } = await audit([await twice(fault)]);
    const refusals = findings.map(({ detail }) => detail).filter((detail) => detail.includes('likely'));
    expect(refusals).toEqual([expect.stringContaining('a failed logon looks the same')]);
  });
});

test('calls without an answer are bounded over all streams: the oldest is told as it gives way', async () => {
  const pdus = await pdusOf();
  const connections = [1, 2, 3].map((number) => ({ client: { ...VICTIM, port: number }, server: TARGET, pdus }));
  const told: string[] = [];
  const tell = (event: AuditEvent): void => {
    if (event.kind === 'activation') told.push(`${event.activation.stream} ${event.activation.answer}`);
  };
  const options: StreamOptions = {
    ...{ observe: () => undefined, tell, nextExchange: () => 0 },
    users: new SessionUsers(),
    budget: auditBudget(tell, 2),
    told: { pdus: 0, droppedFindings: 0 },
    understood: new Understood(),
  };
  const streams = connections.map(() => new AuditStream(options, undefined));
  for await (const item of readPdus(recordingOf(connections))) if (item.kind === 'pdu') streams[item.stream]?.pdu(item);
  expect(told).toEqual(['0 none', '1 accepted', '2 accepted']);
  for (const stream of streams) stream.end();
  expect(options.told).toEqual({ pdus: 3 * pdus.length, droppedFindings: 0 });
});

test('as many as 16,384 calls of all streams are waited for', () => {
  const told: number[] = [];
  const { calls } = auditBudget((event) => void (event.kind === 'activation' && told.push(event.activation.frame)));
  const streams = Array.from({ length: 4 }, () => new AgedMap(calls));
  const call = {
    interface: undefined,
    opnum: 0,
    operation: undefined,
    operationName: undefined,
    level: undefined,
    contextId: undefined,
  };
  const security = { authType: 0, level: 1, authContextId: undefined, from: 'none', identity: undefined } as const;
  for (let frame = 0; frame < 16_386; frame++) {
    const kept = { ...call, activation: { frame } as AuditedActivation };
    streams[frame % 4]?.set(frame, { callId: frame, contextId: 0, opnum: 0, object: undefined, security, kept });
  }
  expect(told).toEqual([0, 1]);
});

describe('the likely cause of a refusal', () => {
  const now = Date.UTC(2023, 3, 1) / 1000;
  const FIRST_UPDATE = Date.UTC(2021, 5, 8) / 1000;
  const denied = { answer: 'fault', status: 5 } as const;
  const activation = { activation: true, level: 2, answeredBefore: true, auth3: true, seconds: now };
  test.each([
    ['an activation at CONNECT', denied, activation, 'activation policy'],
    [
      'the same before the hardening existed, first after auth3',
      denied,
      { ...activation, answeredBefore: false, seconds: 1.5e9 },
      'authentication',
    ],
    [
      'the same before the hardening existed, with a logon that worked',
      denied,
      { ...activation, seconds: 1.5e9 },
      'access control',
    ],
    ['an activation of which the capture holds no time', denied, { ...activation, seconds: 0 }, 'activation policy'],
    ['one on the day of the first update', denied, { ...activation, seconds: FIRST_UPDATE }, 'activation policy'],
    ['one a second before', denied, { ...activation, seconds: FIRST_UPDATE - 1 }, 'access control'],
    ['a signed activation after others were answered', denied, { ...activation, level: 5 }, 'access control'],
    [
      'a signed activation, first after auth3',
      denied,
      { ...activation, level: 5, answeredBefore: false },
      'authentication',
    ],
    ['an unauthenticated activation', denied, { ...activation, level: 1, auth3: false }, 'access control'],
    ['a call of an object at CONNECT', denied, { ...activation, activation: false }, 'exporter level'],
    ['E_ACCESSDENIED of an activation', { answer: 'result', status: 0x80070005 }, activation, 'activation policy'],
    [
      'E_ACCESSDENIED of an object at CONNECT, first after auth3: of the exporter, as a logon that failed is refused with 5',
      { answer: 'fault', status: 0x80070005 },
      { ...activation, activation: false, answeredBefore: false },
      'exporter level',
    ],
    ['the same with 5', denied, { ...activation, activation: false, answeredBefore: false }, 'authentication'],
    [
      'a null session, first after auth3, whose logon has not failed',
      denied,
      { ...activation, level: 5, answeredBefore: false, anonymous: true },
      'access control',
    ],
    ['RPC_S_SERVER_UNAVAILABLE that a server sends', { answer: 'fault', status: 0x6ba }, activation, 'fault'],
    ['the same as an HRESULT', { answer: 'result', status: 0x800706ba }, activation, 'result'],
    ['RPC_E_VERSION_MISMATCH', { answer: 'fault', status: 0x80010110 }, activation, 'version'],
    ['RPC_E_INVALID_HEADER', { answer: 'fault', status: 0x80010111 }, activation, 'version'],
    ['a wrong signature', { answer: 'fault', status: 0x721 }, { ...activation, level: 5 }, 'signature'],
    ['nca_s_op_rng_error', { answer: 'fault', status: 0x1c010002 }, activation, 'protocol'],
    ['a status of the application', { answer: 'fault', status: 0x12345678 }, activation, 'fault'],
  ] as const)('%s', (_, refused, facts, refusedBy) => {
    expect(likelyCause(refused, facts).refusedBy).toBe(refusedBy);
  });
});
