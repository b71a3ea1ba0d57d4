import { type SeededBytes, seededRandom } from '../net/simulation/index.js';
import type { Scenario } from './scenario-file.js';

/** Octets for one purpose of a run of a scenario, which no other purpose disturbs. */
export const randomOf = ({ data }: Scenario, seed: string, purpose: string): SeededBytes =>
  seededRandom(seed, `${data.name} ${purpose}`);

/** One user has the same password wherever he has an account, as in a workgroup. */
export const passwordOf = (scenario: Scenario, seed: string, user: string): string =>
  scenario.data.password ?? randomOf(scenario, seed, `password of ${user}`)(12).toString('hex');

/** The passwords of all users of a scenario by their names, to unseal its recording with: they are of its world alone. */
export function scenarioPasswords(scenario: Scenario, seed: string | number = 1): ReadonlyMap<string, string> {
  const { accounts, hosts } = scenario.data;
  const users = new Set([...accounts, ...Object.values(hosts).flatMap((host) => host.accounts)]);
  return new Map([...users].map((user) => [user, passwordOf(scenario, String(seed), user)]));
}
