import { describe, expect, test } from 'vitest';
import {
  DREP_BIG,
  encodeVerificationTrailer,
  FAULT,
  findVerificationTrailer,
  NDR20_SYNTAX,
  NDR64_SYNTAX,
  PFC,
  RPC_C_AUTHN_LEVEL,
  SEC_VT,
  type VerificationCommand,
} from '../../../src/codec/rpce/index.js';
import { ECHO, element, Pair } from '../../support/associations.js';
import { RawServer, WHOLE } from '../../support/raw-server.js';

const pcontext = (change = {}): VerificationCommand => ({
  type: SEC_VT.PCONTEXT,
  mustProcess: false,
  pcontext: {
    interface_uuid: ECHO.uuid,
    interface_version: ECHO.version,
    transfer_uuid: NDR20_SYNTAX.uuid,
    transfer_version: NDR20_SYNTAX.version,
    ...change,
  },
});
const header2 = (change = {}): VerificationCommand => ({
  type: SEC_VT.HEADER2,
  mustProcess: false,
  header2: {
    PTYPE: 0,
    Reserved1: 0,
    Reserved2: 0,
    drep: Buffer.of(0x10, 0, 0, 0),
    call_id: 1,
    p_cont_id: 0,
    opnum: 0,
    ...change,
  },
});
const bitmask = (bits: number): VerificationCommand => ({
  type: SEC_VT.BITMASK_1,
  mustProcess: false,
  bitmask: { bits },
});
const unknown = (mustProcess: boolean, octets = 8): VerificationCommand => ({
  type: 77,
  mustProcess,
  unknown: Buffer.alloc(octets),
});

const withTrailer = (stub: Uint8Array, commands: VerificationCommand[]): Buffer =>
  Buffer.concat([stub, encodeVerificationTrailer(stub.length, commands)]);

/** What comes of a request with these commands, on a connection whose bind had these flags. */
function sent(commands: VerificationCommand[], flags = 0, stub: Uint8Array = Buffer.from('stub')) {
  const server = new RawServer();
  server.bind(undefined, { pfc_flags: WHOLE | flags });
  const [fault] = server.request({ stub: withTrailer(stub, commands) });
  return { server, fault, stub: server.calls[0]?.stub };
}
const DENIED = { PTYPE: 'fault', status: FAULT.ACCESS_DENIED };

describe('the verification trailer of a request, [MS-RPCE] 2.2.2.13', () => {
  test.each([
    ['pcontext', [pcontext()]],
    ['header2', [header2()]],
    ['bitmask without the one bit', [bitmask(0)]],
    ['bits of the bitmask that are unknown', [bitmask(0xfffffffe)]],
    ['all of them in any order', [header2(), bitmask(0), pcontext()]],
    ['a command that is unknown', [unknown(false), pcontext()]],
    ['a known command that must be processed', [{ ...pcontext(), mustProcess: true }]],
    ['what header2 reserves', [header2({ Reserved1: 9, Reserved2: 9 })]],
  ])('%s: is checked, taken off, and the stub handed on', (_name, commands) => {
    expect(sent(commands).stub?.toString()).toBe('stub');
  });

  test.each([
    ['an unknown command that must be processed', [unknown(true)]],
    ['the same behind a known one', [pcontext(), unknown(true)]],
    ['another interface', [pcontext({ interface_uuid: NDR20_SYNTAX.uuid })]],
    ['another interface version', [pcontext({ interface_version: 2 })]],
    ['another transfer syntax', [pcontext({ transfer_uuid: NDR64_SYNTAX.uuid, transfer_version: 1 })]],
    ['another PDU type', [header2({ PTYPE: 2 })]],
    ['another data representation', [header2({ drep: DREP_BIG })]],
    ['another call_id', [header2({ call_id: 2 })]],
    ['another presentation context', [header2({ p_cont_id: 1 })]],
    ['another opnum', [header2({ opnum: 1 })]],
    ['header signing, where the bind arrived without its bit', [bitmask(1)]],
  ])('%s: fault 5, and the connection goes on', (_name, commands) => {
    const { server, fault } = sent(commands);
    expect(fault).toMatchObject(DENIED);
    expect(server.closed).toBeUndefined();
    expect(server.calls).toEqual([]);
  });

  test('header signing, where the bind had its bit, fits', () => {
    expect(sent([bitmask(1)], PFC.SUPPORT_HEADER_SIGN).stub).toHaveLength(4);
  });

  test.each([0, 1, 2, 3, 4, 5])(
    'stands on a boundary of four after %i octets of stub; what fills up stays with the stub',
    (length) => {
      const { stub } = sent([pcontext()], 0, Buffer.alloc(length, 7));
      expect(stub).toHaveLength(Math.ceil(length / 4) * 4);
    },
  );

  test('on no boundary of four it is stub data', () => {
    const server = new RawServer();
    server.bind();
    const stub = Buffer.concat([Buffer.from('x'), encodeVerificationTrailer(0, [unknown(true)])]);
    server.request({ stub });
    expect(server.calls[0]?.stub.equals(stub)).toBe(true);
  });

  test('may stand behind padding that a client adds to its stub', () => {
    const { stub } = sent([pcontext()], 0, Buffer.concat([Buffer.from('stub'), Buffer.alloc(16)]));
    expect(stub).toHaveLength(20);
  });

  test('a signature that only looks like one, early in a long stub, is stub data', () => {
    const server = new RawServer();
    server.bind();
    const stub = Buffer.concat([encodeVerificationTrailer(0, [unknown(true)]), Buffer.alloc(3000)]);
    server.request({ stub });
    expect(server.calls[0]?.stub.equals(stub)).toBe(true);
  });

  test.each([
    ['no command ends it', (octets: Buffer) => octets.writeUInt16LE(SEC_VT.PCONTEXT, 12)],
    ['the length is not the command’s', (octets: Buffer) => octets.writeUInt16LE(36, 14)],
  ])('where %s, the stub is bad', (_name, spoil) => {
    const server = new RawServer();
    server.bind();
    const stub = withTrailer(Buffer.from('stub'), [pcontext()]);
    spoil(stub);
    expect(server.request({ stub })).toMatchObject([{ status: FAULT.BAD_STUB_DATA }]);
  });

  test('is looked for in the last fragment of a request, with the header of the first', () => {
    const server = new RawServer();
    server.bind();
    const stub = withTrailer(Buffer.alloc(8), [header2(), pcontext()]);
    server.request({ pfc_flags: PFC.FIRST_FRAG, stub: stub.subarray(0, 8) });
    expect(server.request({ pfc_flags: PFC.LAST_FRAG, stub: stub.subarray(8) })).toEqual([]);
    expect(server.calls[0]?.stub).toHaveLength(8);
  });

  test('protects a call without integrity from a change of its presentation context or opnum', () => {
    const pair = new Pair({ level: RPC_C_AUTHN_LEVEL.CONNECT }).bind();
    pair.tamper = (pdu) => {
      if (pdu[2] === 0) pdu.writeUInt16LE(1, 22);
      return pdu;
    };
    pair.request({ verificationTrailer: true });
    expect(pair.seen('fault')).toMatchObject({ status: FAULT.ACCESS_DENIED });
  });
});

