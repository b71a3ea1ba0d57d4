import { FILETIME } from '../../filetime.js';
import {
  conformant,
  fixedArray,
  fixedBytes,
  type Infer,
  sizeOf,
  struct,
  typeSerialization1,
  u16,
  u32,
  unique,
} from '../../ndr/index.js';
import { RPC_SID } from './sid.js';
import { RPC_UNICODE_STRING } from './text.js';

export const GROUP_MEMBERSHIP = struct('GROUP_MEMBERSHIP', '[MS-PAC] 2.2.2', { RelativeId: u32, Attributes: u32 });

export const KERB_SID_AND_ATTRIBUTES = struct('KERB_SID_AND_ATTRIBUTES', '[MS-PAC] 2.2.1', {
  Sid: unique(RPC_SID),
  Attributes: u32,
});

export const KERB_VALIDATION_INFO = struct('KERB_VALIDATION_INFO', '[MS-PAC] 2.5', {
  LogonTime: FILETIME,
  LogoffTime: FILETIME,
  KickOffTime: FILETIME,
  PasswordLastSet: FILETIME,
  PasswordCanChange: FILETIME,
  PasswordMustChange: FILETIME,
  EffectiveName: RPC_UNICODE_STRING,
  FullName: RPC_UNICODE_STRING,
  LogonScript: RPC_UNICODE_STRING,
  ProfilePath: RPC_UNICODE_STRING,
  HomeDirectory: RPC_UNICODE_STRING,
  HomeDirectoryDrive: RPC_UNICODE_STRING,
  LogonCount: u16,
  BadPasswordCount: u16,
  UserId: u32,
  PrimaryGroupId: u32,
  GroupCount: sizeOf('GroupIds', u32),
  GroupIds: unique(conformant(GROUP_MEMBERSHIP)),
  UserFlags: u32,
  UserSessionKey: fixedBytes(16),
  LogonServer: RPC_UNICODE_STRING,
  LogonDomainName: RPC_UNICODE_STRING,
  LogonDomainId: unique(RPC_SID),
  Reserved1: fixedArray(u32, 2),
  UserAccountControl: u32,
  SubAuthStatus: u32,
  LastSuccessfulILogon: FILETIME,
  LastFailedILogon: FILETIME,
  FailedILogonCount: u32,
  Reserved3: u32,
  SidCount: sizeOf('ExtraSids', u32),
  ExtraSids: unique(conformant(KERB_SID_AND_ATTRIBUTES)),
  ResourceGroupDomainSid: unique(RPC_SID),
  ResourceGroupCount: sizeOf('ResourceGroupIds', u32),
  ResourceGroupIds: unique(conformant(GROUP_MEMBERSHIP)),
});
export type KERB_VALIDATION_INFO = Infer<typeof KERB_VALIDATION_INFO>;

/** As it stands in a PAC: serialized on its own, behind a pointer. */
export const LOGON_INFO = typeSerialization1(unique(KERB_VALIDATION_INFO));
