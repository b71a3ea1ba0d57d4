import { describe, expect, test } from 'vitest';
import { CodecError } from '../../../../src/codec/error.js';
import {
  CIM_ARRAY,
  CIM_TYPE,
  type CimClass,
  type CimInstance,
  EncodingUnit,
  NO_PARENT,
} from '../../../../src/codec/wmi/index.js';
import { baseClass, classWithMethod, derivedClass, instance } from '../../../vectors/wmio.js';

const cimtype = (value: string, flavor = 3) => ({ name: 'CIMTYPE', type: CIM_TYPE.string, value, flavor });
const flag = (name: string, flavor = 0) => ({ name, type: CIM_TYPE.boolean, value: true, flavor });

describe('the examples of [MS-WMIO] 3', () => {
  test.each([
    ['Base', baseClass],
    ['MyClass', derivedClass],
    ['the instance of MyClass', instance],
    ['MyClass2 with a method', classWithMethod],
  ])('%s is encoded to the same octets again, with what its heaps have lost', (_, octets) => {
    const { value, layout } = EncodingUnit.decode(octets);
    expect(EncodingUnit.encode(value, { layout }).toString('hex')).toBe(octets.toString('hex'));
  });

  test('a class without a parent says so by an empty ParentClass', () => {
    const { value } = EncodingUnit.decode(baseClass);
    expect(value).toEqual({
      kind: 'class',
      server: 'DPRAVAT-DEV',
      namespace: 'ROOT',
      parent: NO_PARENT,
      class: {
        name: 'Base',
        derivation: [],
        qualifiers: [],
        properties: [
          {
            name: 'Id',
            type: CIM_TYPE.sint32,
            value: null,
            order: 0,
            origin: 0,
            qualifiers: [cimtype('sint32'), flag('key', 0x13)],
          },
        ],
        methods: [],
      },
    });
  });

  test('a derived class repeats the properties of its parent, sorted by name, and says where each comes from', () => {
    const { class: own } = EncodingUnit.decode(derivedClass).value as CimClass;
    expect(own.derivation).toEqual(['Base']);
    expect(own.qualifiers).toEqual([
      { name: 'Description', type: CIM_TYPE.string, value: 'MyClass Example', flavor: 0 },
    ]);
    expect(own.properties.map(({ name, order, origin, inherited }) => ({ name, order, origin, inherited }))).toEqual([
      { name: 'Array', order: 3, origin: 1, inherited: undefined },
      { name: 'Data1', order: 1, origin: 1, inherited: undefined },
      { name: 'Data2', order: 2, origin: 1, inherited: undefined },
      { name: 'Id', order: 0, origin: 0, inherited: true },
    ]);
    expect(own.properties.map(({ type }) => type)).toEqual([
      CIM_TYPE.uint32 | CIM_ARRAY,
      CIM_TYPE.string,
      CIM_TYPE.string,
      CIM_TYPE.sint32,
    ]);
    expect(own.properties.map(({ value }) => value)).toEqual([null, null, 'defaultValue', null]);
  });

  test('an instance has its own values, and the default of its class where it has none', () => {
    const { className, values, defaulted, qualifiers } = EncodingUnit.decode(instance).value as CimInstance;
    expect({ className, values: { ...values }, defaulted, qualifiers }).toEqual({
      className: 'MyClass',
      values: { Array: [1, 2, 3], Data1: 'StringField', Data2: 'defaultValue', Id: 123 },
      defaulted: ['Data2'],
      qualifiers: [],
    });
  });

  test('a method has its parameters as the properties of classes named __PARAMETERS', () => {
    const { class: own } = EncodingUnit.decode(classWithMethod).value as CimClass;
    const [restart] = own.methods;
    expect(restart).toMatchObject({ name: 'Restart', origin: 2 });
    expect(restart?.qualifiers).toEqual([
      flag('execute'),
      { name: 'performance', type: CIM_TYPE.string | CIM_ARRAY, value: ['fast', 'sideffects'], flavor: 0 },
    ]);
    expect(restart?.input?.class).toMatchObject({ name: '__PARAMETERS', properties: [{ name: 'ServiceName' }] });
    expect(restart?.output?.class.properties.map(({ name, type }) => [name, type])).toEqual([
      ['ReturnValue', CIM_TYPE.uint32],
      ['Status', CIM_TYPE.object],
    ]);
  });

  test('what this encoder puts into heaps lies where it does in the example', () => {
    const packed = EncodingUnit.encode(EncodingUnit.decode(derivedClass).value);
    const start = Buffer.from('\0MyClass\0\0Description\0', 'latin1');
    const heapOf = (octets: Buffer) => octets.subarray(octets.indexOf(start)).subarray(0, 0x10b).toString('hex');
    expect(heapOf(packed)).toBe(heapOf(derivedClass));
  });
});

