import type { Expected } from '../../support/unittests.js';

/** Tests of samba.tests.dcerpc.raw_protocol that need what this server is not: not among the 157 that are looked at. */
export const NOT_OURS: Expected = [
  [/_fragmented_requests|_(only|maybe|didnot|cmpx|08|cancel|mix)_requests|\.test_mix_requests/, 'calls netlogon'],
  [/\.test_krb5_/, 'needs a KDC'],
  [/\.test_lsa_|\.test_assoc_group_(ok2|fail3)/, 'goes over SMB'],
];

const HEADER_SIGNING =
  'the test expects Kerberos inside SPNEGO, which signs the header only where that was agreed on; NTLM, which it gets ' +
  'without a KDC, always does. A Samba DC that is asked without a KDC fails it in the same way';

/** Under `windows-server-2012r2`, the Windows that these tests describe. */
export const AS_WINDOWS: Expected = [
  [/\.test_spnego_multiple_auth_hdr_signing$/, HEADER_SIGNING],
  [
    /\.test_spnego_call_bind$/,
    'bind_nak 9 for level CALL; [MS-RPCE] 2.2.1.1.8: a server MUST process CALL as PKT. No capture has either',
  ],
  [/\.test_multiple_auth_limit$/, '2049 security contexts; [MS-RPCE] 3.3.1.5.4 note <104> says 2048'],
];

/** Under `samba-4.17`: what a Samba 4.17 DC fails too, but for one test that it fails and this server passes. */
export const AS_SAMBA: Expected = [
  [/\.test_spnego_multiple_auth_hdr_signing$/, HEADER_SIGNING],
  [
    /\.test_spnego_change_(auth_type2|transfer)$/,
    'Samba prefers NDR32, so the second proposal of the context is the same as the first, and the change of type or ' +
      'level behind it is what is refused',
  ],
];

/**
 * Under `windows-server-2022`, the default. These tests describe Windows Server 2012 R2; what newer Samba's tests have of
 * newer Windows is otherwise in three things, which are options of the profile.
 */
export const AS_WINDOWS_2022: Expected = [
  ...AS_WINDOWS,
  [
    /\.test_no_auth_(invalid_valid_request|no_ctx)$/,
    'emptyBindReason: a bind without a context is refused by reason 0 from 2012 R2, and by 4 from 2022',
  ],
  [
    /\.test_(ntlmssp_auth_pad_(fail_auth3|ok)|spnego_auth_pad_(fail_alter|ok))$/,
    'handshakePadding: [MS-RPCE] 2.2.2.11 has no padding in a handshake; 2012 R2 passes over it, and newer Windows refuses',
  ],
  [
    /\.test_ntlmssp_multi_auth_first1_lastSame111$/,
    'allocHint: the request claims an octet more than its fragments have, which [MS-RPCE] 2.2.2.6 has refused',
  ],
];
