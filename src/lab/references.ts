import { parseAddress } from '../codec/inet/address.js';
import { normaliseUuid } from '../codec/uuid.js';
import { eventBuild } from '../hardening/builds.js';
import { LEFT_OPEN, RELAY_VARIANTS, type RelayVariant, relayVariant } from '../relay/index.js';
import { netbiosName } from './machines.js';
import type { HostData, ScenarioData, StepData, StepOf } from './scenario.js';
import type { Path } from './scenario-file.js';

export interface Mistake {
  readonly path: Path;
  readonly why: string;
}

/** What a scenario names that is not there, or does not fit; a schema cannot see that. */
export function references(data: ScenarioData): Mistake[] {
  const mistakes = Object.entries(data.hosts).flatMap(([name, host]) => ofHost(data, name, host));
  mistakes.push(...taken(data, 'address', ({ address }) => parseAddress(address).toString('hex')));
  mistakes.push(...taken(data, 'NetBIOS name', (_, name) => netbiosName(name)));
  const names = new Names(data);
  data.steps.forEach((step, index) => {
    mistakes.push(...names.ofStep(step, ['steps', index]));
  });
  return mistakes;
}

/** What two hosts cannot both have. */
function taken(data: ScenarioData, what: string, of: (host: HostData, name: string) => string): Mistake[] {
  const owners = new Map<string, string>();
  return Object.entries(data.hosts).flatMap(([name, host]) => {
    const value = of(host, name);
    const owner = owners.get(value);
    owners.set(value, name);
    const path = ['hosts', name, ...(what === 'address' ? [what] : [])];
    return owner === undefined ? [] : [{ path, why: `${owner} has this ${what}` }];
  });
}

/** Not of one host: RFC 1122 3.2.1.3, RFC 4291 2.5.2, and the groups of both. */
const OF_NO_HOST = /^(0{8}|f{8}|[ef][0-9a-f]{7}|0{32}|ff[0-9a-f]{30})$/;

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
  if (OF_NO_HOST.test(parseAddress(host.address).toString('hex')))
    mistakes.push({ path: [...path, 'address'], why: 'it is no address of one host' });
  const newest = host.updates.toSorted().at(-1);
  if (data.start !== undefined && newest !== undefined && newest > data.start)
    mistakes.push({ path: ['start'], why: `${name} has installed the update of ${newest} by then` });
  if (host.windows !== undefined && host.enforces)
    mistakes.push({ path: [...path, 'enforces'], why: 'what Windows enforces follows from its updates and registry' });
  return [...mistakes, ...ofApplications(data, host, [...path, 'applications'])];
}

