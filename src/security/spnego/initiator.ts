import { isNtlm } from '../../codec/ntlm/index.js';
import {
  decodeNegToken,
  encodeMechTypeList,
  encodeNegToken,
  NEG_STATE,
  type NegTokenInit,
  type NegTokenResp,
  oidName,
} from '../../codec/spnego/index.js';
import { decoded } from '../decoded.js';
import { SecurityError } from '../error.js';
import type { InitiateOptions, InitiatorProvider, Leg, Milliseconds } from '../provider.js';
import { SPNEGO_AUTH_TYPE, SpnegoContext } from './context.js';
import { type Offer, offersOf } from './mechanisms.js';

/** SPNEGO as a client uses it, over mechanisms in its order of preference. */
export function spnegoInitiator(mechanisms: readonly InitiatorProvider[]): InitiatorProvider {
  const offers = offersOf(mechanisms);
  return {
    authType: SPNEGO_AUTH_TYPE,
    oids: [],
    prepare: async (options) => {
      for (const mechanism of mechanisms) await mechanism.prepare?.(options);
    },
    initiate: (options) => new SpnegoInitiator(offers, options),
  };
}

/** RFC 4178 with the variations of [MS-SPNG] 3.3. */
class SpnegoInitiator extends SpnegoContext {
  readonly role = 'initiator';
  #offers: readonly Offer<InitiatorProvider>[];
  readonly #options: InitiateOptions;
  #list: Uint8Array | undefined;
  #chosen: Offer<InitiatorProvider> | undefined;
  #answered = false;
  #mechanismDone = false;
  #mic = { required: false, sent: false, checked: false };

  constructor(offers: readonly Offer<InitiatorProvider>[], options: InitiateOptions) {
    super();
    this.#offers = offers;
    this.#options = options;
  }

  protected leg(token: Uint8Array | undefined, now: Milliseconds): Leg {
    if (this.#list === undefined) {
      if (token !== undefined && token.length > 0) this.#takeHints(token);
      return { token: this.#open(now), done: false };
    }
    if (token === undefined) throw new SecurityError('BAD_TOKEN', 'SPNEGO: the server sent no token');
    if (isNtlm(token)) throw new SecurityError('BAD_TOKEN', 'SPNEGO: the server answered with raw NTLM');
    const response = decoded(() => decodeNegToken(token));
    if (response.kind !== 'NegTokenResp')
      throw new SecurityError('BAD_TOKEN', 'SPNEGO: the server sent a NegTokenInit after the client had begun');
    return this.#answer(response, this.#list, now);
  }

  /** [MS-SPNG] 3.3.5.2: a server that speaks first names its mechanisms; those that it lacks are not offered. */
  #takeHints(token: Uint8Array): void {
    const hints = decoded(() => decodeNegToken(token));
    if (hints.kind !== 'NegTokenInit') throw new SecurityError('BAD_TOKEN', 'SPNEGO: an answer before the question');
    const { mechTypes } = hints;
    if (mechTypes !== undefined) this.#offers = this.#offers.filter(({ oid }) => mechTypes.includes(oid));
    if (this.#offers.length === 0)
      throw new SecurityError('UNSUPPORTED', 'SPNEGO: the server has none of the mechanisms offered');
  }

  /** RFC 4178 3.2 (a): the list, with a token of the preferred mechanism. */
  #open(now: Milliseconds): Uint8Array {
    const reachable = this.#offers.filter(({ provider }) => provider.canReach?.(this.#options, now) !== false);
    // Where none can, the first says why.
    this.#offers = reachable.length === 0 ? this.#offers : reachable;
    const oids = this.#offers.map(({ oid }) => oid);
    this.#list = encodeMechTypeList(oids);
    const mechToken = this.#begin(this.#offers[0] as Offer<InitiatorProvider>, now).token;
    const init: NegTokenInit = { kind: 'NegTokenInit', framed: true, mechTypes: oids };
    return encodeNegToken(mechToken === undefined ? init : { ...init, mechToken });
  }

