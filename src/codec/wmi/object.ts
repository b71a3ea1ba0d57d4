/**
 * A value of [MS-WMIO] 2.2.71: numbers of 64 bits are bigints; a datetime or reference is text in its own syntax
 * ([MS-WMIO] 2.3.1, 2.3.2).
 */
export type CimValue = null | boolean | number | bigint | string | CimObject | readonly CimValue[];

/** [MS-WMIO] 2.2.60. */
export interface CimQualifier {
  readonly name: string;
  readonly type: number;
  readonly value: CimValue;
  /** WBEM_FLAVOR_*, [MS-WMIO] 2.2.62. */
  readonly flavor: number;
}

/** [MS-WMIO] 2.2.23 and 2.2.30: a property as its class declares it. */
export interface CimProperty {
  readonly name: string;
  /** CIM_TYPE, with CIM_ARRAY for an array. */
  readonly type: number;
  /** Its default value. */
  readonly value: CimValue;
  /** Its place in the declaration of the class, from 0: it selects the bits of the NdTable. */
  readonly order: number;
  /** The class that declares it: 0 for the topmost one, the number of ancestors for the class itself. */
  readonly origin: number;
  /** A parent class declares it. */
  readonly inherited?: boolean;
  /** A parent class sets its default value. */
  readonly inheritedDefault?: boolean;
  /** ValueTableOffset; absent where it follows from the order. */
  readonly offset?: number;
  readonly qualifiers: readonly CimQualifier[];
}

/** [MS-WMIO] 2.2.15. */
export interface CimClassPart {
  /** Null for the parent of a class that has none. */
  readonly name: string | null;
  /** The ancestors, the immediate one first. */
  readonly derivation: readonly string[];
  readonly qualifiers: readonly CimQualifier[];
  /** In the order of the PropertyLookupTable: sorted by name. */
  readonly properties: readonly CimProperty[];
  /** Octets of the ValueTable; absent where they follow from the properties. */
  readonly tableLength?: number;
}

/** [MS-WMIO] 2.2.41. */
export interface CimMethod {
  readonly name: string;
  /** 0x20 where a parent class declares it. */
  readonly flags: number;
  /** As `origin` of a property. */
  readonly origin: number;
  readonly qualifiers: readonly CimQualifier[] | null;
  /** [MS-WMIO] 2.3.3: a class __PARAMETERS whose properties are the parameters; null where there are none. */
  readonly input: CimClass | null;
  readonly output: CimClass | null;
}

/** [MS-WMIO] 2.2.14, as a class object has it. */
export interface CimClassAndMethods extends CimClassPart {
  readonly methods: readonly CimMethod[];
}

/** Where an object comes from. */
export interface Decorated {
  /** ObjectFlags beyond those that tell the kind and the decoration: 0x10 and 0x40 mark a prototype result. */
  readonly flags?: number;
  /** [MS-WMIO] 2.2.7; both or none. */
  readonly server?: string;
  readonly namespace?: string;
}

/** [MS-WMIO] 2.2.11: a class with its parent. */
export interface CimClass extends Decorated {
  readonly kind: 'class';
  readonly parent: CimClassAndMethods;
  readonly class: CimClassAndMethods;
}

/** [MS-WMIO] 2.2.53: an instance with the properties of its class. */
export interface CimInstance extends Decorated {
  readonly kind: 'instance';
  readonly class: CimClassPart;
  readonly className: string | null;
  /** By the name of the property. */
  readonly values: Readonly<Record<string, CimValue>>;
  /** Properties that have the default value of their class. */
  readonly defaulted?: readonly string[];
  readonly qualifiers: readonly CimQualifier[];
  /** Qualifiers of properties at this instance, by the name of the property; absent where there are none at all. */
  readonly propertyQualifiers?: Readonly<Record<string, readonly CimQualifier[]>>;
}

/** What an EncodingUnit holds. */
export type CimObject = CimClass | CimInstance;

/** The parent of a class that has none. */
export const NO_PARENT: CimClassAndMethods = {
  name: null,
  derivation: [],
  qualifiers: [],
  properties: [],
  methods: [],
};
