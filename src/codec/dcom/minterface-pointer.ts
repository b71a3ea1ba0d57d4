import { describeValue, type NdrReader, NdrType, type NdrWriter } from '../ndr/index.js';
import { PACKED } from '../ndr/reader.js';
import { readUuid } from '../uuid.js';
import { isObjref, OBJREF, OBJREF_FLAG_CUSTOM, OBJREF_SIGNATURE } from './objref.js';

/** What an MInterfacePointer holds: an OBJREF, or the octets where they are none. */
export type InterfacePointer = OBJREF | Uint8Array;

/** abData is a conformant array, so max_count comes first, then ulCntData. It is always pointed to, never embedded. */
abstract class MarshaledType<T> extends NdrType<T> {
  constructor(name: string, section: string) {
    super(name, section, { align20: 4, align64: 4, least: 8 });
  }

  /** Reads `size` octets: all of abData. */
  protected abstract readData(reader: NdrReader, size: number): T;
  protected abstract writeData(writer: NdrWriter, value: T): void;

  override get fields() {
    return [
      { name: 'ulCntData', type: 'unsigned long /* of abData */', note: '' },
      { name: 'abData', type: '[size_is] byte[]', note: 'an OBJREF' },
    ];
  }

  override read(reader: NdrReader): T {
    reader.layout.wordSlot();
    const max = reader.word();
    reader.note(reader.u32(), max);
    reader.mark('ulCntData', 4, max);
    const value = reader.window(max, PACKED, () => this.readData(reader, max));
    if (reader.wide) reader.alignEnd(this.align64);
    return value;
  }

  override write(writer: NdrWriter, value: T): void {
    const max = writer.wordPlace();
    const ulCntData = writer.longPlace();
    const size = writer.window(PACKED, () => this.writeData(writer, value));
    if (writer.wide) writer.alignEnd(this.align64);
    writer.fill(max, size);
    writer.fill(ulCntData, size);
  }
}

function readObjref(reader: NdrReader, size: number): InterfacePointer {
  if (!isObjref(reader.bytes.subarray(reader.offset, reader.end))) {
    const octets = reader.octets(size);
    reader.mark('abData', size);
    return octets;
  }
  const objref = OBJREF.read(reader);
  reader.tail(0);
  return objref;
}

function writeObjref(writer: NdrWriter, value: InterfacePointer): void {
  if (value instanceof Uint8Array) writer.octets(value);
  else {
    OBJREF.write(writer, value);
    writer.tail(0);
  }
}

class MInterfacePointerType extends MarshaledType<InterfacePointer> {
  override get parts(): readonly NdrType<unknown>[] {
    return [OBJREF];
  }

  protected override readData = readObjref;
  protected override writeData = writeObjref;
}

export const MInterfacePointer: NdrType<InterfacePointer> = new MInterfacePointerType(
  'MInterfacePointer',
  '[MS-DCOM] 2.2.14',
);

/** Writes an interface pointer as an OBJREF. */
export interface Marshaler {
  readonly name: string;
  readonly section: string;
  readonly iid: string;
  readonly clsid: string;
}

/** [MS-DCOM] 2.2.18: the header of an OBJREF, and of an OBJREF_CUSTOM the CLSID. */
const CUSTOM_HEADER = 48;

class MarshaledByValueType<T extends object> extends MarshaledType<T | InterfacePointer> {
  readonly #of: Marshaler;
  readonly #type: NdrType<T>;
  readonly #isValue: (value: T | InterfacePointer) => value is T;

  constructor(of: Marshaler, type: NdrType<T>, isValue: (value: T | InterfacePointer) => value is T) {
    super(of.name, of.section);
    this.#of = of;
    this.#type = type;
    this.#isValue = isValue;
  }

  protected override readData(reader: NdrReader, size: number): T | InterfacePointer {
    if (!this.#isMarshaled(reader)) return readObjref(reader, size);
    reader.offset += CUSTOM_HEADER - 8;
    reader.note(reader.u32(), 0);
    reader.note(reader.u32(), size - CUSTOM_HEADER);
    const value = this.#type.read(reader);
    reader.tail(0);
    return value;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [OBJREF, this.#type];
  }

  #isMarshaled({ bytes, view, offset, end }: NdrReader): boolean {
    if (end - offset < CUSTOM_HEADER || !isObjref(bytes.subarray(offset, end))) return false;
    if (view.getUint32(offset + 4, true) !== OBJREF_FLAG_CUSTOM) return false;
    return readUuid(bytes, offset + 8) === this.#of.iid && readUuid(bytes, offset + 24) === this.#of.clsid;
  }

  protected override writeData(writer: NdrWriter, value: T | InterfacePointer): void {
    if (typeof value !== 'object' || value === null) writer.fail(`${describeValue(value)} is no ${this.name}`);
    if (!this.#isValue(value)) {
      writeObjref(writer, value);
      return;
    }
    writer.u32(OBJREF_SIGNATURE);
    writer.u32(OBJREF_FLAG_CUSTOM);
    writer.uuid(this.#of.iid);
    writer.uuid(this.#of.clsid);
    writer.u32(Number(writer.sentWord() ?? 0) >>> 0);
    const reserved = writer.longPlace();
    const start = writer.offset;
    this.#type.write(writer, value);
    writer.tail(0);
    writer.fill(reserved, writer.offset - start);
  }
}

/**
 * An interface whose objects are marshaled by value ([MS-DCOM] 2.2.18.6): what its OBJREF_CUSTOM holds is of `type`.
 * Any other OBJREF is as in an MInterfacePointer.
 */
export const marshaledByValue = <T extends object>(
  of: Marshaler,
  type: NdrType<T>,
  isValue: (value: T | InterfacePointer) => value is T,
): NdrType<T | InterfacePointer> => new MarshaledByValueType(of, type, isValue);
