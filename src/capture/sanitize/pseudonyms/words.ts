/** Words of the protocols themselves, which say nothing of whose network it is. */
export const PROTOCOL_WORDS: ReadonlySet<string> = new Set(
  [
    // Schemes and classes of service ([MS-RPCE] 2.1, RFC 4120 6.2.1, [MS-KILE] 3.1.5.11).
    'ncacn ncadg ncalrpc np tcp udp http https ip rpcss rpc krbtgt host restrictedkrbhost ldap ldaps cifs gc dns',
    'termsrv mssqlsvc kadmin changepw kpasswd kerberos exchangemdb smtp pop imap ftp nfs',
    // Shares and pipes ([MS-SMB2] 3.3.1.6, [MS-RPCE] 2.1.1.2).
    'ipc admin pipe lsarpc lsass samr svcctl srvsvc wkssvc netlogon epmapper atsvc spoolss winreg efsrpc browser',
    'eventlog drsuapi protected storage ntsvcs initshutdown trkwks keysvc tapsrv router netdfs sysvol unixinfo',
    'ntlm gss spnego gssapi negotiate wsman',
    // RFC 9110: what every head of HTTP says.
    'continue content type length options cache control ok unauthorized forbidden found not',
    'mgmt rpcecho dnsserver fssagentrpc mdssvc witness w32time scerpc plugplay icertpassage cert',
    // Accounts of every machine ([MS-DTYP] 2.4.2.4), and names that mean no machine.
    'anonymous localhost nt authority logon',
    // WMI: its root, its language and its own classes ([MS-WMI], [MS-WMIO]).
    'root cimv2 win32 cim wmi wbem wql select from where like isa and or not within group by having associators of',
    'cimtype key dynamic provider string boolean datetime object ref uint8 uint16 uint32 uint64 sint8 sint16 sint32 sint64',
    'references create put delete invoke class namespace path relpath dynasty superclass genus derivation',
  ]
    .join(' ')
    .split(' '),
);

/** Texts that the specifications give as they are. */
export const PROTOCOL_TEXTS: ReadonlySet<string> = new Set([
  // [MS-SPNG] 3.2.5.2
  'not_defined_in_rfc4178@please_ignore',
  // [MS-KILE] 3.1.5.8: the name of the anonymous realm.
  'wellknown:anonymous',
]);
