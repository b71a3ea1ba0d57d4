import { effectiveAuthnLevel, isSignedLevel, shortAuthnLevelName } from '../codec/status/authn.js';
import type { RelayVariant } from './variants.js';

/**
 * The attacker who keeps the level that his victim authenticates at, though nothing makes him: the request is his own,
 * and at a level that signs he has no key for it. By passing on each octet as it came he gets nothing that the victim
 * did not ask for.
 */
export function asCaptured(authType: number, captured: number, kerberos = false): RelayVariant {
  // [MS-RPCE] 2.2.1.1.8: over TCP, CALL is PKT, from which on packets are signed.
  const level = effectiveAuthnLevel(captured);
  const name = shortAuthnLevelName(level);
  const signs = isSignedLevel(level);
  return {
    id: 'as-captured',
    authType,
    bindLevel: level,
    ...(kerberos && { kerberos: { ticketFor: 'target' } as const }),
    ...(signs
      ? {
          title: `binds at the client’s own level, ${name}, and has no key to sign with`,
          section: kerberos ? 'RFC 4121 4.2.6.1' : '[MS-NLMP] 3.4.4',
          claim: { level, signature: 'invented' },
          stopped: { unhardened: 'signature', hardened: 'signature' },
        }
      : {
          title: `binds at the client’s own level, ${name}, at which nothing is signed`,
          section: '[MS-RPCE] 3.3.1.5.4',
          stopped: { hardened: 'activation policy' },
        }),
  };
}
