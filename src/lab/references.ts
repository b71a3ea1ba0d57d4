import { eventBuild } from '../hardening/builds.js';
import { LEFT_OPEN, RELAY_VARIANTS, type RelayVariant, relayVariant } from '../relay/index.js';
import type { HostData, ScenarioData, StepData, StepOf } from './scenario.js';
import type { Path } from './scenario-file.js';

export interface Mistake {
  readonly path: Path;
  readonly why: string;
}

/** What a scenario names that is not there, or does not fit; a schema cannot see that. */
export function references(data: ScenarioData): Mistake[] {
  const mistakes = Object.entries(data.hosts).flatMap(([name, host]) => ofHost(data, name, host));
  const addresses = new Map<string, string>();
  for (const [name, { address }] of Object.entries(data.hosts)) {
    const other = addresses.get(address);
    if (other !== undefined) mistakes.push({ path: ['hosts', name, 'address'], why: `${other} has this address` });
    addresses.set(address, name);
  }
  const names = new Names(data);
  data.steps.forEach((step, index) => {
    mistakes.push(...names.ofStep(step, ['steps', index]));
  });
  return mistakes;
}

function ofHost(data: ScenarioData, name: string, host: HostData): Mistake[] {
  const path = ['hosts', name];
  const mistakes: Mistake[] = [];
  if ((host.windows === undefined) === (host.system === undefined))
    mistakes.push({ path, why: 'a host is either windows (a version) or system (another)' });
  if (host.windows !== undefined) {
    try {
      eventBuild(host.windows);
    } catch (error) {
      mistakes.push({ path: [...path, 'windows'], why: (error as Error).message });
    }
  }
  if (host.system !== undefined && (host.updates.length > 0 || host.registry !== undefined))
    mistakes.push({ path, why: 'only Windows has updates and a registry' });
  if (host.windows !== undefined && host.enforces)
    mistakes.push({ path: [...path, 'enforces'], why: 'what Windows enforces follows from its updates and registry' });
  for (const [key, { user }] of Object.entries(host.applications)) {
    if (user !== undefined && !usersOf(data, host).includes(user))
      mistakes.push({ path: [...path, 'applications', key, 'user'], why: `there is no account '${user}'` });
  }
  return mistakes;
}

/** The users that a host's applications can run as. */
export const usersOf = ({ accounts }: ScenarioData, host: HostData): readonly string[] =>
  host.workgroup === undefined ? [...host.accounts, ...accounts] : host.accounts;

/** The variants that a step of the relay means. */
export function variantsOf({ variants }: Pick<StepOf<'relay'>, 'variants'>): (RelayVariant | undefined)[] {
  if (variants === 'stopped') return [...RELAY_VARIANTS];
  if (variants === 'left open') return [...LEFT_OPEN];
  return variants === 'all' ? [...RELAY_VARIANTS, ...LEFT_OPEN] : variants.map(relayVariant);
}

class Names {
  readonly #data: ScenarioData;
  readonly #objects = new Set<string>();
  readonly #faults = new Set<string>();
  #mistakes: Mistake[] = [];

  constructor(data: ScenarioData) {
    this.#data = data;
  }

