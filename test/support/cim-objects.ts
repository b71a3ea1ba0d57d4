import fc from 'fast-check';
import {
  CIM_ARRAY,
  CIM_TYPE,
  type CimClass,
  type CimClassPart,
  type CimInstance,
  type CimMethod,
  type CimObject,
  type CimProperty,
  type CimQualifier,
  type CimValue,
  NO_PARENT,
} from '../../src/codec/wmi/index.js';

const names = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,11}$/);
/** Compressible or not, and those of the dictionary; no text holds a null. */
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replaceAll('\0', '')),
  fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
  fc.constantFrom('key', '', 'CIMTYPE', "'"),
);

const SCALARS: Readonly<Record<number, fc.Arbitrary<CimValue>>> = {
  [CIM_TYPE.sint8]: fc.integer({ min: -128, max: 127 }),
  [CIM_TYPE.uint8]: fc.integer({ min: 0, max: 255 }),
  [CIM_TYPE.sint16]: fc.integer({ min: -32768, max: 32767 }),
  [CIM_TYPE.uint16]: fc.integer({ min: 0, max: 65535 }),
  [CIM_TYPE.char16]: fc.integer({ min: 0, max: 65535 }),
  [CIM_TYPE.sint32]: fc.integer(),
  [CIM_TYPE.uint32]: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  [CIM_TYPE.sint64]: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  [CIM_TYPE.uint64]: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  [CIM_TYPE.real32]: fc.float({ noNaN: true }),
  [CIM_TYPE.real64]: fc.double({ noNaN: true }),
  [CIM_TYPE.boolean]: fc.boolean(),
  [CIM_TYPE.string]: texts,
  [CIM_TYPE.datetime]: texts,
  [CIM_TYPE.reference]: texts,
};
/** What a heap holds may be null within an array. */
const IN_HEAP: ReadonlySet<number> = new Set([CIM_TYPE.string, CIM_TYPE.datetime, CIM_TYPE.reference, CIM_TYPE.object]);

const types = fc
  .tuple(fc.constantFrom(...Object.values(CIM_TYPE)), fc.boolean())
  .map(([type, isArray]) => type | (isArray ? CIM_ARRAY : 0));

function valuesOf(type: number, depth: number): fc.Arbitrary<CimValue> {
  const base = type & ~CIM_ARRAY;
  const scalar = base === CIM_TYPE.object ? (depth > 0 ? objects(depth - 1) : fc.constant(null)) : SCALARS[base];
  if (scalar === undefined) throw new TypeError(`no values of type ${type}`);
  if ((type & CIM_ARRAY) === 0) return scalar;
  return fc.array(IN_HEAP.has(base) ? fc.option(scalar) : scalar, { maxLength: 4 });
}

const qualifiers: fc.Arbitrary<CimQualifier[]> = fc.array(
  types
    .filter((type) => (type & ~CIM_ARRAY) !== CIM_TYPE.object)
    .chain((type) =>
      fc.record({ name: names, type: fc.constant(type), value: valuesOf(type, 0), flavor: fc.nat(255) }),
    ),
  { maxLength: 3 },
);

const propertyOf = (name: string, order: number, depth: number): fc.Arbitrary<CimProperty> =>
  types.chain((type) =>
    fc
      .record({
        value: fc.option(valuesOf(type, depth)),
        origin: fc.nat(3),
        inherited: fc.boolean(),
        inheritedDefault: fc.boolean(),
        qualifiers,
      })
      .map(({ inherited, inheritedDefault, ...rest }) => ({
        name,
        type,
        order,
        ...rest,
        ...(inherited ? { inherited } : {}),
        ...(inheritedDefault ? { inheritedDefault } : {}),
      })),
  );

const classParts = (depth: number): fc.Arbitrary<CimClassPart> =>
  fc.uniqueArray(names, { maxLength: 6, selector: (name) => name.toLowerCase() }).chain((own) =>
    fc
      .shuffledSubarray(
        own.map((_, i) => i),
        { minLength: own.length },
      )
      .chain((orders) =>
        fc.record({
          name: names,
          derivation: fc.array(names, { maxLength: 3 }),
          qualifiers,
          properties: fc.tuple(...own.map((name, i) => propertyOf(name, orders[i] as number, depth))),
        }),
      ),
  );

const methods = (depth: number): fc.Arbitrary<CimMethod[]> =>
  fc.array(
    fc.record({
      name: names,
      flags: fc.constantFrom(0, 0x20),
      origin: fc.nat(3),
      qualifiers: fc.option(qualifiers),
      input: depth > 0 ? fc.option(classes(depth - 1)) : fc.constant(null),
      output: depth > 0 ? fc.option(classes(depth - 1)) : fc.constant(null),
    }),
    { maxLength: 2 },
  );

const decoration = fc.oneof(
  fc.constant({}),
  fc.record({ server: texts, namespace: texts }),
  fc.constant({ flags: 0x10, server: 'HOST', namespace: 'ROOT\\CIMV2' }),
);

export const classes = (depth: number): fc.Arbitrary<CimClass> =>
  fc
    .tuple(decoration, fc.option(classParts(0)), classParts(depth), methods(depth))
    .map(([header, parent, own, declared]) => ({
      kind: 'class' as const,
      ...header,
      parent: parent === null ? NO_PARENT : { ...parent, methods: [] },
      class: { ...own, methods: declared },
    }));

export const instances = (depth: number): fc.Arbitrary<CimInstance> =>
  fc.tuple(decoration, classParts(depth), qualifiers, fc.boolean()).chain(([header, ofClass, own, withSets]) =>
    fc
      .tuple(...ofClass.properties.map(({ type }) => fc.option(valuesOf(type, depth))))
      .chain((values) =>
        fc.tuple(
          fc.constant(values),
          fc.subarray([...ofClass.properties]),
          withSets ? fc.option(qualifiers) : fc.constant(null),
        ),
      )
      .map(([values, defaulted, set]) => ({
        kind: 'instance' as const,
        ...header,
        class: ofClass,
        className: ofClass.name,
        values: Object.fromEntries(
          ofClass.properties.map((property, i) => [
            property.name,
            defaulted.includes(property) ? property.value : (values[i] as CimValue),
          ]),
        ),
        ...(defaulted.length === 0
          ? {}
          : { defaulted: ofClass.properties.filter((each) => defaulted.includes(each)).map(({ name }) => name) }),
        qualifiers: own,
        ...(set === null || set.length === 0 || ofClass.properties[0] === undefined
          ? {}
          : { propertyQualifiers: { [ofClass.properties[0].name]: set } }),
      })),
  );

/** Objects with so many levels of objects in them. */
export const objects = (depth: number): fc.Arbitrary<CimObject> => fc.oneof(instances(depth), classes(depth));
