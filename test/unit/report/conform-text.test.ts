import { expect, test } from 'vitest';
import { conformText } from '../../../src/report/conform/text.js';
import type { Result } from '../../../src/report/result.js';

/** The lines of PDUs that a failed check with so many of them shows. */
function shown(count: number): string[] {
  const result: Result = {
    id: 'rpce/x/y',
    title: 'x',
    section: '[MS-RPCE] 2.2.2.11',
    level: 'MUST',
    outcome: 'fail',
    expected: 'x',
    actual: 'y',
    pdus: Array.from({ length: count }, (_, index) => `PDU ${index + 1}`),
  };
  const lines = conformText([result], { colour: false }).split('\n');
  return lines.filter((line) => /^ {4}\S/.test(line)).map((line) => line.trim());
}

test('a failed check shows its PDUs; of many, those at the beginning and at the end, and how many are between', () => {
  expect(shown(29)).toHaveLength(29);
  const lines = shown(60);
  expect([lines[0], lines[19], lines[20], lines[21], lines.at(-1)]).toEqual([
    'PDU 1',
    'PDU 20',
    '… 32 more, which --json and --junit have',
    'PDU 53',
    'PDU 60',
  ]);
});
