import { decodeMessage } from '../../codec/asn1/index.js';
import {
  AP_OPTIONS,
  AP_REP,
  AP_REQ,
  Authenticator,
  CKSUMTYPE,
  EncAPRepPart,
  encodeGssChecksum,
  etypeName,
  GSS_C,
  KEY_USAGE,
  KRB_ERROR,
  MSG_TYPE,
  principalText,
  TOK_ID,
  unframeKerberos,
} from '../../codec/kerberos/index.js';
import { knownOptions, type OptionNames } from '../../codec/known-options.js';
import { isSignedLevel, RPC_C_AUTHN_LEVEL } from '../../codec/status/authn.js';
import { decoded } from '../decoded.js';
import { SecurityError } from '../error.js';
import type { InitiatorProvider, Leg, Milliseconds, RandomBytes } from '../provider.js';
import { KERBEROS_AUTH_TYPE, KERBEROS_OIDS, KerberosContext } from './context.js';
import { close, open } from './encrypted.js';
import { KerberosError, krbErrorText } from './error.js';
import { KerberosKey } from './key.js';
import type { Credential, TicketSource } from './tickets.js';
import { microseconds, wholeSecond } from './time.js';

/** How a client authenticates by Kerberos (RFC 4121). */
export interface KerberosInitiatorOptions {
  /** Where service tickets come from. */
  readonly tickets: TicketSource;
  readonly random: RandomBytes;
  /** GSS_C_* that are asked for, instead of those of Windows at this level. */
  readonly flags?: (level: number) => number;
  /** False: no subkey in the authenticator, as impacket does. */
  readonly subkey?: boolean;
  /** MD5 of the channel bindings; RPC over TCP has none. */
  readonly channelBindings?: Uint8Array;
}

/** Mutual authentication in DCE style at every level; integrity where packets are signed, confidentiality where sealed. */
export const kerberosFlags = (level: number): number =>
  GSS_C.DCE_STYLE |
  GSS_C.MUTUAL |
  GSS_C.REPLAY |
  GSS_C.SEQUENCE |
  (isSignedLevel(level) ? GSS_C.INTEG : 0) |
  (level >= RPC_C_AUTHN_LEVEL.PKT_PRIVACY ? GSS_C.CONF : 0);

const OPTIONS: OptionNames<KerberosInitiatorOptions> = {
  ...{ tickets: true, random: true, flags: true, subkey: true, channelBindings: true },
};

/** Kerberos as a client uses it. */
export function kerberosInitiator(options: KerberosInitiatorOptions): InitiatorProvider {
  knownOptions('kerberosInitiator', options, OPTIONS);
  const clock = new AuthenticatorClock();
  return {
    authType: KERBEROS_AUTH_TYPE,
    oids: KERBEROS_OIDS,
    canReach: ({ target }, now) => target !== undefined && options.tickets.find(target, now) !== undefined,
    initiate: ({ level, target }) => new KerberosInitiator(options, clock, level, target),
  };
}

/** Gives each authenticator of a client a time of its own, as RFC 4120 3.2.2 asks for. */
class AuthenticatorClock {
  #count = 0;

  next(now: Milliseconds): { readonly ctime: number; readonly cusec: number } {
    this.#count = (this.#count + 1) % 1000;
    return { ctime: wholeSecond(now), cusec: microseconds(now) + this.#count };
  }
}

interface Sent {
  readonly credential: Credential;
  readonly subkey: KerberosKey | undefined;
  readonly sequence: number;
  readonly ctime: number;
  readonly cusec: number;
}

/** RFC 4120 3.2, with the third leg of [MS-KILE] 3.4.5.1: AP-REQ out, AP-REP in, AP-REP out. */
class KerberosInitiator extends KerberosContext {
  readonly role = 'initiator';
  readonly #options: KerberosInitiatorOptions;
  readonly #clock: AuthenticatorClock;
  readonly #level: number;
  readonly #target: string | undefined;
  #sent: Sent | undefined;

  constructor(options: KerberosInitiatorOptions, clock: AuthenticatorClock, level: number, target: string | undefined) {
    super(options.random);
    this.#options = options;
    this.#clock = clock;
    this.#level = level;
    this.#target = target;
  }

