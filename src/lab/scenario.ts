import { z } from 'zod';
import { host } from './host-schema.js';
import { link } from './links.js';
import { date, name } from './values.js';
import { VERBS } from './verbs/index.js';
import type { Verb } from './verbs/verb.js';

/** RFC 952, with the underscore that NetBIOS has: it names files and the interfaces of recordings too. */
const hostName = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/, 'letters, digits, dots and hyphens');

/** A step that was read and checked: what the verb is given and what is expected fit the verb's schemas. */
export interface StepData {
  readonly verb: string;
  readonly title: string | undefined;
  readonly given: unknown;
  readonly expect: Readonly<Record<string, unknown>>;
}

const stepOf = (word: string, { schema, expect }: Verb) =>
  z.strictObject({
    title: name.optional(),
    [word]: schema,
    expect: expect.optional().describe('what has to come of the step; what KB5004442 says is checked by itself'),
  });

const STEPS = new Map([...VERBS].map(([word, verb]) => [word, stepOf(word, verb)]));

/** By the one verb that it has, so that a mistake is said of that and not of all that a step could be. */
const step = z.record(z.string(), z.unknown()).transform((given, context): StepData => {
  const words = Object.keys(given);
  const [verb = '', ...others] = [...VERBS.keys()].filter((word) => Object.hasOwn(given, word));
  const strange = words.filter((word) => !VERBS.has(word) && word !== 'title' && word !== 'expect');
  const fail = (issue: Partial<z.core.$ZodIssue>): never => {
    context.addIssue(issue as Parameters<typeof context.addIssue>[0]);
    return z.NEVER;
  };
  if (strange.length > 0) return fail({ code: 'unrecognized_keys', keys: strange });
  const why = `a step is one of ${[...VERBS.keys()].join(', ')}`;
  if (verb === '') return fail({ code: 'custom', message: why });
  if (others.length > 0) return fail({ code: 'custom', message: `${why}; not ${[verb, ...others].join(' and ')}` });
  const parsed = STEPS.get(verb)?.safeParse(given);
  if (!parsed?.success) {
    for (const issue of parsed?.error.issues ?? []) fail(unexpected(issue, verb));
    return z.NEVER;
  }
  const { title, expect } = parsed.data as { title?: string; expect?: StepData['expect'] };
  return { verb, title, given: (parsed.data as Record<string, unknown>)[verb], expect: expect ?? {} };
});

/** Another step may tell what this one cannot, so the key is not unknown. */
function unexpected(issue: z.core.$ZodIssue, verb: string): z.core.$ZodIssue {
  if (issue.code !== 'unrecognized_keys' || issue.path.length !== 1 || issue.path[0] !== 'expect') return issue;
  const keys = Object.keys(VERBS.get(verb)?.expect.shape ?? {});
  const tells = keys.length === 0 ? 'nothing can be expected of it' : `it can tell ${keys.join(', ')}`;
  return { ...issue, message: `${verb} cannot tell this; ${tells}` };
}

const scenarioWith = <Step extends z.ZodType>(each: Step) =>
  z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'small letters, digits and hyphens')
        .describe('begins every id of a result'),
      title: name,
      about: z.string().optional(),
      start: date
        .optional()
        .describe('the day on which it begins; that of the newest update of its hosts where absent'),
      domain: name.default('LAB').describe('NetBIOS name of the domain'),
      accounts: z.array(name).default(['op']).describe('users of the domain; their passwords follow from the seed'),
      password: name
        .optional()
        .describe('of every account, to unseal the recording with; follows from the seed where absent'),
      network: link.default({}),
      hosts: z.record(hostName, host),
      steps: z.array(each).min(1),
    })
    .describe('A scenario of dcom-harness lab');

/** What a scenario may say. */
export const scenarioSchema = scenarioWith(step);

/** A scenario as it was read, with its defaults. */
export type ScenarioData = z.output<typeof scenarioSchema>;

/** The schema for editors, https://json-schema.org/draft/2020-12. */
export const scenarioJsonSchema = (): object =>
  z.toJSONSchema(scenarioWith(z.union([...STEPS.values()])), { io: 'input' });
