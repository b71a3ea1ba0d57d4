import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { chosen, type PduField, parseFields } from '../../../../src/capture/decode/fields.js';
import type { PduRecord } from '../../../../src/capture/decode/record.js';
import { openRecords } from '../../../../src/capture/decode/records.js';
import { readCapture } from '../../../../src/capture/pdu/pdus.js';
import { fieldLine } from '../../../../src/cli/decode/fields.js';

const CAPTURE = join(import.meta.dirname, '../../../../pcaps/activation-at-connect.pcapng');

/** The records of the shipped capture, with no more than these fields need; all of it where none are named. */
async function records(fields?: readonly PduField[]): Promise<PduRecord[]> {
  const found: PduRecord[] = [];
  const open = openRecords({ record: (record) => void found.push(record) }, { fields });
  await readCapture(CAPTURE, { open });
  return found;
}

describe('--fields', () => {
  let whole: PduRecord[];
  beforeAll(async () => {
    whole = await records();
  });

  test('takes every member of a record, by the names of --json', () => {
    const names = new Set(whole.flatMap((record) => Object.keys(record)));
    expect(names.size).toBeGreaterThan(20);
    expect(parseFields('frame.number,dcerpc.opnum')).toEqual(['frame', 'opnum']);
    for (const name of names) expect(parseFields(name)).toEqual([name]);
  });

  test('keeps the order in which they are named, and allows blanks', () => {
    expect(parseFields('auth_level, frame')).toEqual(['auth_level', 'frame']);
  });

  test.each(['', 'frame,', 'Frame', 'constructor', 'frame;ptype'])(
    "'%s' is refused with the names that there are",
    (text) => {
      expect(() => parseFields(text)).toThrow(/there is no field '.*'.*; there are file, stream, frame, /);
    },
  );

  // What is left out for speed must not be missed by anybody.
  test('each field by itself is what the whole record has', async () => {
    const names = [...new Set(whole.flatMap((record) => Object.keys(record)))] as PduField[];
    for (const name of names) {
      const alone = await records([name]);
      expect(
        alone.map((record) => record[name]),
        name,
      ).toEqual(whole.map((record) => record[name]));
    }
  });

  test('a line has them between tabs, and nothing where a PDU has none of it', () => {
    const lines = whole.map((record) => fieldLine(record, ['frame', 'ptype', 'auth_level', 'status']));
    expect(lines[0]).toBe(`${whole[0]?.frame}\tbind\t2\t`);
    expect(lines.every((line) => line.split('\t').length === 4)).toBe(true);
  });

  test('values that are no text are JSON, and octets of the network begin no other field or line', () => {
    const record = { ...(whole[0] as PduRecord), user: 'a\tb\nc\u009b', value: { n: 1n, t: 'x\ty' } };
    expect(fieldLine(record, ['user', 'value'])).toBe('"a\\tb\\nc\ufffd"\t{"n":"0x1","t":"x\\ty"}');
  });

  test('as records they are those members alone', () => {
    expect(chosen(whole[0] as PduRecord, ['ptype', 'status', 'frame'])).toEqual({
      ptype: 'bind',
      frame: whole[0]?.frame,
    });
  });
});
