// What people write and hand over: scenarios, filters, queries, hexadecimal, partial audits. Each mistake is an error of
// the kind that its reader documents, with a message of one line or a few, and nothing else.
import { strict as assert } from 'node:assert';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditReducer } from '../dist/capture/audit/audit.js';
import { parseFilter } from '../dist/capture/decode/filter.js';
import { mergeAudits, storedUnits } from '../dist/capture/fleet/merge.js';
import { partialAudit } from '../dist/capture/fleet/partial.js';
import { decodeOctets } from '../dist/cli/decode/hex.js';
import { parseWql } from '../dist/codec/wql/index.js';
import { parseScenario } from '../dist/lab/index.js';
import { newObserver } from './conversations.mjs';

const ROOT = join(import.meta.dirname, '..');
const SCENARIOS = join(ROOT, 'scenarios');
const scenarioTexts = readdirSync(SCENARIOS).map((name) => readFileSync(join(SCENARIOS, name), 'utf8'));

const WORDS = [
  ...['', ' ', '\t', '\n', '-', ':', '{}', '[]', '{', ']', '&a', '*a', '!!js', '~', 'null', 'true', '0', '-1', '1e999'],
  ...[
    '__proto__',
    'constructor',
    'hosts',
    'steps',
    '10.0.0.1',
    '::1',
    '2023-03-14',
    '\u202e',
    '\0',
    '💥',
    '"',
    "'",
    '\\',
  ],
  ...[
    'level>=',
    '=',
    '!=',
    ',',
    '*',
    'SELECT',
    'FROM',
    'WHERE',
    'LIKE',
    '(',
    ')',
    '%',
    '05',
    '0x',
    'zz',
    '9'.repeat(400),
  ],
];

const spliced = (text, at, length, put) => text.slice(0, at) + put + text.slice(at + length);

const inLines = (change) => (text, random) => {
  const lines = text.split('\n');
  change(lines, random.below(lines.length), random);
  return lines.join('\n');
};

const CHANGES = [
  (text, random) => spliced(text, random.below(text.length + 1), 0, random.pick(WORDS)),
  (text, random) => spliced(text, random.below(text.length + 1), random.below(20), ''),
  (text, random) => spliced(text, random.below(text.length + 1), 1, String.fromCharCode(random.below(0x3000))),
  inLines((lines, at) => void lines.splice(at, 1)),
  inLines((lines, at, random) => void lines.splice(at, 0, random.pick(lines))),
  inLines((lines, at, random) => {
    lines[at] = lines[at].replace(/\S+$/, () => random.pick(WORDS));
  }),
];

/** One to six changes of a text: words, lines and characters. */
function mangled(text, random) {
  let changed = text;
  for (let n = 1 + random.below(6); n > 0; n--) changed = random.pick(CHANGES)(changed, random);
  return changed;
}

/** Runs a reader; what it throws has to be of its kind. */
async function reads(name, kinds, count, reader) {
  try {
    await reader();
    count(`${name} read`);
  } catch (error) {
    assert.ok(kinds.includes(error.constructor.name), `${name}: ${error.stack}`);
    assert.ok(
      error.message.length > 0 && error.message.length < 4_000,
      `${name}: a message of ${error.message.length}`,
    );
    count(`${name} refused`);
  }
}

/** A scenario of the shipped ones with mistakes in it. */
export async function scenario(random, { count }) {
  const text = mangled(random.pick(scenarioTexts), random);
  await reads('a scenario', ['ScenarioError'], count, () => parseScenario(text));
}

const partials = [];
for (const name of ['activation-at-connect.pcapng', 'activation-at-pkt-integrity.pcapng']) {
  const lines = [];
  await partialAudit([join(ROOT, 'pcaps', name)], { observe: newObserver() }, (record) =>
    lines.push(JSON.stringify(record, (_, value) => (typeof value === 'bigint' ? String(value) : value))),
  );
  partials.push(`${lines.join('\n')}\n`);
}

const FILTERS = [
  'level>=connect',
  'ptype=request,response',
  'time>=2026-01-01T00:00:00Z',
  'class!=MMC20.*',
  'src=10.0.0.1:135',
];
const QUERIES = [
  "SELECT Name FROM Win32_Process WHERE ProcessId >= 4 AND Name LIKE 'a%'",
  'SELECT * FROM __Event WITHIN 2',
];
const HEX = [
  '05000d03100000001500000001000000 0400010500',
  '4e544c4d5353500001000000b7820800',
  '602806062b0601050502a01e301c',
];

const folder = mkdtempSync(join(tmpdir(), 'dcom-harness-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Inputs of commands: filters, queries, hexadecimal, and files of partial audits. */
export async function inputs(random, { count }) {
  await reads('a filter', ['Error'], count, () => parseFilter(mangled(random.pick(FILTERS), random)));
  await reads('a query', ['WqlError'], count, () => parseWql(mangled(random.pick(QUERIES), random)));
  await reads('hexadecimal', ['UsageError'], count, () => decodeOctets(mangled(random.pick(HEX), random)));
  const path = join(folder, 'partial');
  writeFileSync(path, mangled(random.pick(partials), random));
  await reads('a partial audit', ['PartialError'], count, async () =>
    mergeAudits(await storedUnits([path]), auditReducer({ asOf: '2023-03-14' }), { item: () => {} }),
  );
}
