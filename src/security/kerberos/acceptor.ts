import { decodeMessage } from '../../codec/asn1/index.js';
import {
  AP_REP,
  EncAPRepPart,
  frameKerberos,
  GSS_C,
  KEY_USAGE,
  MSG_TYPE,
  TOK_ID,
  unframeKerberos,
} from '../../codec/kerberos/index.js';
import { knownOptions, type OptionNames } from '../../codec/known-options.js';
import { decoded } from '../decoded.js';
import { SecurityError } from '../error.js';
import type { AcceptorProvider, Leg, Milliseconds, Peer } from '../provider.js';
import { type AcceptedRequest, type ApReqRules, checkApReq, DEFAULT_SKEW } from './check-ap-req.js';
import { KERBEROS_AUTH_TYPE, KERBEROS_OIDS, KerberosContext } from './context.js';
import { open } from './encrypted.js';
import { KerberosError } from './error.js';
import { KerberosKey } from './key.js';
import { ReplayCache } from './replay-cache.js';

/** How a server takes Kerberos (RFC 4120 3.2.3). */
export interface KerberosAcceptorOptions extends Omit<ApReqRules, 'replays' | 'maxClockSkew'> {
  /** How far the authenticator's time may be from the server's; 5 minutes where absent (RFC 4120 3.2.3). */
  readonly maxClockSkew?: Milliseconds;
  /** False: the same authenticator is taken again, as by a server without a replay cache. */
  readonly replayCache?: boolean;
}

const OPTIONS: OptionNames<KerberosAcceptorOptions> = {
  ...{ keys: true, random: true, maxClockSkew: true, replayCache: true, services: true, withoutPac: true },
  ...{ accounts: true, channelBindings: true },
};

/** Kerberos as a server offers it. Replay is seen across all its contexts. */
export function kerberosAcceptor(options: KerberosAcceptorOptions): AcceptorProvider {
  knownOptions('kerberosAcceptor', options, OPTIONS);
  const { maxClockSkew = DEFAULT_SKEW, replayCache = true } = options;
  const rules: ApReqRules = {
    ...options,
    maxClockSkew,
    replays: replayCache ? new ReplayCache(maxClockSkew) : undefined,
  };
  return {
    authType: KERBEROS_AUTH_TYPE,
    oids: KERBEROS_OIDS,
    accept: (peer) => new KerberosAcceptor(rules, peer),
  };
}

interface Answered {
  readonly request: AcceptedRequest;
  readonly subkey: KerberosKey;
  readonly sequence: number;
}

/** AP-REQ in, AP-REP out, and in DCE style the client's AP-REP in ([MS-KILE] 3.4.5.1). */
class KerberosAcceptor extends KerberosContext {
  readonly role = 'acceptor';
  readonly #rules: ApReqRules;
  readonly #peer: Peer | undefined;
  #answered: Answered | undefined;

  constructor(rules: ApReqRules, peer: Peer | undefined) {
    super(rules.random);
    this.#rules = rules;
    this.#peer = peer;
  }

  protected leg(token: Uint8Array | undefined, now: Milliseconds): Leg {
    if (token === undefined || token.length === 0)
      throw new SecurityError('BAD_TOKEN', 'Kerberos: the client sent no token');
    if (this.#answered === undefined) return this.#accept(token, now);
    this.#conclude(token, this.#answered);
    return { done: true };
  }

  #accept(token: Uint8Array, now: Milliseconds): Leg {
    const { message, tokId } = decoded(() => unframeKerberos(token));
    if (tokId !== undefined && tokId !== TOK_ID.AP_REQ)
      throw new KerberosError(
        'KRB_AP_ERR_MSG_TYPE',
        `a token with TOK_ID ${tokId.toString(16).padStart(4, '0')} instead of an AP-REQ`,
      );
    const request = checkApReq(message, this.#rules, this.#peer, now);
    this.flags = request.flags;
    this.notes.push(...request.notes);
    const dceStyle = (request.flags & GSS_C.DCE_STYLE) !== 0;
    if (!dceStyle && (request.flags & GSS_C.MUTUAL) === 0) {
      // Nothing is answered: the client's key and numbers hold for both.
      this.#establish(request, request.subkey ?? request.sessionKey, false, 0);
      return { done: true };
    }
    const subkey = KerberosKey.random(request.sessionKey.etype, this.random);
    const sequence = Buffer.from(this.random(4)).readUInt32BE() >>> 2;
    const { ctime, cusec } = request;
    const part = { ctime, cusec, subkey: subkey.value, seq_number: sequence };
    const enc_part = request.sessionKey.encrypt(KEY_USAGE.AP_REP, EncAPRepPart.write(part), this.random);
    const reply = AP_REP.write({ pvno: 5, msg_type: MSG_TYPE.AP_REP, enc_part });
    if (!dceStyle) {
      this.#establish(request, subkey, true, sequence);
      return { token: frameKerberos(TOK_ID.AP_REP, reply), done: true };
    }
    this.#answered = { request, subkey, sequence };
    return { token: reply, done: false };
  }

  /** The client's AP-REP proves that it has read the server's; its time may be any, as Heimdal takes it. */
  #conclude(token: Uint8Array, { request, subkey, sequence }: Answered): void {
    const { message } = decoded(() => unframeKerberos(token));
    const reply = decoded(() => decodeMessage(AP_REP, message));
    if (reply.pvno !== 5) throw new KerberosError('KRB_AP_ERR_BADVERSION', `the third leg has version ${reply.pvno}`);
    if (reply.msg_type !== MSG_TYPE.AP_REP)
      throw new KerberosError('KRB_AP_ERR_MSG_TYPE', `the third leg has message type ${reply.msg_type}`);
    const part = open(EncAPRepPart, request.sessionKey, KEY_USAGE.AP_REP, reply.enc_part);
    if (part === undefined)
      throw new KerberosError('KRB_AP_ERR_MODIFIED', 'the third leg does not open with the session key');
    if (part.seq_number !== sequence) {
      const detail = `the third leg has sequence number ${part.seq_number}, the server sent ${sequence}`;
      throw new KerberosError('KRB_AP_ERR_BADORDER', detail);
    }
    this.#establish(request, subkey, true, sequence);
  }

  #establish(request: AcceptedRequest, key: KerberosKey, acceptorSubkey: boolean, acceptor: number): void {
    this.establish({
      flags: request.flags,
      key,
      acceptorSubkey,
      sequence: { initiator: request.sequence, acceptor },
      identity: request.identity,
    });
  }
}
