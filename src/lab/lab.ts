import type { DcomClient } from '../client/dcom-client.js';
import type { ClientProfileName } from '../client/profiles.js';
import type { RemoteInterface } from '../client/remote-interface.js';
import { type Application, machine } from '../hardening/machine.js';
import type { InjectedFault } from '../net/simulation/index.js';
import { type SeededBytes, seededRandom } from '../net/simulation/index.js';
import { accountSid } from '../security/index.js';
import { comments } from './comments.js';
import { LabHost, type LabHostOptions } from './lab-host.js';
import type { LabActivation, LabFinding, LabRelay, LabTrace, ServedActivation, TimelineCell } from './run-types.js';
import type { HostData } from './scenario.js';
import type { Path, Scenario } from './scenario-file.js';
import { NotInThisWorld, type World } from './world.js';

/** An object that a scenario keeps, with the client that holds it. */
export interface KeptObject {
  readonly client: DcomClient;
  readonly object: RemoteInterface;
}

/** A scenario while it runs: its hosts, what it keeps, and what has come of it so far. */
export class Lab {
  readonly scenario: Scenario;
  readonly world: World;
  readonly seed: string;
  readonly hosts = new Map<string, LabHost>();
  readonly objects = new Map<string, KeptObject>();
  readonly faults = new Map<string, InjectedFault>();
  readonly findings: LabFinding[] = [];
  readonly activations: LabActivation[] = [];
  readonly served: ServedActivation[] = [];
  readonly cells: TimelineCell[] = [];
  readonly relays: LabRelay[] = [];
  readonly traces: LabTrace[] = [];
  readonly #ids = new Map<string, number>();

  constructor(scenario: Scenario, world: World, seed: string) {
    this.scenario = scenario;
    this.world = world;
    this.seed = seed;
  }

  /** Octets for one purpose, which no other purpose disturbs. */
  random(purpose: string): SeededBytes {
    return seededRandom(this.seed, `${this.scenario.data.name} ${purpose}`);
  }

  /** One user has the same password wherever he has an account, as in a workgroup. */
  passwordOf(user: string): string {
    return this.scenario.data.password ?? this.random(`password of ${user}`)(12).toString('hex');
  }

  /** Puts the hosts on the network and starts what they serve. */
  async open(): Promise<void> {
    const { hosts } = this.scenario.data;
    for (const [name, data] of Object.entries(hosts)) this.hosts.set(name, this.#host(name, data));
    for (const host of this.hosts.values()) await host.start();
  }

  async close(): Promise<void> {
    for (const { client } of this.objects.values()) await client.close();
    for (const host of this.hosts.values()) await host.stop();
  }

  /** A host of the scenario; that it is there was checked when it was read. */
  host(name: string): LabHost {
    return this.hosts.get(name) as LabHost;
  }

  /** The user whose processes a host's applications are, unless they say. */
  userOf({ name }: LabHost, application?: string): string {
    const { accounts, hosts } = this.scenario.data;
    const host = hosts[name] as HostData;
    const named = application === undefined ? undefined : host.applications[application]?.user;
    const [first] = host.workgroup === undefined ? [...host.accounts, ...accounts] : host.accounts;
    if (named === undefined && first === undefined)
      throw this.scenario.error(['hosts', name], 'it has no account that an application could run as');
    return named ?? (first as string);
  }

  /** An application of a host: the named one, the first, or one that nobody has described. */
  applicationOf(host: LabHost, named?: string): { name: string | undefined; application: Application } {
    const described = Object.keys((this.scenario.data.hosts[host.name] as HostData).applications);
    const name = named ?? described[0];
    const found = name === undefined ? undefined : host.machine.applications[described.indexOf(name)];
    return { name, application: found ?? { path: UNNAMED, pid: 4_000 } };
  }

  /** Whether something that was expected has come about. */
  found({ id, ...found }: Omit<LabFinding, 'ok'>): void {
    const full = `${this.scenario.data.name}.${id}`;
    const before = this.#ids.get(full) ?? 0;
    this.#ids.set(full, before + 1);
    this.findings.push({
      ...found,
      id: before === 0 ? full : `${full}~${before + 1}`,
      ok: found.expected === found.actual,
    });
  }

  error(path: Path, why: string): Error {
    return this.scenario.error(path, why);
  }

  /** A host on its network. */
  #placed(name: string, options: LabHostOptions): LabHost {
    try {
      return new LabHost(options);
    } catch (error) {
      throw error instanceof NotInThisWorld ? this.error(['hosts', name, 'address'], error.message) : error;
    }
  }

  #host(name: string, data: HostData): LabHost {
    const { domain, accounts } = this.scenario.data;
    const authority = data.workgroup === undefined ? domain : name;
    const account = (of: string) => (user: string) => ({ domain: of, user, sid: accountSid(of, user) });
    const known = [
      ...data.accounts.map(account(name)),
      ...(data.workgroup === undefined ? accounts.map(account(domain)) : []),
    ];
    const appIds = Object.values(data.applications).flatMap(({ appId, appIdAuthenticationLevel: value }) =>
      appId === undefined || value === undefined ? [] : [{ name: 'AuthenticationLevel' as const, value, appId }],
    );
    const values = Object.entries(data.registry ?? {}).flatMap(([key, value]) =>
      value === null || value === undefined ? [] : [{ name: key as keyof NonNullable<HostData['registry']>, value }],
    );
    const host = this.#placed(name, {
      world: this.world,
      address: data.address,
      serves: data.serves,
      client: data.client as ClientProfileName | undefined,
      random: this.random(name),
      passwordOf: (user) => this.passwordOf(user),
      machine: machine({
        name,
        addresses: [this.world.addressOf(data.address)],
        platform: data.windows === undefined ? { other: data.system as string } : { windows: data.windows },
        membership: data.workgroup === undefined ? { domain: authority } : { workgroup: data.workgroup },
        accounts: known,
        updates: data.updates,
        ...(data.windows !== undefined && { registry: [...values, ...appIds] }),
        ...(data.enforces && { profile: { otherServers: 'enforce' } }),
      }),
    });
    host.audience.add({
      onActivation: (activation) => void this.served.push({ server: name, serverAddress: host.address, activation }),
    });
    const simulation = this.world.simulation;
    if (simulation !== undefined) host.audience.add(comments(simulation, data.address));
    host.machine = {
      ...host.machine,
      applications: Object.entries(data.applications).map(
        ([key, { path, pid, level, coInitializeSecurity, appId }]) => {
          const user = this.userOf(host, key);
          const own = known.find((each) => each.user === user);
          return {
            path,
            pid,
            ...(level !== undefined && { activationLevel: level }),
            ...(coInitializeSecurity !== undefined && { coInitializeSecurity }),
            ...(appId !== undefined && { appId }),
            ...(own && { account: own }),
          };
        },
      ),
    };
    return host;
  }
}

const UNNAMED = 'client.exe';
