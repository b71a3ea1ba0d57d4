import { PolicyInputError } from '../codec/input-error.js';
import { normaliseUuid } from '../codec/uuid.js';
import { REGISTRY_VALUES, type Registry, type RegistryName, type RegistryValue, whyNot } from './registry.js';

export type { RegistryName };

/**
 * Who set a value. Windows and its updates set none of these (KB5004442), so that it is always somebody: an
 * administrator, or the installation of an application, which often brings the AuthenticationLevel of its AppID.
 */
export type SetBy = 'administrator' | 'application';

/** Of which AppID a registry value is. */
export interface AppIdOption {
  /** Whose AuthenticationLevel; the other values are the machine's. */
  readonly appId?: string;
}

/** A value in a machine's registry. */
export interface RegistryEntry extends AppIdOption {
  readonly name: RegistryName;
  readonly value: number;
  readonly setBy: SetBy;
}

export interface RegistryChange extends AppIdOption {
  readonly name: RegistryName;
  /** Undefined deletes the value. */
  readonly value: number | undefined;
  readonly setBy?: SetBy;
}

/** The entries after a change, and whether it waits for a reboot. Throws `PolicyInputError`. */
export function withValue(
  entries: readonly RegistryEntry[],
  { name, value, appId, setBy = 'administrator' }: RegistryChange,
): { readonly entries: readonly RegistryEntry[]; readonly reboot: boolean } {
  const row = rowOf(name);
  if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= 0xffffffff)) {
    throw new PolicyInputError(`${row.name} takes a DWORD, not ${value}`);
  }
  const key = appIdOf(row, appId);
  const others = entries.filter((entry) => entry.name !== row.name || entry.appId !== key);
  const own =
    value === undefined ? [] : [{ name: row.name, value, setBy, ...(key === undefined ? {} : { appId: key }) }];
  return { entries: [...others, ...own], reboot: row.reboot };
}

/** The registry as one process sees it: the machine's values and the AuthenticationLevel of its AppID. */
export function registryFor(entries: readonly RegistryEntry[], appId?: string): Registry {
  const own = appId === undefined ? undefined : canonical(appId);
  const seen = entries.filter((entry) => entry.appId === undefined || entry.appId === own);
  return Object.fromEntries(seen.map(({ name, value }) => [name, value]));
}

function rowOf(name: string): RegistryValue {
  const row = REGISTRY_VALUES.find((candidate) => candidate.name === name);
  if (row === undefined) {
    throw new PolicyInputError(whyNot(name));
  }
  return row;
}

function appIdOf(row: RegistryValue, appId: string | undefined): string | undefined {
  const perAppId = row.path.includes('{AppID}');
  if (perAppId && appId === undefined) throw new PolicyInputError(`${row.name} is a value of an AppID; name which`);
  if (!perAppId && appId !== undefined) throw new PolicyInputError(`${row.name} is the machine's, not an AppID's`);
  return appId === undefined ? undefined : canonical(appId);
}

function canonical(appId: string): string {
  const uuid = normaliseUuid(appId);
  if (uuid === undefined) throw new PolicyInputError(`'${appId}' is no AppID`);
  return `{${uuid.toUpperCase()}}`;
}
