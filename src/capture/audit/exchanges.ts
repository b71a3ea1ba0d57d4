import type { Identity, PassiveContext } from '../../security/index.js';
import { userName } from '../decode/record.js';
import type { StreamFindings } from './findings.js';
import { seenApReq } from './kerberos.js';
import { ntlmToken, type SeenAuthenticate, type SeenChallenge, seenAuthenticate, seenChallenge } from './ntlm.js';
import { placeOf, type Seen } from './place.js';
import type { AuditFinding } from './records.js';
import type { Leg, RelaySighting, RelayWatch } from './relay.js';
import { relayFindings } from './relay-findings.js';
import { weaknessesOf, wrongMic } from './weaknesses.js';

/** Exchanges of NTLM of one connection that are followed at the same time; real ones have one or two. */
const MAX_EXCHANGES = 64;

export interface ExchangesOptions {
  readonly relays: RelayWatch;
  /** What is weak in exchanges is added to it; where it is absent, relays alone are looked for. */
  readonly findings?: StreamFindings;
  readonly emit: (finding: AuditFinding) => void;
}

/** A token that one side of an exchange sends. */
export interface ExchangedToken {
  /** Which exchange of the connection: auth_context_id, or what another protocol tells them apart by. */
  readonly id: number | string;
  /** RPC_C_AUTHN_* */
  readonly authType: number;
  readonly octets: Uint8Array;
}

/** The exchanges of one connection: what is weak in them, and whether they are relayed. */
export class AuditExchanges {
  #legs: Map<number | string, Leg> | undefined;
  readonly #options: ExchangesOptions;

  constructor(options: ExchangesOptions) {
    this.#options = options;
  }

  /** A message with a token. `passive` has followed it, and knows who the client says it is once it has said so. */
  take(seen: Seen, { id, authType, octets }: ExchangedToken, passive: PassiveContext | undefined): void {
    const identity = passive?.identity;
    const token = ntlmToken(authType, octets);
    if (token === undefined) return this.#kerberos(seen, authType, octets, identity);
    const { message } = token;
    if (message.MessageType === 2) this.challenge(seen, id, seenChallenge(token.octets, message));
    else if (message.MessageType === 3) {
      const authenticate = seenAuthenticate(token.octets, message, this.#legs?.get(id)?.challenge);
      if (passive?.mic === 'wrong' && !authenticate.micMisplaced)
        this.#options.findings?.add(() => placeOf(seen), wrongMic(nameOf(identity)));
      this.authenticate(seen, id, authenticate, identity);
    }
  }

  challenge(seen: Seen, id: number | string, challenge: SeenChallenge): void {
    this.#legs ??= new Map();
    const before = this.#legs.get(id);
    if (before !== undefined) this.#ended(before);
    else if (this.#legs.size >= MAX_EXCHANGES) return;
    const leg = this.#begin(seen);
    leg.challenge = challenge;
    this.#legs.set(id, leg);
    this.#options.relays.challenge(leg);
  }

  authenticate(seen: Seen, id: number | string, authenticate: SeenAuthenticate, identity?: Identity): void {
    const { relays, findings } = this.#options;
    const leg = this.#legs?.get(id) ?? this.#begin(seen);
    leg.authenticate = authenticate;
    if (findings !== undefined)
      for (const weak of weaknessesOf(leg, authenticate, nameOf(identity))) findings.add(() => placeOf(seen), weak);
    // What was judged is not needed any more, and the leg is remembered for long.
    if (leg.challenge !== undefined) leg.challenge = { ...leg.challenge, names: [] };
    // The protocol may name the host that the client means with the last message alone.
    leg.target ??= seen.target;
    this.#relayed(relays.authenticate(leg), identity);
  }

  #kerberos(seen: Seen, authType: number, octets: Uint8Array, identity: Identity | undefined): void {
    const apReq = seenApReq(authType, octets);
    if (apReq !== undefined) this.#relayed(this.#options.relays.apReq({ ...this.#begin(seen), apReq }), identity);
  }

  /** The connection has ended. */
  end(): void {
    for (const leg of this.#legs?.values() ?? []) this.#ended(leg);
  }

  #ended(leg: Leg): void {
    this.#relayed(this.#options.relays.ended(leg), undefined);
  }

  #begin(seen: Seen): Leg {
    return {
      place: placeOf(seen),
      clientAddress: seen.client.address,
      serverAddress: seen.server.address,
      seconds: seen.seconds,
      target: seen.target,
      challenge: undefined,
      authenticate: undefined,
      matched: false,
      suspect: undefined,
    };
  }

  #relayed(sighting: RelaySighting | undefined, identity: Identity | undefined): void {
    if (sighting === undefined) return;
    for (const finding of relayFindings(sighting, identity)) this.#options.emit(finding);
  }
}

const nameOf = (identity: Identity | undefined): string | null => (identity === undefined ? null : userName(identity));
