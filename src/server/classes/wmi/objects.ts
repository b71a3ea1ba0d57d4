import type { CimObject } from '../../../codec/wmi/index.js';
import { type ObjectPath, parseNamespace } from '../../../codec/wql/index.js';
import { findInstance } from './associations.js';
import { WmiError } from './error.js';
import type { CimNamespace } from './namespace.js';
import { wholeInstance } from './query.js';
import type { Moment, Row } from './row.js';

/** [MS-WMI] 3.1.4.3.4: the class or the instance of a path. Throws `WmiError`. */
export function objectAt(namespace: CimNamespace, path: ObjectPath, moment: Moment): CimObject {
  inNamespace(namespace, path);
  if (path.keys === undefined) return namespace.classObject(namespace.existing(path.className), moment);
  return wholeInstance(namespace, instanceAt(namespace, path, moment), moment);
}

export function instanceAt(namespace: CimNamespace, path: ObjectPath, moment: Moment): Row {
  const row = findInstance(namespace, path, moment);
  if (row === undefined) throw new WmiError('WBEM_E_NOT_FOUND', `${namespace.name} has no such ${path.className}`);
  return row;
}

/** A path may name the namespace that it is asked in, and no other. */
export function inNamespace({ name }: CimNamespace, { namespace }: ObjectPath): void {
  if (namespace !== undefined && parseNamespace(namespace).namespace.toLowerCase() !== name.toLowerCase())
    throw new WmiError('WBEM_E_INVALID_NAMESPACE', `${namespace} is not ${name}`);
}
