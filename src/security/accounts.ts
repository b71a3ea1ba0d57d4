import { SecurityError } from './error.js';
import { Secret } from './secret.js';
import { accountSid } from './sid.js';

/** One account as a mechanism needs it. */
export interface Account {
  /** The NetBIOS name of its domain, or of the server for a local account. */
  readonly domain: string;
  readonly user: string;
  readonly sid: string;
  readonly secret: Secret;
}

/** Where a server looks its clients up. `domain` is what the client sent: a NetBIOS or DNS name, `.` or nothing. */
export interface Accounts {
  find(domain: string, user: string): Account | undefined;
}

/** An account of a simulated server, or of a client: the password in clear text, or its NT hash. */
export interface AccountEntry {
  readonly domain?: string;
  readonly user: string;
  readonly password?: string;
  readonly ntHash?: Uint8Array | string;
  readonly sid?: string;
}

/**
 * `DOMAIN\user:password`, `DOMAIN/user:password` or `user:password`; in place of the password also `LMHASH:NTHASH`, as
 * tools print them. The password may hold anything else, colons too.
 */
export function parseAccount(text: string): AccountEntry {
  const match = /^(?:([^\\/:]*)[\\/])?([^\\/:]+):(.*)$/s.exec(text);
  if (match === null) throw new SecurityError('UNSUPPORTED', 'an account is written DOMAIN\\user:password');
  const [, domain = '', user = '', password = ''] = match;
  const ntHash = ntHashIn(password);
  return { domain, user, ...(ntHash === undefined ? { password } : { ntHash }) };
}

/** The NT hash of `LMHASH:NTHASH`, 32 hexadecimal digits each; undefined for any other text. */
export const ntHashIn = (text: string): string | undefined => /^[0-9a-f]{32}:([0-9a-f]{32})$/i.exec(text)?.[1];

const same = (a: string, b: string): boolean => a.toUpperCase() === b.toUpperCase();

/** Accounts in memory. Names are compared without case ([MS-NLMP] 3.2.5.1.2). */
export class AccountTable implements Accounts {
  readonly #accounts: readonly Account[];
  readonly #home: string;

  /** `home`: the domain of entries that name none, the server's own name in a workgroup. */
  constructor(entries: readonly (AccountEntry | string)[], home = 'WORKGROUP') {
    this.#home = home;
    this.#accounts = entries
      .map((entry) => (typeof entry === 'string' ? parseAccount(entry) : entry))
      .map((entry) => {
        const domain = entry.domain || home;
        return { domain, user: entry.user, sid: entry.sid ?? accountSid(domain, entry.user), secret: secretOf(entry) };
      });
  }

  /**
   * An unknown domain, `.`, or none falls back to the server's own accounts, as Windows does ([MS-NLMP] product notes
   * 77 and 78), and then to the only account of that name.
   */
  find(domain: string, user: string): Account | undefined {
    return this.#named(domain, user) ?? this.#principal({ domain, user });
  }

  #named(domain: string, user: string): Account | undefined {
    const named = this.#accounts.filter((account) => same(account.user, user));
    const exact = named.find((account) => sameDomain(account.domain, domain));
    if (exact !== undefined || this.#accounts.some((account) => sameDomain(account.domain, domain))) return exact;
    return named.find((account) => same(account.domain, this.#home)) ?? (named.length === 1 ? named[0] : undefined);
  }

  /** The account of a user principal name, or the account that was given by one. */
  #principal(asked: Name): Account | undefined {
    const wanted = namesOf(asked);
    return this.#accounts.find((account) => {
      const own = namesOf({ domain: account.user.includes('@') ? '' : account.domain, user: account.user });
      const principal = own.user !== account.user || wanted.user !== asked.user;
      const sameRealm = sameDomain(own.domain, wanted.domain) || sameDomain(wanted.domain, own.domain);
      return principal && same(own.user, wanted.user) && sameRealm;
    });
  }
}

interface Name {
  readonly domain: string;
  readonly user: string;
}

/** A user principal name, `name@realm` with no domain beside it, in its two parts; any other name as it is. */
export function namesOf({ domain, user }: Name): Name {
  const at = user.lastIndexOf('@');
  return domain === '' && at > 0 ? { domain: user.slice(at + 1), user: user.slice(0, at) } : { domain, user };
}

/** A client may name its domain by NetBIOS name or by DNS name, whose first label is nearly always the same. */
const sameDomain = (own: string, sent: string): boolean =>
  same(own, sent) || (sent.includes('.') && sent !== '.' && same(own, sent.slice(0, sent.indexOf('.'))));

/** What an account logs on with. Throws `SecurityError` where it has neither a password nor a hash. */
export function secretOf({ user, password, ntHash }: AccountEntry): Secret {
  if (password !== undefined) return Secret.password(password);
  if (ntHash !== undefined) return Secret.ntHash(ntHash);
  throw new SecurityError('UNSUPPORTED', `account ${user} has neither a password nor an NT hash`);
}
