import {
  type Infer,
  type NdrReader,
  type NdrWriter,
  readText,
  sizeOf,
  struct,
  u16,
  unique,
  writeText,
} from '../../ndr/index.js';
import { readVariance, writeVariance } from '../../ndr/octets.js';
import { ConformantType } from '../../ndr/type.js';

/** [size_is, length_is] WCHAR[] as text. */
class WideTextType extends ConformantType<string> {
  constructor() {
    super('[size_is, length_is] wchar_t[]', 'C706 14.3.3.4', { align20: 2, align64: 2, least: 8 });
  }

  override readBody(reader: NdrReader, max: number, slot: number): string {
    const actual = readVariance(reader, max);
    reader.layout.word(slot, max, actual);
    return readText(reader, 2, actual);
  }

  override maxOf(_: NdrWriter, value: string): number {
    return value.length;
  }

  override writeBody(writer: NdrWriter, value: string): void {
    writeVariance(writer, value.length);
    writeText(writer, 2, value);
  }
}

const octetsOf = (text: unknown): number => (typeof text === 'string' ? 2 * text.length : 0);

export const RPC_UNICODE_STRING = struct('RPC_UNICODE_STRING', '[MS-DTYP] 2.3.10', {
  Length: sizeOf('Buffer', u16, octetsOf),
  MaximumLength: sizeOf('Buffer', u16, octetsOf),
  Buffer: unique(new WideTextType()),
});
export type RPC_UNICODE_STRING = Infer<typeof RPC_UNICODE_STRING>;
