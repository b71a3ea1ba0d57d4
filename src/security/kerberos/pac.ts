import { decodeMessage } from '../../codec/asn1/index.js';
import type { AuthorizationData, EncTicketPart } from '../../codec/kerberos/basic.js';
import {
  AD,
  AuthorizationData as AuthorizationDataType,
  decodeClientInfo,
  decodePac,
  decodeSignature,
  decodeUpnDnsInfo,
  type KERB_VALIDATION_INFO,
  KEY_USAGE,
  LOGON_INFO,
  type PAC_SIGNATURE_DATA,
  PAC_TYPE,
  type PacBuffer,
  type UPN_DNS_INFO,
} from '../../codec/kerberos/index.js';
import { sameSecret } from '../crypto/hash.js';
import { decoded } from '../decoded.js';
import { fromFileTime } from '../filetime.js';
import type { Identity } from '../provider.js';
import { findByChecksumType } from './crypto/index.js';
import { KerberosError } from './error.js';
import type { KerberosKey } from './key.js';

/** What a PAC says of its client. */
export interface PacContents {
  readonly identity: Identity;
  /** SIDs of the groups that the client is in. */
  readonly groups: readonly string[];
  readonly upn: UPN_DNS_INFO | undefined;
}

/** The octets of a ticket's PAC: [MS-PAC] 1.3 has it in an AD-WIN2K-PAC inside an AD-IF-RELEVANT. */
export function pacOf(data: AuthorizationData | undefined): Uint8Array | undefined {
  for (const { ad_type, ad_data } of data ?? []) {
    if (ad_type !== AD.IF_RELEVANT) continue;
    const inner = decoded(() => decodeMessage(AuthorizationDataType, ad_data));
    const pac = inner.find((element) => element.ad_type === AD.WIN2K_PAC);
    if (pac !== undefined) return pac.ad_data;
  }
  return undefined;
}

const first = (buffers: readonly PacBuffer[], type: number): PacBuffer | undefined =>
  buffers.find((buffer) => buffer.type === type);

/** [MS-PAC] 2.8.4 and 2.8.5: the signatures over the PAC as it is without them. Each key is checked where it is known. */
export function checkPacSignatures(
  pac: Uint8Array,
  keys: { readonly server: KerberosKey; readonly kdc?: KerberosKey | undefined },
): void {
  const buffers = decoded(() => decodePac(pac));
  const server = signatureIn(buffers, PAC_TYPE.SERVER_CHECKSUM);
  const kdc = signatureIn(buffers, PAC_TYPE.KDC_CHECKSUM);
  const unsigned = Buffer.from(pac);
  for (const { place, data } of [server, kdc]) unsigned.fill(0, place + 4, place + 4 + data.Signature.length);
  if (!signedBy(keys.server, server.data, unsigned))
    throw new KerberosError('KRB_AP_ERR_MODIFIED', "the PAC's server signature does not fit: it was changed");
  if (keys.kdc !== undefined && !signedBy(keys.kdc, kdc.data, server.data.Signature))
    throw new KerberosError(
      'KRB_AP_ERR_MODIFIED',
      "the PAC's KDC signature does not fit: no KDC of this realm made it",
    );
}

function signatureIn(buffers: readonly PacBuffer[], type: number): { place: number; data: PAC_SIGNATURE_DATA } {
  const buffer = first(buffers, type);
  if (buffer?.offset === undefined) {
    const name = type === PAC_TYPE.SERVER_CHECKSUM ? 'server' : 'KDC';
    throw new KerberosError('KRB_AP_ERR_MODIFIED', `the PAC has no ${name} signature`);
  }
  return { place: buffer.offset, data: decoded(() => decodeSignature(buffer.data)) };
}

/** HMAC-MD5 takes any key: [MS-PAC] 2.8 leaves it to KDCs that have no AES. */
function signedBy(key: KerberosKey, { SignatureType, Signature }: PAC_SIGNATURE_DATA, octets: Uint8Array): boolean {
  const type = findByChecksumType(SignatureType);
  if (type === undefined)
    throw new KerberosError('KRB_AP_ERR_INAPP_CKSUM', `a PAC signature of unknown type ${SignatureType}`);
  const { keyvalue } = key.value;
  const usable = type.etype === key.etype || SignatureType < 0;
  return usable && sameSecret(type.forUsage(keyvalue, KEY_USAGE.PAC).checksum(octets), Signature);
}

/** Reads a PAC, and checks that it is of the ticket's client and logon ([MS-PAC] 2.7). */
export function readPac(pac: Uint8Array, ticket: Pick<EncTicketPart, 'cname' | 'authtime'>): PacContents {
  const buffers = decoded(() => decodePac(pac));
  const logon = first(buffers, PAC_TYPE.LOGON_INFO);
  const client = first(buffers, PAC_TYPE.CLIENT_INFO);
  if (logon === undefined || client === undefined)
    throw new KerberosError('KRB_AP_ERR_MODIFIED', 'the PAC lacks its logon or client information');
  const { ClientId, Name } = decoded(() => decodeClientInfo(client.data));
  const named = ticket.cname.name_string.join('/');
  if (Name.toUpperCase() !== named.toUpperCase() || Math.abs(fromFileTime(ClientId) - ticket.authtime) >= 1000)
    throw new KerberosError('KRB_AP_ERR_BADMATCH', `the PAC is of another logon (${Name}) than the ticket (${named})`);
  const info = decoded(() => LOGON_INFO.decode(logon.data).value);
  if (info === null) throw new KerberosError('KRB_AP_ERR_MODIFIED', "the PAC's logon information is empty");
  const upn = first(buffers, PAC_TYPE.UPN_DNS_INFO);
  return {
    identity: identityOf(info),
    groups: groupsOf(info),
    upn: upn && decoded(() => decodeUpnDnsInfo(upn.data)),
  };
}

function identityOf(info: KERB_VALIDATION_INFO): Identity {
  const domain = info.LogonDomainName.Buffer ?? '';
  const user = info.EffectiveName.Buffer ?? '';
  // [MS-PAC] 2.5: with a UserId of zero the account's SID is the first of the others.
  const sid = info.UserId === 0 ? info.ExtraSids?.[0]?.Sid : `${info.LogonDomainId}-${info.UserId}`;
  return { domain, user, sid: sid ?? '', anonymous: false };
}

function groupsOf(info: KERB_VALIDATION_INFO): readonly string[] {
  const own = (info.GroupIds ?? []).map(({ RelativeId }) => `${info.LogonDomainId}-${RelativeId}`);
  const extra = (info.ExtraSids ?? []).flatMap(({ Sid }) => Sid ?? []);
  const resource = (info.ResourceGroupIds ?? []).map(
    ({ RelativeId }) => `${info.ResourceGroupDomainSid}-${RelativeId}`,
  );
  return [...own, ...extra, ...resource];
}
