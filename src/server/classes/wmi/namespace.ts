import type { CimClass, CimValue } from '../../../codec/wmi/index.js';
import type { AccessList } from '../../access.js';
import type { ObjectCall, ObjectHost } from '../class.js';
import { type ClassEntry, classEntry, classObject, isA } from './class-table.js';
import {
  type ClassDefinition,
  DefinitionError,
  type InstanceDefinition,
  type NamespaceDefinition,
  type RawValue,
} from './definitions.js';
import { WmiError } from './error.js';
import { relativePath } from './paths.js';
import { type Moment, type Row, rowOf } from './row.js';

/** Makes the instances of a class when they are asked for. */
export type InstanceProvider = (moment: Moment) => Iterable<InstanceDefinition>;

/** What a method is called with: the parameters by name, as the client sent them; `instance` is undefined for a static one. */
export interface MethodCall {
  readonly parameters: Readonly<Record<string, CimValue>>;
  readonly instance: Row | undefined;
  readonly call: ObjectCall;
  readonly host: ObjectHost;
}

/** Gives the output parameters and, as `ReturnValue`, the result. */
export type MethodHandler = (
  call: MethodCall,
) => Readonly<Record<string, RawValue>> | Promise<Readonly<Record<string, RawValue>>>;

/** Classes and instances of one namespace, and who may do what. */
export class CimNamespace {
  /** As a path has it: `root\cimv2`. */
  readonly name: string;
  requiresEncryption = false;
  access: AccessList | undefined;
  execute: AccessList | undefined;
  readonly #classes = new Map<string, ClassEntry>();
  /** By class, and by path; those of a class without keys by their number. */
  readonly #instances = new Map<string, Map<string | number, InstanceDefinition>>();
  readonly #providers = new Map<string, InstanceProvider>();
  readonly #methods = new Map<string, MethodHandler>();

  constructor(name: string) {
    this.name = name;
  }

  /** Adds what a definition has to what is there. Throws `DefinitionError`. */
  add({ requiresEncryption, access, execute, classes = {}, instances = {} }: NamespaceDefinition): this {
    if (requiresEncryption !== undefined) this.requiresEncryption = requiresEncryption;
    if (access !== undefined) this.access = access;
    if (execute !== undefined) this.execute = execute;
    for (const [name, definition] of Object.entries(classes)) this.addClass(name, definition);
    for (const [name, rows] of Object.entries(instances)) for (const row of rows) this.addInstance(name, row);
    return this;
  }

  /** Throws `DefinitionError` where there is such a class, or its parent is not there. */
  addClass(name: string, definition: ClassDefinition): this {
    const parent = definition.parent === undefined ? undefined : this.class(definition.parent);
    if (definition.parent !== undefined && parent === undefined)
      throw new DefinitionError(`${name}: ${this.name} has no class ${definition.parent} to derive it from`);
    if (this.#classes.has(name.toLowerCase())) throw new DefinitionError(`${this.name} has a class ${name} already`);
    this.#classes.set(name.toLowerCase(), classEntry(name, definition, parent));
    return this;
  }

  /** Takes the place of an instance with the same keys. Throws `DefinitionError`. */
  addInstance(className: string, definition: InstanceDefinition): this {
    const entry = this.#known(className);
    const rows = this.#instances.get(entry.name) ?? new Map<string | number, InstanceDefinition>();
    rows.set(relativePath(rowOf(entry, definition, NOWHERE))?.toLowerCase() ?? rows.size, definition);
    this.#instances.set(entry.name, rows);
    return this;
  }

  /** Instances of this class come from a function, after those that were added. */
  provide(className: string, provider: InstanceProvider): this {
    this.#providers.set(this.#known(className).name, provider);
    return this;
  }

  /** What a method does; one without a handler is recorded and gives 0. */
  handle(className: string, method: string, handler: MethodHandler): this {
    const entry = this.#known(className);
    if (!entry.methods.has(method.toLowerCase()))
      throw new DefinitionError(`${entry.name} has no method ${method} to handle`);
    this.#methods.set(`${entry.name}.${method}`.toLowerCase(), handler);
    return this;
  }

  #known(className: string): ClassEntry {
    const entry = this.class(className);
    if (entry === undefined) throw new DefinitionError(`${this.name} has no class ${className}`);
    return entry;
  }

  class(name: string): ClassEntry | undefined {
    return this.#classes.get(name.toLowerCase());
  }

  /** The class that a client names. Throws `WmiError`. */
  existing(name: string): ClassEntry {
    const entry = this.class(name);
    if (entry === undefined) throw new WmiError('WBEM_E_INVALID_CLASS', `${this.name} has no class ${name}`);
    return entry;
  }

  get classes(): Iterable<ClassEntry> {
    return this.#classes.values();
  }

  /** The handler of a method, of the class or an ancestor that has one. */
  handlerOf(entry: ClassEntry, method: string): MethodHandler | undefined {
    for (const name of [entry.name, ...entry.derivation]) {
      const found = this.#methods.get(`${name}.${method}`.toLowerCase());
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Instances of a class, and with `deep` of those derived from it; made one by one. */
  *instances(entry: ClassEntry, deep: boolean, moment: Moment): Generator<Row> {
    const wanted = deep ? [...this.classes].filter((each) => isA(each, entry.name)) : [entry];
    for (const each of wanted) {
      for (const definition of this.#instances.get(each.name)?.values() ?? []) yield rowOf(each, definition, moment);
      for (const definition of this.#providers.get(each.name)?.(moment) ?? []) yield rowOf(each, definition, moment);
    }
  }

  classObject(entry: ClassEntry, { host }: Moment): CimClass {
    return classObject(entry, { server: host.name, namespace: this.name });
  }
}

/** For the check of an instance before there is a host to have it. */
const NOWHERE: Moment = {
  host: { name: 'HOST', domain: 'DOMAIN' } as Moment['host'],
  time: 0,
};
