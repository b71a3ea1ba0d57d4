import { remember } from '../../codec/remember.js';
import type { SeenLeg } from './events.js';
import type { SeenApReq } from './kerberos.js';
import { challengeDifferences, type SeenAuthenticate, type SeenChallenge } from './ntlm.js';

/** One exchange of NTLM or Kerberos on one connection, as it goes on. */
export interface Leg extends SeenLeg {
  target?: string | undefined;
  challenge: SeenChallenge | undefined;
  authenticate: SeenAuthenticate | undefined;
  apReq?: SeenApReq;
  /** It is known to be one of two. */
  matched: boolean;
  /** The leg that had the same challenge before, where the addresses make a chain. */
  suspect: Leg | undefined;
}

/** Two legs of one exchange: in a chain the victim's first, else the one that was seen first. */
export interface RelaySighting {
  readonly first: Leg;
  readonly second: Leg;
  /**
   * By what a client makes once: its response to the challenge, its own challenge beside the server's, its authenticator.
   * Or by what others can have in common too, where the addresses make a chain: the server's challenge, the ticket.
   */
  readonly by: 'response' | 'client-challenge' | 'challenge' | 'authenticator' | 'ticket';
  /** The server of one leg is the client of the other: a man in the middle, not two captures of one connection. */
  readonly chained: boolean;
  /** What the man in the middle changed in the CHALLENGE_MESSAGE; undefined where it is the same, or not captured twice. */
  readonly changed: readonly string[] | undefined;
  /** The same of the AUTHENTICATE_MESSAGE, or the AP-REQ. */
  readonly authenticateChanged: boolean;
}

/** Exchanges that are remembered, over all files; the oldest give way. */
const MAX_LEGS = 16_384;
/** A relayed challenge goes on at once: a client that waits longer has given up. */
const AT_ONCE = 60;

/**
 * Finds one exchange on two connections. The rule: the same response to a challenge, or the same authenticator of
 * Kerberos, on two connections whose endpoints differ; or the same ServerChallenge or ticket within a minute, where the
 * server of the first connection is the client of the second one. The protocol that carries them, RPC or another, does
 * not matter. The same connection in two captures, a server whose challenges repeat, and a client that uses its ticket
 * again are none of it.
 */
export class RelayWatch {
  readonly #byResponse = new Map<string, Leg>();
  readonly #byNonce = new Map<string, Leg>();
  readonly #byTicket = new Map<string, Leg>();

  /** A CHALLENGE_MESSAGE: remembers which leg had it before. */
  challenge(leg: Leg): void {
    const { nonce } = leg.challenge as SeenChallenge;
    const before = this.#byNonce.get(nonce);
    if (before === undefined) remember(this.#byNonce, nonce, leg, MAX_LEGS);
    else if (chained(before, leg) && soon(before, leg)) leg.suspect = before;
  }

  /** An AUTHENTICATE_MESSAGE. */
  authenticate(leg: Leg): RelaySighting | undefined {
    const { response, clientChallenge } = leg.authenticate ?? {};
    const both = clientChallenge && leg.challenge && `${leg.challenge.nonce} ${clientChallenge}`;
    return this.#once(response, leg, 'response') ?? this.#once(both, leg, 'client-challenge');
  }

  /** An AP-REQ. */
  apReq(leg: Leg): RelaySighting | undefined {
    return this.#once(leg.apReq?.authenticator, leg, 'authenticator') ?? this.#ticket(leg);
  }

  /** Only who has the session key can make another authenticator: a chain with one ticket has changed it. */
  #ticket(leg: Leg): RelaySighting | undefined {
    const { ticket } = leg.apReq as SeenApReq;
    const before = this.#byTicket.get(ticket);
    remember(this.#byTicket, ticket, leg, MAX_LEGS);
    return before !== undefined && chained(before, leg) && soon(before, leg)
      ? sighting(before, leg, 'ticket')
      : undefined;
  }

  #once(key: string | undefined, leg: Leg, by: RelaySighting['by']): RelaySighting | undefined {
    if (key === undefined) return undefined;
    const before = this.#byResponse.get(key);
    if (before === undefined) {
      remember(this.#byResponse, key, leg, MAX_LEGS);
      return undefined;
    }
    return differ(before, leg) ? sighting(before, leg, by) : undefined;
  }

  /** The connection of a leg has ended: says so where only the challenge gave it away. */
  ended(leg: Leg): RelaySighting | undefined {
    const { suspect } = leg;
    return suspect === undefined || leg.matched || suspect.matched ? undefined : sighting(suspect, leg, 'challenge');
  }
}

function sighting(before: Leg, leg: Leg, by: RelaySighting['by']): RelaySighting {
  const [first, second] = leadsTo(leg, before) ? [leg, before] : [before, leg];
  first.matched = true;
  second.matched = true;
  const changed = unlike(first.challenge?.digest, second.challenge?.digest);
  return {
    first,
    second,
    by,
    chained: chained(first, second),
    changed: changed
      ? challengeDifferences(first.challenge as SeenChallenge, second.challenge as SeenChallenge)
      : undefined,
    authenticateChanged:
      unlike(first.authenticate?.digest, second.authenticate?.digest) ||
      unlike(first.apReq?.digest, second.apReq?.digest),
  };
}

const unlike = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a !== b;

const differ = (a: Leg, b: Leg): boolean => a.place.client !== b.place.client || a.place.server !== b.place.server;

const chained = (a: Leg, b: Leg): boolean => leadsTo(a, b) || leadsTo(b, a);

/** The server of one is the client of the next, and that is not all on one machine. */
const leadsTo = (a: Leg, b: Leg): boolean => a.serverAddress === b.clientAddress && a.clientAddress !== a.serverAddress;

const soon = (a: Leg, b: Leg): boolean => Math.abs(a.seconds - b.seconds) <= AT_ONCE;
