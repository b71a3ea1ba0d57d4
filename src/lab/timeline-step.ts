import { authnLevelOf } from '../codec/status/authn.js';
import { installUpdate, reboot, setRegistryValue } from '../hardening/machine.js';
import { activate } from './activation.js';
import { MODEL, type StepContext } from './expectations.js';
import type { LabHost } from './host.js';
import type { Lab } from './lab.js';
import type { StepOf } from './scenario.js';
import { byTable, type TimelineTable } from './timeline-table.js';
import { verdictText } from './verdict.js';

const SETTING = 'RequireIntegrityActivationAuthenticationLevel';
/** Any class will do: the generic one answers to every CLSID. */
const CLSID = '6b1d4a3e-0c0f-4c5e-9a52-6d1c3f0b7a10';

/** Every client at every level on a server of every phase: what comes of it at both ends, and what KB5004442 says. */
export async function runTimeline(lab: Lab, given: StepOf<'timeline'>, { path }: StepContext): Promise<void> {
  const server = lab.host(given.server);
  const { table } = given;
  for (const phase of given.phases.toSorted()) {
    lab.sleepUntil(Date.parse(`${phase}T12:00:00Z`), path);
    server.machine = installUpdate(server.machine, phase);
    for (const registry of given.registry) {
      server.machine = setRegistryValue(server.machine, SETTING, registry === 'absent' ? undefined : registry);
      await server.stop();
      server.machine = reboot(server.machine);
      await server.start();
      for (const client of given.clients)
        for (const asked of given.levels)
          await cell(lab, { server, phase, registry, client: lab.host(client), asked, table });
    }
  }
}

interface Cell {
  readonly server: LabHost;
  readonly phase: string;
  readonly registry: number | 'absent';
  readonly client: LabHost;
  readonly asked: string;
  readonly table: TimelineTable | undefined;
}

async function cell(lab: Lab, { server, phase, registry, client, asked, table }: Cell): Promise<void> {
  const application = lab.applicationOf(client);
  const anonymous = asked === 'anonymous';
  // RPC_C_AUTHN_LEVEL_DEFAULT is a level that an application sets; who sets none leaves it to the process.
  const level = anonymous || asked === 'default' ? 'default' : (authnLevelOf(asked) as number);
  const { activation, expected, actual } = await activate(lab, {
    from: client,
    on: server,
    application,
    user: lab.userOf(client, application),
    clsid: CLSID,
    anonymous,
    level,
  });
  lab.cells.push({ phase, registry, client: client.name, asked, activation });
  lab.found({
    id: `timeline.${phase}.${registry}.${client.name}.${asked}`,
    title: `as of ${phase}, ${SETTING} ${registry}: ${client.name} activates at ${asked}`,
    section: table === undefined ? MODEL : 'KB5004442',
    expected:
      table === undefined ? expected : verdictText(byTable(table, { phase, registry, client: client.name, asked })),
    actual,
  });
}