  protected leg(token: Uint8Array | undefined, now: Milliseconds): Leg {
    if (this.#sent === undefined) {
      if (token !== undefined && token.length > 0)
        throw new SecurityError('BAD_TOKEN', 'Kerberos: the server spoke before the client');
      return { token: this.#request(now), done: false };
    }
    if (token === undefined || token.length === 0)
      throw new SecurityError('BAD_TOKEN', 'Kerberos: the server sent no AP-REP, so that it has not proved who it is');
    return { token: this.#answer(token, this.#sent, now), done: true };
  }

  #request(now: Milliseconds): Uint8Array {
    const credential = this.#credential(now);
    const { key, ticket, crealm, cname } = credential;
    const { random } = this;
    const subkey = this.#options.subkey === false ? undefined : KerberosKey.random(key.etype, random);
    const sequence = Buffer.from(random(4)).readUInt32BE() >>> 2;
    const time = this.#clock.next(now);
    this.flags = (this.#options.flags ?? kerberosFlags)(this.#level);
    const checksum = encodeGssChecksum({ Bnd: this.#options.channelBindings ?? Buffer.alloc(16), Flags: this.flags });
    const authenticator = {
      authenticator_vno: 5,
      crealm,
      cname,
      cksum: { cksumtype: CKSUMTYPE.GSS, checksum },
      ...time,
      seq_number: sequence,
      ...(subkey === undefined ? {} : { subkey: subkey.value }),
    };
    this.#sent = { credential, subkey, sequence, ...time };
    this.notes.push(`ticket for ${principalText(ticket.sname)}@${ticket.realm}, ${etypeName(key.etype)}`);
    return AP_REQ.write({
      pvno: 5,
      msg_type: MSG_TYPE.AP_REQ,
      ap_options: AP_OPTIONS.MUTUAL_REQUIRED,
      ticket,
      authenticator: close(Authenticator, authenticator, { key, usage: KEY_USAGE.AP_REQ_AUTHENTICATOR, random }),
    });
  }

  #credential(now: Milliseconds): Credential {
    if (this.#target === undefined)
      throw new SecurityError('UNSUPPORTED', 'Kerberos needs the name of a service, such as RPCSS/server.lab.example');
    const credential = this.#options.tickets.find(this.#target, now);
    if (credential === undefined) throw new SecurityError('LOGON_DENIED', `Kerberos: no ticket for ${this.#target}`);
    return credential;
  }

  #answer(token: Uint8Array, sent: Sent, now: Milliseconds): Uint8Array {
    const { credential, subkey } = sent;
    const { key } = credential;
    const reply = this.#reply(token);
    const part = open(EncAPRepPart, key, KEY_USAGE.AP_REP, reply.enc_part);
    if (part === undefined)
      throw new KerberosError(
        'KRB_AP_ERR_MODIFIED',
        'the AP-REP does not open: the server does not hold the session key',
      );
    if (part.ctime !== sent.ctime || part.cusec !== sent.cusec)
      throw new KerberosError('KRB_AP_ERR_MUT_FAIL', 'the AP-REP answers another AP-REQ');
    const acceptorKey = part.subkey && KerberosKey.of(part.subkey);
    const { random } = this;
    const answer = {
      ...this.#clock.next(now),
      ...(part.seq_number === undefined ? {} : { seq_number: part.seq_number }),
    };
    const third = close(EncAPRepPart, answer, { key, usage: KEY_USAGE.AP_REP, random });
    this.establish({
      flags: this.flags,
      key: acceptorKey ?? subkey ?? key,
      acceptorSubkey: acceptorKey !== undefined,
      sequence: { initiator: sent.sequence, acceptor: part.seq_number ?? 0 },
    });
    return AP_REP.write({ pvno: 5, msg_type: MSG_TYPE.AP_REP, enc_part: third });
  }

  #reply(token: Uint8Array) {
    const { message, tokId } = decoded(() => unframeKerberos(token));
    if (tokId === TOK_ID.KRB_ERROR || message[0] === KRB_ERROR.tag) {
      const error = decoded(() => decodeMessage(KRB_ERROR, message));
      throw new SecurityError('LOGON_DENIED', `Kerberos: the server answered ${krbErrorText(error)}`);
    }
    return decoded(() => decodeMessage(AP_REP, message));
  }
}
