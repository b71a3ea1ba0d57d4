// Writes docs/wire.md, docs/policy.md, docs/conformance.md and docs/architecture.svg from what is built and from the source;
// with --check, says whether they are what it would write.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { structures } from '../dist/codec/structures/index.js';
import { isVisible, REASONS, STATEMENTS } from '../dist/conform/statements/index.js';
import { DEFAULT_POLICY, POLICY_OPTIONS } from '../dist/hardening/profile.js';
import { REGISTRY_VALUES } from '../dist/hardening/registry.js';
import { architectureSvg } from './architecture-svg.mjs';
import { conformanceMarkdown } from './conformance-markdown.mjs';
import { policyMarkdown } from './policy-markdown.mjs';
import { wireMarkdown } from './wire-markdown.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const layers = JSON.parse(readFileSync(join(root, 'scripts', 'layers.json'), 'utf8'));
const pages = {
  'architecture.svg': architectureSvg(join(root, 'src'), layers),
  'wire.md': wireMarkdown(structures(), join(root, 'src', 'codec')),
  'policy.md': policyMarkdown({ options: POLICY_OPTIONS, defaults: DEFAULT_POLICY, values: REGISTRY_VALUES }),
  'conformance.md': conformanceMarkdown({ statements: STATEMENTS, reasons: REASONS, isVisible }),
};
for (const [name, text] of Object.entries(pages)) {
  const file = join(root, 'docs', name);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`docs/${name} is not what the source says: run npm run docs`);
    process.exitCode = 1;
  }
}
