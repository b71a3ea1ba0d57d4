import type { ComClass } from '../class.js';
import { wbemLevel1Login } from './login.js';
import { type CimRepository, shippedRepository } from './repository.js';

/** WbemLevel1Login, the class that WMI clients activate, over a repository; over the one that is shipped where absent. */
export const wmiClass = (repository?: CimRepository): ComClass =>
  wbemLevel1Login(repository === undefined ? shipped : () => repository);

let loaded: CimRepository | undefined;

/** Read when a client first asks for it. */
function shipped(): CimRepository {
  loaded ??= shippedRepository();
  return loaded;
}

export type { CimMethodEntry, CimPropertyEntry, ClassEntry } from './class-table.js';
export { parseDefinition, readDefinition } from './definition-file.js';
export * from './definitions.js';
export { WmiError } from './error.js';
export { CimNamespace, type InstanceProvider, type MethodCall, type MethodHandler } from './namespace.js';
export { CimRepository, shippedRepository } from './repository.js';
export type { Moment, Row } from './row.js';
