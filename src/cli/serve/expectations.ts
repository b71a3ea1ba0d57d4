import { readFileSync } from 'node:fs';
import { didYouMean } from '../../codec/near.js';
import { AUTHN_LEVELS, authnLevelOf, shortAuthnLevelName } from '../../codec/status/authn.js';
import { REFUSED_BY } from '../../codec/status/refused-by.js';
import { systemReason } from '../../net/error.js';
import type { Activation } from '../../server/activation/log.js';
import type { DcomServer } from '../../server/server.js';
import { classGiven, withNames } from '../class-text.js';
import { UsageError } from '../io.js';

const SIGNS = ['!=', '>=', '<=', '=', '>', '<'] as const;
type Sign = (typeof SIGNS)[number];

/** One thing that has to hold of what clients did, as it was written. */
export interface Expectation {
  readonly text: string;
  /** What it speaks of. */
  readonly key: string;
  /** How it is broken; undefined where it holds. */
  fault(server: DcomServer): string | undefined;
  /** Whether anything has happened that it speaks of, or it says itself that nothing is to happen. */
  tests(server: DcomServer): boolean;
}

/** What can be counted, and what it means. */
const COUNTS: Readonly<Record<string, readonly [meaning: string, count: (server: DcomServer) => number]>> = {
  activations: ['how many activations clients asked for', ({ activations }) => activations.length],
  accepted: ['how many of them were accepted', ({ activations }) => withOutcome(activations, 'accepted')],
  refused: ['how many of them were refused', ({ activations }) => withOutcome(activations, 'refused')],
  events: ['how many events were logged', ({ events }) => events.length],
  invocations: ['how many methods of objects were called', ({ invocations }) => invocations.length],
  'refused-calls': ['how many calls were refused', ({ refusedCalls }) => refusedCalls.length],
  'failed-logons': ['how many logons failed', ({ failedLogons }) => failedLogons.length],
};

const withOutcome = (activations: readonly Activation[], wanted: Activation['outcome']): number =>
  activations.filter(({ outcome }) => outcome === wanted).length;

/** Something that each activation has. */
interface OfEach {
  readonly meaning: string;
  of(activation: Activation): string;
  /** All that it can be; or, where that is too much to list, what a value means. Throws an `Error` for one without meaning. */
  readonly values: readonly string[] | ((value: string) => string);
}

const EACH: Readonly<Record<string, OfEach>> = {
  outcome: {
    meaning: 'of each activation: accepted or refused',
    of: ({ outcome }) => outcome,
    values: ['accepted', 'refused'],
  },
  'refused-by': {
    meaning: 'of each activation: who refused it, such as activation policy (docs/refusals.md), or nobody',
    of: ({ refusedBy }) => refusedBy ?? 'nobody',
    values: ['nobody', ...Object.keys(REFUSED_BY)],
  },
  method: {
    meaning: 'of each activation: the operation, such as RemoteCreateInstance',
    of: ({ method }) => method,
    values: ['RemoteActivation', 'RemoteGetClassObject', 'RemoteCreateInstance'],
  },
  clsid: {
    meaning: 'of each activation: the class, as a CLSID or by name, such as MMC20.Application',
    of: ({ clsid = '' }) => clsid.toLowerCase(),
    values: classGiven,
  },
  user: {
    meaning: 'of each activation: DOMAIN\\user, or nobody',
    of: ({ identity }) => (identity === undefined ? 'nobody' : `${identity.domain}\\${identity.user}`),
    values: accountGiven,
  },
  event: {
    meaning: 'of each activation: the ID of the event that was logged for it, such as 10036, or none',
    of: ({ event }) => String(event?.id ?? 'none'),
    values: ['none', '10036'],
  },
};

function accountGiven(text: string): string {
  if (!/\\|^nobody$/i.test(text)) throw new Error('expected DOMAIN\\user, in quotes, or nobody');
  return text;
}

const LEVEL = 'level';
const KEYS = [...Object.keys(COUNTS), LEVEL, ...Object.keys(EACH)];

const meaningOf = (key: string): string =>
  COUNTS[key]?.[0] ?? EACH[key]?.meaning ?? 'of each activation: the level that it came at, such as pkt_integrity';

export const EXPECTATION_HELP = `Expectations (KEY=VALUE, also !=, and of counts and levels >= <= > <; all have to hold; or a file with one a line, # for comments):
${KEYS.map((key) => `  ${key}  ${meaningOf(key)}`).join('\n')}`;

