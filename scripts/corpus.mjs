// Makes the captures of pcaps/corpus, and all that stands beside them.
//   npm run corpus                 writes them
//   npm run corpus -- --check      says what would change, and ends with 1 where anything would
//   npm run corpus -- --only TEXT  those alone whose names hold it
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { corpusFiles } from './corpus/files.mjs';

const FOLDER = join(import.meta.dirname, '../pcaps/corpus');
const { values } = parseArgs({ options: { check: { type: 'boolean' }, only: { type: 'string' } } });
const made = await corpusFiles(values.only);

if (values.check) {
  const changed = [...made].filter(([name, content]) => !same(join(FOLDER, name), content)).map(([name]) => name);
  const left = values.only === undefined ? leftOver() : [];
  for (const name of changed)
    process.stderr.write(`pcaps/corpus/${name} is not what the program records now (npm run corpus)\n`);
  for (const name of left) process.stderr.write(`pcaps/corpus/${name} is made by nothing\n`);
  process.stdout.write(`${made.size} files, ${changed.length + left.length} differ\n`);
  process.exitCode = changed.length + left.length === 0 ? 0 : 1;
} else {
  if (values.only === undefined) for (const name of leftOver()) rmSync(join(FOLDER, name));
  for (const [name, content] of made) {
    mkdirSync(dirname(join(FOLDER, name)), { recursive: true });
    writeFileSync(join(FOLDER, name), content);
  }
  const size = [...made.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  process.stdout.write(`${made.size} files, ${size} octets\n`);
}

function same(path, content) {
  return existsSync(path) && Buffer.compare(readFileSync(path), Buffer.from(content)) === 0;
}

/** Files that nothing makes; what people wrote is none of them. */
function leftOver() {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(
    (name) => statSync(join(FOLDER, name)).isFile() && !name.endsWith('.md') && !made.has(name),
  );
}