function ofApplications(data: ScenarioData, host: HostData, path: Path): Mistake[] {
  const mistakes: Mistake[] = [];
  const processes = new Map<number, string>();
  for (const [key, { user, pid, appId, appIdAuthenticationLevel }] of Object.entries(host.applications)) {
    const other = processes.get(pid);
    processes.set(pid, key);
    if (other !== undefined) mistakes.push({ path: [...path, key, 'pid'], why: `${other} is this process` });
    if (user !== undefined && !usersOf(data, host).includes(user))
      mistakes.push({ path: [...path, key, 'user'], why: `there is no account '${user}'` });
    if (appIdAuthenticationLevel !== undefined && appId === undefined)
      mistakes.push({ path: [...path, key, 'appIdAuthenticationLevel'], why: 'of which AppID? give `appId`' });
    if (appId !== undefined && normaliseUuid(appId) === undefined)
      mistakes.push({ path: [...path, key, 'appId'], why: `'${appId}' is no AppID` });
    if (appIdAuthenticationLevel !== undefined && host.windows === undefined)
      mistakes.push({ path: [...path, key, 'appIdAuthenticationLevel'], why: 'only Windows has a registry' });
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
  /** The newest update of each host, as the steps go on. */
  readonly #updates = new Map<string, string>();
  #mistakes: Mistake[] = [];

  constructor(data: ScenarioData) {
    this.#data = data;
    for (const [name, { updates }] of Object.entries(data.hosts)) {
      const newest = updates.toSorted().at(-1);
      if (newest !== undefined) this.#updates.set(name, newest);
    }
  }

  ofStep(step: StepData, path: Path): Mistake[] {
    this.#mistakes = [];
    const { update, set, reboot, activate, invoke, release, lure, relay, timeline, trace, link, fault, heal } = step;
    if (update) {
      this.#windows(update.host, [...path, 'update', 'host']);
      this.#installed(update.host, [update.date], [...path, 'update', 'date']);
    }
    if (set) this.#setting(set, [...path, 'set']);
    if (reboot) this.#host(reboot, [...path, 'reboot']);
    if (activate) this.#activation(activate, [...path, 'activate']);
    if (invoke) this.#object(invoke.object, [...path, 'invoke', 'object']);
    if (release) {
      this.#object(release, [...path, 'release']);
      this.#objects.delete(release);
    }
    if (lure) this.#lured(lure, [...path, 'lure']);
    if (relay) this.#relay(relay, [...path, 'relay']);
    if (timeline) this.#timeline(timeline, [...path, 'timeline']);
    if (trace) this.#host(trace.server, [...path, 'trace', 'server']);
    for (const [verb, given] of [
      ['link', link],
      ['fault', fault],
    ] as const)
      if (given) this.#between(given.between, [...path, verb, 'between']);
    if (fault) this.#fault(fault, [...path, 'fault']);
    if (heal && !this.#faults.delete(heal)) this.#wrong([...path, 'heal'], `no fault before is named '${heal}'`);
    if (step.check) this.#host(step.check.host, [...path, 'check', 'host']);
    return this.#mistakes;
  }

  #wrong(path: Path, why: string): void {
    this.#mistakes.push({ path, why });
  }

  #host(name: string, path: Path): HostData | undefined {
    const host = ownOf(this.#data.hosts, name);
    if (host === undefined)
      this.#wrong(path, `there is no host '${name}'; there are ${Object.keys(this.#data.hosts).join(', ')}`);
    return host;
  }

  #windows(name: string, path: Path): void {
    const host = this.#host(name, path);
    if (host !== undefined && host.windows === undefined) this.#wrong(path, `${name} is not Windows`);
  }

  /** Updates are cumulative: an older one changes nothing, so that it is not what was meant. */
  #installed(host: string, dates: readonly string[], path: Path): void {
    const newest = this.#updates.get(host);
    const [first = '', ...others] = dates.toSorted();
    if (newest !== undefined && first < newest) this.#wrong(path, `${host} has the update of ${newest} already`);
    this.#updates.set(host, others.at(-1) ?? first);
  }

  #server(name: string, path: Path): void {
    const host = this.#host(name, path);
    if (host !== undefined && host.serves === undefined)
      this.#wrong(path, `${name} serves nothing; give it \`serves\``);
  }

  #client(name: string, application: string | undefined, path: Path, key: string): void {
    const host = this.#host(name, [...path, key]);
    if (host !== undefined && application !== undefined && ownOf(host.applications, application) === undefined)
      this.#wrong([...path, 'application'], `${name} has no application '${application}'`);
  }

  #activation(given: StepOf<'activate'>, path: Path): void {
    this.#client(given.from, given.application, path, 'from');
    this.#server(given.on, [...path, 'on']);
    const host = ownOf(this.#data.hosts, given.from);
    if (host !== undefined && given.user !== undefined && !usersOf(this.#data, host).includes(given.user))
      this.#wrong([...path, 'user'], `${given.from} knows no account '${given.user}'`);
    if (given.as !== undefined && this.#objects.has(given.as))
      this.#wrong([...path, 'as'], `an object is kept as '${given.as}' already; release it first`);
    if (given.as !== undefined) this.#objects.add(given.as);
  }

  #setting({ host, values, appId, AuthenticationLevel: level }: StepOf<'set'>, path: Path): void {
    this.#windows(host, [...path, 'host']);
    if (appId === undefined && level !== undefined)
      this.#wrong([...path, 'AuthenticationLevel'], 'of which AppID? give `appId`');
    if (appId !== undefined && level === undefined)
      this.#wrong([...path, 'appId'], 'give its AuthenticationLevel, or null to delete it');
    if (appId !== undefined && normaliseUuid(appId) === undefined)
      this.#wrong([...path, 'appId'], `'${appId}' is no AppID`);
    if (appId === undefined && Object.keys(values).length === 0) this.#wrong(path, 'it sets nothing');
  }

  #between(between: readonly [string, string], path: Path): void {
    between.forEach((name, index) => void this.#host(name, [...path, index]));
    if (between[0] === between[1]) this.#wrong(path, 'it takes two hosts');
  }

  #fault({ kind, between, from, for: lasts, as }: StepOf<'fault'>, path: Path): void {
    if (from !== undefined && !between.includes(from))
      this.#wrong([...path, 'from'], `not one of ${between.join(', ')}`);
    if (lasts !== undefined && kind !== 'stall') this.#wrong([...path, 'for'], 'only a stall ends by itself');
    if (as === undefined) return;
    if (this.#faults.has(as)) this.#wrong([...path, 'as'], `a fault is named '${as}' already; heal it first`);
    this.#faults.add(as);
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
    this.#installed(given.server, given.phases, [...path, 'phases']);
    const { enforced = {} } = given.table ?? {};
    for (const phase of Object.keys(enforced)) {
      if (!given.phases.some((each) => each === phase || each === `${phase}-01`))
        this.#wrong([...path, 'table', 'enforced', phase], 'it is none of the phases');
    }
  }
}

/** What a record holds under a name, and not what every object has. */
const ownOf = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
