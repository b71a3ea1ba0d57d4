import { expect, test } from 'vitest';
import { type Output, printer } from '../../../../src/cli/io.js';
import { printObject } from '../../../../src/cli/wmi/objects.js';
import type { CimObject } from '../../../../src/codec/wmi/index.js';

function printed(values: Record<string, string>, width: number | undefined): string[] {
  let text = '';
  const out = printer({ json: false, colour: false, width }, (more) => {
    text += more;
  });
  const object: Partial<CimObject> = { kind: 'instance', className: 'Win32_OperatingSystem', values };
  printObject(out as unknown as Output, object as CimObject);
  return text.trimEnd().split('\n').slice(1);
}

const NAME = 'Microsoft Windows Server 2022 Standard|C:\\Windows|\\Device\\Harddisk0\\Partition2';
const VALUES = { FreeSpaceInPagingFiles: '1', Name: NAME };

test('a value that is too wide for 80 columns goes on below under itself, at a blank', () => {
  expect(printed(VALUES, 80)).toEqual([
    '  FreeSpaceInPagingFiles  1',
    '  Name                    Microsoft Windows Server 2022',
    `                          ${NAME.split(' ').at(-1)}`,
  ]);
});

test('a word that has no room there begins further to the left, and is not parted', () => {
  const path = `\\\\${'x'.repeat(60)}`;
  expect(printed({ ...VALUES, Name: `in ${path}` }, 80).slice(1)).toEqual([
    '  Name                    in',
    `    ${path}`,
  ]);
});

test.each([
  { where: 'a terminal of 120 columns', width: 120 },
  { where: 'a pipe', width: undefined },
])('a value that fits $where stays in its line', ({ width }) => {
  expect(printed(VALUES, width)[1]).toBe(`  Name                    ${NAME}`);
});
