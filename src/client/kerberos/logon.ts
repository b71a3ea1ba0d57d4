import { isIP } from 'node:net';
import { type KeytabEntry, samePrincipal } from '../../codec/kerberos/index.js';
import { type Environment, environmentOf } from '../../net/environment.js';
import {
  AsExchange,
  type ClientKeys,
  type Credential,
  DEFAULT_ETYPES,
  KerberosKey,
  type Milliseconds,
  type Secret,
  SecurityError,
  TgsExchange,
  type TicketSource,
  TicketTable,
} from '../../security/index.js';
import { askKdc, type KdcTransportOptions } from './kdc-transport.js';

/** A client's tickets, which are fetched as they are needed. */
export interface ServiceTickets extends TicketSource {
  /** Sees to it that there is a ticket for `service`. Rejects with `SecurityError` or `TransportError`. */
  obtain(service: string): Promise<void>;
}

/** Whom to log on as by Kerberos, and which KDC to ask. */
export interface KerberosLogonOptions extends Partial<Environment> {
  /** Who logs on; where absent, `tickets` have to do. */
  readonly client?: { readonly user: string; readonly realm: string; readonly keys: ClientKeys };
  /** Tickets that are there already, as from a cache file. */
  readonly tickets?: readonly Credential[];
  /** Where the KDC is; without one, only the tickets that are there can be used. */
  readonly kdc?: KdcTransportOptions;
  /** Encryption types that are asked for, the preferred one first; AES-256, AES-128 and RC4 where absent. */
  readonly etypes?: readonly number[];
}

/** A key of a password, or of its NT hash, which yields only one for RC4. */
export const passwordKeys =
  (secret: Secret): ClientKeys =>
  (etype, salt, params) =>
    KerberosKey.fromSecret(etype, secret, salt, params);

/** The keys of one principal of a keytab. */
export function keytabKeys(entries: readonly KeytabEntry[], name: readonly string[], realm: string): ClientKeys {
  const own = entries.filter(
    (entry) => entry.realm.toUpperCase() === realm.toUpperCase() && samePrincipal(entry.name, name),
  );
  const newest = [...own].sort((a, b) => b.kvno - a.kvno);
  return (etype) => {
    const entry = newest.find((candidate) => candidate.etype === etype);
    return entry && new KerberosKey(etype, entry.key);
  };
}

/** Logs on at a KDC once, and fetches a ticket for each service once. */
export class KerberosLogon implements ServiceTickets {
  readonly #options: KerberosLogonOptions & Environment;
  readonly #tickets: TicketTable;
  readonly #fetching = new Map<string, Promise<void>>();
  #tgt: Promise<Credential> | undefined;

  constructor(options: KerberosLogonOptions) {
    this.#options = { ...options, ...environmentOf(options) };
    this.#tickets = new TicketTable(options.tickets);
  }

  find(service: string, now: Milliseconds): Credential | undefined {
    return this.#tickets.find(service, now);
  }

  async obtain(service: string): Promise<void> {
    if (this.find(service, this.#options.clock()) !== undefined) return;
    const host = service.split('/')[1] ?? '';
    if (isIP(host) !== 0) {
      const detail = `Kerberos: ${service} is not a service name: addresses have none, so give the server's name`;
      throw new SecurityError('UNKNOWN_SERVICE', detail);
    }
    const before = this.#fetching.get(service);
    if (before !== undefined) return before;
    const fetching = this.#fetch(service).finally(() => this.#fetching.delete(service));
    this.#fetching.set(service, fetching);
    return fetching;
  }

  async #fetch(service: string): Promise<void> {
    const { etypes = DEFAULT_ETYPES, random } = this.#options;
    const exchange = new TgsExchange({ tgt: await this.#logOn(service), service, etypes, random });
    this.#tickets.add(exchange.receive(await this.#ask(exchange.start(this.#options.clock()))));
  }

  /** The ticket-granting ticket: one that is there, else one for the client's key. */
  async #logOn(service: string): Promise<Credential> {
    const { client, tickets = [] } = this.#options;
    const now = this.#options.clock();
    const held = tickets.find(({ ticket, endtime }) => ticket.sname.name_string[0] === 'krbtgt' && endtime > now);
    if (held !== undefined) return held;
    if (client === undefined)
      throw new SecurityError(
        'LOGON_DENIED',
        `Kerberos: no ticket for ${service}, nor one for the KDC that has not ended`,
      );
    const before = this.#tgt;
    const known = await before?.catch(() => undefined);
    if (known !== undefined && known.endtime > this.#options.clock()) return known;
    // Others that waited for the same ticket take the one that the first of them asked for.
    if (this.#tgt === before) this.#tgt = this.#authenticate(client);
    return this.#tgt as Promise<Credential>;
  }

  async #authenticate(client: NonNullable<KerberosLogonOptions['client']>): Promise<Credential> {
    const { etypes = DEFAULT_ETYPES, random } = this.#options;
    const exchange = new AsExchange({ ...client, etypes, random }, this.#options.clock());
    for (let send = exchange.start(); ; ) {
      const next = exchange.receive(await this.#ask(send), this.#options.clock());
      if ('credential' in next) return next.credential;
      send = next.send;
    }
  }

  #ask(request: Uint8Array): Promise<Uint8Array> {
    const { kdc } = this.#options;
    if (kdc === undefined)
      throw new SecurityError(
        'LOGON_DENIED',
        'Kerberos: a ticket has to be fetched, and no KDC was named to fetch it from',
      );
    return askKdc(request, { ...environmentOf(this.#options), ...kdc });
  }
}
