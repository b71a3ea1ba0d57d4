import {
  CLASS_NAMES,
  CLASSES,
  type ClassName,
  type ComClass,
  classesNamed,
  DefinitionError,
  type RepositoryDefinition,
  shippedRepository,
  wmiClass,
} from '../../server/classes/index.js';
import type { AddressSpace } from '../../server/classes/opc/index.js';
import { UsageError } from '../io.js';

export interface ClassOptions {
  readonly class?: readonly (ClassName | 'all')[];
  readonly opc?: readonly AddressSpace[];
  readonly wmi?: readonly RepositoryDefinition[];
}

/** A given address space, and given classes of WMI, are served without being named. Throws `UsageError`. */
export function classesOf({ class: named, opc = [], wmi = [] }: ClassOptions): ComClass[] {
  const brought: ClassName[] = [
    ...(opc.length > 0 ? ['opc' as const] : []),
    ...(wmi.length > 0 ? ['wmi' as const] : []),
  ];
  const names = named ?? (brought.length > 0 ? [] : ['generic' as const]);
  const wanted = (name: ClassName): boolean => names.includes('all') || names.includes(name) || brought.includes(name);
  const classes = classesNamed(CLASS_NAMES.filter(wanted), opc);
  return wmi.length === 0 ? classes : classes.map((each) => (each === CLASSES.wmi ? withDefinitions(wmi) : each));
}

function withDefinitions(definitions: readonly RepositoryDefinition[]): ComClass {
  const repository = shippedRepository();
  try {
    for (const definition of definitions) repository.add(definition);
  } catch (error) {
    if (error instanceof DefinitionError) throw new UsageError(`--wmi: ${error.message}`);
    throw error;
  }
  return wmiClass(repository);
}
