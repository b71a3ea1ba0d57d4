import { ntlmPassive, type PassiveContext, Secret, spnegoPassive } from '../../src/security/index.js';

/** A sniffer that knows one password, or none: NTLM by itself and in SPNEGO. */
export function observerOf(password?: string): (authType: number) => PassiveContext | undefined {
  const ntlm = ntlmPassive(password === undefined ? [] : [{ secret: Secret.password(password) }]);
  const providers = new Map([ntlm, spnegoPassive([ntlm])].map((provider) => [provider.authType, provider]));
  return (authType) => providers.get(authType)?.observe();
}
