// Each variant of the relay, on a network of May 2021 and, updated, on one of March 2023: who stops it, by hand.

/** `nobody` where it succeeds. */
const NTLM = {
  connect: ['nobody', 'activation policy'],
  'integrity-zeros': ['signature', 'signature'],
  'integrity-invented': ['signature', 'signature'],
  'integrity-unsigned': ['access control', 'access control'],
  upgrade: ['security context', 'security context'],
  'mic-dropped': ['authentication', 'authentication'],
  'flags-doubled': ['authentication', 'authentication'],
  'mic-disowned': ['authentication', 'authentication'],
  'target-name-edited': ['authentication', 'authentication'],
  'flags-downgraded': ['authentication', 'victim'],
  'flags-downgraded-no-mic': ['signature', 'victim'],
  'time-removed': ['nobody', 'activation policy'],
  reflection: ['victim', 'victim'],
  'known-reference': ['nobody', 'nobody'],
};

const KERBEROS = {
  'kerberos-same-service': ['nobody', 'activation policy'],
  'kerberos-other-service': ['nobody', 'activation policy'],
  'kerberos-service-renamed': ['nobody', 'activation policy'],
  'kerberos-options-cleared': ['nobody', 'activation policy'],
  'kerberos-other-host': ['authentication', 'authentication'],
  'kerberos-host-renamed': ['authentication', 'authentication'],
  'kerberos-checksum-changed': ['authentication', 'authentication'],
  'kerberos-replayed': ['authentication', 'authentication'],
  'kerberos-integrity-zeros': ['signature', 'signature'],
  'kerberos-integrity-invented': ['signature', 'signature'],
  'kerberos-integrity-unsigned': ['access control', 'access control'],
  'kerberos-upgrade': ['security context', 'security context'],
  'kerberos-known-reference': ['nobody', 'nobody'],
};

const both = (table) =>
  Object.entries(table).flatMap(([id, stopped]) => [
    [id, stopped],
    [`${id}-spnego`, stopped],
  ]);

export const relays = [...both(NTLM), ...both(KERBEROS)].map(([id, [before, after]]) => ({
  name: `relay/${id}`,
  users: { '10.0.0.10': 'victim', '10.0.0.66': 'victim' },
  attacker: '10.0.0.66',
  kerberos: id.startsWith('kerberos'),
  // The ticket that the KDC gave out has another name in it: whose this one is, the capture does not tell.
  ...(/-renamed/.test(id) && { unnamed: ({ from }) => from.startsWith('10.0.0.66') }),
  scenario: `name: ${id}
title: The relay ${id}, in May 2021 and in March 2023
start: 2021-05-11
password: P4ssw0rd.Lab
accounts: [victim, operator]
hosts:
  server: { address: 10.0.0.2, windows: Windows Server 2019, updates: [2021-05-11], serves: [mmc20] }
  victim: { address: 10.0.0.10, windows: Windows 10 1809, updates: [2021-05-11]${id.startsWith('reflection') ? ', serves: [mmc20]' : ''} }
  attacker: { address: 10.0.0.66, system: Linux }
${id.startsWith('kerberos') ? '  dc: { address: 10.0.0.5, windows: Windows Server 2022, kdc: true }\n' : ''}steps:
  - relay: &relay { victim: victim, attacker: attacker, server: server, variants: [${id}] }
    expect: { variants: { ${id}: ${before} } }
  - update: { host: server, date: 2023-03-14 }
  - update: { host: victim, date: 2023-03-14 }
  - relay: *relay
    expect: { variants: { ${id}: ${after} } }
`,
}));
