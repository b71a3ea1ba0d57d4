import type { CimValue } from '../../../codec/wmi/index.js';
import { REGISTRY_VALUES } from '../../../hardening/registry.js';
import type { ObjectHost } from '../class.js';
import type { RawValue } from './definitions.js';
import type { CimNamespace, MethodHandler } from './namespace.js';

/** hDefKey of HKEY_LOCAL_MACHINE, which StdRegProv takes where none is given. */
const HKEY_LOCAL_MACHINE = 0x80000002;

/** Win32 errors that StdRegProv returns ([MS-ERREF] 2.2). */
const ERROR_SUCCESS = 0;
const ERROR_FILE_NOT_FOUND = 2;
const ERROR_ACCESS_DENIED = 5;
const ERROR_INVALID_DATA = 13;

/** REG_SZ and REG_DWORD. */
const REG_SZ = 1;
const REG_DWORD = 4;

interface RegistryValue {
  readonly name: string;
  readonly value: string | number;
}

const VERSION = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';
const HIVE = 'HKLM\\';

/** What the registry of a host has below HKEY_LOCAL_MACHINE: the values of the hardening, and what names the system. */
function keysOf({ registry, name }: ObjectHost): Map<string, RegistryValue[]> {
  const keys = new Map<string, RegistryValue[]>();
  const set = (key: string, value: RegistryValue): void => {
    keys.set(key, [...(keys.get(key) ?? []), value]);
  };
  set(VERSION, { name: 'ProductName', value: 'Windows Server 2022 Standard' });
  set(VERSION, { name: 'CurrentBuildNumber', value: '20348' });
  set('SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName', { name: 'ComputerName', value: name });
  for (const row of REGISTRY_VALUES) {
    if (row.path.includes('{')) continue;
    const key = row.path.slice(HIVE.length);
    if (!keys.has(key)) keys.set(key, []);
    const value = registry[row.name];
    if (value !== undefined) set(key, { name: row.name, value });
  }
  return keys;
}

const textOf = (value: CimValue | undefined): string => (typeof value === 'string' ? value : '');
const keyName = (value: CimValue | undefined): string =>
  textOf(value)
    .replace(/^\\+|\\+$/g, '')
    .toLowerCase();

/** The values of a key, and the keys below it; undefined where there is no such key. */
function keyAt(parameters: Readonly<Record<string, CimValue>>, host: ObjectHost) {
  const { hDefKey } = parameters;
  if (hDefKey !== null && hDefKey !== undefined && hDefKey !== HKEY_LOCAL_MACHINE) return undefined;
  const wanted = keyName(parameters.sSubKeyName);
  const prefix = wanted === '' ? '' : `${wanted}\\`;
  const below = new Map<string, string>();
  let values: readonly RegistryValue[] = [];
  let exists = wanted === '';
  for (const [key, own] of keysOf(host)) {
    if (key.toLowerCase() === wanted) values = own;
    if (key.toLowerCase() === wanted || key.toLowerCase().startsWith(prefix)) exists = true;
    if (!key.toLowerCase().startsWith(prefix)) continue;
    const [next = ''] = key.slice(prefix.length).split('\\');
    if (next !== '' && key.toLowerCase() !== wanted) below.set(next.toLowerCase(), next);
  }
  return exists ? { values, below: [...below.values()] } : undefined;
}

type Output = Readonly<Record<string, RawValue>>;

const noKey: Output = { ReturnValue: ERROR_FILE_NOT_FOUND };

const getter =
  (out: 'uValue' | 'sValue'): MethodHandler =>
  ({ parameters, host }) => {
    const wanted = textOf(parameters.sValueName).toLowerCase();
    const found = keyAt(parameters, host)?.values.find(({ name }) => name.toLowerCase() === wanted);
    if (found === undefined) return noKey;
    const fits = typeof found.value === (out === 'uValue' ? 'number' : 'string');
    return fits ? { [out]: found.value, ReturnValue: ERROR_SUCCESS } : { ReturnValue: ERROR_INVALID_DATA };
  };

const HANDLERS: Readonly<Record<string, MethodHandler>> = {
  EnumKey: ({ parameters, host }) => {
    const key = keyAt(parameters, host);
    return key === undefined ? noKey : { sNames: key.below, ReturnValue: ERROR_SUCCESS };
  },
  EnumValues: ({ parameters, host }) => {
    const key = keyAt(parameters, host);
    if (key === undefined) return noKey;
    return {
      sNames: key.values.map(({ name }) => name),
      Types: key.values.map(({ value }) => (typeof value === 'number' ? REG_DWORD : REG_SZ)),
      ReturnValue: ERROR_SUCCESS,
    };
  },
  GetDWORDValue: getter('uValue'),
  GetStringValue: getter('sValue'),
  CheckAccess: ({ parameters, host }) =>
    keyAt(parameters, host) === undefined ? noKey : { bGranted: true, ReturnValue: ERROR_SUCCESS },
};

const WRITING = ['SetDWORDValue', 'SetStringValue', 'CreateKey', 'DeleteKey', 'DeleteValue'];

/** StdRegProv reads the registry of the hardening; what would write is recorded, and refused. */
export function provideRegistry(namespace: CimNamespace): void {
  for (const [method, handler] of Object.entries(HANDLERS)) namespace.handle('StdRegProv', method, handler);
  for (const method of WRITING) namespace.handle('StdRegProv', method, () => ({ ReturnValue: ERROR_ACCESS_DENIED }));
}
