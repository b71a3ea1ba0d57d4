import { f, fixedHeader } from '../fixed.js';
import { ANDX } from './smb1.js';

/** [MS-CIFS] 2.2.4.52.2, [MS-SMB] 2.2.4.5.2: a challenge follows, or with extended security a GUID and a token. */
export const SMB_COM_NEGOTIATE_Response = fixedHeader('SMB_COM_NEGOTIATE_Response', '[MS-CIFS] 2.2.4.52.2', [
  f('DialectIndex', 'u16', 'which of those that the client offers'),
  f('SecurityMode', 'u8', 'whether messages are signed'),
  f('MaxMpxCount', 'u16', 'ignored'),
  f('MaxNumberVcs', 'u16', 'ignored'),
  f('MaxBufferSize', 'u32', 'ignored'),
  f('MaxRawSize', 'u32', 'ignored'),
  f('SessionKey', 'u32', 'ignored'),
  f('Capabilities', 'u32', '0x80000000: extended security'),
  f('SystemTime', 'u64', 'ignored'),
  f('ServerTimeZone', 'u16', 'ignored'),
  f('ChallengeLength', 'u8', '8, or with extended security 0'),
]);

const SESSION_SETUP = [
  ...ANDX,
  f('MaxBufferSize', 'u16', 'ignored'),
  f('MaxMpxCount', 'u16', 'ignored'),
  f('VcNumber', 'u16', 'ignored'),
  f('SessionKey', 'u32', 'ignored'),
] as const;

/** [MS-CIFS] 2.2.4.53.1, of 13 words: both responses, the account and its domain follow. */
export const SMB_COM_SESSION_SETUP_ANDX_Request = fixedHeader(
  'SMB_COM_SESSION_SETUP_ANDX_Request',
  '[MS-CIFS] 2.2.4.53.1',
  [
    ...SESSION_SETUP,
    f('OEMPasswordLen', 'u16', 'octets of the LM response'),
    f('UnicodePasswordLen', 'u16', 'octets of the NT response'),
    f('Reserved', 'u32', 'ignored'),
    f('Capabilities', 'u32', 'ignored'),
  ],
);

/** [MS-SMB] 2.2.4.6.1, of 12 words: with extended security a token follows. */
export const SMB_COM_SESSION_SETUP_ANDX_Extended_Request = fixedHeader(
  'SMB_COM_SESSION_SETUP_ANDX_Extended_Request',
  '[MS-SMB] 2.2.4.6.1',
  [
    ...SESSION_SETUP,
    f('SecurityBlobLength', 'u16', 'octets of the token'),
    f('Reserved', 'u32', 'ignored'),
    f('Capabilities', 'u32', 'ignored'),
  ],
);

/** [MS-SMB] 2.2.4.6.2, of 4 words: with extended security a token follows. */
export const SMB_COM_SESSION_SETUP_ANDX_Extended_Response = fixedHeader(
  'SMB_COM_SESSION_SETUP_ANDX_Extended_Response',
  '[MS-SMB] 2.2.4.6.2',
  [...ANDX, f('Action', 'u16', '1 for a guest'), f('SecurityBlobLength', 'u16', 'octets of the token')],
);
