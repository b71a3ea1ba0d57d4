import {
  type EncKDCRepPart,
  EncTicketPart,
  KDC_OPTIONS,
  type KDC_REQ_BODY,
  KEY_USAGE,
  type PrincipalName,
  principalText,
  TICKET_FLAGS,
  type Ticket,
} from '../../../codec/kerberos/index.js';
import type { Milliseconds } from '../../provider.js';
import { findEncryptionType } from '../crypto/index.js';
import { close } from '../encrypted.js';
import { KerberosError } from '../error.js';
import { KerberosKey } from '../key.js';
import { wholeSecond } from '../time.js';
import { DEFAULT_ETYPES, type KdcPrincipal } from './directory.js';
import { makePac } from './make-pac.js';
import type { Realm } from './realm.js';

/** What a ticket is to say. */
export interface Issue {
  readonly body: KDC_REQ_BODY;
  readonly client: KdcPrincipal;
  readonly cname: PrincipalName;
  readonly flags: number;
  readonly authtime: Milliseconds;
  readonly now: Milliseconds;
  /** The end of the ticket that it is issued on. */
  readonly until: Milliseconds;
  readonly pac: boolean;
}

/** The key that a ticket for a service is encrypted with. */
interface Service {
  readonly sname: PrincipalName;
  readonly key: KerberosKey;
  readonly kvno: number;
  /** Types that the service takes a session key of. */
  readonly etypes: readonly number[];
}

const KRBTGT = 'KRBTGT';

/** RFC 4120 3.1.3 and 3.3.3: the service as it was asked for, however it was spelt. */
function serviceOf({ directory, krbtgt, realm }: Realm, { sname }: KDC_REQ_BODY): Service {
  const [service = '', instance = ''] = sname?.name_string ?? [];
  if (sname !== undefined && service.toUpperCase() === KRBTGT && instance.toUpperCase() === realm.toUpperCase())
    return { sname: { ...sname, name_string: ['krbtgt', realm] }, key: krbtgt, kvno: 1, etypes: DEFAULT_ETYPES };
  const found = sname && directory.service(sname.name_string);
  if (sname === undefined || found === undefined) {
    const name = sname === undefined ? 'nothing' : principalText(sname);
    throw new KerberosError('KDC_ERR_S_PRINCIPAL_UNKNOWN', `no account has the service name ${name}`);
  }
  const [key] = found.keys as [KerberosKey];
  return { sname, key, kvno: found.kvno, etypes: found.keys.map(({ etype }) => etype) };
}

/** RFC 4120 3.1.3: the client's first choice that the service can use too. */
function sessionKeyOf({ random }: Realm, { etype }: KDC_REQ_BODY, { etypes }: Service): KerberosKey {
  const chosen = etype.find((wanted) => etypes.includes(wanted) && findEncryptionType(wanted) !== undefined);
  if (chosen === undefined)
    throw new KerberosError(
      'KDC_ERR_ETYPE_NOSUPP',
      `the client offers ${etype.join(', ')}, the service takes ${etypes.join(', ')}`,
    );
  return KerberosKey.random(chosen, random);
}

const ASKED = [
  [KDC_OPTIONS.forwardable, TICKET_FLAGS.forwardable],
  [KDC_OPTIONS.renewable, TICKET_FLAGS.renewable],
] as const;

/** The ticket, and what its client is told about it. */
export function issue(realm: Realm, request: Issue): { readonly ticket: Ticket; readonly part: EncKDCRepPart } {
  const { body, client, cname, authtime, now } = request;
  const service = serviceOf(realm, body);
  const sessionKey = sessionKeyOf(realm, body, service);
  const flags = ASKED.reduce(
    (sum, [option, flag]) => ((body.kdc_options & option) === 0 ? sum : sum | flag),
    request.flags,
  );
  // RFC 4120 5.4.1: a till of 1970 asks for as long as possible.
  const asked = body.till === 0 ? Number.POSITIVE_INFINITY : body.till;
  const endtime = wholeSecond(Math.min(asked, now + realm.maxTicketLife, request.until));
  if (endtime <= now) throw new KerberosError('KDC_ERR_NEVER_VALID', 'the ticket would have ended before it began');
  const times = {
    authtime,
    starttime: now,
    endtime,
    ...((flags & TICKET_FLAGS.renewable) === 0
      ? {}
      : { renew_till: Math.min(body.rtime ?? endtime, now + 7 * realm.maxTicketLife) }),
  };
  const common = { key: sessionKey.value, flags, ...times };
  const { realm: name, random } = realm;
  const pac = request.pac
    ? {
        authorization_data: makePac({
          ...realm,
          account: client.account,
          authtime,
          serverKey: service.key,
          kdcKey: realm.krbtgt,
        }),
      }
    : {};
  const inside = { ...common, crealm: name, cname, transited: { tr_type: 1, contents: Buffer.alloc(0) }, ...pac };
  const sealing = { key: service.key, usage: KEY_USAGE.TICKET, random, kvno: service.kvno };
  const enc_part = close(EncTicketPart, inside, sealing);
  return {
    ticket: { tkt_vno: 5, realm: name, sname: service.sname, enc_part },
    part: {
      ...common,
      last_req: [{ lr_type: 0, lr_value: now }],
      nonce: body.nonce,
      srealm: name,
      sname: service.sname,
    },
  };
}
