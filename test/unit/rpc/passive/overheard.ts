import { RPC_C_AUTHN_LEVEL } from '../../../../src/codec/rpce/index.js';
import { type Observed, type ObservedMessage, PassiveAssociation } from '../../../../src/rpc/index.js';
import { type KnownSecret, ntlmPassive, Secret, spnegoPassive } from '../../../../src/security/index.js';
import { ACCOUNT, Pair } from '../../../support/associations.js';

const { CONNECT, PKT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;
const KNOWN: KnownSecret = { user: ACCOUNT.user, secret: Secret.password(ACCOUNT.password) };

/** Knows the password of the account, unless it is given other secrets. */
export function sniffer(secrets: readonly KnownSecret[] = [KNOWN]): PassiveAssociation {
  const ntlm = ntlmPassive(secrets);
  const spnego = spnegoPassive([ntlm]);
  const providers = new Map([ntlm, spnego].map((provider) => [provider.authType, provider]));
  return new PassiveAssociation({ observe: (type) => providers.get(type)?.observe() });
}

export type Wire = Pair['wire'];
/** What is observed of each PDU. */
export const overhear = (wire: Wire, association = sniffer()): Observed[] =>
  wire.map(({ from, pdu }) => association.take(from, pdu));
/** The messages among them. */
export const messages = (observed: readonly Observed[]): ObservedMessage[] =>
  observed.flatMap(({ message }) => (message === undefined ? [] : [message]));

/** A connection of one call and its answer. */
export function conversation(
  level: number,
  stub: Uint8Array = Buffer.from('secret'),
  packedDrep = Buffer.of(0x10, 0, 0, 0),
): Pair {
  const pair = new Pair({ level, client: { packedDrep } }).bind();
  pair.request({ stub, opnum: 1, object: '00112233-4455-6677-8899-aabbccddeeff' });
  return pair.answer();
}

/** A level, and the state of its stubs for a sniffer with the secret and for one without. */
export const SEALED: [string, number, string, string][] = [
  ['NONE', RPC_C_AUTHN_LEVEL.NONE, 'plain', 'plain'],
  ['CONNECT', CONNECT, 'plain', 'plain'],
  ['PKT', PKT, 'verified', 'signed'],
  ['PKT_INTEGRITY', PKT_INTEGRITY, 'verified', 'signed'],
  ['PKT_PRIVACY', PKT_PRIVACY, 'verified', 'sealed'],
];
