import { readFileSync } from 'node:fs';
import { authnLevelOf, shortAuthnLevelName } from '../../codec/status/authn.js';
import { systemReason } from '../../net/error.js';
import type { Result } from '../../report/result.js';
import type { Activation } from '../../server/activation/log.js';
import type { DcomServer } from '../../server/server.js';
import { withNames } from '../class-text.js';
import { UsageError } from '../io.js';

type Sign = '=' | '!=' | '>=' | '<=';

/** One thing that has to hold of what clients did, as it was written. */
export interface Expectation {
  readonly text: string;
  /** How it is broken; undefined where it holds. */
  fault(server: DcomServer): string | undefined;
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

/** What each activation has to have, and what it means. */
const EACH: Readonly<Record<string, readonly [meaning: string, of: (activation: Activation) => string]>> = {
  outcome: ['of each activation: accepted or refused', ({ outcome }) => outcome],
  'refused-by': ['of each activation: what refused it, or nobody', ({ refusedBy }) => refusedBy ?? 'nobody'],
  method: ['of each activation: the operation, such as RemoteCreateInstance', ({ method }) => method],
  clsid: ['of each activation: the class', ({ clsid = '' }) => clsid.toLowerCase()],
  user: [
    'of each activation: DOMAIN\\user, or nobody',
    ({ identity }) => (identity === undefined ? 'nobody' : `${identity.domain}\\${identity.user}`),
  ],
  event: [
    'of each activation: the ID of the event that was logged for it, or none',
    ({ event }) => String(event?.id ?? 'none'),
  ],
};

const MEANINGS = Object.entries({ ...COUNTS, level: ['of each activation: the level that it came at'], ...EACH });

export const EXPECTATION_HELP = `Expectations (KEY=VALUE, also != >= <=; all have to hold; or a file with one a line, # for comments):
${MEANINGS.map(([key, [meaning]]) => `  ${key}  ${meaning}`).join('\n')}`;

/** `activations>=1`, `level>=pkt_integrity`, or a file of such lines. Throws `UsageError` for anything else. */
export function parseExpectations(text: string): Expectation[] {
  if (/[=]/.test(text)) return [parsed(text)];
  let lines: string[];
  try {
    lines = readFileSync(text, 'utf8').split('\n');
  } catch (error) {
    throw new UsageError(`--expect: neither KEY=VALUE nor a file: ${systemReason(error)}`);
  }
  return lines
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter((line) => line !== '')
    .map(parsed);
}

function parsed(text: string): Expectation {
  const [, key = '', sign, value = ''] = /^\s*([a-z-]+)\s*(!=|>=|<=|=)\s*(.+?)\s*$/.exec(text) ?? [];
  const made =
    key === 'level'
      ? ofLevel(text, sign as Sign, value)
      : (ofCount(text, key, sign as Sign, value) ?? ofEach(text, key, sign as Sign, value));
  if (made === undefined)
    throw new UsageError(
      `--expect: not understood: '${text}'; keys are ${[...Object.keys(COUNTS), 'level', ...Object.keys(EACH)].join(', ')}`,
    );
  return made;
}

const holds = (actual: number, sign: Sign, wanted: number): boolean =>
  ({ '=': actual === wanted, '!=': actual !== wanted, '>=': actual >= wanted, '<=': actual <= wanted })[sign];

function ofCount(text: string, key: string, sign: Sign, value: string): Expectation | undefined {
  const [, count] = (Object.hasOwn(COUNTS, key) && COUNTS[key]) || [];
  if (count === undefined || !/^\d+$/.test(value)) return undefined;
  return {
    text,
    fault: (server) => (holds(count(server), sign, Number(value)) ? undefined : `${key}=${count(server)}`),
  };
}

function ofEach(text: string, key: string, sign: Sign, value: string): Expectation | undefined {
  const [, of] = (Object.hasOwn(EACH, key) && EACH[key]) || [];
  if (of === undefined || (sign !== '=' && sign !== '!=')) return undefined;
  const fits = (activation: Activation) => (of(activation).toLowerCase() === value.toLowerCase()) === (sign === '=');
  return { text, fault: each(fits, (activation) => `${key}=${of(activation)}`) };
}

function ofLevel(text: string, sign: Sign, value: string): Expectation | undefined {
  const wanted = authnLevelOf(value);
  if (wanted === undefined) return undefined;
  const fits = ({ level }: Activation) => holds(level, sign, wanted);
  return { text, fault: each(fits, ({ level }) => `level=${shortAuthnLevelName(level)}`) };
}

const each =
  (fits: (activation: Activation) => boolean, found: (activation: Activation) => string) =>
  ({ activations }: DcomServer): string | undefined => {
    if (activations.length === 0) return 'no activation';
    const others = activations.filter((activation) => !fits(activation));
    return others.length === 0 ? undefined : others.map((one) => `${found(one)} of ${lineOf(one)}`).join('; ');
  };

/** `RemoteCreateInstance of MMC20.Application (49b2…) at CONNECT by 127.0.0.1`: no port, so that a test keeps its name. */
const lineOf = ({ method, clsid, level, client }: Activation): string =>
  `${method} of ${withNames(clsid ?? '(unreadable)')} at ${shortAuthnLevelName(level)} by ${client.address}`;

/** What was expected; where nothing was, that each activation is accepted. */
export function serverResults(server: DcomServer, expected: readonly Expectation[]): Result[] {
  const common = { section: 'KB5004442; [MS-DCOM] 3.1.2.5.2.3', level: 'WINDOWS' } as const;
  const pdus = server.activations.map((activation) => `${lineOf(activation)}: ${verdictOf(activation)}`);
  if (expected.length > 0)
    return expected.map((expectation): Result => {
      const fault = expectation.fault(server);
      const [id] = expectation.text.split(/[!<>=]/);
      return {
        ...common,
        id: `serve.expect.${id?.trim()}`,
        title: expectation.text,
        outcome: fault === undefined ? 'pass' : 'fail',
        expected: expectation.text,
        actual: fault ?? expectation.text,
        pdus,
      };
    });
  return server.activations.map(
    (activation, index): Result => ({
      ...common,
      id: `serve.activation.${index + 1}`,
      title: lineOf(activation),
      outcome: activation.outcome === 'accepted' ? 'pass' : 'fail',
      expected: 'accepted',
      actual: verdictOf(activation),
      pdus: [],
      time: activation.time,
    }),
  );
}

const verdictOf = ({ outcome, refusedBy, reason, event }: Activation): string =>
  outcome === 'accepted' ? 'accepted' : `refused by ${refusedBy} (${reason})${event ? `, event ${event.id}` : ''}`;
