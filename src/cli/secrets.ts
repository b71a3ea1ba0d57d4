import type { AccountEntry, KnownSecret, PassiveContext } from '../security/index.js';
import { ntlmPassive, Secret, spnegoPassive } from '../security/index.js';

export interface SecretOptions {
  readonly user?: readonly AccountEntry[];
  readonly password?: readonly string[];
  readonly nthash?: readonly Secret[];
}

/** What a sniffer is given: accounts, passwords and hashes. Without any it still reads names and levels. */
export function observer(options: SecretOptions): (authType: number) => PassiveContext | undefined {
  const known: KnownSecret[] = [
    ...(options.user ?? []).map(({ user, password = '' }) => ({ user, secret: Secret.password(password) })),
    ...(options.password ?? []).map((password) => ({ secret: Secret.password(password) })),
    ...(options.nthash ?? []).map((secret) => ({ secret })),
  ];
  const ntlm = ntlmPassive(known);
  const providers = new Map([ntlm, spnegoPassive([ntlm])].map((provider) => [provider.authType, provider]));
  return (authType) => providers.get(authType)?.observe();
}
