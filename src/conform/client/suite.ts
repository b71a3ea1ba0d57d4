import { type Environment, environmentOf } from '../../net/environment.js';
import { seededRandom } from '../../net/simulation/index.js';
import type { Milliseconds } from '../../security/index.js';
import { recording } from '../../server/endpoint/recording.js';
import {
  type CheckInfo,
  type CheckResult,
  type Facts,
  missingFact,
  resultOf,
  runCheck,
  type Selection,
  selected,
  Wire,
} from '../core/index.js';
import { type Attempted, type AttemptOptions, attempt, type ConformAccount, type Stimulus } from './attempt.js';
import type { ClientCheck, Subject } from './check.js';
import { checkSuiteOptions } from './check-options.js';
import { CLIENT_CHECKS } from './checks.js';
import { factsOf } from './facts.js';
import type { Baseline } from './judge.js';
import { Places } from './places.js';
import { endTells, sanity } from './sanity.js';
import { type ClientFunction, type ClientUnderTest, calledClient } from './under-test.js';

/** A run of the client suite. */
export interface ClientSuiteOptions extends Partial<Environment>, Selection {
  /** The client under test: what runs it once, or a `ClientUnderTest` where there is more to say of it. */
  readonly client: ClientUnderTest | ClientFunction;
  /** The account that the client is given; `LAB\op` with the password `secret` where absent. */
  readonly account?: ConformAccount;
  /** Where the servers listen, which are as many as can be run at a time; `127.0.0.1` where absent. */
  readonly addresses?: readonly string[];
  /** TCP port of the activators, which most clients insist on: 135 where absent; 0 takes a free one. */
  readonly port?: number;
  /** Milliseconds that one run of the client may take; 10,000 where absent. */
  readonly limit?: Milliseconds;
  /** Everything that the servers draw at random follows from it. */
  readonly seed?: string | number;
  /** Takes a recording of all that goes over the wire, as pcapng, block by block. */
  readonly record?: (block: Buffer) => void;
  /** Told of each result as it comes. */
  readonly told?: (result: CheckResult, place: { readonly index: number; readonly total: number }) => void;
}

/** What the client suite checks. */
export const clientChecks: readonly CheckInfo[] = CLIENT_CHECKS;

/** What came of a run of the client suite. */
export interface ClientSuiteReport {
  /** The sanity check first and last, and the checks between. */
  readonly results: readonly CheckResult[];
  /** What the client does, and why it does not do the rest. */
  readonly facts: Facts;
  /** Whether the client's end told a success from a failure; else only the wire was judged. */
  readonly endTells: boolean;
}

const ACCOUNT: ConformAccount = { domain: 'LAB', user: 'op', password: 'secret' };
/** Beside what the client itself may take: a check runs it more than once at most. */
const RUNS_OF_A_CHECK = 4;

/**
 * Checks a client of MS-DCOM: it is run once for nearly every check, against servers that behave as the check says.
 * Rejects with `OptionError`, which names the option, for a mistake, with `TypeError` for a selection that means no check,
 * with `TransportError` where a server cannot listen, and with what a `ClientUnderTest` rejects with, which could not be
 * run; whatever the client does is a result.
 */
export async function clientSuite(options: ClientSuiteOptions): Promise<ClientSuiteReport> {
  checkSuiteOptions(options);
  const given = typeof options.client === 'function' ? calledClient(options.client) : options.client;
  const mistakes: unknown[] = [];
  const client = tellingOf(given, mistakes);
  const { told, limit = 10_000, addresses = ['127.0.0.1'], port = 135, account = ACCOUNT } = options;
  const checks = selected(CLIENT_CHECKS, options);
  const environment = environmentOf(options);
  const { clock } = environment;
  const places = await Places.found(
    addresses.map((address) => ({ address, port })),
    environment.network,
  );
  const observer = options.record && recording(options.record, clock);
  // The server of each check draws other octets, which follow only from the seed and the check.
  const how = (check: string): AttemptOptions => ({
    ...{ ...environment, client, account, places, limit, check },
    ...(observer && { observer }),
    ...(options.seed !== undefined && { random: seededRandom(options.seed, check) }),
  });
  const results: CheckResult[] = [];
  const total = checks.length + 2;
  const add = (result: CheckResult): void => {
    results.push(result);
    told?.(result, { index: results.length, total });
  };
  const run = (check: ClientCheck, baseline?: Baseline): Promise<CheckResult> =>
    runCheck<Subject>(check, {
      ...environment,
      checkMilliseconds: limit * RUNS_OF_A_CHECK,
      attempt: (wire) => ({
        context: { baseline: baseline as Baseline, attempt: recorded(how(check.id), wire) },
        close: () => undefined,
      }),
    });

  let plain: Attempted | undefined;
  const first = await run(
    sanity('first', (attempted) => {
      plain = attempted;
    }),
  );
  if (mistakes.length > 0) throw mistakes[0];
  add(first);
  if (plain === undefined || first.outcome.outcome !== 'passed') {
    const outcome = { outcome: 'not run', reason: 'the client does not come through with the plain server' } as const;
    for (const check of [...checks, sanity('last')]) add(resultOf(check, outcome, new Wire(), clock(), 0));
    return { results, facts: {}, endTells: false };
  }
  const tells = await endTells({ attempt: (stimulus) => attempt(how('sanity/end-tells'), stimulus) });
  const baseline: Baseline = { ...plain, endTells: tells };
  const facts = factsOf(plain, client.takesLevel);
  await inTurn(checks, addresses.length, async (check) => {
    const reason = missingFact(facts, check.needs);
    if (reason === undefined) return add(await run(check, baseline));
    add(resultOf(check, { outcome: 'not applicable', reason }, new Wire(), clock(), 0));
  });
  add(await run(sanity('last'), baseline));
  if (mistakes.length > 0) throw mistakes[0];
  return { results: inOrder(results, checks), facts, endTells: tells };
}

/** The same client, and what it rejects with, which is not an end of a run. */
const tellingOf = (client: ClientUnderTest, mistakes: unknown[]): ClientUnderTest => ({
  takesLevel: client.takesLevel,
  happened: (open) => client.happened?.(open),
  run: (place, signal) =>
    client.run(place, signal).catch((error: unknown) => {
      mistakes.push(error);
      throw error;
    }),
});

/** The octets of each run go to the result of the check. */
const recorded =
  (how: AttemptOptions, wire: Wire) =>
  async (stimulus: Stimulus): Promise<Attempted> => {
    const attempted = await attempt(how, stimulus);
    const lines = attempted.history.connections.map(() => wire.connection());
    for (const { connection, from, bytes } of attempted.history.pdus) lines[connection.number - 1]?.(from, bytes);
    return attempted;
  };

/** So many at a time. */
async function inTurn<T>(items: readonly T[], limit: number, each: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await each(item);
  };
  await Promise.all(Array.from({ length: Math.max(1, limit) }, worker));
}

/** As the suite lists them, whichever came first. */
function inOrder(results: readonly CheckResult[], checks: readonly ClientCheck[]): CheckResult[] {
  const place = new Map(checks.map(({ id }, index) => [id, index + 1]));
  const placeOf = ({ id }: CheckResult): number => place.get(id) ?? (id.endsWith('-last') ? checks.length + 1 : 0);
  return results.toSorted((a, b) => placeOf(a) - placeOf(b));
}
