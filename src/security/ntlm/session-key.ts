import { hasFlag } from '../../codec/ntlm/flags.js';
import { type AuthenticateMessage, NEGOTIATE } from '../../codec/ntlm/index.js';
import { rc4 } from '../crypto/rc4.js';
import { SecurityError } from '../error.js';
import { itemBytes } from './tokens.js';

const SESSION_KEY_LENGTH = 16;

/**
 * [MS-NLMP] 3.2.5.1.2: the client's random key, under the key that both sides derived. The specification exchanges keys
 * only where signing or sealing was negotiated; Samba's clients send one whenever KEY_EXCH was, and Samba's server
 * expects it, so one that is there is used.
 */
export function exportedSessionKey(
  flags: number,
  keyExchangeKey: Uint8Array,
  message: AuthenticateMessage,
): Uint8Array {
  const sent = itemBytes(message.EncryptedRandomSessionKey);
  if (!hasFlag(flags, 'NTLMSSP_NEGOTIATE_KEY_EXCH')) return keyExchangeKey;
  if (sent.length === SESSION_KEY_LENGTH) return rc4(keyExchangeKey, sent);
  const protects = hasFlag(flags, 'NTLMSSP_NEGOTIATE_SIGN') || hasFlag(flags, 'NTLMSSP_NEGOTIATE_SEAL');
  if (sent.length === 0 && !protects) return keyExchangeKey;
  const detail = `EncryptedRandomSessionKey has ${sent.length} octets instead of ${SESSION_KEY_LENGTH}`;
  throw new SecurityError('BAD_TOKEN', detail);
}

const CLIENT_MAY_ADD = NEGOTIATE.NTLMSSP_ANONYMOUS;

/**
 * [MS-NLMP] 2.2.1.3: the flags of the AUTHENTICATE_MESSAGE conclude the negotiation; a client may drop what the server
 * chose, and cannot add to it. A message too old to have flags takes the server's.
 */
export function concludedFlags(challengeFlags: number, message: AuthenticateMessage): number {
  const { NegotiateFlags = challengeFlags } = message;
  return (NegotiateFlags & (challengeFlags | CLIENT_MAY_ADD)) >>> 0;
}
