import { createHash } from 'node:crypto';
import { CodecError } from '../../codec/error.js';
import { AS_REP, decodeMessage, type PrincipalName, TGS_REP, type Ticket } from '../../codec/kerberos/index.js';
import type { Identity } from '../provider.js';

/** The client of a ticket, as its KDC told that client. */
export interface TicketClient {
  readonly crealm: string;
  readonly cname: PrincipalName;
}

/** The client of a ticket, and the ticket. */
export interface NamedTicket {
  /** As `ticketId` has it. */
  readonly ticket: string;
  readonly client: TicketClient;
}

/**
 * What the message of a KDC says of a ticket: RFC 4120 5.4.2 has the client's name in the clear beside the ticket that
 * it is given. Undefined for every other message, and for what cannot be read: what a capture of another protocol shows
 * on this port is no concern of DCOM.
 */
export function namedTicket(message: Uint8Array): NamedTicket | undefined {
  const type = [TGS_REP, AS_REP].find(({ tag }) => tag === message[0]);
  if (type === undefined) return undefined;
  try {
    const { ticket, crealm, cname } = decodeMessage(type, message);
    return { ticket: ticketId(ticket), client: { crealm, cname } };
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

/** Tells a ticket from every other, wherever it is seen. */
export const ticketId = ({ octets = new Uint8Array(0) }: Ticket): string =>
  createHash('sha256').update(octets).digest('base64');

/** A ticket's client as a sniffer names an identity. */
export const clientIdentity = ({ crealm, cname }: TicketClient): Identity => ({
  domain: crealm,
  user: cname.name_string.join('/'),
  sid: '',
  anonymous: false,
});
