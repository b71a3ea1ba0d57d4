import type { DcomClient } from '../client/dcom-client.js';
import type { ClientProfileName } from '../client/profiles.js';
import type { RemoteInterface } from '../client/remote-interface.js';
import type { Application } from '../hardening/machine.js';
import type { Trace } from '../hardening/trace.js';
import type { InjectedFault, SeededBytes, SimulatedNetwork } from '../net/simulation/index.js';
import type { Listening } from './audience.js';
import { comments } from './comments.js';
import { LabHost } from './host.js';
import type { HostData } from './host-schema.js';
import { LabKerberos } from './kerberos.js';
import { machineOf } from './machines.js';
import { passwordOf, randomOf } from './passwords.js';
import type { LabActivation, LabFinding, LabRelay, LabTrace, ServedActivation, TimelineCell } from './run-types.js';
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
  /** Where a host of the domain is its KDC. */
  kerberos: LabKerberos | undefined;
  readonly #ids = new Map<string, number>();
  readonly #traces = new Set<string>();
  readonly #observe: ((host: string) => Listening) | undefined;

  constructor(scenario: Scenario, world: World, seed: string, observe?: (host: string) => Listening) {
    this.#observe = observe;
    this.scenario = scenario;
    this.world = world;
    this.seed = seed;
  }

  /** The simulated network. Throws `NotInThisWorld` on sockets. */
  get simulation(): SimulatedNetwork {
    const { simulation } = this.world;
    if (simulation === undefined) throw new NotInThisWorld('only a simulated network has links and faults');
    return simulation;
  }

  /** Octets for one purpose, which no other purpose disturbs. */
  random(purpose: string): SeededBytes {
    return randomOf(this.scenario, this.seed, purpose);
  }

  passwordOf(user: string): string {
    return passwordOf(this.scenario, this.seed, user);
  }

  /** Puts the hosts on the network and starts what they serve. */
  async open(): Promise<void> {
    const { hosts } = this.scenario.data;
    for (const [name, data] of Object.entries(hosts)) {
      try {
        this.hosts.set(name, this.#host(name, data));
      } catch (error) {
        throw error instanceof NotInThisWorld ? this.error(['hosts', name, 'address'], error.message) : error;
      }
    }
    const kdc = Object.entries(hosts).find(([, host]) => host.kdc)?.[0];
    if (kdc !== undefined) this.kerberos = await LabKerberos.start(this, this.host(kdc));
    for (const host of this.hosts.values()) await host.start();
  }

  async close(): Promise<void> {
    for (const { client } of this.objects.values()) await client.close();
    for (const host of this.hosts.values()) await host.stop();
    await this.kerberos?.close();
  }

  /** A host of the scenario; that it is there was checked when it was read. */
  host(name: string): LabHost {
    return this.hosts.get(name) as LabHost;
  }

  /** An application of a host: the named one, the first, or one that nobody has described, of the first account. */
  applicationOf({ name, machine }: LabHost, named?: string): Application {
    const described = Object.keys((this.scenario.data.hosts[name] as HostData).applications);
    const found = machine.applications[named === undefined ? 0 : described.indexOf(named)];
    const [account] = machine.accounts;
    return found ?? { path: UNNAMED, pid: 4_000, ...(account && { account }) };
  }

  /** The user that an application is. Throws `ScenarioError` where the host has no account. */
  userOf({ name }: LabHost, { account }: Application): string {
    if (account === undefined) throw this.error(['hosts', name], 'it has no account that an application could run as');
    return account.user;
  }

  /** Whether something that was expected has come about. */
  found({ id, ...found }: Omit<LabFinding, 'ok' | 'time'>): void {
    const full = `${this.scenario.data.name}.${id}`;
    const before = this.#ids.get(full) ?? 0;
    this.#ids.set(full, before + 1);
    this.findings.push({
      ...found,
      id: before === 0 ? full : `${full}~${before + 1}`,
      ok: found.expected === found.actual,
      time: this.world.clock(),
    });
  }

  /** A trace that has not been made before, as the steps of a scenario go on. */
  traced(server: string, trace: Trace): void {
    const text = JSON.stringify([server, trace]);
    if (this.#traces.has(text)) return;
    this.#traces.add(text);
    this.traces.push({ server, trace });
  }

  /** Moves the clock while nothing happens. Throws `ScenarioError` where objects are kept, which would not live so long. */
  sleepUntil(time: number, path: Path): void {
    if (time > this.world.clock() && this.world.simulation !== undefined && this.objects.size > 0) {
      const names = [...this.objects.keys()].join(', ');
      throw this.error(path, `release ${names} before the clock moves on, or let the scenario start later`);
    }
    this.world.sleepUntil(time);
  }

  error(path: Path, why: string): Error {
    return this.scenario.error(path, why);
  }

  #host(name: string, data: HostData): LabHost {
    const { world } = this;
    const host = new LabHost({
      world,
      address: data.address,
      serves: data.serves,
      opc: data.opc,
      client: data.client as ClientProfileName | undefined,
      random: this.random(`host ${name}`),
      keys: () => (data.workgroup === undefined ? this.kerberos?.keysOf(name) : undefined),
      passwordOf: (user) => this.passwordOf(user),
      machine: machineOf(this.scenario.data, name, world.addressOf(data.address)),
    });
    host.audience.add({
      onActivation: (activation) => void this.served.push({ server: name, serverAddress: host.address, activation }),
    });
    if (world.simulation !== undefined) host.audience.add(comments(world.simulation, data.address));
    if (this.#observe !== undefined) host.audience.add(this.#observe(name));
    return host;
  }
}

const UNNAMED = 'client.exe';
