const wordsOf = (...lines: string[]): string[] => lines.join(' ').split(' ');
const anyOf = (words: Iterable<string>): string => `(?:${[...words].join('|')})`;

/** Words of the protocols that nobody calls a host, user or domain, so that they stay wherever they stand. */
export const PROTOCOL_WORDS: ReadonlySet<string> = new Set(
  wordsOf(
    // Classes of service and accounts ([MS-RPCE] 2.1, RFC 4120 6.2.1, [MS-KILE] 3.1.5.11, [MS-DTYP] 2.4.2.4).
    'ncacn ncadg ncalrpc rpcss krbtgt restrictedkrbhost termsrv mssqlsvc changepw kpasswd exchangemdb localhost anonymous',
    // Pipes ([MS-RPCE] 2.1.1.2).
    'lsarpc lsass samr svcctl srvsvc wkssvc netlogon epmapper atsvc spoolss winreg efsrpc drsuapi ntsvcs initshutdown',
    'trkwks keysvc tapsrv netdfs sysvol unixinfo rpcecho fssagentrpc mdssvc w32time scerpc plugplay icertpassage',
    'ntlm spnego gssapi negotiate wsman',
    // WMI: its classes, its language and its types ([MS-WMI], [MS-WMIO]).
    'cimv2 win32 wbem wql cimtype relpath string boolean datetime',
    'uint8 uint16 uint32 uint64 sint8 sint16 sint32 sint64',
  ),
);

/** Classes of service that hosts have as names too: they stay as the first part of a service principal name. */
export const SERVICE_CLASSES: ReadonlySet<string> = new Set(
  wordsOf('host http https rpc ldap ldaps cifs gc dns kadmin kerberos smtp pop imap ftp nfs'),
);

/** Pipes that hosts have as names too. */
const PIPES: ReadonlySet<string> = new Set(
  wordsOf('browser eventlog router mgmt dnsserver witness cert protected_storage protected-storage'),
);

/** A name by which a file is opened, with or without a backslash in front and a NUL behind. */
export const isPipe = (name: string): boolean => PIPES.has(name.toLowerCase().replace(/^\\|\0$/g, ''));

const NAMESPACES = wordsOf(
  'cimv2 default subscription wmi security directory microsoft interop standardcimv2 rsop cli',
);
/** [MS-WMIO] 2.2: system properties. */
const PROPERTIES = wordsOf('class derivation dynasty genus namespace path property_count relpath server superclass');
const NO_WORD = '(?![0-9a-z_-])';

/** What stays of words that mean something else elsewhere, where the protocols put them; in regular expressions. */
export const PROTOCOL_PHRASES: readonly string[] = [
  // [MS-RPCE] 2.1: protocol sequences; and schemes of addresses.
  `nca(?:cn|dg)_(?:np|http|nb_tcp|nb_nb|spx|ip_tcp|ip_udp|ipx)${NO_WORD}`,
  '(?:https?|ldaps?)(?=://)',
  // RFC 4120 6.2.1, [MS-KILE] 3.1.5.11: class/host. RFC 9110 2.5: HTTP/1.1.
  `(?<![^\\0\\s"'=,;(])${anyOf(SERVICE_CLASSES)}(?=/[^/])`,
  // [MS-SMB2] 3.3.1.6, [MS-RPCE] 2.1.1.2, [MS-RPCH] 2.2.2.
  'ipc(?=\\$)',
  '(?<=\\\\\\\\[^\\\\]{1,255}\\\\)admin(?=\\$(?:\\0|$))',
  '(?<=\\\\)pipe(?=\\\\|\\0|$)',
  `(?<=\\\\pipe\\\\)${anyOf(PIPES)}${NO_WORD}`,
  '(?<=/)rpc(?=/)',
  // [MS-DTYP] 2.4.2.4, RFC 4178.
  `nt authority${NO_WORD}`,
  `anonymous logon${NO_WORD}`,
  `gss-spnego${NO_WORD}`,
  // [MS-WMI] 2.2.
  `(?<![^\\\\/\\0:])root[\\\\/]${anyOf(NAMESPACES)}${NO_WORD}`,
  `__${anyOf(PROPERTIES)}${NO_WORD}`,
  'cim(?=_[a-z])',
];

/** [MS-WMI] 2.2.1: a query, and its words, which stay outside of quotes. */
export const WQL = /^\s*(?:select|associators of|references of)\s/i;
export const WQL_WORDS: ReadonlySet<string> = new Set(
  wordsOf('select from where like isa and or not is null within group by having associators of references'),
);

/** Texts that the specifications give as they are. */
export const PROTOCOL_TEXTS: ReadonlySet<string> = new Set([
  // [MS-SPNG] 3.2.5.2
  'not_defined_in_rfc4178@please_ignore',
  // [MS-KILE] 3.1.5.8: the name of the anonymous realm.
  'wellknown:anonymous',
  // RFC 9110 15.
  'ok',
  'continue',
  'unauthorized',
  'forbidden',
  'not found',
]);
