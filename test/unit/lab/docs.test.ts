import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseScenario, runScenario, scenarioJsonSchema } from '../../../src/lab/index.js';

const text = readFileSync(join(import.meta.dirname, '../../../docs/lab.md'), 'utf8');

type Schema = { properties: Record<string, Schema>; items: Schema; anyOf: Schema[]; additionalProperties: Schema };
const { properties } = scenarioJsonSchema() as Schema;
const steps = (properties.steps as Schema).items.anyOf.map((step) => step.properties);
const host = (properties.hosts as Schema).additionalProperties.properties;

describe('docs/lab.md names', () => {
  test.each(Object.keys(properties))('the key %s of a scenario', (key) => expect(text).toContain(`\`${key}\``));
  test.each(Object.keys(host))('the key %s of a host', (key) => expect(text).toContain(`\`${key}\``));
  const verbs = steps.map((step) => [Object.keys(step)[1] as string, step] as const);
  test.each(verbs)('the step %s, with its keys', (verb, step) => {
    const [row] = text.split('\n').filter((line) => line.startsWith(`| \`${verb}: `));
    expect(row).toBeDefined();
    for (const key of Object.keys(step[verb]?.properties ?? {})) expect(row).toMatch(new RegExp(`\\b${key}\\b`));
  });
  test.each(verbs)('what can be expected of the step %s', (verb, step) => {
    const [, table = ''] = text.split('| expectation | of |');
    for (const key of Object.keys((step.expect as Schema).properties)) {
      const [row] = table
        .split('\n')
        .filter((line) => line.startsWith('|') && line.split('|')[1]?.includes(`\`${key}\``));
      expect([verb, key, row]).toEqual([verb, key, expect.stringMatching(new RegExp(`\\b${verb}\\b`))]);
    }
  });
});

test('the scenario of docs/lab.md runs as it stands', async () => {
  const [, indented = ''] = /## A scenario\n\n((?: {4}.*\n)+)/.exec(text) ?? [];
  const run = await runScenario(parseScenario(indented.replace(/^ {4}/gm, '')));
  expect(run.findings.filter(({ ok }) => !ok)).toEqual([]);
  expect(run.served).toMatchObject([
    { activation: { level: 2, outcome: 'refused' } },
    { activation: { level: 5, outcome: 'accepted' } },
  ]);
});
