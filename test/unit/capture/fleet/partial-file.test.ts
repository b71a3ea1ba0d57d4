import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditReducer } from '../../../../src/capture/audit/audit.js';
import { mergeAudits, storedUnits } from '../../../../src/capture/fleet/merge.js';
import { sniffer } from '../../../../src/security/index.js';
import { partialsOf } from '../../../support/fleet.js';
import { SHIPPED, shippedPath } from '../../../support/shipped.js';

let folder = '';
let partial = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'partial-'));
  [partial = ''] = await partialsOf([shippedPath(SHIPPED[0])], sniffer());
});
afterAll(() => rmSync(folder, { recursive: true }));

async function mergedText(...texts: readonly string[]): Promise<string> {
  const files = texts.map((text, index) => {
    const file = join(folder, `${index}`);
    writeFileSync(file, text);
    return file;
  });
  let items = 0;
  await mergeAudits(await storedUnits(files), auditReducer(), { item: () => void items++ });
  return `${items} items`;
}

test('a partial audit is read as it was written', async () => {
  expect(await mergedText(partial)).toBe('3 items');
});

const lines = () => partial.trimEnd().split('\n');
const without = (index: number): string => lines().toSpliced(index, 1).join('\n');

test.each<[what: string, texts: () => string[], why: RegExp]>([
  ['nothing', () => [''], /0 line 1: the file is empty/],
  ['another file', () => ['hello'], /0 line 1: no partial audit, as audit --partial writes it, begins here/],
  ['one without its end', () => [without(-1)], /0 line 1: .*has no end/],
  ['one without its beginning', () => [without(0)], /0 line 1: no partial audit/],
  ['one that begins twice', () => [`${lines()[0]}\n${partial}`], /0 line 2: another unit begins/],
  ['one of another version', () => [partial.replace('"version":1', '"version":2')], /of version 2, .* reads version 1/],
  ['a line that is no JSON', () => [partial.replace('"seconds"', 'seconds')], /0 line 2: this is no JSON/],
  ['a member that is not known', () => [partial.replace('"seconds"', '"secs":1,"seconds"')], /line 2: .*leg: .*secs/],
  ['a member of another type', () => [partial.replace('"frame":7', '"frame":-7')], /frame: /],
  ['one twice', () => [partial, partial], /1 line 1: .*activation-at-connect\.pcapng is in .*0 line 1 too/],
])('%s is refused, with the line', async (_, texts, why) => {
  await expect(mergedText(...texts())).rejects.toThrow(why);
});

test('a file that is not there is named', async () => {
  await expect(storedUnits([join(folder, 'none')])).rejects.toThrow(/none: no such file or directory/);
});

test('a folder and a pipe are refused, as both are no file that can be read twice', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const path of [folder, pipe])
    await expect(storedUnits([path])).rejects.toThrow(`${path}: a partial audit has to be a file`);
});

test('what a hostile one says of a name reaches no object', async () => {
  const facts = '"facts":{"__proto__":{"polluted":true}}';
  const hostile = partial.replace(/"facts":\{[^}]*\}/, facts);
  expect(hostile).toContain(facts);
  await mergedText(hostile).catch(() => undefined);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