  #begin(offer: Offer<InitiatorProvider>, now: Milliseconds): Leg {
    this.#chosen = offer;
    this.mechanism = offer.provider.initiate(this.#options);
    const leg = this.mechanism.step(undefined, now);
    this.#mechanismDone = leg.done;
    return leg;
  }

  #answer(response: NegTokenResp, list: Uint8Array, now: Milliseconds): Leg {
    const { negState, responseToken, mechListMIC } = response;
    if (negState === NEG_STATE.REJECT)
      throw new SecurityError('LOGON_DENIED', 'SPNEGO: the server rejected the handshake');
    if (negState === NEG_STATE.REQUEST_MIC) this.#mic.required = true;
    const restarted = this.#choose(response, now);
    const out = restarted ?? this.#advance(responseToken, now);
    if (mechListMIC !== undefined) {
      this.checkMechListMic(list, mechListMIC);
      this.#mic.checked = true;
    }
    const mic = this.#makeMic(list);
    const completed = negState === NEG_STATE.ACCEPT_COMPLETED;
    if (completed) this.#requireComplete();
    if (out === undefined && mic === undefined) {
      if (!completed) throw new SecurityError('BAD_TOKEN', 'SPNEGO: the server goes on, though nothing is left to say');
      return { done: true };
    }
    return { token: this.#reply(out, mic), done: completed };
  }

  /** RFC 4178 4.2.2: the first answer names the mechanism; a name in a later one is ignored ([MS-SPNG] 3.3.5). */
  #choose({ supportedMech }: NegTokenResp, now: Milliseconds): Uint8Array | undefined {
    if (this.#answered || supportedMech === undefined) {
      this.#answered = true;
      return undefined;
    }
    this.#answered = true;
    const offer = this.#offers.find(({ oid }) => oid === supportedMech);
    if (offer === undefined)
      throw new SecurityError('BAD_TOKEN', `SPNEGO: the server chose ${oidName(supportedMech)}, which was not offered`);
    if (offer.provider === this.#chosen?.provider) return undefined;
    // RFC 4178 5: where it is not the preferred mechanism, only MICs show that nobody took the better ones off the list.
    this.#mic.required = true;
    return this.#begin(offer, now).token;
  }

  #advance(responseToken: Uint8Array | undefined, now: Milliseconds): Uint8Array | undefined {
    if (responseToken === undefined || this.mechanism === undefined) return undefined;
    if (this.#mechanismDone) throw new SecurityError('BAD_TOKEN', 'SPNEGO: a token for a mechanism that has finished');
    const leg = this.mechanism.step(responseToken, now);
    this.#mechanismDone = leg.done;
    return leg.token;
  }

  #makeMic(list: Uint8Array): Uint8Array | undefined {
    const { mechanism } = this;
    if (mechanism === undefined || !this.#mechanismDone || this.#mic.sent) return undefined;
    const wanted = this.#mic.required || this.#mic.checked || mechanism.requiresMechListMic;
    if (!wanted || !mechanism.capabilities.integrity) return undefined;
    this.#mic.sent = true;
    return mechanism.mic(list);
  }

  /** RFC 4178 5: who sent a MIC gets one back; a server that leaves it out may not be the one that was spoken to. */
  #requireComplete(): void {
    if (this.mechanism?.established !== true)
      throw new SecurityError('BAD_TOKEN', 'SPNEGO: the server accepts before the mechanism has finished');
    const expected = (this.#mic.sent || this.#mic.required) && this.mechanism.capabilities.integrity;
    if (expected && !this.#mic.checked)
      throw new SecurityError('BAD_MIC', 'mechListMIC: the server sent none, the list of mechanisms cannot be trusted');
  }

  /** As Windows sends it: accept-incomplete, though only the server's state counts. */
  #reply(responseToken: Uint8Array | undefined, mechListMIC: Uint8Array | undefined): Uint8Array {
    return encodeNegToken({
      kind: 'NegTokenResp',
      negState: NEG_STATE.ACCEPT_INCOMPLETE,
      ...(responseToken === undefined ? {} : { responseToken }),
      ...(mechListMIC === undefined ? {} : { mechListMIC }),
    });
  }
}
