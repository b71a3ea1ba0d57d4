import { expect, test } from 'vitest';
import { decodePdu, encodePdu, PFC, type RequestPdu } from '../../../src/codec/rpce/index.js';
import { claiming, type RequestClaim } from '../../../src/relay/claims.js';

const AT = { address: '127.0.0.1', port: 1 };
const REQUEST: RequestPdu = {
  PTYPE: 'request',
  pfc_flags: PFC.FIRST_FRAG | PFC.LAST_FRAG,
  call_id: 2,
  p_cont_id: 0,
  opnum: 4,
  alloc_hint: 5,
  stub: Buffer.from('hello'),
};
const SIGNED = { ...REQUEST, auth: { auth_type: 10, auth_level: 5, auth_context_id: 1, auth_value: Buffer.alloc(16) } };

/** What goes out of a channel that claims, for what is sent into it. */
function sent(claim: RequestClaim | undefined, ...pdus: readonly Buffer[]): Buffer[] {
  const out: Buffer[] = [];
  const nothing = () => undefined;
  const inner = { local: AT, remote: AT, send: (bytes: Uint8Array) => out.push(Buffer.from(bytes)), end: nothing };
  const channel = claiming({ ...inner, destroy: nothing }, claim, {
    authContextId: 7,
    random: (length) => Buffer.alloc(length, 9),
    firstSequence: () => 3,
  });
  for (const pdu of pdus) channel.send(pdu);
  return out;
}

test('without a claim a request loses its sec_trailer', () => {
  expect(sent(undefined, encodePdu(SIGNED))).toEqual([encodePdu(REQUEST)]);
});

test('zeros stand where a signature belongs, under the level that is claimed', () => {
  const [pdu] = sent({ level: 5, signature: 'zeros' }, encodePdu(REQUEST)).map(decodePdu);
  expect(pdu?.auth).toMatchObject({ auth_type: 10, auth_level: 5, auth_context_id: 7 });
  expect(pdu?.auth?.auth_value).toEqual(Buffer.alloc(16));
  expect((pdu as RequestPdu).stub).toEqual(REQUEST.stub);
});

test('an invented signature has the form of NTLMSSP_MESSAGE_SIGNATURE, and counts', () => {
  const out = sent({ level: 6, signature: 'invented' }, encodePdu(REQUEST), encodePdu(SIGNED)).map(decodePdu);
  expect(out.map(({ auth }) => Buffer.from(auth?.auth_value as Uint8Array).toString('hex'))).toEqual([
    '01000000090909090909090903000000',
    '01000000090909090909090904000000',
  ]);
  expect(out.map(({ auth }) => auth?.auth_level)).toEqual([6, 6]);
});

test('what is no request goes out as it is', () => {
  const cancel = encodePdu({ PTYPE: 'co_cancel', pfc_flags: 3, call_id: 2 });
  expect(sent({ level: 5, signature: 'zeros' }, cancel)).toEqual([cancel]);
});
