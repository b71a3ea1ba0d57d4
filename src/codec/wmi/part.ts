import type { NdrReader, NdrWriter, Place } from '../ndr/index.js';
import { PACKED } from '../ndr/reader.js';

/** Octets that say how many follow. */
export function readSize(reader: NdrReader): number {
  reader.layout.wordSlot();
  return reader.u32();
}

/** The next `size` octets by themselves; what `read` leaves of them is kept in the layout. */
export const readSized = <T>(reader: NdrReader, size: number, read: () => T): T =>
  reader.window(size, PACKED, () => {
    const value = read();
    reader.tail(0);
    return value;
  });

/** Puts the size of what `write` writes into `place`. */
export function writeSized(writer: NdrWriter, place: Place, write: () => void): void {
  const size = writer.window(PACKED, () => {
    write();
    writer.tail(0);
  });
  writer.fill(place, size);
}

/** A part of an object, `a ClassPart`: its EncodingLength ([MS-WMIO] 2.2.73) counts its own four octets too. */
export function readPart<T>(reader: NdrReader, what: string, read: () => T): T {
  const size = readSize(reader);
  if (size < 4) reader.fail('BAD_LENGTH', `${what} of ${size} octets`);
  return readSized(reader, size - 4, read);
}

export function writePart(writer: NdrWriter, write: () => void): void {
  const length = writer.longPlace();
  const start = writer.offset - 4;
  write();
  writer.tail(0);
  writer.fill(length, writer.offset - start);
}
