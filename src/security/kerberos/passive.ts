import { decodeMessage } from '../../codec/asn1/index.js';
import {
  AP_REP,
  AP_REQ,
  Authenticator,
  decodeGssChecksum,
  EncAPRepPart,
  EncTicketPart,
  etypeName,
  KEY_USAGE,
  KRB_ERROR,
  principalText,
  type Ticket,
  unframeKerberos,
} from '../../codec/kerberos/index.js';
import type { Side } from '../channel.js';
import { decoded } from '../decoded.js';
import { SecurityError } from '../error.js';
import { PassiveMechanism } from '../passive-mechanism.js';
import type { HeardMessage, PassiveProvider } from '../provider.js';
import { KERBEROS, KERBEROS_AUTH_TYPE, KERBEROS_OIDS } from './context.js';
import { open } from './encrypted.js';
import { krbErrorText } from './error.js';
import { KerberosKey } from './key.js';
import { candidates, type ServiceKey } from './keys.js';
import { checkPacSignatures, pacOf, readPac } from './pac.js';
import { KerberosSession } from './session.js';
import { clientIdentity, type TicketClient, ticketId } from './ticket-client.js';
import type { Credential } from './tickets.js';

/** What a sniffer knows beforehand. */
export interface KerberosKnowledge {
  /** Keys of services, which open tickets. */
  readonly keys?: readonly ServiceKey[];
  /** Tickets of clients with their session keys, which open what the clients do with them. */
  readonly credentials?: readonly Credential[];
  /** The client of a ticket, where a TGS-REP with the very same octets was seen. */
  readonly clientOf?: (ticket: Ticket) => TicketClient | undefined;
}

/** Kerberos as a sniffer follows it. */
export const kerberosPassive = (knowledge: KerberosKnowledge = {}): PassiveProvider => ({
  authType: KERBEROS_AUTH_TYPE,
  oids: KERBEROS_OIDS,
  observe: () => new KerberosPassive(knowledge),
});

/** What the authenticator said, and under which key. */
interface Request {
  readonly sessionKey: KerberosKey;
  readonly subkey: KerberosKey | undefined;
  readonly sequence: number;
}

class KerberosPassive extends PassiveMechanism {
  readonly authType = KERBEROS_AUTH_TYPE;
  readonly mic = undefined;
  ticket: string | undefined;
  readonly #knowledge: KerberosKnowledge;
  #request: Request | undefined;

  constructor(knowledge: KerberosKnowledge) {
    super(KERBEROS);
    this.#knowledge = knowledge;
  }

  protected take(from: Side, token: Uint8Array): HeardMessage | undefined {
    if (token.length === 0) return undefined;
    const { message } = decoded(() => unframeKerberos(token));
    if (message[0] === AP_REQ.tag) {
      const request = decoded(() => decodeMessage(AP_REQ, message));
      this.#takeRequest(request);
      return { mechanism: 'Kerberos', octets: message, message: request };
    }
    if (message[0] === KRB_ERROR.tag) this.#takeError(decoded(() => decodeMessage(KRB_ERROR, message)));
    else if (from === 'acceptor') this.#takeReply(decoded(() => decodeMessage(AP_REP, message)));
    else decoded(() => decodeMessage(AP_REP, message));
    return undefined;
  }

  #takeRequest({ ticket, authenticator }: AP_REQ): void {
    this.note(`ticket for ${principalText(ticket.sname)}@${ticket.realm}, under ${etypeName(ticket.enc_part.etype)}`);
    const sessionKey = this.#sessionKeyOf(ticket);
    if (sessionKey === undefined) {
      this.ticket = ticketId(ticket);
      this.#name(this.#knowledge.clientOf?.(ticket), 'the KDC gave this ticket to');
      return;
    }
    const opened = open(Authenticator, sessionKey, KEY_USAGE.AP_REQ_AUTHENTICATOR, authenticator);
    if (opened === undefined) {
      this.note("the authenticator does not open with the ticket's session key: it was changed");
      return;
    }
    this.#name(opened, 'client');
    if (opened.cksum !== undefined) {
      const { checksum } = opened.cksum;
      this.flags = decoded(() => decodeGssChecksum(checksum)).Flags;
    }
    const subkey = opened.subkey && KerberosKey.of(opened.subkey);
    this.#request = { sessionKey, subkey, sequence: opened.seq_number ?? 0 };
  }

  /** By a key of the service, which shows who the client is, or by the client's own ticket. */
  #sessionKeyOf(ticket: Ticket): KerberosKey | undefined {
    for (const service of candidates(this.#knowledge.keys ?? [], ticket)) {
      const part = open(EncTicketPart, service.key, KEY_USAGE.TICKET, ticket.enc_part);
      if (part === undefined) continue;
      this.#identify(part, service);
      return KerberosKey.of(part.key);
    }
    const { octets } = ticket;
    const own = octets && this.#knowledge.credentials?.find((known) => sameOctets(known.ticket.octets, octets));
    if (own === undefined && (this.#knowledge.keys ?? this.#knowledge.credentials) !== undefined)
      this.note('no known key opens the ticket: nothing is verified or unsealed');
    return own?.key;
  }

  #identify(part: EncTicketPart, service: ServiceKey): void {
    const pac = pacOf(part.authorization_data);
    if (pac === undefined) {
      this.note('no PAC');
      return;
    }
    this.identify(readPac(pac, part).identity);
    try {
      checkPacSignatures(pac, { server: service.key });
      this.note("the PAC's signature is right");
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      this.note(error.message);
    }
  }

  #name(client: TicketClient | undefined, how: string): void {
    if (client === undefined) return;
    this.note(`${how} ${principalText(client.cname)}@${client.crealm}`);
    if (this.identity === undefined) this.identify(clientIdentity(client));
  }

  #takeReply({ enc_part }: AP_REP): void {
    if (this.#request === undefined) return;
    const { sessionKey, subkey, sequence } = this.#request;
    const part = open(EncAPRepPart, sessionKey, KEY_USAGE.AP_REP, enc_part);
    if (part === undefined) {
      this.note('the AP-REP does not open with the session key: it was changed, or is of another handshake');
      return;
    }
    const acceptorKey = part.subkey && KerberosKey.of(part.subkey);
    const key = acceptorKey ?? subkey ?? sessionKey;
    const session = new KerberosSession({
      key,
      acceptorSubkey: acceptorKey !== undefined,
      sequence: { initiator: sequence, acceptor: part.seq_number ?? 0 },
      random: () => new Uint8Array(0),
      gaps: true,
    });
    this.conclude(session, key.value.keyvalue);
  }

  #takeError(error: KRB_ERROR): void {
    this.note(`the server answered ${krbErrorText(error)}`);
  }
}

const sameOctets = (a: Uint8Array | undefined, b: Uint8Array): boolean => a !== undefined && Buffer.compare(a, b) === 0;
