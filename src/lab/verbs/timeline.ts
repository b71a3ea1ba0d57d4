import { z } from 'zod';
import { AUTH_TYPES } from '../../client/credentials.js';
import { authnLevelOf } from '../../codec/status/authn.js';
import { installUpdate, setRegistryValue } from '../../hardening/machine.js';
import { activate } from '../activation.js';
import { compare, MODEL } from '../expectations.js';
import type { LabHost } from '../host.js';
import type { Lab } from '../lab.js';
import { byTable, type TimelineTable, timelineTable } from '../timeline-table.js';
import { date, name, registrySetting } from '../values.js';
import { verdictText } from '../verdict.js';
import { NOTHING, verb } from './verb.js';

const SETTING = 'RequireIntegrityActivationAuthenticationLevel';
/** Any class will do: the generic one answers to every CLSID. */
const CLSID = '6b1d4a3e-0c0f-4c5e-9a52-6d1c3f0b7a10';

const LEVELS = ['default', 'NONE', 'CONNECT', 'CALL', 'PKT', 'PKT_INTEGRITY', 'PKT_PRIVACY', 'anonymous'] as const;

type Auth = 'ntlm' | 'spnego' | 'kerberos';

/** Every client at every level on a server of every phase: what comes of it at both ends, and what KB5004442 says. */
export const timeline = verb({
  schema: z
    .strictObject({
      server: name,
      clients: z.array(name).min(1),
      phases: z.array(date).min(1),
      registry: z.array(registrySetting).min(1).default(['absent']),
      levels: z
        .array(z.enum(LEVELS))
        .min(1)
        .default([...LEVELS]),
      auth: z
        .array(z.enum(['ntlm', 'spnego', 'kerberos']))
        .min(1)
        .optional()
        .describe('by each of these; by the client’s own where absent'),
      table: timelineTable.optional().describe('what has to come of it, said independently of the program'),
    })
    .describe('activations at every level, by every client, on a server of every phase and registry value'),
  expect: NOTHING,
  begins: ({ phases }) => phases.toSorted()[0],
  references(given, names, { path }) {
    names.windows(given.server, [...path, 'server']);
    names.server(given.server, [...path, 'server']);
    given.clients.forEach((client, index) => void names.host(client, [...path, 'clients', index]));
    names.installed(given.server, given.phases, [...path, 'phases']);
    if (given.auth?.includes('kerberos') && !names.hasKdc)
      names.wrong([...path, 'auth'], 'no host of the domain has `kdc: true`, so there is no Kerberos');
    if (given.auth?.includes('kerberos') && given.levels.includes('anonymous'))
      names.wrong([...path, 'levels'], 'Kerberos has no null session; give levels without anonymous');
    for (const phase of Object.keys(given.table?.enforced ?? {})) {
      if (!given.phases.some((each) => each === phase || each === `${phase}-01`))
        names.wrong([...path, 'table', 'enforced', phase], 'it is not one of the phases');
    }
  },
  async run(lab, given, { path }) {
    const server = lab.host(given.server);
    const { table } = given;
    for (const phase of given.phases.toSorted()) {
      lab.sleepUntil(Date.parse(`${phase}T12:00:00Z`), path);
      server.machine = installUpdate(server.machine, phase);
      for (const registry of given.registry) {
        server.machine = setRegistryValue(server.machine, SETTING, registry === 'absent' ? undefined : registry);
        await server.restart();
        for (const auth of given.auth ?? [undefined])
          for (const client of given.clients)
            for (const asked of given.levels)
              await cell(lab, { server, phase, registry, client: lab.host(client), asked, auth, table });
      }
    }
  },
});

interface Cell {
  readonly server: LabHost;
  readonly phase: string;
  readonly registry: number | 'absent';
  readonly client: LabHost;
  readonly asked: string;
  readonly auth: Auth | undefined;
  readonly table: TimelineTable | undefined;
}

async function cell(lab: Lab, { server, phase, registry, client, asked, auth, table }: Cell): Promise<void> {
  const application = lab.applicationOf(client);
  const anonymous = asked === 'anonymous';
  // RPC_C_AUTHN_LEVEL_DEFAULT is a level that an application sets; one that sets none leaves it to the process.
  const level = anonymous || asked === 'default' ? 'default' : (authnLevelOf(asked) as number);
  const { activation, expected, actual } = await activate(lab, {
    from: client,
    on: server,
    application,
    user: lab.userOf(client, application),
    clsid: CLSID,
    anonymous,
    level,
    ...(auth !== undefined && { authType: AUTH_TYPES[auth] }),
  });
  lab.cells.push({ phase, registry, client: client.name, asked, ...(auth !== undefined && { auth }), activation });
  const id = `timeline.${phase}.${registry}.${client.name}.${asked}${auth === undefined ? '' : `.${auth}`}`;
  const title = `as of ${phase}, ${SETTING} ${registry}: ${client.name} activates at ${asked}${auth === undefined ? '' : ` by ${auth}`}`;
  lab.found({
    id,
    title,
    section: table === undefined ? MODEL : 'KB5004442',
    expected:
      table === undefined ? expected : verdictText(byTable(table, { phase, registry, client: client.name, asked })),
    actual,
  });
  const mechanism = MECHANISMS[auth ?? 'spnego'];
  if (mechanism !== undefined && asked !== 'NONE')
    compare(lab, id, title, { mechanism }, { mechanism: activation.mechanism ?? 'none' });
}

/** What the server has to have authenticated by; inside SPNEGO it is the client's choice. */
const MECHANISMS: Readonly<Partial<Record<Auth, string>>> = { ntlm: 'NTLM', kerberos: 'Kerberos' };