const declared = (name: string, type: number, order: number) => ({
  name,
  type,
  value: null,
  order,
  origin: 0,
  qualifiers: [],
});

const sample = (values: CimInstance['values'], types: Record<string, number>): CimInstance => ({
  kind: 'instance',
  class: {
    name: 'Sample',
    derivation: [],
    qualifiers: [],
    properties: Object.entries(types).map(([name, type], order) => declared(name, type, order)),
  },
  className: 'Sample',
  values,
  qualifiers: [],
});

describe('values of instances', () => {
  test.each([
    ['sint8', CIM_TYPE.sint8, -128],
    ['uint8', CIM_TYPE.uint8, 255],
    ['sint16', CIM_TYPE.sint16, -32768],
    ['uint16', CIM_TYPE.uint16, 65535],
    ['sint32', CIM_TYPE.sint32, -(2 ** 31)],
    ['uint32', CIM_TYPE.uint32, 2 ** 32 - 1],
    ['sint64', CIM_TYPE.sint64, -(2n ** 63n)],
    ['uint64', CIM_TYPE.uint64, 2n ** 64n - 1n],
    ['real32', CIM_TYPE.real32, 1.5],
    ['real64', CIM_TYPE.real64, Math.PI],
    ['boolean', CIM_TYPE.boolean, true],
    ['char16', CIM_TYPE.char16, 0x20ac],
    ['string', CIM_TYPE.string, 'Größe'],
    ['string', CIM_TYPE.string, 'Ω'],
    ['string', CIM_TYPE.string, 'provider'],
    ['datetime', CIM_TYPE.datetime, '20230314000000.000000+000'],
    ['reference', CIM_TYPE.reference, 'Win32_Process.Handle="4"'],
  ])('%s keep their extremes, alone and in an array', (_, type, value) => {
    const one = sample(
      { a: value, b: [value, value], c: [], d: null },
      {
        a: type,
        b: type | CIM_ARRAY,
        c: type | CIM_ARRAY,
        d: type,
      },
    );
    const { value: back, layout } = EncodingUnit.decode(EncodingUnit.encode(one));
    expect(back).toEqual(one);
    expect(layout).toBeUndefined();
  });

  test('an object in an object keeps its own class', () => {
    const inner = sample({ Name: 'inner' }, { Name: CIM_TYPE.string });
    const one = sample({ o: inner, list: [inner, inner] }, { o: CIM_TYPE.object, list: CIM_TYPE.object | CIM_ARRAY });
    expect(EncodingUnit.decode(EncodingUnit.encode(one)).value).toEqual(one);
  });

  test('a text that fits one octet a character is compressed, and any other is UTF-16', () => {
    const octets = EncodingUnit.encode(sample({ a: 'ÿ', b: 'Ā' }, { a: CIM_TYPE.string, b: CIM_TYPE.string }));
    expect(octets.includes(Buffer.from([0, 0xff, 0]))).toBe(true);
    expect(octets.includes(Buffer.from([1, 0x00, 0x01, 0, 0]))).toBe(true);
  });

  test('qualifiers of a property at an instance come for all properties or for none', () => {
    const plain = sample({ a: 1, b: 2 }, { a: CIM_TYPE.uint32, b: CIM_TYPE.uint32 });
    const one = { ...plain, propertyQualifiers: { b: [flag('test')] } };
    expect(EncodingUnit.decode(EncodingUnit.encode(one)).value).toEqual(one);
    expect(EncodingUnit.encode(one).length - EncodingUnit.encode(plain).length).toBe(4 + 15 + 6);
  });

  test.each([
    ['300 is no uint8', CIM_TYPE.uint8, 300],
    ['1 is no uint64, which is a bigint', CIM_TYPE.uint64, 1],
    ['"x" is no boolean', CIM_TYPE.boolean, 'x'],
    ['a text with a null in it', CIM_TYPE.string, 'a\0b'],
    ['1 is no array', CIM_TYPE.uint32 | CIM_ARRAY, 1],
    ['0x63 is no CimType', 99, 1],
  ])('%s', (message, type, value) => {
    expect(() => EncodingUnit.encode(sample({ a: value }, { a: type }))).toThrow(message);
  });
});

