import type { CimValue } from '../../../codec/wmi/index.js';
import type { AccessList } from '../../access.js';

/** What a qualifier is worth; its CIM type follows from it: boolean, sint32, real64, string, or an array of one. */
export type QualifierValue = boolean | number | string | readonly string[] | readonly number[];

/** A property of a class, or a parameter of a method. */
export interface PropertyDefinition {
  /** `string`, `uint32[]`, `datetime`, `ref:CIM_Process`, `object:Win32_ProcessStartup`. */
  readonly type: string;
  readonly key?: boolean;
  readonly read?: boolean;
  readonly write?: boolean;
  /** The default value. */
  readonly value?: RawValue;
  readonly qualifiers?: Readonly<Record<string, QualifierValue>>;
}

/** A method; its parameters in the order of their declaration. */
export interface MethodDefinition {
  readonly in?: Readonly<Record<string, string | PropertyDefinition>>;
  readonly out?: Readonly<Record<string, string | PropertyDefinition>>;
  /** The type of ReturnValue; `uint32` where absent, none for null. */
  readonly returns?: string | null;
  readonly static?: boolean;
  readonly qualifiers?: Readonly<Record<string, QualifierValue>>;
}

/** A class, as a file or a test declares it. */
export interface ClassDefinition {
  readonly parent?: string;
  readonly abstract?: boolean;
  readonly association?: boolean;
  readonly singleton?: boolean;
  readonly qualifiers?: Readonly<Record<string, QualifierValue>>;
  readonly properties?: Readonly<Record<string, string | PropertyDefinition>>;
  readonly methods?: Readonly<Record<string, MethodDefinition>>;
}

/** A value as a file has it; 64-bit integers may be text. */
export type RawValue = CimValue | readonly RawValue[];

/** The values of an instance by the names of its properties, in any case; what is not named is NULL or the default. */
export type InstanceDefinition = Readonly<Record<string, RawValue>>;

/** A namespace: who may use it at which level, its classes and their instances. */
export interface NamespaceDefinition {
  /** Calls below PKT_PRIVACY are refused with WBEM_E_ACCESS_DENIED ([MS-WMI] 2.2.30.3). */
  readonly requiresEncryption?: boolean;
  /** Who may connect and read (WBEM_ENABLE with WBEM_REMOTE_ENABLE, [MS-WMI] 5.2); everybody with a name where absent. */
  readonly access?: AccessList;
  /** Who may call methods (WBEM_METHOD_EXECUTE); everybody who may connect where absent. */
  readonly execute?: AccessList;
  readonly classes?: Readonly<Record<string, ClassDefinition>>;
  readonly instances?: Readonly<Record<string, readonly InstanceDefinition[]>>;
}

/** Namespaces by name: `root\cimv2`. */
export interface RepositoryDefinition {
  readonly namespaces: Readonly<Record<string, NamespaceDefinition>>;
}

/** What is wrong with a definition: the class, property or file that it is about stands in the message. */
export class DefinitionError extends TypeError {
  constructor(message: string) {
    super(message);
    this.name = 'DefinitionError';
  }
}
