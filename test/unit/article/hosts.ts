import { type Application, type Machine, type MachineOptions, machine } from '../../../src/hardening/machine.js';
import { activationAsServer } from '../../../src/hardening/machine-policy.js';
import type { RegistryName } from '../../../src/hardening/registry.js';

export const [CONNECT, PKT, PKT_INTEGRITY, PKT_PRIVACY] = [2, 4, 5, 6] as const;
/** The last Windows update before each date is in force here. */
export const MILESTONES = ['2021-05-11', '2021-06-08', '2021-09-14', '2022-06-14', '2022-11-08', '2023-03-14'] as const;
export const REQUIRE = 'RequireIntegrityActivationAuthenticationLevel';
export const RAISE = 'RaiseActivationAuthenticationLevel';
export const APP_ID = '{8BC3F05E-D86B-11D0-A075-00C04FB68820}';

/** A host with Windows of a patch level; a server version, unless another is named. */
export const windows = (update: string, options: Partial<MachineOptions> = {}): Machine =>
  machine({
    name: 'srv',
    addresses: ['10.0.0.1'],
    platform: { windows: 'Windows Server 2019' },
    updates: [update],
    ...options,
  });

/** The options of a host in whose registry an administrator set one value. */
export const withValue = (name: RegistryName, value: number): Partial<MachineOptions> => ({
  registry: [{ name, value, setBy: 'administrator' }],
});

/** An application that calls nothing and sets no level. */
export const plain: Application = { path: 'C:\\opc\\client.exe', pid: 4711 };

/** What becomes of an activation on `server` at a level. */
export const outcome = (server: Machine, level: number = CONNECT) => activationAsServer(server, { level }).outcome;
