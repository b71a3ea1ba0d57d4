import type { HeardMessage, PassiveContext } from '../../security/index.js';
import type { SeenLeg, SeenUser, TakeEvent } from './events.js';
import type { StreamFindings } from './findings.js';
import { apReqIn, type SeenApReq, seenApReq } from './kerberos.js';
import { ntlmToken, type SeenAuthenticate, type SeenChallenge, seenAuthenticate, seenChallenge } from './ntlm.js';
import { placeOf, type Seen, seenUser } from './place.js';
import { weaknessesOf, wrongMic } from './weaknesses.js';

/** Exchanges of NTLM of one connection that are followed at the same time; real ones have one or two. */
const MAX_EXCHANGES = 64;

export interface ExchangesOptions {
  readonly tell: TakeEvent;
  /** Weaknesses of exchanges are added to it; where it is absent, only relays are looked for. */
  readonly findings?: StreamFindings;
  /** A number that no other exchange of the capture has. */
  readonly nextExchange: () => number;
}

/** One exchange as it goes on. */
interface Exchange {
  readonly exchange: number;
  readonly leg: SeenLeg;
  readonly challenge: SeenChallenge | undefined;
}

/** A token that one side of an exchange sends. */
export interface ExchangedToken {
  /** Which exchange of the connection: auth_context_id, or what another protocol tells them apart by. */
  readonly id: number | string;
  /** RPC_C_AUTHN_* */
  readonly authType: number;
  readonly octets: Uint8Array;
}

/** The exchanges of one connection: what is weak in them, and all of them for the search for relays. */
export class AuditExchanges {
  #exchanges: Map<number | string, Exchange> | undefined;
  readonly #options: ExchangesOptions;

  constructor(options: ExchangesOptions) {
    this.#options = options;
  }

  /**
   * A message with a token. `passive` has followed it, and knows who the client says it is once it has said so; `heard` is
   * what was read in the token, where somebody has read it.
   */
  take(
    seen: Seen,
    { id, authType, octets }: ExchangedToken,
    passive: PassiveContext | undefined,
    heard?: HeardMessage | undefined,
  ): void {
    const user = seenUser(passive);
    if (heard?.mechanism === 'Kerberos') return this.#kerberos(seen, seenApReq(heard), user);
    const token = heard ?? ntlmToken(authType, octets);
    if (token === undefined) return this.#kerberos(seen, apReqIn(authType, octets), user);
    const { message } = token;
    if (message.MessageType === 2) this.challenge(seen, id, seenChallenge(token.octets, message));
    else if (message.MessageType === 3) {
      const authenticate = seenAuthenticate(token.octets, message, this.#exchanges?.get(id)?.challenge);
      if (passive?.mic === 'wrong' && !authenticate.micMisplaced)
        this.#options.findings?.add(() => placeOf(seen), wrongMic(user));
      this.authenticate(seen, id, authenticate, user);
    }
  }

  challenge(seen: Seen, id: number | string, challenge: SeenChallenge): void {
    this.#exchanges ??= new Map();
    const before = this.#exchanges.get(id);
    if (before !== undefined) this.#ended(before);
    else if (this.#exchanges.size >= MAX_EXCHANGES) return;
    const begun = this.#begin(seen, challenge);
    this.#exchanges.set(id, begun);
    this.#options.tell({ kind: 'challenge', ...begun, challenge: withoutNames(challenge) });
  }

  authenticate(seen: Seen, id: number | string, authenticate: SeenAuthenticate, user: SeenUser): void {
    const { tell, findings } = this.#options;
    const begun = this.#exchanges?.get(id) ?? this.#begin(seen, undefined);
    if (findings !== undefined)
      for (const weak of weaknessesOf(begun, authenticate, user)) findings.add(() => placeOf(seen), weak);
    // The protocol may name the host that the client means only with the last message.
    const leg = { ...begun.leg, target: begun.leg.target ?? seen.target };
    tell({ kind: 'authenticate', exchange: begun.exchange, leg, authenticate, user });
  }

  #kerberos(seen: Seen, apReq: SeenApReq | undefined, user: SeenUser): void {
    if (apReq !== undefined) this.#options.tell({ kind: 'ap-req', leg: legAt(seen), apReq, user });
  }

  /** The connection has ended. */
  end(): void {
    for (const exchange of this.#exchanges?.values() ?? []) this.#ended(exchange);
  }

  #ended({ exchange }: Exchange): void {
    this.#options.tell({ kind: 'exchange-end', exchange });
  }

  #begin<C extends SeenChallenge | undefined>(seen: Seen, challenge: C) {
    return { exchange: this.#options.nextExchange(), leg: legAt(seen), challenge };
  }
}

const legAt = (seen: Seen): SeenLeg => ({
  place: placeOf(seen),
  clientAddress: seen.client.address,
  serverAddress: seen.server.address,
  seconds: seen.seconds,
  target: seen.target,
});

/** They are judged where they were seen, and what is told of a challenge is remembered for long. */
const withoutNames = (challenge: SeenChallenge): SeenChallenge => ({ ...challenge, names: [] });
