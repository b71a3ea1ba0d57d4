import type { ClientProfile } from '../client/profile.js';
import { CLIENT_PROFILES, type ClientProfileName, windowsProfileAt } from '../client/profiles.js';
import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { speaksOlderCom } from '../hardening/builds.js';
import { EventLog } from '../hardening/event-log.js';
import {
  type Application,
  accountOf,
  isWindows,
  type Machine,
  patchLevelOf,
  platformName,
  reboot,
} from '../hardening/machine.js';
import { callLevelOf, enforcementOf, exporterLevelOf } from '../hardening/machine-policy.js';
import { registryFor } from '../hardening/machine-registry.js';
import type { PolicyProfile } from '../hardening/profile.js';
import type { Registry } from '../hardening/registry.js';
import { type Endpoint, formatEndpoint } from '../net/channel.js';
import type { Environment } from '../net/environment.js';
import type { Network } from '../net/network.js';
import {
  type AccountEntry,
  type NtlmCredentials,
  type RandomBytes,
  Secret,
  type ServiceKey,
} from '../security/index.js';
import { type ClassName, classesNamed } from '../server/classes/index.js';
import { AddressSpace, type OpcServerData } from '../server/classes/opc/index.js';
import { type DcomServer, startServer } from '../server/server.js';
import { Audience } from './audience.js';
import { netbiosName } from './machines.js';
import type { World } from './world.js';

export interface LabHostOptions extends Pick<Environment, 'random'> {
  readonly world: World;
  readonly machine: Machine;
  readonly address: string;
  readonly serves: readonly string[] | undefined;
  readonly opc: OpcServerData | undefined;
  readonly client: ClientProfileName | undefined;
  /** Its keys, where the domain has Kerberos. */
  readonly keys: () => readonly ServiceKey[] | undefined;
  /** Of an account, by its user's name. */
  readonly passwordOf: (user: string) => string;
}

/** One host of a lab: a machine with its log, on a network, with a DCOM server where it serves. */
export class LabHost {
  machine: Machine;
  readonly address: string;
  readonly network: Network;
  readonly log: EventLog;
  readonly audience = new Audience();
  readonly #options: LabHostOptions;
  #server: DcomServer | undefined;

  constructor(options: LabHostOptions) {
    this.#options = options;
    this.machine = options.machine;
    this.address = options.world.addressOf(options.address);
    this.network = options.world.addHost(options.machine.name, options.address);
    this.log = new EventLog({ computer: options.machine.name });
  }

  /** For its clients and its server. */
  get random(): RandomBytes {
    return this.#options.random;
  }

  get name(): string {
    return this.machine.name;
  }

  /** Throws where the host serves nothing. */
  get server(): DcomServer {
    if (this.#server === undefined) throw new TypeError(`${this.name} has no DCOM server`);
    return this.#server;
  }

  get endpoint(): Endpoint {
    return this.server.address;
  }

  get serves(): boolean {
    return this.#server !== undefined;
  }

  /** Who can log on to it, as its servers and its exporters of objects know them. */
  get accounts(): readonly AccountEntry[] {
    const { passwordOf } = this.#options;
    return this.machine.accounts.map(({ domain, user, sid }) => ({ domain, user, sid, password: passwordOf(user) }));
  }

  /** What decides whether it enforces. */
  get policy(): { readonly asOf: string; readonly registry: Registry } {
    const { machine } = this;
    const registry = registryFor(machine.effective);
    if (isWindows(machine)) return { asOf: patchLevelOf(machine).date, registry };
    // A server that is not Windows has no patch level; what its maker decided is one of the two ends.
    return { asOf: enforcementOf(machine).enabled ? '2023-03-14' : '2021-05', registry };
  }

  /** Starts what it serves, with the updates and the registry that are in force. */
  async start(): Promise<void> {
    const { world, serves, opc, random } = this.#options;
    if (serves === undefined) return;
    const keys = this.#options.keys();
    const { machine, audience } = this;
    const windows = isWindows(machine);
    const policy: Partial<PolicyProfile> = windows
      ? { ...machine.profile, windows: platformName(machine) }
      : machine.profile;
    const member = 'domain' in machine.membership ? { netbiosDomain: machine.membership.domain } : {};
    this.#server = await startServer({
      listen: formatEndpoint({ address: this.address, port: world.resolverPort }),
      network: this.network,
      timers: world.timers,
      clock: world.clock,
      monotonic: world.monotonic,
      random,
      ...this.policy,
      policy,
      eventLog: this.log,
      platform: windows ? 'windows' : 'other',
      dcom: { minorVersionsBelow7: windows && !speaksOlderCom(platformName(machine)) ? 'refused' : 'taken' },
      accounts: this.accounts,
      ...(keys && { kerberos: { keys } }),
      names: { netbiosName: netbiosName(machine.name), ...member },
      classes: classesNamed(serves as readonly ClassName[], opc === undefined ? [] : [new AddressSpace(opc)]),
      exporterLevel: exporterLevelOf(machine),
      observers: [audience],
      onActivation: audience.onActivation,
      onEvent: audience.onEvent,
      onInvocation: audience.onInvocation,
      onRefusedCall: audience.onRefusedCall,
      onFailedLogon: audience.onFailedLogon,
    });
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  /** Updates and registry values that were set before are in force after it. */
  async restart(): Promise<void> {
    await this.stop();
    this.machine = reboot(this.machine);
    await this.start();
  }

  /** How an application of this host behaves as a client, activating at a level that has been decided. */
  profileOf(application: Application, activationLevel: number): ClientProfile {
    const { machine } = this;
    const { client } = this.#options;
    const named = client === undefined ? windowsProfileAt(patchLevelOf(machine).date) : CLIENT_PROFILES[client];
    if (!isWindows(machine)) return { ...named, activationLevel: () => activationLevel };
    return {
      ...named,
      activationLevel: () => activationLevel,
      objectLevel: (authnHint) => callLevelOf(machine, application, { authnHint }),
    };
  }

  /** The level of a client that is not Windows, which raises nothing: its own where the application leaves it open. */
  levelOfOther(requested: number | 'default'): number {
    const { client = 'impacket' } = this.#options;
    return CLIENT_PROFILES[client].activationLevel(requested);
  }

  credentialsOf(user: string): NtlmCredentials {
    const account = accountOf(this.machine, user);
    if (account === undefined) throw new TypeError(`${this.name} knows no account '${user}'`);
    return { domain: account.domain, user: account.user, secret: Secret.password(this.#options.passwordOf(user)) };
  }
}

/** Whether an activation authenticates. */
export const authenticates = (level: number): boolean => level !== RPC_C_AUTHN_LEVEL.NONE;
