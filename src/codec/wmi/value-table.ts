import type { NdrReader, NdrWriter } from '../ndr/index.js';
import { isReference } from './cim-type.js';
import { type HeapReader, type HeapWriter, NO_ITEM } from './heap.js';
import type { CimClassPart, CimProperty, CimValue } from './object.js';
import { readValue, sizeOfType, writeValue } from './value.js';

/** Where the tables of a class and of its instances have what. */
export interface TableShape {
  /** Octets of the NdTable. */
  readonly nd: number;
  /** Octets of the ValueTable. */
  readonly length: number;
  /** Of each property, by its place in the PropertyLookupTable. */
  readonly offsets: readonly number[];
}

type Declared = Pick<CimProperty, 'type' | 'order' | 'offset'>;

/** ValueTableOffset of each property where the values follow each other in the order of declaration. */
export function usualOffsets(properties: readonly Declared[], io: NdrReader | NdrWriter): number[] {
  const places = properties.map((property, i) => ({ i, order: property.order, size: sizeOfType(property.type, io) }));
  const offsets: number[] = [];
  let next = 0;
  for (const { i, size } of places.sort((one, other) => one.order - other.order)) {
    offsets[i] = next;
    next += size;
  }
  return offsets;
}

export const usualLength = (properties: readonly Declared[], io: NdrReader | NdrWriter): number =>
  properties.reduce((sum, { type }) => sum + sizeOfType(type, io), 0);

/** [MS-WMIO] 2.2.26: two bits a property. */
export const ndLength = (count: number): number => Math.ceil(count / 4);

export function shapeOf({ properties, tableLength }: CimClassPart, io: NdrReader | NdrWriter): TableShape {
  const usual = usualOffsets(properties, io);
  return {
    nd: ndLength(properties.length),
    length: tableLength ?? usualLength(properties, io),
    offsets: properties.map(({ offset }, i) => offset ?? (usual[i] as number)),
  };
}

/** [MS-WMIO] 2.2.27. */
const IS_NULL = 1;
const IS_INHERITED = 2;

/** A value as a table has it. */
export interface TableEntry {
  readonly value: CimValue;
  /** From the parent class, or for an instance from its class. */
  readonly inherited: boolean;
}

/** What stands in a table for a property without a value: [MS-WMIO] 2.2.74 in a class, zeros in an instance. */
export type Filler = 0xff | 0;

/** Whether a value stands in the table: in an instance not for one that its class has. */
const stands = ({ value, inherited }: TableEntry, filler: Filler): boolean =>
  value !== null && !(inherited && filler === 0);

/**
 * NdTable and ValueTable, [MS-WMIO] 2.2.26 and 2.2.29. Bits and octets that no value has are kept in the layout. The
 * bits of a property are those of its DeclarationOrder: the example of section 3 has it so.
 */
export function readTables(
  reader: NdrReader,
  heap: HeapReader,
  properties: readonly Declared[],
  shape: TableShape,
  filler: Filler,
): TableEntry[] {
  const nd = Uint8Array.from(reader.octets(shape.nd));
  const start = reader.offset;
  const rest = Uint8Array.from(reader.octets(shape.length));
  const after = reader.offset;
  const entries = properties.map(({ type, order }, i): TableEntry => {
    if (order >= properties.length) reader.fail('BAD_VALUE', `DeclarationOrder ${order} of ${properties.length}`);
    const bits = ((nd[order >> 2] as number) >> ((order & 3) * 2)) & 3;
    const inherited = (bits & IS_INHERITED) !== 0;
    if (bits & IS_NULL || (inherited && filler === 0)) return { value: null, inherited };
    const at = shape.offsets[i] as number;
    if (at + sizeOfType(type, reader) > shape.length) reader.fail('BAD_LENGTH', `ValueTableOffset ${at}`);
    reader.offset = start + at;
    // Null in the table but not in the NdTable; where the layout keeps that, the encoder has no reference to count.
    if (isReference(type) && reader.view.getUint32(start + at, true) === NO_ITEM) return { value: null, inherited };
    return { value: readValue(reader, heap, type), inherited };
  });
  reader.offset = after;
  const written = new Uint8Array(nd.length);
  entries.forEach((entry, i) => {
    setBits(written, (properties[i] as Declared).order, entry);
    if (!stands(entry, filler)) return;
    const at = shape.offsets[i] as number;
    rest.fill(filler, at, at + sizeOfType((properties[i] as Declared).type, reader));
  });
  reader.layout.tail(xor(nd, written), nd.length);
  reader.layout.tail(filler === 0 ? rest : rest.map((octet) => octet ^ filler), rest.length);
  return entries;
}

function setBits(nd: Uint8Array, order: number, { value, inherited }: TableEntry): void {
  const bits = (value === null ? IS_NULL : 0) | (inherited ? IS_INHERITED : 0);
  nd[order >> 2] = (nd[order >> 2] as number) | (bits << ((order & 3) * 2));
}

const xor = (one: Uint8Array, other: Uint8Array): Uint8Array => one.map((octet, i) => octet ^ (other[i] as number));

export function writeTables(
  writer: NdrWriter,
  heap: HeapWriter,
  properties: readonly Declared[],
  shape: TableShape,
  entries: readonly TableEntry[],
  filler: Filler,
): void {
  const nd = new Uint8Array(shape.nd);
  entries.forEach((entry, i) => {
    const { order } = properties[i] as Declared;
    if (!(order < properties.length)) writer.fail(`DeclarationOrder ${order} of ${properties.length}`);
    setBits(nd, order, entry);
  });
  const ndAt = writer.take(shape.nd);
  const start = writer.take(shape.length);
  const after = writer.offset;
  writer.offset = start;
  writer.octets(new Uint8Array(shape.length).fill(filler));
  entries.forEach((entry, i) => {
    if (!stands(entry, filler)) return;
    const { type } = properties[i] as Declared;
    const at = shape.offsets[i] as number;
    if (at + sizeOfType(type, writer) > shape.length) writer.fail(`ValueTableOffset ${at} of ${shape.length}`);
    writer.offset = start + at;
    writeValue(writer, heap, type, entry.value);
  });
  const ndRest = writer.sentTail();
  const rest = writer.sentTail();
  writer.offset = ndAt;
  writer.octets(ndRest?.length === nd.length ? xor(nd, ndRest) : nd);
  writer.offset = start;
  for (let i = 0; i < shape.length; i++) {
    const octet = rest?.[i] ?? 0;
    if (octet !== 0) writer.view.setUint8(start + i, writer.view.getUint8(start + i) ^ octet);
  }
  writer.offset = after;
}
