import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { policyMarkdown } from '../../../scripts/policy-markdown.mjs';
import { DEFAULT_POLICY, POLICY_OPTIONS } from '../../../src/hardening/profile.js';
import { REGISTRY_VALUES } from '../../../src/hardening/registry.js';

test('docs/policy.md has every registry value and every option with its default: npm run docs writes it', () => {
  const text = policyMarkdown({ options: POLICY_OPTIONS, defaults: DEFAULT_POLICY, values: REGISTRY_VALUES });
  expect(readFileSync(join(import.meta.dirname, '../../../docs/policy.md'), 'utf8')).toBe(text);
  for (const name of [...Object.keys(DEFAULT_POLICY), ...REGISTRY_VALUES.map((row) => row.name)])
    expect(text).toContain(name);
});
