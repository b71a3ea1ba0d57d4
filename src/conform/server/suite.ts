import { type Environment, environmentOf } from '../../net/environment.js';
import { changedNetwork } from '../../net/network.js';
import { seededRandom } from '../../net/simulation/index.js';
import type { Milliseconds, NtlmCredentials } from '../../security/index.js';
import { recording } from '../../server/endpoint/recording.js';
import { observedNetwork } from '../../server/observed-network.js';
import {
  type CheckInfo,
  type CheckResult,
  type Facts,
  runChecks,
  type Selection,
  selected,
  type Wire,
} from '../core/index.js';
import { checkSuiteOptions } from './check-options.js';
import { ACCOUNT_CHECKS, SANITY, SERVER_CHECKS } from './checks.js';
import { probe } from './probe.js';
import { type Found, Target } from './target.js';
import { type HardeningVerdict, hardeningVerdict } from './verdict.js';

/** A run of the server suite. */
export interface ServerSuiteOptions extends Partial<Environment>, Selection {
  /** A numeric address, or a name. */
  readonly host: string;
  /** 135 where absent. */
  readonly port?: number;
  /** An account that may activate; without it, only what needs none is checked. */
  readonly credentials?: NtlmCredentials;
  /** A class that may be activated: WMI's WbemLevel1Login where absent, which every Windows has. */
  readonly clsid?: string;
  /** Everything that the suite draws at random follows from it. */
  readonly seed?: string | number;
  /** Milliseconds to wait for each answer; 5,000 where absent. */
  readonly patience?: Milliseconds;
  /** Milliseconds that one check may take; 20,000 where absent. */
  readonly checkMilliseconds?: Milliseconds;
  /** Runs also the checks of what takes minutes, nearly an hour in all; false where absent. */
  readonly slow?: boolean;
  /** Takes a recording of everything, as pcapng, block by block. */
  readonly record?: (block: Buffer) => void;
  /** Told of each result as it comes. */
  readonly told?: (result: CheckResult, place: { readonly index: number; readonly total: number }) => void;
}

/** What came of a run of the server suite. */
export interface ServerSuiteReport {
  readonly results: readonly CheckResult[];
  /** What the target has, and why it lacks the rest. */
  readonly facts: Facts;
  /** What the run says of CVE-2021-26414; undefined where it had none of the checks of the hardening. */
  readonly verdict: HardeningVerdict | undefined;
}

/** What the server suite checks. */
export const serverChecks: readonly CheckInfo[] = SERVER_CHECKS;

/** [MS-WMI]: every Windows has it, and its objects do nothing before somebody logs on to them. */
const CLSID_WbemLevel1Login = '8bc3f05e-d86b-11d0-a075-00c04fb68820';
const CONNECTIONS = 4_000;

/**
 * Checks a server of MS-RPCE, and of MS-DCOM where it is one. Rejects with `OptionError`, which names the option, for a
 * mistake, and with `TypeError` for a selection that means no check; whatever the target does is a result.
 */
export async function serverSuite(options: ServerSuiteOptions): Promise<ServerSuiteReport> {
  checkSuiteOptions(options);
  const { host, port = 135, credentials, clsid = CLSID_WbemLevel1Login, patience = 5_000 } = options;
  const chosen = selected(SERVER_CHECKS, options);
  const checks = credentials === undefined ? chosen : [...ACCOUNT_CHECKS, ...chosen];
  const environment = suiteEnvironment(options);
  const at = { host, port, clsid, ...(credentials && { credentials }) };
  const target = (found: Found, wire: Wire): Target => new Target(at, environment, found, patience, wire);
  const { facts, found } = await probe(target);
  const results = await runChecks<Target>({
    checks,
    sanity: SANITY,
    facts,
    timers: environment.timers,
    clock: environment.clock,
    monotonic: environment.monotonic,
    checkMilliseconds: options.checkMilliseconds ?? 20_000,
    attempt(wire) {
      const context = target(found, wire);
      return { context, close: () => context.close() };
    },
    ...(options.told && { told: options.told }),
    ...(options.slow !== undefined && { slow: options.slow }),
  });
  return { results, facts, verdict: hardeningVerdict(results) };
}

/** The world as the suite sees it: recorded where asked, random by the seed, and with an end to its connections. */
function suiteEnvironment(options: ServerSuiteOptions): Environment {
  const environment = environmentOf(options);
  const { seed, record } = options;
  const { clock } = environment;
  const network =
    record === undefined ? environment.network : observedNetwork(environment.network, [recording(record, clock)]);
  let opened = 0;
  return {
    ...environment,
    ...(seed !== undefined && { random: seededRandom(seed, 'conform server') }),
    network: changedNetwork(network, {
      connect(next, ...how) {
        if (++opened > CONNECTIONS) throw new Error(`a run opens at most ${CONNECTIONS} connections`);
        return next(...how);
      },
    }),
  };
}
