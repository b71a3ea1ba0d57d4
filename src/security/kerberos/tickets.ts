import { decodeMessage } from '../../codec/asn1/index.js';
import { type PrincipalName, Ticket } from '../../codec/kerberos/basic.js';
import type { Ccache } from '../../codec/kerberos/ccache.js';
import { parsePrincipal, samePrincipal } from '../../codec/kerberos/principal.js';
import { decoded } from '../decoded.js';
import type { Milliseconds } from '../provider.js';
import { findEncryptionType } from './crypto/index.js';
import { KerberosKey } from './key.js';

/** A ticket as a client holds it: with the session key, and what its KDC said of it. */
export interface Credential {
  readonly crealm: string;
  readonly cname: PrincipalName;
  readonly ticket: Ticket;
  readonly key: KerberosKey;
  readonly starttime: Milliseconds;
  readonly endtime: Milliseconds;
  readonly flags: number;
}

/** Where an initiator finds its tickets. It does no I/O: who owns the connection fetches them before. */
export interface TicketSource {
  find(service: string, now: Milliseconds): Credential | undefined;
}

/** The tickets of a cache file, without those of encryption types that this project lacks. */
export const ccacheCredentials = ({ credentials }: Ccache): readonly Credential[] =>
  credentials
    .filter(({ etype }) => findEncryptionType(etype) !== undefined)
    .map(({ client, etype, key, ticket, starttime, authtime, endtime, flags }) => ({
      crealm: client.realm,
      cname: { name_type: client.name_type, name_string: client.name },
      ticket: decoded(() => decodeMessage(Ticket, ticket)),
      key: new KerberosKey(etype, key),
      starttime: starttime || authtime,
      endtime,
      flags,
    }));

/** A service class by which Windows and its imitators know one machine account, [MS-DCOM] 3.2.4.1.1.2. */
const MACHINE_CLASSES = ['HOST', 'RPCSS', 'RPC', 'RESTRICTEDKRBHOST'];

/** Tickets in memory. */
export class TicketTable implements TicketSource {
  readonly #credentials: Credential[];

  constructor(credentials: readonly Credential[] = []) {
    this.#credentials = [...credentials];
  }

  /** A ticket takes the place of an older one of its service. */
  add(credential: Credential): void {
    const { name_string } = credential.ticket.sname;
    const older = this.#credentials.findIndex(({ ticket }) => samePrincipal(ticket.sname.name_string, name_string));
    if (older >= 0) this.#credentials.splice(older, 1);
    this.#credentials.push(credential);
  }

  /** The ticket of the very name, else one of another class of the same machine: `RPCSS/x` for `HOST/x`. */
  find(service: string, now: Milliseconds): Credential | undefined {
    const { name } = parsePrincipal(service);
    const fresh = this.#credentials.filter(({ endtime }) => endtime > now);
    const named = (wanted: readonly string[]) =>
      fresh.find(({ ticket }) => samePrincipal(ticket.sname.name_string, wanted));
    const [service_class = '', ...instance] = name;
    const others = MACHINE_CLASSES.includes(service_class.toUpperCase()) ? MACHINE_CLASSES : [];
    return named(name) ?? others.map((other) => named([other, ...instance])).find((found) => found !== undefined);
  }
}
