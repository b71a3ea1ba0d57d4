import { decodeMessage } from '../../codec/asn1/index.js';
import { EncryptedData as EncryptedDataType } from '../../codec/kerberos/basic.js';
import {
  AP_REQ,
  AS_REP,
  AS_REQ,
  Authenticator,
  decodeEncKDCRepPart,
  type EncKDCRepPart,
  type EncryptedData,
  ETYPE_INFO2,
  KDC_OPTIONS,
  type KDC_REP,
  KDC_REQ_BODY,
  KERB_PA_PAC_REQUEST,
  KEY_USAGE,
  KRB_ERR,
  KRB_ERROR,
  METHOD_DATA,
  MSG_TYPE,
  PA,
  type PA_DATA,
  PA_ENC_TS_ENC,
  type PrincipalName,
  parsePrincipal,
  principalText,
  samePrincipal,
  serviceName,
  TGS_REP,
  TGS_REQ,
  TICKET_FLAGS,
  userName,
} from '../../codec/kerberos/index.js';
import { decoded } from '../decoded.js';
import { SecurityError } from '../error.js';
import type { Milliseconds, RandomBytes } from '../provider.js';
import { close } from './encrypted.js';
import { krbErrorText } from './error.js';
import { KerberosKey } from './key.js';
import type { Credential } from './tickets.js';
import { microseconds, wholeSecond } from './time.js';

/** Makes the client's key of a type; undefined where it has none. */
export type ClientKeys = (etype: number, salt: string, params: Uint8Array | undefined) => KerberosKey | undefined;

export interface AsOptions {
  readonly realm: string;
  readonly user: string;
  readonly keys: ClientKeys;
  /** In the client's order of preference. */
  readonly etypes: readonly number[];
  readonly random: RandomBytes;
  /** How long the ticket is to be good for; 10 hours where absent. */
  readonly lifetime?: Milliseconds;
}

/** What is to be done next: another request, or the ticket. */
export type Next = { readonly send: Uint8Array } | { readonly credential: Credential };

const HOUR = 3_600_000;

const refused = (what: string, reply: Uint8Array): SecurityError => {
  const error = decoded(() => decodeMessage(KRB_ERROR, reply));
  const unknown = error.error_code === KRB_ERR.KDC_ERR_S_PRINCIPAL_UNKNOWN;
  return new SecurityError(
    unknown ? 'UNKNOWN_SERVICE' : 'LOGON_DENIED',
    `Kerberos: the KDC refuses ${what}: ${krbErrorText(error)}`,
  );
};

/** RFC 4120 3.1 without I/O: what to send to the KDC, and what its answers mean. */
export class AsExchange {
  readonly #options: AsOptions;
  readonly #body: KDC_REQ_BODY;
  #tried = false;

  constructor(options: AsOptions, now: Milliseconds) {
    this.#options = options;
    const { realm, user, etypes, random, lifetime = 10 * HOUR } = options;
    this.#body = {
      kdc_options: KDC_OPTIONS.forwardable | KDC_OPTIONS.canonicalize,
      cname: userName(user),
      realm,
      sname: serviceName('krbtgt', realm),
      till: now + lifetime,
      nonce: Buffer.from(random(4)).readUInt32BE() >>> 1,
      etype: etypes,
    };
  }

  /** The first request, without proof: the answer says with which salt the key is made. */
  start(): Uint8Array {
    return this.#request([]);
  }

  receive(reply: Uint8Array, now: Milliseconds): Next {
    const { user, realm } = this.#options;
    if (reply[0] !== KRB_ERROR.tag) return { credential: this.#conclude(decoded(() => decodeMessage(AS_REP, reply))) };
    const { error_code, e_data } = decoded(() => decodeMessage(KRB_ERROR, reply));
    const retry = error_code === KRB_ERR.KDC_ERR_PREAUTH_REQUIRED && e_data !== undefined && !this.#tried;
    if (!retry) throw refused(`a ticket to ${user}@${realm}`, reply);
    this.#tried = true;
    const key = this.#keyOf(
      decoded(() => decodeMessage(METHOD_DATA, e_data)),
      this.#body.etype,
    );
    const stamp = { patimestamp: wholeSecond(now), pausec: microseconds(now) };
    const sealed = close(PA_ENC_TS_ENC, stamp, {
      key,
      usage: KEY_USAGE.PA_ENC_TIMESTAMP,
      random: this.#options.random,
    });
    const proof = { padata_type: PA.ENC_TIMESTAMP, padata_value: EncryptedDataType.write(sealed) };
    return { send: this.#request([proof]) };
  }

  #request(proof: readonly PA_DATA[]): Uint8Array {
    const pac = { padata_type: PA.PAC_REQUEST, padata_value: KERB_PA_PAC_REQUEST.write({ include_pac: true }) };
    return AS_REQ.write({ pvno: 5, msg_type: MSG_TYPE.AS_REQ, padata: [...proof, pac], req_body: this.#body });
  }

  /** RFC 4120 5.2.7.5: the first entry of ETYPE-INFO2 that the client has a key for. */
  #keyOf(padata: readonly PA_DATA[], etypes: readonly number[]): KerberosKey {
    const { keys, realm, user } = this.#options;
    const value = padata.find(({ padata_type }) => padata_type === PA.ETYPE_INFO2)?.padata_value;
    const entries: ETYPE_INFO2 =
      value === undefined ? etypes.map((etype) => ({ etype })) : decoded(() => decodeMessage(ETYPE_INFO2, value));
    for (const { etype, salt = `${realm}${user}`, s2kparams } of entries) {
      const key = etypes.includes(etype) ? keys(etype, salt, s2kparams) : undefined;
      if (key !== undefined) return key;
    }
    const offered = entries.map(({ etype }) => etype).join(', ');
    throw new SecurityError(
      'LOGON_DENIED',
      `Kerberos: the KDC asks ${user}@${realm} for a key of type ${offered}, which it does not have`,
    );
  }

  #conclude(reply: KDC_REP): Credential {
    const key = this.#keyOf(reply.padata ?? [], [reply.enc_part.etype]);
    const part = openReply(key, KEY_USAGE.AS_REP, reply.enc_part);
    if (part === undefined)
      throw new SecurityError(
        'LOGON_DENIED',
        "Kerberos: the KDC's reply does not open: the password is another, or the KDC is",
      );
    return credentialOf(reply, part, this.#body.nonce);
  }
}

