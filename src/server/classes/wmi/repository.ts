import { fileURLToPath } from 'node:url';
import { parseNamespace } from '../../../codec/wql/index.js';
import { readDefinition } from './definition-file.js';
import type { NamespaceDefinition, RepositoryDefinition } from './definitions.js';
import { WmiError } from './error.js';
import { eventLog, NT_LOG_EVENT } from './event-log.js';
import { CimNamespace, type MethodHandler } from './namespace.js';
import { provideRegistry } from './std-reg-prov.js';

const FOLDER = fileURLToPath(new URL('../../../../cim/', import.meta.url));
const SHIPPED = ['root-cimv2.yaml', 'root-default.yaml'];
const SYSTEM_CLASSES = 'system-classes.yaml';

/** Namespaces with their classes and instances. */
export class CimRepository {
  readonly #namespaces = new Map<string, CimNamespace>();
  readonly #system: NamespaceDefinition;

  /** Every namespace has the system classes ([MS-WMI] 2.2.31). */
  constructor(system: NamespaceDefinition = systemClasses()) {
    this.#system = system;
  }

  /** Adds what a definition has to what is there, namespaces too. Throws `DefinitionError`. */
  add({ namespaces }: RepositoryDefinition): this {
    for (const [name, definition] of Object.entries(namespaces)) this.namespace(name).add(definition);
    return this;
  }

  /** The namespace of a name such as `root\cimv2`, made with those around it where it is not there. */
  namespace(text: string): CimNamespace {
    const { namespace: name } = parseNamespace(text);
    const known = this.#namespaces.get(name.toLowerCase());
    if (known !== undefined) return known;
    const made = new CimNamespace(name).add(this.#system);
    this.#namespaces.set(name.toLowerCase(), made);
    const above = name.lastIndexOf('\\');
    if (above > 0) this.namespace(name.slice(0, above)).addInstance('__Namespace', { Name: name.slice(above + 1) });
    return made;
  }

  /** The namespace that a client names: `//./root/cimv2`, `\\HOST\root\cimv2` or `root\cimv2`. Throws `WmiError`. */
  find(text: string): CimNamespace {
    const { namespace: name } = parseNamespace(text);
    const found = this.#namespaces.get(name.toLowerCase());
    if (found === undefined) throw new WmiError('WBEM_E_INVALID_NAMESPACE', `there is no namespace ${text}`);
    return found;
  }
}

function systemClasses(): NamespaceDefinition {
  const { namespaces } = readDefinition(`${FOLDER}${SYSTEM_CLASSES}`);
  return Object.values(namespaces)[0] ?? {};
}

/** The process that Win32_Process.Create would have started: it is recorded, and none is. */
const createProcess: MethodHandler = ({ host }) => ({
  ProcessId: 4 * (1_000 + (new DataView(host.random(2).slice().buffer).getUint16(0) % 15_000)),
  ReturnValue: 0,
});

/**
 * The repository that comes with this program: the classes that monitoring asks for, in `root\cimv2` and `root\default`.
 * A test adds to it, or to its own files, classes and instances of its own.
 */
export function shippedRepository(): CimRepository {
  const repository = new CimRepository();
  for (const file of SHIPPED) repository.add(readDefinition(`${FOLDER}${file}`));
  repository.namespace('root\\cimv2').provide(NT_LOG_EVENT, eventLog).handle('Win32_Process', 'Create', createProcess);
  for (const name of ['root\\cimv2', 'root\\default']) provideRegistry(repository.namespace(name));
  return repository;
}
