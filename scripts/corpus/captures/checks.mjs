// What a decoder has to cope with, and how a server refuses, by checks of the conformance suite on a server of March 2023:
// each capture has those of one topic, and `conform server --list` says what each is about.

/** What Wireshark calls malformed, by frame. */
const MALFORMED = {
  'refused/codec': {
    7: 'a stub of ResolveOxid2 that ends too early',
    19: 'a count of ComplexPing that is not that of its array',
    115: 'a string of RemoteActivation that counts more characters than it has',
  },
  'refused/object': {
    64: 'an answer of RemQueryInterface without results, as [MS-DCOM] 3.1.1.5.6.1.1 has it of an unknown IPID',
  },
  'refused/request': { 7: 'RemoteActivation of no interface' },
};

const ofFolder =
  (folder) =>
  (name, title, ...checks) => ({
    name: `${folder}/${name}`,
    title,
    checks,
    users: { '10.0.0.20': 'op' },
    malformed: MALFORMED[`${folder}/${name}`],
  });

const wired = ofFolder('wire');
const refused = ofFolder('refused');

export const wire = [
  wired('associations', 'Connections that make an association, or join one', 'rpce/3.3.1.5.7'),
  wired('big-endian', 'Requests in big-endian byte order', 'rpce/bind/big-endian', 'rpce/requests/big-endian-stub'),
  wired(
    'calls-at-once',
    'Several calls at a time, cancelled ones, orphaned ones',
    'rpce/3.3.1.5.8',
    'rpce/cancels',
    'rpce/3.3.1.5.10',
  ),
  wired('features', 'Bind time features', 'rpce/3.3.1.5.3'),
  wired(
    'fragments',
    'Requests in fragments, well and badly made',
    'rpce/fragments',
    'rpce/2.2.2.6',
    'rpce/2.2.2.11/padding-in-a-first-fragment',
    'rpce/2.2.2.13/in-the-last-fragment',
  ),
  wired('ndr64', 'Calls over NDR64', 'rpce/2.2.5', 'rpce/3.3.1.5.6/ndr64-beside-ndr20'),
  wired(
    'presentation-contexts',
    'Presentation contexts: accepted, refused, added, proposed again',
    'rpce/3.3.1.5.6',
    'rpce/contexts/proposed-again',
    'rpce/contexts/other-interface-under-its-id',
  ),
  wired(
    'security-contexts',
    'Several security contexts of one connection',
    'rpce/3.3.1.5.4/keys-of-their-own',
    'rpce/3.3.1.5.4/levels-of-their-own',
    'rpce/3.3.1.5.4/signature-of-another-context',
    'rpce/3.3.1.5.4/unsigned-beside-integrity',
  ),
  wired(
    'verification-trailers',
    'Verification trailers that are right',
    'rpce/2.2.2.13/taken-*',
    'rpce/2.2.2.13/behind-padding',
  ),
];

export const refusals = [
  refused('access-control', 'Activations by nobody, which access control refuses', 'hardening/anonymous'),
  refused(
    'authentication',
    'Handshakes that fail',
    'rpce/3.3.1.5.2.1/failed-auth3',
    'rpce/3.3.1.5.2.1/failed-alter-context',
    'ntlm/changed/*-ntlm',
  ),
  refused(
    'bind',
    'Binds that are refused, and contexts',
    'rpce/bind/unknown-interface',
    'rpce/bind/other-major-version',
    'rpce/bind/unknown-transfer-syntax',
    'rpce/bind/twice',
    'rpce/bind/no-context',
    'rpce/3.3.3.5.3',
  ),
  refused('class', 'Classes that are not there', 'dcom/3.1.2.5.2.3/unknown-class-*'),
  refused('codec', 'Parameters that cannot be read', 'rpce/3.1.3.5.2', 'rpce/3.1.1.5.3'),
  refused('header', 'ORPCTHIS with flags that nobody may set', 'dcom/3.1.1.5.4/flags'),
  refused('limit', 'A request that announces too much', 'rpce/3.3.3.5.4/alloc-hint-above-4-mib'),
  refused(
    'object',
    'Objects and interfaces that are not there',
    'dcom/3.1.1.5.4/unknown-ipid',
    'dcom/3.1.1.5.6.1.1/unknown-*',
  ),
  refused('operation', 'Operations that are not there', 'rpce/requests/opnum-*'),
  refused(
    'protocol',
    'PDUs in an order that the protocol does not allow',
    'rpce/roles/*-before-bind',
    'rpce/3.3.1.5.2.1/auth3-twice',
    'rpce/3.3.1.5.2.1/request-before-its-end',
  ),
  refused(
    'request',
    'Activations that nobody can carry out',
    'dcom/3.1.2.5.2.3.1/interfaces-range',
    'dcom/3.1.2.5.2.3.3/without-properties',
  ),
  refused(
    'security-context',
    'Calls under another security context or level than was agreed on',
    'hardening/changed-level/*-ntlm',
    'rpce/2.2.2.11/request-*',
  ),
  refused('signature', 'Calls whose signature does not fit', 'rpce/3.3.1.5.2.2/wrong-signature-*'),
  refused('verification-trailer', 'Verification trailers of another request', 'rpce/2.2.2.13/refused-*'),
  refused(
    'version',
    'Versions of COM that the server does not speak',
    'dcom/3.1.1.5.4/version-*',
    'dcom/3.1.2.5.2.3/version-*',
  ),
];
