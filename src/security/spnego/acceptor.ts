import { knownOptions } from '../../codec/known-options.js';
import { isNtlm } from '../../codec/ntlm/index.js';
import {
  decodeNegToken,
  encodeMechTypeList,
  encodeNegToken,
  HINT_NAME,
  NEG_STATE,
  type NegTokenInit,
  type NegTokenResp,
  OID,
  oidName,
} from '../../codec/spnego/index.js';
import { decoded } from '../decoded.js';
import { SecurityError } from '../error.js';
import type { AcceptorProvider, Leg, Milliseconds, Peer } from '../provider.js';
import { SPNEGO_AUTH_TYPE, SpnegoContext } from './context.js';
import { type Offer, offersOf } from './mechanisms.js';

/** How SPNEGO accepts, [MS-SPNG] 3.1. */
export interface SpnegoAcceptorOptions {
  /** In the server's order of preference, for its own NegTokenInit2; among those, the client's order decides. */
  readonly mechanisms: readonly AcceptorProvider[];
  /**
   * When a client has to prove the list that it sent. `windows`: where the mechanism asks for it, as NTLM with a MIC
   * does ([MS-SPNG] product note 8); `rfc4178`: only where the chosen mechanism is not the preferred one; `always`.
   */
  readonly mechListMic?: 'windows' | 'rfc4178' | 'always';
}

/** SPNEGO as a server offers it. */
export function spnegoAcceptor(options: SpnegoAcceptorOptions): AcceptorProvider {
  knownOptions('spnegoAcceptor', options, { mechanisms: true, mechListMic: true });
  const { mechanisms, mechListMic = 'windows' } = options;
  const offers = offersOf(mechanisms);
  return { authType: SPNEGO_AUTH_TYPE, oids: [], accept: (peer) => new SpnegoAcceptor(offers, mechListMic, peer) };
}

/** RFC 4178 with the variations of [MS-SPNG] 3.2. */
class SpnegoAcceptor extends SpnegoContext {
  readonly role = 'acceptor';
  readonly #offers: readonly Offer<AcceptorProvider>[];
  readonly #rule: NonNullable<SpnegoAcceptorOptions['mechListMic']>;
  readonly #peer: Peer | undefined;
  #list: Uint8Array | undefined;
  #raw = false;
  #mechanismDone = false;
  #mic = { required: false, sent: false, checked: false };

  constructor(
    offers: readonly Offer<AcceptorProvider>[],
    rule: NonNullable<SpnegoAcceptorOptions['mechListMic']>,
    peer: Peer | undefined,
  ) {
    super();
    this.#peer = peer;
    this.#offers = offers;
    this.#rule = rule;
  }

