import { type NdrReader, NdrType, type NdrWriter } from '../ndr/index.js';
import { isObjref, OBJREF } from './objref.js';

/** What an MInterfacePointer holds: an OBJREF, or the octets where they are none. */
export type InterfacePointer = OBJREF | Uint8Array;

const PACKED = { wide: false, little: true, packed: true };

/** abData is a conformant array, so max_count comes first, then ulCntData. It is always pointed to, never embedded. */
class MInterfacePointerType extends NdrType<InterfacePointer> {
  constructor() {
    super('MInterfacePointer', '[MS-DCOM] 2.2.14', { align20: 4, align64: 4, least: 8 });
  }

  override get fields() {
    return [
      { name: 'ulCntData', type: 'unsigned long /* of abData */', note: '' },
      { name: 'abData', type: '[size_is] byte[]', note: 'an OBJREF' },
    ];
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [OBJREF];
  }

  override read(reader: NdrReader): InterfacePointer {
    reader.layout.wordSlot();
    const max = reader.word();
    reader.note(reader.u32(), max);
    reader.mark('ulCntData', 4, max);
    const value = reader.window(max, PACKED, () => {
      if (!isObjref(reader.bytes.subarray(reader.offset, reader.end))) return this.#raw(reader, max);
      const objref = OBJREF.read(reader);
      reader.tail(0);
      return objref;
    });
    if (reader.wide) reader.alignEnd(this.align64);
    return value;
  }

  #raw(reader: NdrReader, size: number): Uint8Array {
    const octets = reader.octets(size);
    reader.mark('abData', size);
    return octets;
  }

  override write(writer: NdrWriter, value: InterfacePointer): void {
    const max = writer.wordPlace();
    const ulCntData = writer.longPlace();
    const size = writer.window(PACKED, () => {
      if (value instanceof Uint8Array) writer.octets(value);
      else {
        OBJREF.write(writer, value);
        writer.tail(0);
      }
    });
    if (writer.wide) writer.alignEnd(this.align64);
    writer.fill(max, size);
    writer.fill(ulCntData, size);
  }
}

export const MInterfacePointer: NdrType<InterfacePointer> = new MInterfacePointerType();
