import { describeValue, type NdrReader, NdrType, type NdrWriter } from '../ndr/index.js';

/** A BOOL of Windows: 32 bits. A true other than 1 is kept in the layout. */
class BoolType extends NdrType<boolean> {
  constructor() {
    super('BOOL', '[MS-DTYP] 2.2.3', { align20: 4, align64: 4, least: 4 });
  }

  override read(reader: NdrReader): boolean {
    const sent = reader.u32();
    reader.note(sent, sent === 0 ? 0 : 1);
    return sent !== 0;
  }

  override write(writer: NdrWriter, value: boolean): void {
    if (typeof value !== 'boolean') writer.fail(`${describeValue(value)} is no boolean`);
    const sent = Number(writer.sentWord() ?? 1) >>> 0;
    writer.u32(value ? sent || 1 : 0);
  }
}

export const BOOL: NdrType<boolean> = new BoolType();
