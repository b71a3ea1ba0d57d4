import type { Ccache, KeytabEntry } from '../codec/kerberos/index.js';
import {
  type AccountEntry,
  ccacheCredentials,
  Secret,
  type Sniffer,
  secretOf,
  serviceKeys,
  sniffer,
  type TicketNames,
} from '../security/index.js';

export interface SecretOptions {
  readonly user?: readonly AccountEntry[] | undefined;
  readonly password?: readonly string[] | undefined;
  readonly nthash?: readonly Secret[] | undefined;
  readonly keytab?: readonly KeytabEntry[] | undefined;
  readonly ccache?: Ccache | undefined;
}

/** Whether something was given that may open what is sealed. */
export const secretsGiven = ({ user, password, nthash, keytab, ccache }: SecretOptions): boolean =>
  [user, password, nthash, keytab, ccache].some((given) => given !== undefined);

/** What a sniffer is given: accounts, passwords and hashes, keytabs and tickets. Without any it still reads names and levels. */
export function observer(
  { user = [], password = [], nthash = [], keytab, ccache }: SecretOptions,
  names?: TicketNames,
): Sniffer {
  return sniffer({
    ...(names && { names }),
    secrets: [
      ...user.map((account) => ({ user: account.user, secret: secretOf(account) })),
      ...password.map((text) => ({ secret: Secret.password(text) })),
      ...nthash.map((secret) => ({ secret })),
    ],
    ...(keytab && { keys: serviceKeys(keytab) }),
    ...(ccache && { credentials: ccacheCredentials(ccache) }),
  });
}
