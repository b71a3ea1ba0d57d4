import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { INTERFACES } from '../../../src/codec/interfaces.js';

const codec = join(import.meta.dirname, '../../../src/codec');
const files = readdirSync(codec, { recursive: true, encoding: 'utf8' }).filter((name) => /(?<!\.d)\.ts$/.test(name));

/** `[MS-RPCE] 2.2.2.11`, `C706 12.6.3.1`, `C706 O`, `RFC 4178 4.2.1`, the like of others, or an IDL file that a known source publishes. */
const ONE = [
  String.raw`\[MS-[A-Z0-9]+\] \d+(\.\d+)*`,
  String.raw`C706 (\d+(\.\d+)*|[A-Z](\.\d+)*)`,
  String.raw`RFC \d{3,5} \d+(\.\d+)*`,
  String.raw`IEEE 802\.\d+ \d+(\.\d+)*`,
  String.raw`draft-ietf-opsawg-pcap(ng)? (\d+(\.\d+)*|Appendix [A-Z])`,
  String.raw`(Samba echo|unknwn|ocidl|oaidl|objidl|comcat|opcda|opccomn|OpcEnum)\.idl(: \w+::\w+)?`,
].join('|');
const CITATION = new RegExp(`^(${ONE})([,;] (${ONE}))*$`);

interface Declaration {
  readonly name: string;
  readonly section: string;
}

const hasSection = (value: unknown): value is { section: string } =>
  typeof value === 'object' && value !== null && 'section' in value && typeof value.section === 'string';

/** What one export declares: a wire structure, the codec of a body, an operation, or an interface and its operations. */
function declarationsOf(name: string, value: unknown): Declaration[] {
  if (!hasSection(value)) return [];
  const own = { name, section: value.section };
  if (!('operations' in value && value.operations instanceof Map)) return [own];
  const inside = [...value.operations.values()].filter(hasSection);
  return [own, ...inside.map(({ section }, index) => ({ name: `${name} operation ${index}`, section }))];
}

const declarations: Declaration[] = [];
for (const file of files) {
  const exported = (await import(join(codec, file))) as Record<string, unknown>;
  for (const [name, value] of Object.entries(exported)) declarations.push(...declarationsOf(`${file} ${name}`, value));
}

/** Headers that a module keeps to itself: their name and section are the first two arguments. */
const headers = files.flatMap((file) =>
  [...readFileSync(join(codec, file), 'utf8').matchAll(/(?:fixed|hot)Header\(\s*'([^']*)',\s*'([^']*)'/g)].map(
    ([, name = '', section = '']) => ({ name: `${file} ${name}`, section }),
  ),
);

describe('where a wire structure, an operation or an interface is specified', () => {
  test('is said by every one that is exported', () => {
    expect(declarations.filter(({ section }) => !CITATION.test(section))).toEqual([]);
    expect(declarations.length).toBeGreaterThan(200);
  });

  test('is said by every fixed header, exported or not', () => {
    expect(headers.filter(({ section }) => !CITATION.test(section))).toEqual([]);
    expect(headers.length).toBeGreaterThan(20);
  });

  test('is said by every interface that captures are decoded with, and by its operations', () => {
    for (const one of INTERFACES)
      for (const { section } of declarationsOf(one.name, one)) expect(section, one.name).toMatch(CITATION);
  });

  test.each([
    '',
    'C706',
    '[MS-RPCE]',
    'MS-RPCE 2.2',
    '[MS-RPCE] 2.2.',
    'see the specification',
    '[MS-RPCE] 2.2 and more',
  ])("is not said by '%s'", (text) => {
    expect(text).not.toMatch(CITATION);
  });
});
