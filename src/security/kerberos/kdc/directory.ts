import { ETYPE } from '../../../codec/kerberos/numbers.js';
import { samePrincipal } from '../../../codec/kerberos/principal.js';
import { SecurityError } from '../../error.js';
import type { Secret } from '../../secret.js';
import { KerberosKey } from '../key.js';

/** The types that a Windows domain has had since 2008, the strongest first. */
export const DEFAULT_ETYPES: readonly number[] = [
  ETYPE.AES256_CTS_HMAC_SHA1_96,
  ETYPE.AES128_CTS_HMAC_SHA1_96,
  ETYPE.RC4_HMAC,
];

/** An account of a realm as its KDC knows it. */
export interface KdcAccount {
  readonly user: string;
  readonly sid: string;
  readonly secret: Secret;
  /** Service names of the account, `HOST/server.lab.example`; of `HOST` follow those that Windows maps to it. */
  readonly services?: readonly string[];
  /** Encryption types of its keys, the preferred one first; those of Windows where absent. */
  readonly etypes?: readonly number[];
  readonly kvno?: number;
}

/** An account with its keys. */
export interface KdcPrincipal {
  readonly account: KdcAccount;
  readonly salt: string;
  readonly kvno: number;
  /** The preferred one first. */
  readonly keys: readonly KerberosKey[];
}

/** [MS-ADTS] has sPNMappings send these classes, among many more, to the account that has HOST. */
const HOST_ALIASES = ['HOST', 'RPCSS', 'RPC', 'RESTRICTEDKRBHOST', 'DCOM', 'CIFS', 'HTTP', 'WSMAN'];

/** [MS-KILE] 3.1.1.2: the realm and the account's name; of a machine, `host` and its DNS name. */
function saltOf(realm: string, user: string): string {
  if (!user.endsWith('$')) return `${realm}${user}`;
  return `${realm}host${user.slice(0, -1).toLowerCase()}.${realm.toLowerCase()}`;
}

/** The accounts and services of one realm. */
export class KdcDirectory {
  readonly #realm: string;
  readonly #principals: readonly KdcPrincipal[];

  constructor(realm: string, accounts: readonly KdcAccount[]) {
    this.#realm = realm;
    this.#principals = accounts.map((account) => principalOf(realm, account));
  }

  /** The client of an AS exchange: a user's or machine's name, with or without its realm. */
  client(name: readonly string[]): KdcPrincipal | undefined {
    const [user = '', ...more] = name;
    if (more.length > 0) return undefined;
    const plain = user.replace(new RegExp(`@${this.#realm.replaceAll('.', String.raw`\.`)}$`, 'i'), '');
    return this.#principals.find(({ account }) => account.user.toUpperCase() === plain.toUpperCase());
  }

  service(name: readonly string[]): KdcPrincipal | undefined {
    const [service = '', ...instance] = name;
    const alias = HOST_ALIASES.includes(service.toUpperCase()) ? ['HOST', ...instance] : name;
    return this.#principals.find(({ account }) =>
      (account.services ?? []).some((own) => {
        const parts = own.split('/');
        return samePrincipal(parts, name) || samePrincipal(parts, alias);
      }),
    );
  }
}

function principalOf(realm: string, account: KdcAccount): KdcPrincipal {
  const salt = saltOf(realm, account.user);
  const keys = (account.etypes ?? DEFAULT_ETYPES).flatMap(
    (etype) => KerberosKey.fromSecret(etype, account.secret, salt) ?? [],
  );
  if (keys.length === 0)
    throw new SecurityError(
      'UNSUPPORTED',
      `account ${account.user} has no Kerberos key: an NT hash yields only an RC4 key`,
    );
  return { account, salt, kvno: account.kvno ?? 1, keys };
}
