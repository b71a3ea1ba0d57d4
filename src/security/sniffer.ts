import type { Ticket } from '../codec/kerberos/index.js';
import { type KerberosKnowledge, kerberosPassive } from './kerberos/passive.js';
import { namedTicket, type TicketClient, ticketId } from './kerberos/ticket-client.js';
import { type KnownSecret, ntlmPassive } from './ntlm/passive.js';
import type { PassiveContext } from './provider.js';
import { spnegoPassive } from './spnego/passive.js';

/** Makes a context for each handshake that a capture shows, by its auth_type; undefined for types that are not known. */
export interface Sniffer {
  (authType: number): PassiveContext | undefined;
  /** Takes the messages of KDCs that the capture shows, from which it learns whose tickets are. */
  readonly kdcMessage?: (message: Uint8Array) => void;
}

/** What a sniffer knows of Kerberos: keys and tickets. */
export interface SnifferKnowledge extends Omit<KerberosKnowledge, 'clientOf'> {
  /** Passwords and NT hashes. */
  readonly secrets?: readonly KnownSecret[];
}

/** Follows NTLM, Kerberos and SPNEGO. Without any secret it still reads names and levels. */
export function sniffer({ secrets = [], ...kerberos }: SnifferKnowledge = {}): Sniffer {
  const clients = new TicketClients();
  const mechanisms = [
    ntlmPassive(secrets),
    kerberosPassive({ ...kerberos, clientOf: (ticket) => clients.find(ticket) }),
  ];
  const providers = new Map(
    [...mechanisms, spnegoPassive(mechanisms)].map((provider) => [provider.authType, provider]),
  );
  const kdcMessage = (message: Uint8Array): void => clients.take(message);
  return Object.assign((authType: number) => providers.get(authType)?.observe(), { kdcMessage });
}

/** Tickets whose client is remembered; the oldest are forgotten. */
const MAX_TICKETS = 65_536;

/** Whose tickets are, as KDCs have said. */
class TicketClients {
  readonly #byTicket = new Map<string, TicketClient>();

  take(message: Uint8Array): void {
    const named = namedTicket(message);
    if (named === undefined) return;
    this.#byTicket.set(named.ticket, named.client);
    const [oldest] = this.#byTicket.keys();
    if (this.#byTicket.size > MAX_TICKETS && oldest !== undefined) this.#byTicket.delete(oldest);
  }

  find(ticket: Ticket): TicketClient | undefined {
    return this.#byTicket.size === 0 ? undefined : this.#byTicket.get(ticketId(ticket));
  }
}
