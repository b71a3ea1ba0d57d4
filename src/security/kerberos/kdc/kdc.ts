import { decodeMessage } from '../../../codec/asn1/index.js';
import { CodecError } from '../../../codec/error.js';
import {
  AS_REQ,
  ETYPE,
  type KDC_REQ,
  KRB_ERR,
  KRB_ERROR,
  type KrbErrorName,
  MSG_TYPE,
  type PrincipalName,
  principalText,
  serviceName,
  TGS_REQ,
} from '../../../codec/kerberos/index.js';
import { SecurityError } from '../../error.js';
import type { Milliseconds, RandomBytes } from '../../provider.js';
import { DEFAULT_SKEW } from '../check-ap-req.js';
import { KerberosError } from '../error.js';
import { KerberosKey } from '../key.js';
import type { ServiceKey } from '../keys.js';
import { microseconds, wholeSecond } from '../time.js';
import { answerAs, PreauthenticationError } from './as.js';
import { type KdcAccount, KdcDirectory } from './directory.js';
import type { Realm } from './realm.js';
import { answerTgs } from './tgs.js';

export interface KdcOptions {
  /** `LAB.EXAMPLE`. */
  readonly realm: string;
  /** The domain's NetBIOS name. */
  readonly domain: string;
  readonly accounts: readonly KdcAccount[];
  /** The key of krbtgt; a random one of AES-256 where absent. */
  readonly krbtgt?: KerberosKey;
  readonly random: RandomBytes;
  /** NetBIOS name of the domain controller, which PACs name; `DC` where absent. */
  readonly logonServer?: string;
  /** Of a ticket, at most; 10 hours where absent, as in a Windows domain. */
  readonly maxTicketLife?: Milliseconds;
  /** 5 minutes where absent. */
  readonly maxClockSkew?: Milliseconds;
}

/** What a request came to, for the operator of the KDC. */
export interface KdcEvent {
  readonly request: 'AS-REQ' | 'TGS-REQ' | 'unknown';
  readonly client: string;
  readonly service: string;
  /** `issued`, or the error that was answered. */
  readonly outcome: 'issued' | KrbErrorName;
  readonly reason?: string;
}

export interface KdcAnswer {
  /** Absent for what is no request at all. */
  readonly reply: Uint8Array | undefined;
  readonly event: KdcEvent;
}

const HOUR = 3_600_000;

/** A key distribution centre of one realm without I/O: RFC 4120 3.1 and 3.3, with the PACs of [MS-KILE] 3.3. */
export class Kdc {
  readonly #realm: Realm;

  constructor(options: KdcOptions) {
    const {
      realm,
      random,
      accounts,
      logonServer = 'DC',
      maxTicketLife = 10 * HOUR,
      maxClockSkew = DEFAULT_SKEW,
    } = options;
    const krbtgt = options.krbtgt ?? KerberosKey.random(ETYPE.AES256_CTS_HMAC_SHA1_96, random);
    const directory = new KdcDirectory(realm, accounts);
    this.#realm = {
      realm,
      domain: options.domain,
      random,
      logonServer,
      maxTicketLife,
      maxClockSkew,
      krbtgt,
      directory,
    };
  }

  /** The keys of an account, as a keytab for it would hold them. */
  keysOf(user: string): readonly ServiceKey[] {
    const { realm, directory } = this.#realm;
    const { keys = [], kvno = 1 } = directory.client([user]) ?? {};
    return keys.map((key) => ({ realm, name: [user], kvno, key }));
  }

  answer(request: Uint8Array, now: Milliseconds): KdcAnswer {
    try {
      return this.#answer(decodeMessage(request[0] === TGS_REQ.tag ? TGS_REQ : AS_REQ, request), now);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      const head = { request: 'unknown', client: '', service: '' } as const;
      return { reply: undefined, event: { ...head, outcome: 'KRB_ERR_GENERIC', reason: error.message } };
    }
  }

  #answer(request: KDC_REQ, now: Milliseconds): KdcAnswer {
    const { cname, sname, realm } = request.req_body;
    const tgs = request.octets?.[0] === TGS_REQ.tag;
    const head = { request: tgs ? 'TGS-REQ' : 'AS-REQ', client: nameOf(cname), service: nameOf(sname) } as const;
    let asking = head.client;
    const asks = (client: string): void => {
      asking = client;
    };
    try {
      if (realm.toUpperCase() !== this.#realm.realm.toUpperCase())
        throw new KerberosError('KDC_ERR_WRONG_REALM', `the realm ${realm} is not the one of this KDC`);
      const { reply, client } = (tgs ? answerTgs : answerAs)(this.#realm, request, now, asks);
      return { reply, event: { ...head, client, outcome: 'issued' } };
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      const outcome = error instanceof KerberosError ? error.krbError : 'KRB_ERR_GENERIC';
      const event = { ...head, client: asking, outcome, reason: error.message };
      return { reply: this.#error(outcome, request, error, now), event };
    }
  }

  /** RFC 4120 5.9.1. */
  #error(name: KrbErrorName, { req_body }: KDC_REQ, error: SecurityError, now: Milliseconds): Uint8Array {
    const { realm } = this.#realm;
    return KRB_ERROR.write({
      pvno: 5,
      msg_type: MSG_TYPE.KRB_ERROR,
      stime: wholeSecond(now),
      susec: microseconds(now),
      error_code: KRB_ERR[name],
      ...(req_body.cname === undefined ? {} : { crealm: req_body.realm, cname: req_body.cname }),
      realm,
      sname: req_body.sname ?? serviceName('krbtgt', realm),
      ...(error instanceof PreauthenticationError ? { e_data: error.methodData } : {}),
    });
  }
}

const nameOf = (name: PrincipalName | undefined): string => (name === undefined ? '' : principalText(name));
