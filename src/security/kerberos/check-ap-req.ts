import { decodeMessage } from '../../codec/asn1/index.js';
import {
  AP_OPTIONS,
  AP_REQ,
  Authenticator,
  CKSUMTYPE,
  decodeGssChecksum,
  EncTicketPart,
  etypeName,
  type HostAddress,
  KEY_USAGE,
  MSG_TYPE,
  principalText,
  TICKET_FLAGS,
  type Ticket,
} from '../../codec/kerberos/index.js';
import type { Accounts } from '../accounts.js';
import { sameSecret } from '../crypto/hash.js';
import { decoded } from '../decoded.js';
import type { Identity, Milliseconds, Peer, RandomBytes } from '../provider.js';
import { accountSid } from '../sid.js';
import { open } from './encrypted.js';
import { KerberosError } from './error.js';
import { KerberosKey } from './key.js';
import { candidates, type ServiceKey, whyNone } from './keys.js';
import { checkPacSignatures, pacOf, readPac } from './pac.js';
import type { ReplayCache } from './replay-cache.js';

/** What a server asks of an AP-REQ. */
export interface ApReqRules {
  readonly keys: readonly ServiceKey[];
  readonly random: RandomBytes;
  readonly maxClockSkew: Milliseconds;
  readonly replays: ReplayCache | undefined;
  /** Service names that are taken, `RPCSS/server.lab.example`; any that a key opens where absent, as Windows does. */
  readonly services?: readonly string[];
  /** False: a ticket without PAC is refused. True where absent: its client is looked up by name. */
  readonly withoutPac?: boolean;
  /** Where the client of a ticket without PAC is looked up. */
  readonly accounts?: Accounts;
  /** MD5 of the channel bindings that a client has to have put into its checksum. */
  readonly channelBindings?: Uint8Array;
}

/** [MS-KILE] 3.1.1.2, RFC 4120 3.2.3: five minutes. */
export const DEFAULT_SKEW: Milliseconds = 300_000;

/** What an AP-REQ that was taken says. */
export interface AcceptedRequest {
  readonly sessionKey: KerberosKey;
  readonly subkey: KerberosKey | undefined;
  readonly sequence: number;
  readonly flags: number;
  readonly ctime: number;
  readonly cusec: number;
  readonly identity: Identity;
  readonly notes: readonly string[];
}

/** RFC 4120 3.2.3, in its order. Throws `KerberosError` with the check that refused. */
export function checkApReq(
  message: Uint8Array,
  rules: ApReqRules,
  peer: Peer | undefined,
  now: Milliseconds,
): AcceptedRequest {
  const request = decoded(() => decodeMessage(AP_REQ, message));
  checkHead(request);
  const { ticket } = request;
  const { service, part } = openTicket(ticket, rules);
  const sessionKey = KerberosKey.of(part.key);
  const authenticator = open(Authenticator, sessionKey, KEY_USAGE.AP_REQ_AUTHENTICATOR, request.authenticator);
  if (authenticator === undefined)
    throw new KerberosError('KRB_AP_ERR_MODIFIED', "the authenticator does not open with the ticket's session key");
  checkClient(part, authenticator, peer);
  checkTimes(part, authenticator, rules.maxClockSkew, now);
  rules.replays?.requireFresh(request.authenticator.cipher, now);
  const { flags, bindings } = gssFlags(authenticator);
  checkBindings(bindings, rules);
  const { identity, notes } = identify(part, service, rules);
  return {
    sessionKey,
    subkey: authenticator.subkey && KerberosKey.of(authenticator.subkey),
    sequence: authenticator.seq_number ?? 0,
    flags,
    ctime: authenticator.ctime,
    cusec: authenticator.cusec,
    identity,
    notes: [`ticket for ${principalText(ticket.sname)}@${ticket.realm}, ${etypeName(sessionKey.etype)}`, ...notes],
  };
}

function checkHead({ pvno, msg_type, ap_options, ticket }: AP_REQ): void {
  if (pvno !== 5 || ticket.tkt_vno !== 5)
    throw new KerberosError('KRB_AP_ERR_BADVERSION', `version ${pvno}, of the ticket ${ticket.tkt_vno}`);
  if (msg_type !== MSG_TYPE.AP_REQ)
    throw new KerberosError('KRB_AP_ERR_MSG_TYPE', `message type ${msg_type} in an AP-REQ`);
  if ((ap_options & AP_OPTIONS.USE_SESSION_KEY) !== 0)
    throw new KerberosError('KRB_AP_ERR_NOKEY', 'user-to-user authentication, which is not offered here');
}

