import type { Ticket } from '../codec/kerberos/index.js';
import { remember } from '../codec/remember.js';
import { type KerberosKnowledge, kerberosPassive } from './kerberos/passive.js';
import { type NamedTicket, namedTicket, type TicketClient, ticketId } from './kerberos/ticket-client.js';
import { type KnownSecret, ntlmPassive } from './ntlm/passive.js';
import type { PassiveContext } from './provider.js';
import { spnegoPassive } from './spnego/passive.js';

/** Makes a context for each handshake that a capture shows, by its auth_type; undefined for types that are not known. */
export interface Sniffer {
  (authType: number): PassiveContext | undefined;
  /** Takes the messages of KDCs that the capture shows, from which it learns whose tickets are. */
  readonly kdcMessage?: (message: Uint8Array) => void;
  /** It was given no secret, so that it reads names and levels, and opens nothing. */
  readonly secretless?: boolean;
}

/** What a sniffer knows of Kerberos: keys and tickets. */
export interface SnifferKnowledge extends Omit<KerberosKnowledge, 'clientOf'> {
  /** Passwords and NT hashes. */
  readonly secrets?: readonly KnownSecret[];
  /** The clients of tickets; a map of its own where absent. */
  readonly names?: TicketNames;
}

/** Remembers whose tickets are, as KDCs have said, for all captures that it is told of. */
export interface TicketNames {
  take(named: NamedTicket): void;
  /** By what `NamedTicket` calls a ticket. */
  find(ticket: string): TicketClient | undefined;
  /** There is none to be found. */
  readonly empty: boolean;
}

/** Follows NTLM, Kerberos and SPNEGO. Without any secret it still reads names and levels. */
export function sniffer({ secrets = [], names = new TicketNameTable(), ...kerberos }: SnifferKnowledge = {}): Sniffer {
  const clientOf = (ticket: Ticket) => (names.empty ? undefined : names.find(ticketId(ticket)));
  const mechanisms = [ntlmPassive(secrets), kerberosPassive({ ...kerberos, clientOf })];
  const providers = new Map(
    [...mechanisms, spnegoPassive(mechanisms)].map((provider) => [provider.authType, provider]),
  );
  const kdcMessage = (message: Uint8Array): void => {
    const named = namedTicket(message);
    if (named !== undefined) names.take(named);
  };
  const { keys = [], credentials = [] } = kerberos;
  const secretless = secrets.length + keys.length + credentials.length === 0;
  return Object.assign((authType: number) => providers.get(authType)?.observe(), { kdcMessage, secretless });
}

/** Tickets whose client is remembered; the oldest are forgotten. */
const MAX_TICKETS = 65_536;

/** The names of the latest tickets. */
export class TicketNameTable implements TicketNames {
  readonly #byTicket = new Map<string, TicketClient>();

  get empty(): boolean {
    return this.#byTicket.size === 0;
  }

  get all(): readonly NamedTicket[] {
    return [...this.#byTicket].map(([ticket, client]) => ({ ticket, client }));
  }

  take({ ticket, client }: NamedTicket): void {
    remember(this.#byTicket, ticket, client, MAX_TICKETS);
  }

  find(ticket: string): TicketClient | undefined {
    return this.#byTicket.get(ticket);
  }
}
