// Writes src/codec/status/errref.data.ts: number and name of every code of [MS-ERREF], from the specification's text in
// Markdown or plain text. Usage: node scripts/errref.mjs MS-ERREF.md
// Only numbers and names are taken. A line is a run of consecutive codes: the first code, then one name for each;
// several names of one code are joined with |. That is a third of the size of a table of pairs.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [source] = process.argv.slice(2);
if (source === undefined) {
  process.stderr.write('usage: node scripts/errref.mjs MS-ERREF.md\n');
  process.exit(2);
}
const text = readFileSync(source, 'utf8');
const PARTS = [
  ['HRESULT', '2.1.1', /^#+ 2\.1\.1 /m, /^#+ 2\.1\.2 /m],
  ['WIN32', '2.2', /^#+ 2\.2 /m, /^#+ 2\.3 /m],
  ['NTSTATUS', '2.3.1', /^#+ 2\.3\.1 /m, /^#+ 2\.4 /m],
];

function runs(part) {
  const names = new Map();
  for (const [, hex, name] of part.matchAll(/^\|?\s*0x([0-9A-Fa-f]{8})\s+([A-Za-z0-9_]+)/gm)) {
    const code = Number.parseInt(hex, 16);
    names.set(code, [...(names.get(code) ?? []), name]);
  }
  const lines = [];
  let next;
  for (const code of [...names.keys()].sort((a, b) => a - b)) {
    if (code !== next) lines.push([code.toString(16)]);
    lines.at(-1).push(names.get(code).join('|'));
    next = code + 1;
  }
  return lines.map((line) => line.join(' ')).join('\n');
}

const tables = PARTS.map(([name, section, from, to]) => {
  const start = text.search(from);
  const part = text.slice(start, start + text.slice(start).search(to));
  return `/** [MS-ERREF] ${section}. */\nexport const ${name} = \`\n${runs(part)}\n\`;\n`;
});
writeFileSync(
  join(import.meta.dirname, '../src/codec/status/errref.data.ts'),
  `// Written by scripts/errref.mjs; a line is a run of consecutive codes.\n\n${tables.join('\n')}`,
);
