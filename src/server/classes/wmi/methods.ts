import type { InterfacePointer } from '../../../codec/dcom/index.js';
import {
  type CimClass,
  type CimInstance,
  type CimObject,
  type CimValue,
  isCimObject,
} from '../../../codec/wmi/index.js';
import type { ObjectPath } from '../../../codec/wql/index.js';
import type { RawValue } from './definitions.js';
import { WmiError } from './error.js';
import type { CimNamespace, MethodCall, MethodHandler } from './namespace.js';
import { inNamespace, instanceAt } from './objects.js';
import { cimValue } from './types.js';

/** A method without a handler is recorded, and succeeds. */
const unhandled: MethodHandler = () => ({});

/** [MS-WMI] 3.1.4.3.22: the output parameters; the call is recorded, and nothing is run. Throws `WmiError`. */
export async function execute(
  namespace: CimNamespace,
  path: ObjectPath,
  name: string,
  sent: CimObject | InterfacePointer | null,
  { call, host }: Pick<MethodCall, 'call' | 'host'>,
): Promise<CimObject | null> {
  inNamespace(namespace, path);
  const entry = namespace.existing(path.className);
  const method = entry.methods.get(name.toLowerCase());
  if (method === undefined) throw new WmiError('WBEM_E_INVALID_METHOD', `${entry.name} has no method ${name}`);
  if (path.keys === undefined && !method.isStatic)
    throw new WmiError('WBEM_E_INVALID_METHOD_PARAMETERS', `${name} needs an instance, and ${entry.name} is a class`);
  const instance = path.keys === undefined ? undefined : instanceAt(namespace, path, { host, time: call.time });
  const parameters = parametersOf(method.input, sent, name);
  const values = Object.values(parameters);
  call.record({ member: `${entry.name}.${method.name}`, arguments: values });
  const handler = namespace.handlerOf(entry, name) ?? unhandled;
  const output = await handler({ parameters, instance, call, host });
  return method.output && outputObject(method.output, { ReturnValue: 0, ...output }, `${entry.name}.${name}`);
}

/** The input parameters by name, in the order of their declaration; null where the client sent none. */
function parametersOf(
  input: CimClass | null,
  sent: CimObject | InterfacePointer | null,
  name: string,
): Record<string, CimValue> {
  if (input === null) return {};
  if (sent !== null && (!isCimObject(sent) || sent.kind !== 'instance'))
    throw new WmiError('WBEM_E_INVALID_METHOD_PARAMETERS', `what ${name} was called with is no instance`);
  const given = new Map(Object.entries(sent?.values ?? {}).map(([key, value]) => [key.toLowerCase(), value]));
  const known = [...input.class.properties].sort((one, other) => one.order - other.order);
  for (const key of given.keys())
    if (!known.some((each) => each.name.toLowerCase() === key))
      throw new WmiError('WBEM_E_INVALID_METHOD_PARAMETERS', `${name} has no parameter ${key}`);
  return Object.fromEntries(known.map((each) => [each.name, given.get(each.name.toLowerCase()) ?? null]));
}

function outputObject(output: CimClass, given: Readonly<Record<string, RawValue>>, where: string): CimInstance {
  const { methods: _, ...part } = output.class;
  const values = part.properties.map(({ name, type, value }): [string, CimValue] => [
    name,
    given[name] === undefined ? value : cimValue(type, given[name], `${where}(${name})`),
  ]);
  return {
    kind: 'instance',
    class: part,
    className: part.name,
    values: Object.fromEntries(values),
    qualifiers: [],
  };
}
