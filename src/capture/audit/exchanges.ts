import type { Pdu } from '../../codec/rpce/index.js';
import type { Identity, PassiveContext } from '../../security/index.js';
import { userName } from '../decode/record.js';
import type { CapturedPdu } from '../pdu/pdu.js';
import { findingAt, type StreamFindings } from './findings.js';
import { seenApReq } from './kerberos.js';
import {
  isOfDomain,
  ntlmToken,
  type SeenAuthenticate,
  seenAuthenticate,
  seenChallenge,
  targetsAnother,
} from './ntlm.js';
import { placeOf } from './place.js';
import type { AuditFinding, AuditPlace } from './records.js';
import type { Leg, RelaySighting, RelayWatch } from './relay.js';

/** Exchanges of NTLM of one connection that are followed at the same time; real ones have one or two. */
const MAX_EXCHANGES = 64;

export interface ExchangesOptions {
  readonly relays: RelayWatch;
  readonly findings: StreamFindings;
  readonly emit: (finding: AuditFinding) => void;
}

/** The exchanges of one connection, by auth_context_id: what is weak in them, and whether they are relayed. */
export class AuditExchanges {
  #legs: Map<number, Leg> | undefined;
  readonly #options: ExchangesOptions;

  constructor(options: ExchangesOptions) {
    this.#options = options;
  }

  /** A PDU of a handshake with its token. `identity` is who the client says it is, once it has said so. */
  take(captured: CapturedPdu, auth: NonNullable<Pdu['auth']>, passive: PassiveContext | undefined): void {
    const identity = passive?.identity;
    const token = ntlmToken(auth.auth_type, auth.auth_value);
    if (token === undefined) return this.#kerberos(captured, auth, identity);
    const { octets, message } = token;
    const { relays } = this.#options;
    if (message.MessageType === 2) {
      this.#legs ??= new Map();
      if (this.#legs.size >= MAX_EXCHANGES) return;
      const leg = this.#begin(captured);
      leg.challenge = seenChallenge(octets, message);
      this.#legs.set(auth.auth_context_id, leg);
      relays.challenge(leg);
    } else if (message.MessageType === 3) {
      const leg = this.#legs?.get(auth.auth_context_id) ?? this.#begin(captured);
      leg.authenticate = seenAuthenticate(octets, message, leg.challenge);
      const user = identity === undefined ? null : userName(identity);
      this.#judge(captured, leg, leg.authenticate, user);
      if (passive?.mic === 'wrong' && !leg.authenticate.micMisplaced) this.#changed(captured, user);
      // What was judged is not needed any more, and the leg is remembered for long.
      if (leg.challenge !== undefined) leg.challenge = { ...leg.challenge, names: [] };
      const sighting = relays.authenticate(leg);
      if (sighting !== undefined) this.#relayed(sighting, identity);
    }
  }

  #kerberos(captured: CapturedPdu, { auth_type, auth_value }: NonNullable<Pdu['auth']>, identity?: Identity): void {
    const apReq = seenApReq(auth_type, auth_value);
    if (apReq === undefined) return;
    const sighting = this.#options.relays.apReq({ ...this.#begin(captured), apReq });
    if (sighting !== undefined) this.#relayed(sighting, identity);
  }

  /** The connection has ended. */
  end(): void {
    for (const leg of this.#legs?.values() ?? []) {
      const sighting = this.#options.relays.ended(leg);
      if (sighting !== undefined) this.#relayed(sighting, undefined);
    }
  }

