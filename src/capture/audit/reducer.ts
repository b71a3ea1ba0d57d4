import { remember } from '../../codec/remember.js';
import type { PatchLevel } from '../../hardening/timeline.js';
import { callbackFinding } from './call-findings.js';
import { ActivatedPairs } from './callbacks.js';
import type { AuditEvent, SeenActivation, SeenFinding, SeenLeg, SeenUser, TakeEvent } from './events.js';
import { findingAt, findingKey } from './findings.js';
import { type JudgedServer, judgementOf } from './judge.js';
import { addressOf } from './place.js';
import type { AuditedActivation, AuditFinding, AuditItem } from './records.js';
import { type Leg, type RelaySighting, RelayWatch } from './relay.js';
import { relayFindings } from './relay-findings.js';

/** Tickets whose client is remembered; the oldest are forgotten. */
const MAX_TICKETS = 65_536;
/** Exchanges of one capture whose end has not come. */
const MAX_EXCHANGES = 65_536;

/**
 * The result of captures together, made from the events of each, in their order: all that an audit knows beyond one
 * stream stands here, so that captures may be read by anybody, anywhere, and their events be brought here later.
 */
export class AuditReducer {
  readonly #server: JudgedServer;
  readonly #relays = new RelayWatch();
  readonly #pairs = new ActivatedPairs();
  readonly #clients = new Map<string, string>();

  constructor(server: JudgedServer) {
    this.#server = server;
  }

  /** Of the server that activations are held against. */
  get patchLevel(): PatchLevel {
    return this.#server.patchLevel;
  }

  /** Takes the events of one capture, or of files that belong together, after those of the last one. */
  capture(item: (item: AuditItem) => void): TakeEvent {
    const exchanges = new Map<number, Leg>();
    return (event) => {
      for (const each of this.#itemsOf(event, exchanges)) item(each);
    };
  }

  #itemsOf(event: AuditEvent, exchanges: Map<number, Leg>): readonly AuditItem[] {
    switch (event.kind) {
      case 'ticket':
        remember(this.#clients, event.ticket, event.user, MAX_TICKETS);
        return NOTHING;
      case 'asked':
        return this.#callback(event);
      case 'attempt':
        return this.#named([this.#pairs.attempted(event.place, event.outcome)]);
      case 'activation':
        return [this.#activation(event.activation)];
      case 'findings':
        return this.#findings(event.findings);
      case 'challenge': {
        const leg = { ...begun(event.leg), challenge: event.challenge };
        remember(exchanges, event.exchange, leg, MAX_EXCHANGES);
        this.#relays.challenge(leg);
        return NOTHING;
      }
      case 'authenticate': {
        const leg = exchanges.get(event.exchange) ?? begun(event.leg);
        leg.authenticate = event.authenticate;
        leg.target ??= event.leg.target;
        return this.#relayed(this.#relays.authenticate(leg), event.user);
      }
      case 'ap-req':
        return this.#relayed(this.#relays.apReq({ ...begun(event.leg), apReq: event.apReq }), event.user);
      case 'exchange-end': {
        const leg = exchanges.get(event.exchange);
        exchanges.delete(event.exchange);
        return this.#relayed(leg && this.#relays.ended(leg), null);
      }
    }
  }

  #callback({ place }: Extract<AuditEvent, { kind: 'asked' }>): readonly AuditItem[] {
    const [client, server] = [addressOf(place.client), addressOf(place.server)];
    if (!this.#pairs.isCallback(client, server)) return NOTHING;
    return this.#named([findingAt(place, callbackFinding(client, server))]);
  }

  #activation({ answer, status, outcome, ...seen }: SeenActivation): AuditedActivation {
    if (answer === 'accepted' || answer === 'unreadable')
      this.#pairs.activated(addressOf(seen.client), addressOf(seen.server));
    const judgement = judgementOf({ ...seen, answer, status, outcome }, this.#server);
    return { ...seen, user: this.#nameOf(seen.user), ...judgement, answer, status, outcome };
  }

  /** Of one stream: those that are told apart only by tickets of one client are one. */
  #findings(found: readonly SeenFinding[]): readonly AuditFinding[] {
    const named = this.#named(found);
    if (!found.some(({ user }) => typeof user === 'object' && user !== null)) return named;
    const byKey = new Map<string, AuditFinding>();
    for (const each of named) {
      const key = findingKey(each);
      const before = byKey.get(key);
      byKey.set(key, before === undefined ? each : { ...before, count: before.count + each.count });
    }
    return [...byKey.values()];
  }

  #relayed(sighting: RelaySighting | undefined, user: SeenUser): readonly AuditFinding[] {
    return sighting === undefined ? NOTHING : this.#named(relayFindings(sighting, user));
  }

  #named(found: readonly (SeenFinding | undefined)[]): readonly AuditFinding[] {
    return found.filter((each) => each !== undefined).map((each) => ({ ...each, user: this.#nameOf(each.user) }));
  }

  #nameOf(user: SeenUser): string | null {
    return typeof user === 'object' && user !== null ? (this.#clients.get(user.ticket) ?? null) : user;
  }
}

const NOTHING: readonly never[] = [];

const begun = (leg: SeenLeg): Leg => ({
  ...leg,
  challenge: undefined,
  authenticate: undefined,
  matched: false,
  suspect: undefined,
});