  ofStep(step: StepData, path: Path): Mistake[] {
    this.#mistakes = [];
    const { update, set, reboot, activate, invoke, release, lure, relay, timeline, trace, link, fault, heal } = step;
    if (update) this.#windows(update.host, [...path, 'update', 'host']);
    if (set) this.#windows(set.host, [...path, 'set', 'host']);
    if (reboot) this.#host(reboot, [...path, 'reboot']);
    if (activate) this.#activation(activate, [...path, 'activate']);
    if (invoke) this.#object(invoke.object, [...path, 'invoke', 'object']);
    if (release) this.#object(release, [...path, 'release']);
    if (lure) this.#lured(lure, [...path, 'lure']);
    if (relay) this.#relay(relay, [...path, 'relay']);
    if (timeline) this.#timeline(timeline, [...path, 'timeline']);
    if (trace) this.#host(trace.server, [...path, 'trace', 'server']);
    for (const [verb, given] of [
      ['link', link],
      ['fault', fault],
    ] as const)
      given?.between.forEach((name, index) => void this.#host(name, [...path, verb, 'between', index]));
    if (fault?.from !== undefined && !fault.between.includes(fault.from))
      this.#wrong([...path, 'fault', 'from'], `not one of ${fault.between.join(', ')}`);
    if (fault?.as !== undefined) this.#faults.add(fault.as);
    if (heal && !this.#faults.has(heal)) this.#wrong([...path, 'heal'], `no fault before is named '${heal}'`);
    if (step.check) this.#host(step.check.host, [...path, 'check', 'host']);
    return this.#mistakes;
  }

  #wrong(path: Path, why: string): void {
    this.#mistakes.push({ path, why });
  }

  #host(name: string, path: Path): HostData | undefined {
    const host = this.#data.hosts[name];
    if (host === undefined)
      this.#wrong(path, `there is no host '${name}'; there are ${Object.keys(this.#data.hosts).join(', ')}`);
    return host;
  }

  #windows(name: string, path: Path): void {
    const host = this.#host(name, path);
    if (host !== undefined && host.windows === undefined) this.#wrong(path, `${name} is not Windows`);
  }

  #server(name: string, path: Path): void {
    const host = this.#host(name, path);
    if (host !== undefined && host.serves === undefined)
      this.#wrong(path, `${name} serves nothing; give it \`serves\``);
  }

  #client(name: string, application: string | undefined, path: Path, key: string): void {
    const host = this.#host(name, [...path, key]);
    if (host !== undefined && application !== undefined && host.applications[application] === undefined)
      this.#wrong([...path, 'application'], `${name} has no application '${application}'`);
  }

  #activation(given: StepOf<'activate'>, path: Path): void {
    this.#client(given.from, given.application, path, 'from');
    this.#server(given.on, [...path, 'on']);
    const host = this.#data.hosts[given.from];
    if (host !== undefined && given.user !== undefined && !usersOf(this.#data, host).includes(given.user))
      this.#wrong([...path, 'user'], `${given.from} knows no account '${given.user}'`);
    if (given.as !== undefined) this.#objects.add(given.as);
  }

  #object(name: string, path: Path): void {
    if (!this.#objects.has(name)) this.#wrong(path, `no activation before keeps its object as '${name}'`);
  }

  #lured(given: StepOf<'lure'>, path: Path): void {
    this.#client(given.victim, given.application, path, 'victim');
    this.#attacker(given.attacker, path);
  }

  /** Where a DCOM server runs, port 135 is its own. */
  #attacker(name: string, path: Path): void {
    const host = this.#host(name, [...path, 'attacker']);
    if (host?.serves !== undefined) this.#wrong([...path, 'attacker'], `${name} serves; an attacker cannot`);
  }

  #relay(given: StepOf<'relay'>, path: Path): void {
    this.#lured(given, path);
    this.#server(given.server, [...path, 'server']);
    const variants = variantsOf(given);
    variants.forEach((variant, index) => {
      if (variant === undefined)
        this.#wrong(
          [...path, 'variants', index],
          'no such variant of the relay (dcom-harness relay --help lists them)',
        );
    });
    if (variants.some((variant) => variant?.reflection)) this.#server(given.victim, [...path, 'victim']);
    if (variants.some((variant) => variant?.knownReference) && this.#data.accounts.length < 2)
      this.#wrong(['accounts'], 'a known reference needs a second account, who has activated the object');
  }

  #timeline(given: StepOf<'timeline'>, path: Path): void {
    this.#windows(given.server, [...path, 'server']);
    this.#server(given.server, [...path, 'server']);
    given.clients.forEach((name, index) => void this.#host(name, [...path, 'clients', index]));
  }
}
