import { decodeMessage } from '../../../codec/asn1/index.js';
import {
  AS_REP,
  EncASRepPart,
  EncryptedData,
  ETYPE_INFO2,
  type KDC_REQ,
  KERB_PA_PAC_REQUEST,
  KEY_USAGE,
  METHOD_DATA,
  MSG_TYPE,
  PA,
  type PA_DATA,
  PA_ENC_TS_ENC,
  TICKET_FLAGS,
} from '../../../codec/kerberos/index.js';
import { ETYPE } from '../../../codec/kerberos/numbers.js';
import { decoded } from '../../decoded.js';
import type { Milliseconds } from '../../provider.js';
import { close, open } from '../encrypted.js';
import { KerberosError } from '../error.js';
import type { KerberosKey } from '../key.js';
import { wholeSecond } from '../time.js';
import type { KdcPrincipal } from './directory.js';
import { issue } from './issue.js';
import type { Realm } from './realm.js';

/** RFC 4120 3.1.3: the client has to show that it has the key before it gets anything that the key opens. */
export class PreauthenticationError extends KerberosError {
  /** METHOD-DATA for the e-data of the error. */
  readonly methodData: Uint8Array;

  constructor(
    name: 'KDC_ERR_PREAUTH_REQUIRED' | 'KDC_ERR_PREAUTH_FAILED',
    detail: string,
    methods: readonly PA_DATA[],
  ) {
    super(name, detail);
    this.methodData = METHOD_DATA.write(methods);
  }
}

/** RFC 4120 3.1: gives a ticket to a client that proves, by the encrypted time, that it has its key. */
export function answerAs(realm: Realm, request: KDC_REQ, now: Milliseconds): { reply: Uint8Array; client: string } {
  const { req_body: body, padata = [] } = request;
  const client = body.cname && realm.directory.client(body.cname.name_string);
  if (client === undefined)
    throw new KerberosError('KDC_ERR_C_PRINCIPAL_UNKNOWN', 'no account has the name of the client');
  const usable = body.etype.flatMap((etype) => client.keys.find((key) => key.etype === etype) ?? []);
  if (usable.length === 0)
    throw new KerberosError(
      'KDC_ERR_ETYPE_NOSUPP',
      `the client offers ${body.etype.join(', ')}, for which it has no key`,
    );
  const key = requireTimestamp({ client, usable, padata, skew: realm.maxClockSkew, now });
  const cname = { name_type: body.cname?.name_type ?? 1, name_string: [client.account.user] };
  const flags = TICKET_FLAGS.initial | TICKET_FLAGS.pre_authent;
  const until = Number.POSITIVE_INFINITY;
  const { ticket, part } = issue(realm, {
    body,
    client,
    cname,
    flags,
    authtime: wholeSecond(now),
    now,
    until,
    pac: wantsPac(padata),
  });
  const sealing = { key, usage: KEY_USAGE.AS_REP, random: realm.random, kvno: client.kvno };
  const reply = AS_REP.write({
    pvno: 5,
    msg_type: MSG_TYPE.AS_REP,
    padata: [etypeInfo2(client, [key])],
    crealm: realm.realm,
    cname,
    ticket,
    enc_part: close(EncASRepPart, part, sealing),
  });
  return { reply, client: client.account.user };
}

const find = (padata: readonly PA_DATA[], type: number): Uint8Array | undefined =>
  padata.find(({ padata_type }) => padata_type === type)?.padata_value;

/** RFC 4120 5.2.7.5: RC4 has no salt. */
function etypeInfo2({ salt }: KdcPrincipal, keys: readonly KerberosKey[]): PA_DATA {
  const entries = keys.map(({ etype }) => (etype === ETYPE.RC4_HMAC ? { etype } : { etype, salt }));
  return { padata_type: PA.ETYPE_INFO2, padata_value: ETYPE_INFO2.write(entries) };
}

interface Claim {
  readonly client: KdcPrincipal;
  readonly usable: readonly KerberosKey[];
  readonly padata: readonly PA_DATA[];
  readonly skew: Milliseconds;
  readonly now: Milliseconds;
}

/** RFC 4120 5.2.7.2: the key with which the client encrypted the time. */
function requireTimestamp({ client, usable, padata, skew, now }: Claim): KerberosKey {
  const methods = [etypeInfo2(client, usable), { padata_type: PA.ENC_TIMESTAMP, padata_value: Buffer.alloc(0) }];
  const value = find(padata, PA.ENC_TIMESTAMP);
  if (value === undefined)
    throw new PreauthenticationError('KDC_ERR_PREAUTH_REQUIRED', 'the request has no encrypted timestamp', methods);
  const data = decoded(() => decodeMessage(EncryptedData, value));
  const key = usable.find(({ etype }) => etype === data.etype);
  const stamp = key && open(PA_ENC_TS_ENC, key, KEY_USAGE.PA_ENC_TIMESTAMP, data);
  if (key === undefined || stamp === undefined)
    throw new PreauthenticationError(
      'KDC_ERR_PREAUTH_FAILED',
      "the timestamp does not open with the client's key: a wrong password",
      methods,
    );
  const off = stamp.patimestamp - now;
  if (Math.abs(off) > skew)
    throw new KerberosError('KRB_AP_ERR_SKEW', `the client's clock is ${Math.round(off / 1000)} s away`);
  return key;
}

/** [MS-KILE] 2.2.3, 3.3.5.3: a PAC is in the ticket unless the client declines it. */
function wantsPac(padata: readonly PA_DATA[]): boolean {
  const value = find(padata, PA.PAC_REQUEST);
  return value === undefined || decoded(() => decodeMessage(KERB_PA_PAC_REQUEST, value)).include_pac;
}
