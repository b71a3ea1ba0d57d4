import { parseAddress } from '../codec/inet/address.js';
import { normaliseUuid } from '../codec/uuid.js';
import { eventBuild } from '../hardening/builds.js';
import type { HostData } from './host-schema.js';
import { netbiosName } from './machines.js';
import { type Mistake, Names, usersOf } from './names.js';
import type { ScenarioData } from './scenario.js';
import type { Path } from './scenario-file.js';
import { VERBS } from './verbs/index.js';

/** Names in a scenario that do not exist or do not fit; a schema cannot see that. */
export function references(data: ScenarioData): Mistake[] {
  const mistakes = Object.entries(data.hosts).flatMap(([name, host]) => ofHost(data, name, host));
  mistakes.push(...taken(data, 'address', ({ address }) => parseAddress(address).toString('hex')));
  mistakes.push(...taken(data, 'NetBIOS name', (_, name) => netbiosName(name)));
  const names = new Names(data);
  data.steps.forEach(({ verb, given, expect }, index) => {
    const step = ['steps', index];
    VERBS.get(verb)?.references?.(given, names, { path: [...step, verb], expect, expectPath: [...step, 'expect'] });
  });
  return [...mistakes, ...names.mistakes];
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
    mistakes.push({ path: [...path, 'address'], why: 'it is not the address of a host' });
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
