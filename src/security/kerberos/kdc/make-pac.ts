import {
  AD,
  type AuthorizationData,
  AuthorizationData as AuthorizationDataType,
  encodeClientInfo,
  encodePac,
  encodeSid,
  encodeSignature,
  encodeUpnDnsInfo,
  type KERB_VALIDATION_INFO,
  KEY_USAGE,
  LOGON_INFO,
  PAC_TYPE,
  type PacBuffer,
  UPN_FLAGS,
} from '../../../codec/kerberos/index.js';
import { fileTime } from '../../filetime.js';
import type { Milliseconds } from '../../provider.js';
import type { KerberosKey } from '../key.js';
import type { KdcAccount } from './directory.js';

export interface PacOptions {
  readonly account: KdcAccount;
  readonly realm: string;
  readonly domain: string;
  /** NetBIOS name of the domain controller. */
  readonly logonServer: string;
  readonly authtime: Milliseconds;
  readonly serverKey: KerberosKey;
  readonly kdcKey: KerberosKey;
}

const NEVER = 0x7fffffffffffffffn;
const DOMAIN_USERS = 513;
const DOMAIN_COMPUTERS = 515;
/** SE_GROUP_MANDATORY, SE_GROUP_ENABLED_BY_DEFAULT, SE_GROUP_ENABLED ([MS-PAC] 2.2.1). */
const GROUP_ATTRIBUTES = 7;
/** [MS-PAC] 2.5: LOGON_EXTRA_SIDS. */
const EXTRA_SIDS = 0x20;
/** S-1-18-1: a domain controller has asked the client for its secret ([MS-DTYP] 2.4.2.4). */
const AUTHENTICATION_AUTHORITY_ASSERTED = 'S-1-18-1';
const USER_NORMAL_ACCOUNT = 0x10;
const USER_WORKSTATION_TRUST_ACCOUNT = 0x80;

const text = (Buffer: string) => ({ Buffer });

/** The PAC of a ticket as an authorization-data element, signed with the key of its service and of the KDC. */
export function makePac(options: PacOptions): AuthorizationData {
  const { account, realm, authtime, serverKey, kdcKey } = options;
  const dns = realm.toLowerCase();
  const upn = { Upn: `${account.user}@${dns}`, DnsDomainName: realm, SamName: account.user, Sid: account.sid };
  const buffers: PacBuffer[] = [
    { type: PAC_TYPE.LOGON_INFO, data: LOGON_INFO.encode(logonInfo(options)) },
    { type: PAC_TYPE.CLIENT_INFO, data: encodeClientInfo({ ClientId: fileTime(authtime), Name: account.user }) },
    {
      type: PAC_TYPE.UPN_DNS_INFO,
      data: encodeUpnDnsInfo({ ...upn, Flags: UPN_FLAGS.NO_UPN | UPN_FLAGS.HAS_SAM_NAME_AND_SID }),
    },
    { type: PAC_TYPE.REQUESTOR_SID, data: encodeSid(account.sid) },
    { type: PAC_TYPE.SERVER_CHECKSUM, data: unsigned(serverKey) },
    { type: PAC_TYPE.KDC_CHECKSUM, data: unsigned(kdcKey) },
  ];
  // [MS-PAC] 2.8.4, 2.8.5: the server's signature is over the PAC without signatures, the KDC's over the server's.
  const server = serverKey.forUsage(KEY_USAGE.PAC).checksum(encodePac(buffers));
  const kdc = kdcKey.forUsage(KEY_USAGE.PAC).checksum(server);
  const signed = [
    ...buffers.slice(0, -2),
    signature(PAC_TYPE.SERVER_CHECKSUM, serverKey, server),
    signature(PAC_TYPE.KDC_CHECKSUM, kdcKey, kdc),
  ];
  const pac = AuthorizationDataType.write([{ ad_type: AD.WIN2K_PAC, ad_data: encodePac(signed) }]);
  return [{ ad_type: AD.IF_RELEVANT, ad_data: pac }];
}

const unsigned = ({ type }: KerberosKey): Buffer =>
  encodeSignature({ SignatureType: type.checksumType, Signature: Buffer.alloc(type.checksumLength) });

const signature = (type: number, key: KerberosKey, octets: Uint8Array): PacBuffer => ({
  type,
  data: encodeSignature({ SignatureType: key.type.checksumType, Signature: octets }),
});

/** [MS-PAC] 2.5, as a domain controller fills it for an account without profile, in the one group of its kind. */
function logonInfo({ account, domain, logonServer, authtime }: PacOptions): KERB_VALIDATION_INFO {
  const at = account.sid.lastIndexOf('-');
  const machine = account.user.endsWith('$');
  const group = machine ? DOMAIN_COMPUTERS : DOMAIN_USERS;
  return {
    LogonTime: fileTime(authtime),
    LogoffTime: NEVER,
    KickOffTime: NEVER,
    PasswordLastSet: 0n,
    PasswordCanChange: 0n,
    PasswordMustChange: NEVER,
    EffectiveName: text(account.user),
    FullName: text(''),
    LogonScript: text(''),
    ProfilePath: text(''),
    HomeDirectory: text(''),
    HomeDirectoryDrive: text(''),
    LogonCount: 1,
    BadPasswordCount: 0,
    UserId: Number(account.sid.slice(at + 1)),
    PrimaryGroupId: group,
    GroupIds: [{ RelativeId: group, Attributes: GROUP_ATTRIBUTES }],
    UserFlags: EXTRA_SIDS,
    UserSessionKey: Buffer.alloc(16),
    LogonServer: text(logonServer),
    LogonDomainName: text(domain),
    LogonDomainId: account.sid.slice(0, at),
    Reserved1: [0, 0],
    UserAccountControl: machine ? USER_WORKSTATION_TRUST_ACCOUNT : USER_NORMAL_ACCOUNT,
    SubAuthStatus: 0,
    LastSuccessfulILogon: 0n,
    LastFailedILogon: 0n,
    FailedILogonCount: 0,
    Reserved3: 0,
    ExtraSids: [{ Sid: AUTHENTICATION_AUTHORITY_ASSERTED, Attributes: GROUP_ATTRIBUTES }],
    ResourceGroupDomainSid: null,
    ResourceGroupIds: null,
  };
}
