import type { Environment } from '../../net/environment.js';
import { changedNetwork } from '../../net/network.js';
import { type Milliseconds, Secret, sniffer } from '../../security/index.js';
import { CLASS_NAMES } from '../../server/classes/index.js';
import type { EndpointObserver } from '../../server/endpoint/endpoint.js';
import { type DcomServer, type ServerOptions, startServer } from '../../server/server.js';
import { History } from './history/history.js';
import type { Change } from './middle/answer.js';
import { MiddleConnection } from './middle/connection.js';
import type { Places } from './places.js';
import type { ClientUnderTest, Ended } from './under-test.js';

/** What one run of the client meets. */
export interface Stimulus {
  /** How the server's answers are changed on their way. */
  readonly change?: Change;
  /** How the server differs from the plain one. */
  readonly server?: Partial<ServerOptions>;
  /** The level that the client is told. */
  readonly level?: number;
}

/** What one run of the client came to. */
export interface Attempted {
  readonly history: History;
  readonly ended: Ended;
  readonly activations: DcomServer['activations'];
}

/** The account that the server knows and the client is given. */
export interface ConformAccount {
  /** NetBIOS name of the domain. */
  readonly domain: string;
  /** Name of the account. */
  readonly user: string;
  /** Its password. */
  readonly password: string;
}

/** How the client is run, again and again. */
export interface AttemptOptions extends Environment {
  /** Id of the check that it is for. */
  readonly check: string;
  readonly client: ClientUnderTest;
  readonly account: ConformAccount;
  readonly places: Places;
  /** How long one run may take. */
  readonly limit: Milliseconds;
  /** Told of all that goes over the wire. */
  readonly observer?: EndpointObserver;
}

/** How long a client that was told to end may take, and how long connections may outlive the client. */
const GRACE: Milliseconds = 5_000;
const SETTLE: Milliseconds = 200;
const STEP: Milliseconds = 10;

const AS_IT_IS: Change = () => undefined;

/**
 * The plain server: of before the hardening, with each class that there is, and string bindings without a name that the
 * client would have to look up. So the weakest of clients comes through, and what is found of it is its own.
 */
const PLAIN: Partial<ServerOptions> = {
  asOf: '2021-05',
  classes: CLASS_NAMES,
  dcom: { stringBindings: 'address', minorVersionsBelow7: 'taken' },
};

/** Runs the client once against a server of its own. Rejects with what the change throws, and with `TransportError` where the server cannot listen. */
export async function attempt(options: AttemptOptions, { change, server, level }: Stimulus): Promise<Attempted> {
  const { account, check, client, clock, network, observer, places, random, timers } = options;
  const history = new History(clock, () => client.happened?.(history.open));
  let mistake: { readonly error: unknown } | undefined;
  const middle = {
    failed(error: unknown) {
      mistake ??= { error };
    },
    change: change ?? AS_IT_IS,
    history,
    sniffer: sniffer({ secrets: [{ secret: Secret.password(account.password) }] }),
    ...(observer && { observer }),
  };
  const place = await places.take();
  let listeners = 0;
  try {
    await using running = await startServer({
      ...PLAIN,
      ...{ accounts: [account], names: { netbiosName: 'HARNESS', netbiosDomain: account.domain } },
      ...server,
      ...{ clock, random, timers, listen: `${place.address}:${place.port}` },
      network: changedNetwork(network, {
        listen(next, at, accept) {
          // The server opens the port of its activators first, then that of its objects.
          const port = listeners++ === 0 ? 'resolver' : 'exporter';
          return next(at, (channel) => new MiddleConnection(channel, accept, port, middle));
        },
      }),
    });
    const { address, port } = running.address;
    const ended = await runOf(options, { address, port, check, ...account, ...(level !== undefined && { level }) });
    await settled(history, options);
    if (mistake !== undefined) throw mistake.error;
    return { history, ended, activations: [...running.activations] };
  } finally {
    places.giveBack(place);
  }
}

/** The client's own end, or the one that comes when its time is over. */
async function runOf(
  { client, limit, timers }: AttemptOptions,
  place: Parameters<ClientUnderTest['run']>[0],
): Promise<Ended> {
  const late = new AbortController();
  const text = `it did not end within ${limit} ms`;
  let giveUp: (() => void) | undefined;
  const gone = new Promise<Ended>((resolve) => {
    giveUp = () => resolve({ how: 'stopped', text: `${text}, and not when it was told to` });
  });
  let timer = timers.after(limit, () => {
    late.abort(new Error(text));
    timer = timers.after(GRACE, () => giveUp?.());
  });
  try {
    const ended = await Promise.race([client.run(place, late.signal), gone]);
    return late.signal.aborted && ended.how !== 'stopped' && ended.how !== 'unknown' ? { how: 'stopped', text } : ended;
  } finally {
    timer.stop();
  }
}

/** Gives the client's connections a moment to end, and those that it opened last one to be noticed. */
async function settled(history: History, { timers }: Pick<Environment, 'timers'>): Promise<void> {
  let waited = 0;
  do {
    await new Promise<void>((resolve) => void timers.after(STEP, resolve));
    waited += STEP;
  } while (history.open > 0 && waited < SETTLE);
}