describe('octets that nobody may trust', () => {
  test('a reference beyond its heap is a CodecError that names the place', () => {
    const octets = Buffer.from(instance);
    octets.writeUInt32LE(0x7fffffff, octets.indexOf(Buffer.from('1900000000000000', 'hex')));
    expect(() => EncodingUnit.decode(octets)).toThrow(CodecError);
    expect(() => EncodingUnit.decode(octets)).toThrow(/reference 0x7fffffff into a heap of 38/);
  });

  test('items that lie in each other again and again are given up', () => {
    const deep = (depth: number): CimInstance =>
      depth === 0
        ? sample({ a: 1 }, { a: CIM_TYPE.uint32 })
        : sample(
            { o: Array.from({ length: 40 }, (_, i) => (i === 0 ? deep(depth - 1) : null)) },
            {
              o: CIM_TYPE.object | CIM_ARRAY,
            },
          );
    const octets = EncodingUnit.encode(deep(6));
    // Each list of one object becomes one of forty times the same: 40 ** 6 objects.
    for (let at = octets.indexOf(Buffer.from('28000000', 'hex')); at >= 0; ) {
      const first = octets.subarray(at + 4, at + 8);
      for (let i = 1; i < 40; i++) octets.set(first, at + 4 + 4 * i);
      at = octets.indexOf(Buffer.from('28000000', 'hex'), at + 4 + 160);
    }
    expect(() => EncodingUnit.decode(octets)).toThrow(/heap items that lie in each other too often/);
  });
});

/** A copy with an unsigned long changed. */
function withWord(octets: Buffer, at: number, word: number): Buffer {
  const copy = Buffer.from(octets);
  copy.writeUInt32LE(word, at);
  return copy;
}

describe('an object that no encoder writes', () => {
  const heap = derivedClass.indexOf('\0MyClass\0');
  const referenceTo = (text: string) => derivedClass.indexOf(`\0${text}\0`) - heap;
  const word = (value: number) => Buffer.from(Uint32Array.of(value).buffer);

  test('keeps its octets where the NdTable calls a property set and its reference says null', () => {
    const octets = Buffer.from(derivedClass);
    octets[222] = 0;
    const { value, layout } = EncodingUnit.decode(octets);
    const { properties } = (value as CimClass).class;
    expect(properties.map(({ name, value }) => [name, value])).toEqual([
      ['Array', null],
      ['Data1', null],
      ['Data2', 'defaultValue'],
      ['Id', -1],
    ]);
    expect(EncodingUnit.encode(value, { layout })).toEqual(octets);
  });

  test('is refused where one item of a heap begins in another', () => {
    const at = derivedClass.indexOf(word(referenceTo('defaultValue')), 200);
    expect(() => EncodingUnit.decode(withWord(derivedClass, at, referenceTo('defaultValue') - 1))).toThrow(
      /heap items at \d+ and \d+ share octets/,
    );
  });

  test('is read where two references lead to one item', () => {
    const at = derivedClass.indexOf(word(referenceTo('defaultValue')), 200);
    const octets = withWord(derivedClass, at, referenceTo('MyClass'));
    const { value, layout } = EncodingUnit.decode(octets);
    expect((value as CimClass).class.properties[2]).toMatchObject({ name: 'Data2', value: 'MyClass' });
    expect(EncodingUnit.encode(value, { layout })).toEqual(octets);
  });

  test('is refused as an instance where two properties have one name', () => {
    const octets = Buffer.from(instance);
    octets.write('Data1', octets.indexOf('Data2'), 'latin1');
    expect(() => EncodingUnit.decode(octets)).toThrow(/two properties called Data1/);
  });

  test.each([
    [CIM_TYPE.real32, '0000c07f', '0100a07f'],
    [CIM_TYPE.real64, '000000000000f87f', '010000000000f47f'],
  ])('keeps the bits of a NaN of type %i', (type, usual, sent) => {
    const property = { name: 'Load', type, value: NaN, order: 0, origin: 0, qualifiers: [] };
    const octets = EncodingUnit.encode({
      kind: 'class',
      parent: NO_PARENT,
      class: { name: 'Meter', derivation: [], qualifiers: [], properties: [property], methods: [] },
    });
    const odd = Buffer.from(octets.toString('hex').replace(usual, sent), 'hex');
    expect(odd).not.toEqual(octets);
    const { value, layout } = EncodingUnit.decode(odd);
    expect(EncodingUnit.encode(value, { layout })).toEqual(odd);
  });
});