function openTicket(ticket: Ticket, { keys, services }: ApReqRules): { service: ServiceKey; part: EncTicketPart } {
  const name = principalText(ticket.sname);
  if (services !== undefined && !services.some((known) => known.toUpperCase() === name.toUpperCase()))
    throw new KerberosError('KRB_AP_ERR_NOT_US', `a ticket for ${name}, which is not a service of this server`);
  for (const service of candidates(keys, ticket)) {
    const part = open(EncTicketPart, service.key, KEY_USAGE.TICKET, ticket.enc_part);
    if (part !== undefined) return { service, part };
  }
  throw whyNone(keys, ticket);
}

function checkClient(part: EncTicketPart, authenticator: Authenticator, peer: Peer | undefined): void {
  const names = [authenticator, part].map(({ crealm, cname }) => `${principalText(cname)}@${crealm}`);
  if (names[0] !== names[1])
    throw new KerberosError('KRB_AP_ERR_BADMATCH', `the authenticator is of ${names[0]}, the ticket of ${names[1]}`);
  const addresses = part.caddr ?? [];
  const address = peer?.address;
  if (addresses.length > 0 && address !== undefined && !addresses.some((known) => isAddress(known, address)))
    throw new KerberosError('KRB_AP_ERR_BADADDR', `the ticket is for other addresses than ${address}`);
}

/** RFC 4120 7.5.3: type 2 is IPv4. Types that cannot be compared with an address are passed over. */
function isAddress({ addr_type, address }: HostAddress, peer: string): boolean {
  return addr_type !== 2 || [...address].join('.') === peer.replace(/^::ffff:/, '');
}

function checkTimes(part: EncTicketPart, { ctime, cusec }: Authenticator, skew: Milliseconds, now: Milliseconds): void {
  const off = ctime + cusec / 1000 - now;
  if (Math.abs(off) > skew)
    throw new KerberosError(
      'KRB_AP_ERR_SKEW',
      `the authenticator is ${Math.round(off / 1000)} s away from the server's time`,
    );
  if ((part.starttime ?? part.authtime) - now > skew || (part.flags & TICKET_FLAGS.invalid) !== 0)
    throw new KerberosError('KRB_AP_ERR_TKT_NYV', 'the ticket is not yet valid');
  if (now - part.endtime > skew) {
    const detail = `the ticket ended at ${new Date(part.endtime).toISOString()}`;
    throw new KerberosError('KRB_AP_ERR_TKT_EXPIRED', detail);
  }
}

function gssFlags({ cksum }: Authenticator): { flags: number; bindings: Uint8Array } {
  if (cksum?.cksumtype !== CKSUMTYPE.GSS) {
    const found = cksum === undefined ? 'no checksum' : `a checksum of type ${cksum.cksumtype}`;
    throw new KerberosError('KRB_AP_ERR_INAPP_CKSUM', `the authenticator has ${found} instead of 0x8003`);
  }
  const { Flags, Bnd } = decoded(() => decodeGssChecksum(cksum.checksum));
  return { flags: Flags, bindings: Bnd };
}

function checkBindings(sent: Uint8Array, { channelBindings }: ApReqRules): void {
  if (channelBindings !== undefined && !sameSecret(sent, channelBindings))
    throw new KerberosError('KRB_AP_ERR_BADMATCH', 'the channel bindings are not those of this channel');
}

function identify(
  part: EncTicketPart,
  service: ServiceKey,
  rules: ApReqRules,
): { identity: Identity; notes: string[] } {
  const client = `client ${principalText(part.cname)}@${part.crealm}`;
  const pac = pacOf(part.authorization_data);
  if (pac === undefined) return { identity: withoutPac(part, rules), notes: [client, 'no PAC'] };
  const kdc = rules.keys.find(({ name }) => name[0]?.toLowerCase() === 'krbtgt');
  checkPacSignatures(pac, { server: service.key, kdc: kdc?.key });
  const { identity } = readPac(pac, part);
  return { identity, notes: [client, `PAC of ${identity.domain}\\${identity.user}, signature right`] };
}

function withoutPac({ cname, crealm }: EncTicketPart, { withoutPac: taken = true, accounts }: ApReqRules): Identity {
  const user = cname.name_string.join('/');
  if (!taken)
    throw new KerberosError('KRB_AP_ERR_BADMATCH', `the ticket of ${user} has no PAC, which the policy asks for`);
  const account = accounts?.find(crealm, user);
  if (account !== undefined) return { domain: account.domain, user: account.user, sid: account.sid, anonymous: false };
  const domain = crealm.split('.')[0] ?? crealm;
  return { domain, user, sid: accountSid(domain, user), anonymous: false };
}