/** `activations>=1`, `level>=pkt_integrity`, or a file of such lines. Throws `UsageError` for anything else. */
export function parseExpectations(text: string): Expectation[] {
  if (/[=<>]/.test(text)) return [parsed(text)];
  let lines: string[];
  try {
    lines = readFileSync(text, 'utf8').split('\n');
  } catch (error) {
    const why = systemReason(error);
    throw new UsageError(`--expect: '${text}' is not KEY=VALUE (also != >= <= > <), nor a file: ${why}`);
  }
  return lines
    .map((line, index) => ({ line: line.replace(/#.*$/, '').trim(), at: `${text}:${index + 1}: ` }))
    .filter(({ line }) => line !== '')
    .map(({ line, at }) => parsed(line, at));
}

const EXPRESSION = new RegExp(`^\\s*([^${SIGNS.join('')}]*?)\\s*(${SIGNS.join('|')})\\s*(.*?)\\s*$`);

/** `at` is the line of a file, for what is wrong with it. */
function parsed(text: string, at = ''): Expectation {
  const wrong = (why: string) => new UsageError(`--expect: ${at}${text}: ${why}`);
  const [, key = '', sign, value = ''] = EXPRESSION.exec(text) ?? [];
  if (sign === undefined) throw wrong('expected KEY=VALUE, also != >= <= > <');
  if (!KEYS.includes(key))
    throw wrong(`there is no key ${key || 'before the sign'}${didYouMean(key, KEYS)}; there are ${KEYS.join(', ')}`);
  const count = COUNTS[key]?.[1];
  if (count !== undefined) return ofCount({ text, key, sign: sign as Sign, value }, count, wrong);
  const each = EACH[key];
  if (each !== undefined) return ofEach({ text, key, sign: sign as Sign, value }, each, wrong);
  return ofLevel({ text, key, sign: sign as Sign, value }, wrong);
}

interface Written {
  readonly text: string;
  readonly key: string;
  readonly sign: Sign;
  readonly value: string;
}

type Wrong = (why: string) => UsageError;

const holds = (actual: number, sign: Sign, wanted: number): boolean =>
  ({
    '=': actual === wanted,
    '!=': actual !== wanted,
    '>=': actual >= wanted,
    '<=': actual <= wanted,
    '>': actual > wanted,
    '<': actual < wanted,
  })[sign];

function ofCount(
  { text, key, sign, value }: Written,
  count: (server: DcomServer) => number,
  wrong: Wrong,
): Expectation {
  if (!/^\d+$/.test(value)) throw wrong(`${key} is a count, so expected a number`);
  const wanted = Number(value);
  // If it is expected that nobody activates, nobody forgot to call.
  const asksForNone = key === 'activations' && holds(0, sign, wanted) && !holds(1, sign, wanted);
  return {
    ...{ text, key },
    fault: (server) => (holds(count(server), sign, wanted) ? undefined : `${key}=${count(server)}`),
    tests: (server) => asksForNone || count(server) > 0,
  };
}

function ofEach({ text, key, sign, value }: Written, { of, values }: OfEach, wrong: Wrong): Expectation {
  if (sign !== '=' && sign !== '!=') throw wrong(`${key} has no order: expected = or !=`);
  const wanted = meaningIn({ key, value }, values, wrong).toLowerCase();
  const fits = (activation: Activation) => (of(activation).toLowerCase() === wanted) === (sign === '=');
  return { text, key, ...each(fits, (activation) => `${key}=${of(activation)}`) };
}

function meaningIn({ key, value }: Pick<Written, 'key' | 'value'>, values: OfEach['values'], wrong: Wrong): string {
  if (typeof values !== 'function') {
    if (values.some((known) => known.toLowerCase() === value.toLowerCase())) return value;
    throw wrong(`${key} is never '${value}'${didYouMean(value, values)}; it is ${values.join(', ')}`);
  }
  try {
    return values(value);
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

function ofLevel({ text, key, sign, value }: Written, wrong: Wrong): Expectation {
  const wanted = authnLevelOf(value);
  if (wanted === undefined) {
    const names = AUTHN_LEVELS.map(({ code }) => shortAuthnLevelName(code).toLowerCase());
    throw wrong(`there is no level '${value}'${didYouMean(value, names)}; there are ${names.join(', ')} and 0 to 6`);
  }
  const fits = ({ level }: Activation) => holds(level, sign, wanted);
  return { text, key, ...each(fits, ({ level }) => `level=${shortAuthnLevelName(level)}`) };
}

const each = (
  fits: (activation: Activation) => boolean,
  found: (activation: Activation) => string,
): Omit<Expectation, 'text' | 'key'> => ({
  fault({ activations }) {
    if (activations.length === 0) return 'no activation';
    const others = activations.filter((activation) => !fits(activation));
    return others.length === 0 ? undefined : others.map((one) => `${found(one)} of ${lineOf(one)}`).join('; ');
  },
  tests: ({ activations }) => activations.length > 0,
});

/** `RemoteCreateInstance of MMC20.Application (49b2…) at CONNECT by 127.0.0.1`: no port, so that a test keeps its name. */
export const lineOf = ({ method, clsid, level, client }: Activation): string =>
  `${method} of ${withNames(clsid ?? '(unreadable)')} at ${shortAuthnLevelName(level)} by ${client.address}`;
