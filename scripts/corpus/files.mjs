// Every file of the corpus with its content: of each capture what made it, itself, and what is in it.
import { parseScenario, runScenario } from '../../dist/lab/index.js';
import { auditOf } from './audit.mjs';
import { activations } from './captures/activate.mjs';
import { relays } from './captures/relay.mjs';
import { rowsOf } from './rows.mjs';
import { Witness } from './witness.mjs';

const CAPTURES = [...activations, ...relays];

/** Path within pcaps/corpus → content, of those whose names hold a text; with the index where it is absent. */
export async function corpusFiles(only) {
  const files = new Map();
  const index = [];
  for (const capture of CAPTURES.filter(({ name }) => only === undefined || name.includes(only))) {
    const { about, ...contents } = await recorded(capture);
    for (const [ending, content] of Object.entries(contents)) files.set(`${capture.name}${ending}`, content);
    files.set(`${capture.name}.json`, jsonText(about));
    index.push(indexed(capture.name, about, contents['.pcapng'].length));
  }
  if (only === undefined) files.set('INDEX.tsv', [COLUMNS, ...index].map((row) => `${row.join('\t')}\n`).join(''));
  return files;
}

async function recorded(capture) {
  const { name, scenario } = capture;
  const file = name.split('/')[1];
  const blocks = [];
  const witness = new Witness();
  const parsed = parseScenario(scenario);
  const run = await runScenario(parsed, {
    record: (block) => void blocks.push(Buffer.from(block)),
    observe: (host) => witness.at(parsed.data.hosts[host].address),
  });
  const wrong = run.findings.filter(({ ok }) => !ok);
  if (wrong.length > 0)
    throw new Error(wrong.map(({ id, expected, actual }) => `${id}: ${expected}, not ${actual}`).join('\n'));
  const rows = rowsOf(blocks, witness);
  return {
    '.yaml': scenario,
    '.pcapng': Buffer.concat(blocks),
    '.ndjson': rows.map(({ forged: _, ...row }) => `${JSON.stringify(row)}\n`).join(''),
    ...(run.keytab && { '.keytab': run.keytab }),
    about: {
      capture: `${file}.pcapng`,
      title: run.title,
      scenario: `${file}.yaml`,
      accounts: parsed.data.accounts.map((user) => ({ user: `LAB\\${user}`, password: parsed.data.password })),
      keytab: run.keytab === undefined ? null : `${file}.keytab`,
      pdus: rows.length,
      // Zeros where SPNEGO has a signature: Wireshark takes them for a token of it.
      malformed: rows.filter(({ forged }) => forged).map(({ frame }) => frame),
      audit: auditOf(rows, capture),
    },
  };
}

const COLUMNS = [
  'capture',
  'title',
  'octets',
  'pdus',
  'activations',
  'refused_as_of_2023-03-14',
  'relays',
  'keytab',
  'licence',
  'origin',
];

const ORIGIN = 'synthetic: recorded by dcom-harness, npm run corpus';

/** A row of the index. */
function indexed(name, { title, pdus, keytab, audit }, octets) {
  const refused = audit.activations.filter(({ refused_since: since }) => since !== null).length;
  const counts = [octets, pdus, audit.activations.length, refused, audit.relays.length];
  return [`${name}.pcapng`, title, ...counts, keytab === null ? '-' : `${name}.keytab`, 'MIT', ORIGIN];
}

/** One activation a line: a page of members is no easier to read. */
function jsonText({ audit, ...about }) {
  const lines = (list) =>
    list.length === 0 ? '[]' : `[\n   ${list.map((each) => JSON.stringify(each)).join(',\n   ')}\n  ]`;
  const head = Object.entries(about).map(([key, value]) => ` ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  return `{\n${head.join('')} "audit": {\n  "activations": ${lines(audit.activations)},\n  "relays": ${lines(audit.relays)}\n }\n}\n`;
}
