import { authToken } from '../../capture/decode/auth-token.js';
import { octetsPart } from '../../capture/decode/parts.js';
import { CodecError } from '../../codec/error.js';
import { isNtlm } from '../../codec/ntlm/index.js';
import { type AuthVerifier, decodePdu, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { decodeNegToken } from '../../codec/spnego/index.js';
import { octetTree } from '../../report/octet-tree.js';
import type { RecordParts } from '../../report/record.js';
import { UsageError } from '../io.js';

/** One PDU, or one token of NTLM, SPNEGO or Kerberos, given in hexadecimal. Throws `UsageError` for anything else. */
export function decodeOctets(text: string): RecordParts {
  const digits = text.replace(SEPARATORS, '');
  if (!/^([0-9a-f]{2})+$/i.test(digits)) throw new UsageError('--hex takes an even number of hexadecimal digits');
  const octets = Buffer.from(digits, 'hex');
  try {
    return isRpc(octets) ? ['decoded-pdu', decodePdu(octets)] : ['decoded-token', tokenOf(octets)];
  } catch (error) {
    if (error instanceof CodecError)
      throw new UsageError(`no ${isRpc(octets) ? 'PDU' : 'token of NTLM, SPNEGO or Kerberos'}: ${error.message}`);
    throw error;
  }
}

/** The same as a tree of fields, with where each stands. Throws `UsageError` for what `decodeOctets` does. */
export function treeOfOctets(text: string): string[] {
  const [kind] = decodeOctets(text);
  const octets = Buffer.from(text.replace(SEPARATORS, ''), 'hex');
  return octetTree(octetsPart(octets, kind === 'decoded-pdu' ? undefined : RPC_C_AUTHN.GSS_NEGOTIATE));
}

/** What people write between digits, and before them. */
const SEPARATORS = /0x|[\s:,]+/g;

/** The versions of RPC; tokens begin with a tag of ASN.1 or with the name of NTLM. */
const isRpc = (octets: Buffer): boolean => octets[0] === 5 || octets[0] === 4 || octets.length < 2;

/** Responses and keys are left out of it, since a password can be guessed from them. */
function tokenOf(octets: Buffer): object {
  if (isNtlm(octets)) return { mechanism: 'NTLM', ...inner(octets, RPC_C_AUTHN.WINNT) };
  const negotiation = negotiationOf(octets);
  if (negotiation === undefined) return { mechanism: 'Kerberos', ...inner(octets, RPC_C_AUTHN.GSS_KERBEROS) };
  const { kind: message, mechToken, responseToken, ...rest } = negotiation;
  const given = mechToken ?? responseToken;
  const token = given === undefined ? undefined : authToken(verifier(given, RPC_C_AUTHN.GSS_NEGOTIATE));
  return { mechanism: 'SPNEGO', message, ...rest, ...(token !== undefined && { token }) };
}

interface Negotiation extends Record<string, unknown> {
  readonly mechToken?: Uint8Array;
  readonly responseToken?: Uint8Array;
}

/** Undefined for what is no SPNEGO: a Kerberos token has the same beginning. */
function negotiationOf(octets: Buffer): Negotiation | undefined {
  try {
    return decodeNegToken(octets) as unknown as Negotiation;
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

function inner(octets: Buffer, authType: number): object {
  const token = authToken(verifier(octets, authType));
  if (token === undefined) throw new UsageError('--hex: neither a PDU nor a token of NTLM, SPNEGO or Kerberos');
  if ('error' in token) throw new UsageError(`--hex: ${token.error}`);
  return token;
}

const verifier = (auth_value: Uint8Array, auth_type: number): AuthVerifier => ({
  auth_type,
  auth_level: RPC_C_AUTHN_LEVEL.CONNECT,
  auth_context_id: 0,
  auth_value,
});
