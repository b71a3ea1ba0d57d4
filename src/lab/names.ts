import type { HostData } from './host-schema.js';
import type { ScenarioData } from './scenario.js';
import type { Path } from './scenario-file.js';
import type { Lured } from './victim.js';

export interface Mistake {
  readonly path: Path;
  readonly why: string;
}

/** The names of a scenario, as its steps go on: hosts and accounts, and the objects and faults that steps have named. */
export class Names {
  /** A name that does not exist or does not fit. */
  readonly mistakes: Mistake[] = [];
  readonly #data: ScenarioData;
  readonly #objects = new Set<string>();
  readonly #faults = new Set<string>();
  /** The newest update of each host. */
  readonly #updates = new Map<string, string>();

  constructor(data: ScenarioData) {
    this.#data = data;
    for (const [name, { updates }] of Object.entries(data.hosts)) {
      const newest = updates.toSorted().at(-1);
      if (newest !== undefined) this.#updates.set(name, newest);
    }
  }

  get hasKdc(): boolean {
    return Object.values(this.#data.hosts).some(({ kdc }) => kdc);
  }

  get domainAccounts(): number {
    return this.#data.accounts.length;
  }

  wrong(path: Path, why: string): void {
    this.mistakes.push({ path, why });
  }

  host(name: string, path: Path): HostData | undefined {
    const host = ownOf(this.#data.hosts, name);
    if (host === undefined)
      this.wrong(path, `there is no host '${name}'; there are ${Object.keys(this.#data.hosts).join(', ')}`);
    return host;
  }

  windows(name: string, path: Path): void {
    const host = this.host(name, path);
    if (host !== undefined && host.windows === undefined) this.wrong(path, `${name} is not Windows`);
  }

  /** Updates are cumulative: an older one changes nothing, so that it is not what was meant. */
  installed(host: string, dates: readonly string[], path: Path): void {
    const newest = this.#updates.get(host);
    const [first = '', ...others] = dates.toSorted();
    if (newest !== undefined && first < newest) this.wrong(path, `${host} has the update of ${newest} already`);
    this.#updates.set(host, others.at(-1) ?? first);
  }

  server(name: string, path: Path): void {
    const host = this.host(name, path);
    if (host !== undefined && host.serves === undefined) this.wrong(path, `${name} serves nothing; give it \`serves\``);
  }

  client(name: string, application: string | undefined, path: Path, key: string): void {
    const host = this.host(name, [...path, key]);
    if (host !== undefined && application !== undefined && ownOf(host.applications, application) === undefined)
      this.wrong([...path, 'application'], `${name} has no application '${application}'`);
  }

  /** An account that a host knows. */
  user(host: string, user: string, path: Path): void {
    const data = ownOf(this.#data.hosts, host);
    if (data !== undefined && !usersOf(this.#data, data).includes(user))
      this.wrong(path, `${host} knows no account '${user}'`);
  }

  between(between: readonly [string, string], path: Path): void {
    between.forEach((name, index) => void this.host(name, [...path, index]));
    if (between[0] === between[1]) this.wrong(path, 'it takes two hosts');
  }

  /** A victim and its attacker. Where a DCOM server runs, port 135 is its own. */
  lured(given: Lured, path: Path): void {
    this.client(given.victim, given.application, path, 'victim');
    const host = this.host(given.attacker, [...path, 'attacker']);
    if (host?.serves !== undefined) this.wrong([...path, 'attacker'], `${given.attacker} serves; an attacker cannot`);
  }

  keep(object: string, path: Path): void {
    if (this.#objects.has(object)) this.wrong(path, `an object is kept as '${object}' already; release it first`);
    this.#objects.add(object);
  }

  kept(object: string, path: Path): void {
    if (!this.#objects.has(object)) this.wrong(path, `no activation before keeps its object as '${object}'`);
  }

  released(object: string, path: Path): void {
    this.kept(object, path);
    this.#objects.delete(object);
  }

  faulted(fault: string, path: Path): void {
    if (this.#faults.has(fault)) this.wrong(path, `a fault is named '${fault}' already; heal it first`);
    this.#faults.add(fault);
  }

  healed(fault: string, path: Path): void {
    if (!this.#faults.delete(fault)) this.wrong(path, `no fault before is named '${fault}'`);
  }
}

/** The users that a host's applications can run as. */
export const usersOf = ({ accounts }: ScenarioData, host: HostData): readonly string[] =>
  host.workgroup === undefined ? [...host.accounts, ...accounts] : host.accounts;

/** What a record holds under a name, and not what every object has. */
const ownOf = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