  #begin(captured: CapturedPdu): Leg {
    return {
      place: placeOf(captured),
      clientAddress: captured.client.address,
      serverAddress: captured.server.address,
      seconds: captured.seconds,
      challenge: undefined,
      authenticate: undefined,
      matched: false,
      suspect: undefined,
    };
  }

  #judge(captured: CapturedPdu, leg: Leg, seen: SeenAuthenticate, user: string | null): void {
    const { findings } = this.#options;
    const place = (): AuditPlace => placeOf(captured);
    if (seen.kind === 'anonymous') {
      const detail = 'a null session: NTLM without a name, so nobody is authenticated';
      findings.add(place, { finding: 'anonymous', severity: 'warning', user, detail });
    } else if (seen.kind === 'NTLMv1') {
      const detail = `${seen.responseName}: broken by computation, has no MIC, and many servers refuse it`;
      findings.add(place, {
        finding: 'ntlmv1',
        severity: 'high',
        user,
        detail,
        facts: { response: seen.responseName },
      });
    } else if (seen.kind === 'NTLMv2' && !seen.micAnnounced) {
      const why =
        leg.challenge?.hasTimestamp === false
          ? '; the server sent no timestamp, without which clients send none ([MS-NLMP] 3.1.5.1.2)'
          : '';
      const detail = `the AUTHENTICATE_MESSAGE has no MIC: a man in the middle can change the negotiation${why}`;
      findings.add(place, { finding: 'missing-mic', severity: 'warning', user, detail });
    }
    if (seen.micMisplaced) {
      const detail =
        'the AUTHENTICATE_MESSAGE announces a MIC, and other fields stand where it belongs ([MS-NLMP] 2.2.1.3), as some clients send it: nothing can be said of changes';
      findings.add(place, { finding: 'misplaced-mic', severity: 'warning', user, detail });
    }
    if (seen.flagsRepeated) {
      const detail =
        'MsvAvFlags stands more than once in the response: a server that takes the other one looks for no MIC (CVE-2019-1166)';
      findings.add(place, { finding: 'repeated-av-flags', severity: 'high', user, detail });
    }
    const { target } = seen;
    if (target !== undefined && targetsAnother(target, leg.serverAddress, leg.challenge)) {
      const names = leg.challenge?.names ?? [];
      const known = names.length === 0 ? '' : `, which calls itself ${names.join(', ')}`;
      const facts = { target, names };
      const alias = isOfDomain(target, names);
      const what = alias ? 'an alias of it, such as that of a cluster, or a relay' : 'an alias, or a relay';
      const detail = `the client means ${target}, and talks to ${leg.serverAddress}${known}: ${what}`;
      findings.add(place, { finding: 'target-name', severity: alias ? 'info' : 'high', user, detail, facts });
    }
  }

  /** Only who knows the session key can make a MIC, and it covers all three messages. */
  #changed(captured: CapturedPdu, user: string | null): void {
    const detail = 'the MIC does not fit: one of the three NTLM messages was changed on the way to this server';
    const place = (): AuditPlace => placeOf(captured);
    this.#options.findings.add(place, { finding: 'wrong-mic', severity: 'high', user, detail });
  }

  #relayed({ first, second, by, chained, changed, authenticateChanged }: RelaySighting, identity?: Identity): void {
    const { emit } = this.#options;
    const user = identity === undefined ? null : userName(identity);
    const route = `${first.place.client} > ${first.place.server} and ${second.place.client} > ${second.place.server}`;
    const what = SAME[by];
    const doubt = chained
      ? `: ${middleOf(first, second)} is in the middle`
      : '; or one connection captured before and after an address translation';
    const facts = {
      by,
      chained,
      other_file: first.place.file,
      other_stream: first.place.stream,
      other_frame: first.place.frame,
      authenticate_changed: authenticateChanged,
    };
    const message = by === 'authenticator' ? 'AP-REQ' : 'AUTHENTICATE_MESSAGE';
    const altered = authenticateChanged ? `; the ${message} was changed on the way` : '';
    const detail = `${what} on two connections, ${route}${doubt}${altered}`;
    const severity = chained ? 'high' : 'warning';
    emit(findingAt(second.place, { finding: 'relay', severity, user, detail, facts }));
    if (changed === undefined) return;
    const difference = changed.length === 0 ? ['other names or padding'] : changed;
    const text = `the CHALLENGE_MESSAGE is not the same on both connections (${route}): ${difference.join('; ')}`;
    const more = { ...facts, differences: difference };
    emit(findingAt(second.place, { finding: 'challenge-changed', severity: 'high', user, detail: text, facts: more }));
  }
}

const SAME: Readonly<Record<RelaySighting['by'], string>> = {
  response: 'the same response to the same challenge',
  challenge: 'the same challenge',
  authenticator: 'the same authenticator of Kerberos',
};

const middleOf = (first: Leg, second: Leg): string =>
  first.serverAddress === second.clientAddress ? first.serverAddress : second.serverAddress;
