// Writes docs/wire.md from the built declarations; with --check, says whether it is what it would write.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { structures } from '../dist/codec/structures/index.js';
import { wireMarkdown } from './wire-markdown.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const file = join(root, 'docs', 'wire.md');
const text = wireMarkdown(structures(), join(root, 'src', 'codec'));
if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error('docs/wire.md is not what src/codec declares: run npm run docs');
  process.exitCode = 1;
}
