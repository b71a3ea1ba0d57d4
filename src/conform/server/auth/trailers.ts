import { type AuthVerifier, FAULT, layOutPdu, RPC_C_AUTHN_LEVEL, sec_trailer } from '../../../codec/rpce/index.js';
import type { Protection } from '../../../rpc/core/protection.js';
import { expectFault, expectPdu, must } from '../../core/index.js';
import { type Association, contextOf } from '../association.js';
import { group, type ServerCheckRow } from '../group.js';
import { NTLM, type Target } from '../target.js';
import { authenticated } from './signed-association.js';

const { CONNECT, PKT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;
const SECTION = '[MS-RPCE] 2.2.2.11';

/** Where the trailer of a PDU stands, and how many octets it counts before it. */
function trailerOf(bytes: Buffer): {
  readonly at: number;
  readonly counted: number;
  readonly row: { auth_reserved: number };
} {
  const at = bytes.length - bytes.readUInt16LE(10) - sec_trailer.size;
  const row = sec_trailer.decode(bytes, at);
  return { at, counted: row.auth_pad_length, row };
}

/** The answer to a simple call, as octets. */
async function answerOf(target: Target, association: Association, protection: Protection): Promise<Buffer> {
  const received = await association.ask(target.simple.opnum, target.simple.stub, { protection });
  expectPdu(received, 'response');
  return received.kind === 'pdu' ? received.bytes : Buffer.alloc(0);
}

/** A request whose trailer says what it is told to, signed as it then is. */
function signedAs(
  association: Association,
  { security, authType, authLevel, authContextId, signHeader }: Protection,
  [opnum, stub]: readonly [number, Uint8Array],
  changes: Partial<AuthVerifier>,
  alignment = 16,
): Buffer {
  const auth_value = new Uint8Array(security.signatureLength.sign);
  const named = { auth_type: authType, auth_level: authLevel, auth_context_id: authContextId };
  const pdu = { ...association.requestPdu(opnum, stub), auth: { ...named, ...changes, auth_value } };
  const { bytes, trailerOffset } = layOutPdu(pdu, alignment);
  const message = { pdu: bytes.subarray(0, bytes.length - auth_value.length), bodyStart: 24, bodyEnd: trailerOffset };
  bytes.set(security.sign({ ...message, signHeader }), bytes.length - auth_value.length);
  return bytes;
}

const call = (target: Target): readonly [number, Uint8Array] => [target.simple.opnum, target.simple.stub];

export const TRAILER_CHECKS = group({ needs: ['rpc', 'account'], section: SECTION }, [
  ...[
    ['pkt', PKT],
    ['pkt-integrity', PKT_INTEGRITY],
    ['pkt-privacy', PKT_PRIVACY],
  ].map(
    ([name, level]): ServerCheckRow => ({
      id: `rpce/2.2.2.11/boundary-of-16-${name}`,
      requirement:
        'The trailer of an answer stands 16-aligned from the first octet of the stub, and auth_pad_length says how much fills up.',
      stimulus: `a call at level ${level}`,
      async run(target) {
        const { association, protection } = await authenticated(target, Number(level));
        const { at, counted } = trailerOf(await answerOf(target, association, protection));
        must((at - 24) % 16 === 0, 'a trailer on a boundary of 16', `one at octet ${at - 24} of the stub`);
        must(counted < 16, 'fewer than 16 octets of padding', `${counted}`);
      },
    }),
  ),
  {
    id: 'rpce/2.2.2.11/reserved-is-0',
    level: 'SHOULD',
    requirement: 'auth_reserved is 0.',
    stimulus: 'a call at PKT_INTEGRITY',
    async run(target) {
      const { association, protection } = await authenticated(target);
      const { row } = trailerOf(await answerOf(target, association, protection));
      must(row.auth_reserved === 0, '0', `${row.auth_reserved}`);
    },
  },
  {
    id: 'rpce/2.2.2.11/same-context-in-the-answer',
    requirement: 'An answer names type, level and context id of its call.',
    stimulus: 'a call at PKT_INTEGRITY under auth_context_id 4,321',
    async run(target) {
      const { association, protection } = await authenticated(target, PKT_INTEGRITY, { authContextId: 4321 });
      const received = await association.ask(target.simple.opnum, target.simple.stub, { protection });
      const { auth } = expectPdu(received, 'response');
      const text = `${auth?.auth_type} ${auth?.auth_level} ${auth?.auth_context_id}`;
      const expected = `${target.authType} ${PKT_INTEGRITY} 4321`;
      must(text === expected, expected, text);
    },
  },
  {
    id: 'rpce/2.2.2.11/reserved-is-ignored',
    level: 'SHOULD',
    requirement: 'auth_reserved of a request is ignored.',
    stimulus: 'a call at PKT_INTEGRITY with auth_reserved 255',
    async run(target) {
      const { association, protection } = await authenticated(target);
      association.connection.send(signedAs(association, protection, call(target), { auth_reserved: 255 }));
      target.simple.check((await association.answer(await association.connection.receive(), protection)).stub);
    },
  },
  {
    id: 'rpce/2.2.2.11/boundary-of-4-is-taken',
    level: 'WINDOWS',
    requirement: 'A request whose trailer is on a boundary of four is accepted.',
    stimulus: 'a call at PKT_INTEGRITY with four octets of padding',
    async run(target) {
      const { association, protection } = await authenticated(target);
      const changes = { auth_pad: Buffer.alloc(4) };
      association.connection.send(signedAs(association, protection, call(target), changes));
      target.simple.check((await association.answer(await association.connection.receive(), protection)).stub);
    },
  },
  {
    id: 'rpce/2.2.2.11/boundary-of-2',
    level: 'WINDOWS',
    requirement: 'A request whose trailer is not on a boundary of four is a protocol error.',
    stimulus: 'a call at PKT_INTEGRITY with two octets before the trailer',
    async run(target) {
      const { association, protection } = await authenticated(target);
      const changes = { auth_pad: Buffer.alloc(2), auth_pad_length: 0 };
      association.connection.send(signedAs(association, protection, call(target), changes));
      expectFault(await association.connection.receive(), FAULT.PROTO_ERROR);
    },
  },
  {
    id: 'rpce/2.2.2.11/padding-is-taken-off',
    needs: ['stub'],
    requirement: 'Octets that auth_pad_length counts do not belong to the stub.',
    stimulus: 'a call with parameters at PKT_INTEGRITY, and 16 octets of padding',
    async run(target) {
      const wanted = target.stubCall.interface;
      const { association, protection } = await authenticated(target, PKT_INTEGRITY, { wanted });
      const { opnum, stub, check } = target.stubCall;
      const fill = 16 + ((16 - (stub.length % 16)) % 16);
      const changes = { auth_pad: Buffer.alloc(fill, 0xee) };
      association.connection.send(signedAs(association, protection, [opnum, stub], changes));
      check((await association.answer(await association.connection.receive(), protection)).stub);
    },
  },
  ...(
    [
      ['unknown-context', { auth_context_id: 77 }],
      ['other-type', { auth_type: 16 }],
      ['other-level', { auth_level: PKT_PRIVACY }],
    ] as const
  ).map(
    ([name, changes]): ServerCheckRow => ({
      id: `rpce/2.2.2.11/request-${name}`,
      requirement: 'A request names the type, the level and the id of its security context; another is refused.',
      stimulus: `a signed call whose trailer has ${JSON.stringify(changes)}`,
      async run(target) {
        const { association, protection } = await authenticated(target);
        association.connection.send(signedAs(association, protection, call(target), changes));
        expectFault(await association.connection.receive());
      },
    }),
  ),
  {
    id: 'rpce/2.2.2.11/request-status-of-unknown-context',
    level: 'WINDOWS',
    requirement: 'A request under a security context that was never built is fault 5.',
    stimulus: 'a signed call whose trailer names context 77',
    async run(target) {
      const { association, protection } = await authenticated(target);
      association.connection.send(signedAs(association, protection, call(target), { auth_context_id: 77 }));
      expectFault(await association.connection.receive(), FAULT.ACCESS_DENIED);
    },
  },
  {
    id: 'rpce/2.2.2.11/auth-length-beyond-the-pdu',
    level: 'WINDOWS',
    requirement: 'A request whose auth_length leaves no room for its trailer is a protocol error.',
    stimulus: 'a request with auth_length 500',
    async run(target) {
      const { association } = await authenticated(target);
      const request = association.requestPdu(target.simple.opnum, target.simple.stub, { auth_length: 500 });
      expectFault(await association.connection.exchange(request), FAULT.PROTO_ERROR);
    },
  },
  {
    id: 'rpce/2.2.2.11/zeros-after-the-token',
    level: 'SHOULD',
    needs: ['ntlm'],
    requirement: 'Zeros behind the token of a bind belong to it, and do no harm.',
    stimulus: 'a bind whose token of NTLM is followed by 64 zeros',
    async run(target) {
      const association = await target.connect();
      const context = await target.logon(NTLM, PKT_INTEGRITY);
      const token = context.step(undefined, target.environment.clock()).token as Uint8Array;
      const auth_value = Buffer.concat([token, Buffer.alloc(64)]);
      const auth = { auth_type: NTLM, auth_level: PKT_INTEGRITY, auth_context_id: 0, auth_value };
      const bind = association.bindPdu([contextOf(target.simple.interface)], { auth });
      expectPdu(await association.connection.exchange(bind), 'bind_ack');
    },
  },
  {
    id: 'rpce/2.2.2.11/trailer-without-handshake',
    level: 'WINDOWS',
    requirement: 'A trailer on a connection that nobody authenticated is fault 5.',
    stimulus: 'a bind without authentication, and a request with a trailer',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const auth = {
        auth_type: target.authType,
        auth_level: CONNECT,
        auth_context_id: 0,
        auth_value: Buffer.alloc(16),
      };
      const request = association.requestPdu(target.simple.opnum, target.simple.stub, { auth });
      expectFault(await association.connection.exchange(request), FAULT.ACCESS_DENIED);
    },
  },
  {
    id: 'rpce/2.2.2.11/alter-context-without-token',
    level: 'WINDOWS',
    requirement: 'An alter_context whose trailer has no token is taken after the handshake.',
    stimulus: 'a handshake, an alter_context with auth_length 0 and a trailer, and a signed call',
    async run(target) {
      const { association, protection } = await authenticated(target);
      const auth_value = new Uint8Array(0);
      const auth = { auth_type: target.authType, auth_level: PKT_INTEGRITY, auth_context_id: 0, auth_value };
      const alter = association.alterPdu([contextOf(target.simple.interface, 1)], { auth });
      expectPdu(await association.connection.exchange(alter), 'alter_context_resp');
      await target.works(association, { protection, p_cont_id: 1 });
    },
  },
]);