function openReply(key: KerberosKey, usage: number, data: EncryptedData): EncKDCRepPart | undefined {
  const plain = key.decrypt(usage, data);
  return plain && decoded(() => decodeEncKDCRepPart(plain));
}

/** RFC 4120 3.1.5: the answer has to be to this request, and about the ticket that came with it. */
function credentialOf(reply: KDC_REP, part: EncKDCRepPart, nonce: number): Credential {
  const { ticket, crealm, cname } = reply;
  if (part.nonce !== nonce) throw new SecurityError('BAD_TOKEN', "Kerberos: the KDC's reply is to another request");
  if (!samePrincipal(part.sname.name_string, ticket.sname.name_string))
    throw new SecurityError('BAD_TOKEN', 'Kerberos: the ticket is for another service than the KDC says');
  const { authtime, starttime = authtime, endtime, flags } = part;
  return { crealm, cname, ticket, key: KerberosKey.of(part.key), starttime, endtime, flags };
}

export interface TgsOptions {
  readonly tgt: Credential;
  /** `RPCSS/server.lab.example`. */
  readonly service: string;
  readonly etypes: readonly number[];
  readonly random: RandomBytes;
}

/** RFC 4120 3.3 without I/O. */
export class TgsExchange {
  readonly #options: TgsOptions;
  readonly #body: KDC_REQ_BODY;
  readonly #sname: PrincipalName;

  constructor(options: TgsOptions) {
    this.#options = options;
    const { tgt, service, etypes, random } = options;
    this.#sname = serviceName(...parsePrincipal(service).name);
    // A KDC refuses what the ticket-granting ticket does not have itself.
    const forwardable = (tgt.flags & TICKET_FLAGS.forwardable) === 0 ? 0 : KDC_OPTIONS.forwardable;
    this.#body = {
      kdc_options: forwardable | KDC_OPTIONS.canonicalize,
      realm: realmOf(tgt),
      sname: this.#sname,
      till: tgt.endtime,
      nonce: Buffer.from(random(4)).readUInt32BE() >>> 1,
      etype: etypes,
    };
  }

  start(now: Milliseconds): Uint8Array {
    const { tgt, random } = this.#options;
    const { key, crealm, cname, ticket } = tgt;
    const req_body = { ...this.#body, octets: KDC_REQ_BODY.write(this.#body) };
    const checksum = key.forUsage(KEY_USAGE.TGS_REQ_AUTHENTICATOR_CHECKSUM).checksum(req_body.octets);
    const authenticator = {
      authenticator_vno: 5,
      crealm,
      cname,
      cksum: { cksumtype: key.type.checksumType, checksum },
      ctime: wholeSecond(now),
      cusec: microseconds(now),
    };
    const header = AP_REQ.write({
      pvno: 5,
      msg_type: MSG_TYPE.AP_REQ,
      ap_options: 0,
      ticket,
      authenticator: close(Authenticator, authenticator, { key, usage: KEY_USAGE.TGS_REQ_AUTHENTICATOR, random }),
    });
    const padata = [{ padata_type: PA.TGS_REQ, padata_value: header }];
    return TGS_REQ.write({ pvno: 5, msg_type: MSG_TYPE.TGS_REQ, padata, req_body });
  }

  receive(reply: Uint8Array): Credential {
    const { tgt, service } = this.#options;
    if (reply[0] === KRB_ERROR.tag) throw refused(`a ticket for ${service}`, reply);
    const message = decoded(() => decodeMessage(TGS_REP, reply));
    const part = openReply(tgt.key, KEY_USAGE.TGS_REP_SESSION_KEY, message.enc_part);
    if (part === undefined)
      throw new SecurityError('BAD_TOKEN', "Kerberos: the KDC's reply does not open with the session key");
    const credential = credentialOf(message, part, this.#body.nonce);
    const [given = '', realm = ''] = part.sname.name_string;
    if (given.toLowerCase() === 'krbtgt' && !samePrincipal(part.sname.name_string, this.#sname.name_string)) {
      const detail = `Kerberos: ${service} is in the realm ${realm}, to which the KDC of ${realmOf(tgt)} refers; referrals are not followed`;
      throw new SecurityError('UNSUPPORTED', detail);
    }
    if (!samePrincipal(part.sname.name_string, this.#sname.name_string))
      throw new SecurityError('BAD_TOKEN', `Kerberos: asked for ${service}, the KDC gave ${principalText(part.sname)}`);
    return credential;
  }
}

/** The realm whose KDC a ticket-granting ticket is for. */
const realmOf = ({ ticket }: Credential): string => ticket.sname.name_string[1] ?? ticket.realm;
