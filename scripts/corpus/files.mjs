// Every file of the corpus with its content: of each capture what made it, itself, and what is in it.
import { auditOf } from './audit.mjs';
import { activations } from './captures/activate.mjs';
import { refusals, wire } from './captures/checks.mjs';
import { objects } from './captures/objects.mjs';
import { relays } from './captures/relay.mjs';
import { rowsOf } from './rows.mjs';
import { runChecks } from './run-checks.mjs';
import { runLab } from './run-lab.mjs';
import { Witness } from './witness.mjs';

const CAPTURES = [...activations, ...objects, ...refusals, ...relays, ...wire];

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
  const blocks = [];
  const witness = new Witness();
  const run = await (capture.checks === undefined ? runLab : runChecks)(capture, {
    record: (block) => void blocks.push(Buffer.from(block)),
    witness,
  });
  const rows = rowsOf(blocks, witness);
  const file = capture.name.split('/')[1];
  return {
    ...(capture.scenario !== undefined && { '.yaml': capture.scenario }),
    '.pcapng': Buffer.concat(blocks),
    '.ndjson': rows.map(({ forged: _, ...row }) => `${JSON.stringify(row)}\n`).join(''),
    ...(run.keytab && { '.keytab': run.keytab }),
    about: {
      capture: `${file}.pcapng`,
      title: run.title,
      made_by: capture.checks ?? `${file}.yaml`,
      accounts: run.accounts,
      keytab: run.keytab === undefined ? null : `${file}.keytab`,
      pdus: rows.length,
      malformed: malformedIn(rows, capture),
      audit: auditOf(rows, capture),
    },
  };
}

const FORGED = 'an octet string of an attacker where SPNEGO has a signature: Wireshark takes it for a token';

/** What Wireshark calls malformed: what somebody forged, and what the capture says of itself. */
const malformedIn = (rows, { malformed = {} }) =>
  rows
    .map(({ frame, forged }) => ({ frame, why: forged ? FORGED : malformed[frame] }))
    .filter(({ why }) => why !== undefined);

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
