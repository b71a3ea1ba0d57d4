import { describe, expect, test } from 'vitest';
import { parseScenario, scenarioJsonSchema, shippedScenario, shippedScenarios } from '../../../src/lab/index.js';
import { VERBS } from '../../../src/lab/verbs/index.js';

const scenario = (step: string): string => `
name: x
title: X
hosts:
  s: { address: 10.0.0.1, windows: Windows Server 2019, serves: [generic] }
  c: { address: 10.0.0.2, windows: Windows 10 1809 }
steps:
  - ${step}`;

describe('values', () => {
  test.each([
    ['200 ms', 200],
    ['1.5 s', 1_500],
    ['2 minutes', 120_000],
    ['1 hour', 3_600_000],
    ['2d', 172_800_000],
    ['0 s', 0],
  ])('%s is %i milliseconds', (text, milliseconds) => {
    expect(parseScenario(scenario(`wait: ${text}`)).data.steps[0]?.given).toBe(milliseconds);
  });

  test.each([
    ['CONNECT', 2],
    ['RPC_C_AUTHN_LEVEL_PKT_INTEGRITY', 5],
    ['6', 6],
  ])('%s is level %i', (text, level) => {
    const { data } = parseScenario(scenario(`activate: { from: c, on: s, level: ${text} }`));
    expect(data.steps[0]).toMatchObject({ verb: 'activate', given: { level } });
  });

  test.each([
    ['mmc20', '49b2791a-b1ae-4c90-9b8e-e860ba07f889'],
    ['"{8BC3F05E-D86B-11D0-A075-00C04FB68820}"', '8bc3f05e-d86b-11d0-a075-00c04fb68820'],
  ])('%s is a class', (text, clsid) => {
    const { data } = parseScenario(scenario(`activate: { from: c, on: s, class: ${text} }`));
    expect(data.steps[0]).toMatchObject({ verb: 'activate', given: { class: clsid } });
  });

  test('a month is its first day, and what is left out has its default', () => {
    const { data } = parseScenario(scenario('update: { host: s, date: 2022-07 }'));
    expect(data.steps[0]?.given).toEqual({ host: 's', date: '2022-07-01', restart: true });
    expect([data.domain, data.accounts]).toEqual(['LAB', ['op']]);
  });
});

describe('the JSON Schema', () => {
  type Schema = {
    $schema: string;
    required: string[];
    additionalProperties: boolean;
    properties: Record<string, Schema>;
    items: Schema;
    anyOf: Schema[];
    type: string;
  };
  const schema = scenarioJsonSchema() as Schema;
  const steps = (schema.properties.steps as Schema).items.anyOf;

  test('is of draft 2020-12, and of what an author writes: what has a default is not required', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect([schema.required, schema.additionalProperties]).toEqual([['name', 'title', 'hosts', 'steps'], false]);
  });

  test('has a step of every verb, what each takes, and what can be expected of it', () => {
    const verbs = steps.map(({ properties }) => Object.keys(properties));
    expect(verbs).toEqual([...VERBS.keys()].map((verb) => ['title', verb, 'expect']));
    for (const [index, [verb, { expect: tells }]] of [...VERBS].entries()) {
      const step = (steps[index] as Schema).properties;
      const { type, properties, additionalProperties } = step[verb] as Schema;
      const simple = ['reboot', 'release', 'wait', 'heal'].includes(verb);
      expect([verb, type === 'object', properties !== undefined]).toEqual([verb, !simple, !simple]);
      if (!simple) expect([verb, additionalProperties]).toEqual([verb, false]);
      expect([verb, Object.keys(step.expect?.properties ?? {})]).toEqual([verb, Object.keys(tells.shape)]);
    }
    expect(steps.find(({ properties }) => 'activate' in properties)?.properties.activate?.required).toEqual([
      'from',
      'on',
    ]);
  });

  test('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });
});

describe('the scenarios that come with the program', () => {
  test.each(shippedScenarios())('%s has no mistake, and is named as its file', (name) => {
    expect(shippedScenario(name)?.data.name).toBe(name);
  });

  test.each(['nothing', '../package', 'timeline.yaml'])('%s is none', (name) => {
    expect(shippedScenario(name)).toBeUndefined();
  });
});