describe('a client that writes it', () => {
  test.each(Object.entries(RPC_C_AUTHN_LEVEL).slice(1))('at %s it comes off at the server', (_name, level) => {
    for (const length of [0, 1, 4, 6000, 20_000]) {
      const pair = new Pair({ level }).bind();
      pair.request({ stub: Buffer.alloc(length, 1), opnum: 1, verificationTrailer: true });
      expect(pair.seen('fault')).toBeUndefined();
      expect(pair.calls[0]?.stub).toHaveLength(Math.ceil(length / 4) * 4);
    }
  });

  test('puts it into the last fragment alone, with pcontext and header2 of this request', () => {
    const pair = new Pair().bind();
    const callId = pair.request({ stub: Buffer.alloc(20_000), opnum: 1, verificationTrailer: true });
    const requests = pair.wire
      .filter(({ pdu }) => pdu[2] === 0)
      .map(({ pdu }) => findVerificationTrailer(pdu.subarray(24)));
    expect(requests.slice(0, -1).every((found) => found === undefined)).toBe(true);
    expect(requests.at(-1)?.commands.map(({ type }) => type)).toContain(SEC_VT.PCONTEXT);
    expect(requests.at(-1)?.commands.find(({ type }) => type === SEC_VT.HEADER2)?.header2).toMatchObject({
      call_id: callId,
      opnum: 1,
      PTYPE: 0,
    });
  });

  test('claims header signing only where its own bind had the bit', () => {
    for (const [level, headerSigning] of [
      [RPC_C_AUTHN_LEVEL.PKT_INTEGRITY, true],
      [RPC_C_AUTHN_LEVEL.PKT_INTEGRITY, false],
      [RPC_C_AUTHN_LEVEL.CONNECT, true],
    ] as const) {
      const pair = new Pair({ level, client: { headerSigning } }).bind();
      pair.request({ verificationTrailer: true });
      expect(pair.calls).toHaveLength(1);
    }
  });

  test('names the transfer syntax that was agreed on, not the first that was proposed', () => {
    const pair = new Pair();
    pair.bind([element(0, ECHO, NDR20_SYNTAX, NDR64_SYNTAX)]);
    pair.request({ verificationTrailer: true });
    expect(pair.seen('fault')).toBeUndefined();
    expect(pair.calls[0]?.transferSyntax).toBe('ndr64');
  });
});