  protected leg(token: Uint8Array | undefined, now: Milliseconds): Leg {
    if (token === undefined || token.length === 0) {
      if (this.#list !== undefined || this.#raw)
        throw new SecurityError('BAD_TOKEN', 'SPNEGO: the client sent no token');
      return { token: this.#hints(), done: false };
    }
    if (this.#raw || (this.#list === undefined && isNtlm(token))) return this.#passThrough(token, now);
    const message = decoded(() => decodeNegToken(token));
    if (this.#list === undefined) {
      if (message.kind !== 'NegTokenInit')
        throw new SecurityError('BAD_TOKEN', 'SPNEGO: an answer before the question');
      return this.#begin(message, now);
    }
    if (message.kind !== 'NegTokenResp') throw new SecurityError('BAD_TOKEN', 'SPNEGO: a second NegTokenInit');
    return this.#continue(message, this.#list, now);
  }

  /** [MS-SPNG] 3.2.5.2: NegTokenInit2, for protocols in which the server speaks first. */
  #hints(): Uint8Array {
    return encodeNegToken({
      kind: 'NegTokenInit',
      framed: true,
      mechTypes: this.#offers.map(({ oid }) => oid),
      negHints: { hintName: HINT_NAME },
    });
  }

  /** [MS-SPNG] product note 8: Windows clients send NTLM without SPNEGO around it, too. */
  #passThrough(token: Uint8Array, now: Milliseconds): Leg {
    if (!this.#raw) {
      const ntlm = this.#offers.find(({ oid }) => oid === OID.NTLM);
      if (ntlm === undefined) throw new SecurityError('UNSUPPORTED', 'SPNEGO: raw NTLM, which is not offered here');
      this.#raw = true;
      this.mechanism = ntlm.provider.accept(this.#peer);
      this.notes.push('raw NTLM, no list of mechanisms');
    }
    const leg = this.mechanism?.step(token, now);
    if (leg === undefined) throw new SecurityError('BAD_TOKEN', 'SPNEGO: no mechanism');
    return leg;
  }

  /** RFC 4178 4.2.1: the first mechanism of the client's list that the server has too. */
  #begin(init: NegTokenInit, now: Milliseconds): Leg {
    const { mechTypes = [], mechToken } = init;
    const oid = mechTypes.find((type) => this.#offers.some((offer) => offer.oid === type));
    if (oid === undefined) {
      const offered = mechTypes.map(oidName).join(', ') || 'nothing';
      throw new SecurityError('UNSUPPORTED', `SPNEGO: the client offers ${offered}, none of which is known here`);
    }
    this.#list = init.mechTypeList ?? encodeMechTypeList(mechTypes);
    const { provider } = this.#offers.find((offer) => offer.oid === oid) as Offer<AcceptorProvider>;
    this.mechanism = provider.accept(this.#peer);
    this.notes.push(`chose ${oidName(oid)} of ${mechTypes.map(oidName).join(', ')}`);
    if (oid !== mechTypes[0]) {
      // The token is for a mechanism that is not used; the MICs have to show that the list is the client's.
      this.#mic.required = true;
      return this.#reply({ negState: NEG_STATE.REQUEST_MIC, supportedMech: oid });
    }
    if (mechToken === undefined) return this.#reply({ negState: NEG_STATE.ACCEPT_INCOMPLETE, supportedMech: oid });
    const out = this.#advance(mechToken, now);
    return this.#conclude({ supportedMech: oid, ...out }, this.#list);
  }

  #continue(response: NegTokenResp, list: Uint8Array, now: Milliseconds): Leg {
    if (response.negState === NEG_STATE.REJECT)
      throw new SecurityError('LOGON_DENIED', 'SPNEGO: the client gave up the handshake');
    const { responseToken, mechListMIC } = response;
    let out = {};
    if (!this.#mechanismDone) {
      if (responseToken === undefined) throw new SecurityError('BAD_TOKEN', 'SPNEGO: no token for the mechanism');
      out = this.#advance(responseToken, now);
    } else if (responseToken !== undefined) {
      throw new SecurityError('BAD_TOKEN', 'SPNEGO: a token for a mechanism that has finished');
    }
    if (mechListMIC !== undefined) {
      const passedOver = this.#micPassedOver(mechListMIC, responseToken);
      if (passedOver !== undefined) this.notes.push(`mechListMIC not looked at: ${passedOver}`);
      else {
        this.checkMechListMic(list, mechListMIC);
        this.#mic.checked = true;
      }
    }
    return this.#conclude(out, list);
  }

  /**
   * Why a mechListMIC is none: peers from before Vista send one beside the token of a mechanism that has not finished,
   * or the token once more in its place ([MS-SPNG] product note 8); and without NTLMSSP_NEGOTIATE_SIGN, as at CONNECT,
   * there is no key that it could be made by. Where one is required, it is still missing then.
   */
  #micPassedOver(mic: Uint8Array, responseToken: Uint8Array | undefined): string | undefined {
    if (!this.#mechanismDone) return 'it came before the mechanism had finished';
    if (responseToken !== undefined && Buffer.compare(mic, responseToken) === 0) return 'it is the token once more';
    return this.mechanism?.capabilities.integrity ? undefined : 'signing was not negotiated';
  }

  #advance(token: Uint8Array, now: Milliseconds): { readonly responseToken?: Uint8Array } {
    const leg = this.mechanism?.step(token, now);
    this.#mechanismDone = leg?.done === true;
    return leg?.token === undefined ? {} : { responseToken: leg.token };
  }

  #conclude(out: Omit<NegTokenResp, 'kind' | 'negState'>, list: Uint8Array): Leg {
    const { mechanism } = this;
    if (!this.#mechanismDone || mechanism === undefined)
      return this.#reply({ negState: NEG_STATE.ACCEPT_INCOMPLETE, ...out });
    const expected = this.#micExpected();
    const awaits = expected && !this.#mic.checked;
    // The MIC comes with the client's last token; another leg follows only where the mechanism's last token is the server's.
    if (awaits && out.responseToken === undefined)
      throw new SecurityError('BAD_MIC', 'mechListMIC: the client sent none, the list of mechanisms cannot be trusted');
    const mechListMIC = (expected || this.#mic.checked) && !this.#mic.sent ? mechanism.mic(list) : undefined;
    if (mechListMIC !== undefined) this.#mic.sent = true;
    const negState = awaits ? NEG_STATE.ACCEPT_INCOMPLETE : NEG_STATE.ACCEPT_COMPLETED;
    return this.#reply({ negState, ...out, ...(mechListMIC === undefined ? {} : { mechListMIC }) });
  }

  #micExpected(): boolean {
    const { mechanism } = this;
    if (mechanism === undefined || !mechanism.capabilities.integrity) return false;
    const byMechanism = this.#rule === 'windows' && mechanism.requiresMechListMic;
    return this.#mic.required || byMechanism || this.#rule === 'always';
  }

  #reply(response: Omit<NegTokenResp, 'kind'>): Leg {
    const token = encodeNegToken({ kind: 'NegTokenResp', ...response });
    return { token, done: response.negState === NEG_STATE.ACCEPT_COMPLETED };
  }
}
