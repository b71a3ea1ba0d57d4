// Activations by each method, at each level, by each mechanism, on a server of each phase.
import { PHASES } from '../phases.mjs';

const METHODS = ['RemoteActivation', 'RemoteGetClassObject', 'RemoteCreateInstance'];
/** NONE knows no mechanism, and CALL is PKT on the way: once is enough of each. */
const LEVELS = ['CONNECT', 'PKT', 'PKT_INTEGRITY', 'PKT_PRIVACY'];
const ONCE = ['NONE', 'CALL'];

const WINDOWS = 'windows: Windows Server 2016';
/** It begins with the activation; Windows asks ServerAlive2 first. */
const IMPACKET = 'system: Linux, client: impacket';

/** How the client is told to authenticate, and who it is. */
const MECHANISMS = [
  { id: 'ntlm', title: 'NTLM', auth: 'ntlm', client: WINDOWS },
  { id: 'spnego-ntlm', title: 'NTLM inside SPNEGO', auth: 'spnego', client: IMPACKET },
  { id: 'spnego-kerberos', title: 'Kerberos inside SPNEGO', auth: 'spnego', client: IMPACKET, kdc: true },
  { id: 'kerberos', title: 'Kerberos', auth: 'kerberos', client: IMPACKET, kdc: true },
];

export const activations = MECHANISMS.flatMap((mechanism) => PHASES.map((phase) => capture(mechanism, phase)));

function capture({ id, title, auth, client, kdc }, { month, date, refuses }) {
  const name = `${id}-${month}`;
  const levels = auth === 'ntlm' ? [...ONCE, ...LEVELS] : LEVELS;
  const steps = levels.flatMap((level) => METHODS.map((method) => step({ level, method, auth, refuses })));
  return {
    name: `activate/${name}`,
    kerberos: kdc === true,
    users: { '10.0.0.20': 'op' },
    scenario: `name: ${name}
title: Activations by ${title}, by every method and at every level, on a server of ${month}
start: ${date}
password: P4ssw0rd.Lab
hosts:
  server: { address: 10.0.0.2, windows: Windows Server 2019, updates: [${date}], serves: [generic] }
  client: { address: 10.0.0.20, ${client} }
${kdc ? '  dc: { address: 10.0.0.5, windows: Windows Server 2022, kdc: true }\n' : ''}steps:
${steps.join('\n')}
`,
  };
}

/** What is expected is KB5004442's word. */
function step({ level, method, auth, refuses }) {
  const expected =
    level === 'NONE'
      ? 'outcome: refused, refusedBy: access control, event: none'
      : refuses(level)
        ? 'outcome: refused, refusedBy: activation policy, event: 10036'
        : 'outcome: accepted, event: none';
  return `  - activate: { from: client, on: server, method: ${method}, level: ${level}, auth: ${level === 'NONE' ? 'none' : auth} }
    expect: { ${expected} }`;
}
