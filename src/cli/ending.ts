import type { Endpoint } from '../net/channel.js';
import { type Stoppable, SYSTEM_TIMERS, type Timers } from '../net/timers.js';
import type { EndpointObserver } from '../server/endpoint/endpoint.js';

/** What ends a command that stays: whatever comes first. */
export interface EndingOptions {
  /** The first client has closed its connections. */
  readonly once?: boolean;
  /** So many milliseconds have passed. */
  readonly for?: number;
  /** So many activations have been asked for. */
  readonly until?: number;
  readonly endWith?: 'stdin' | 'parent';
}

/** Why it ended. */
export type Ended = 'signal' | 'client gone' | 'time' | 'activations' | 'stdin' | 'parent';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** How often a parent that is to be outlived by nobody is looked for. */
const PARENT_PERIOD = 500;

/** Time for the answer to the last activation, which is decided before it is sent, and for the client to take it. */
const ANSWER = 500;

/** Waits for what ends a server, from the moment that it is made: who waits for the server may end it at once. */
export class Ending implements EndpointObserver {
  readonly ended: Promise<Ended>;
  readonly #options: EndingOptions;
  readonly #timers: Timers;
  readonly #running: Stoppable[] = [];
  readonly #client: FirstClient;
  #end: (why: Ended) => void = () => {};
  #activations = 0;

  constructor(options: EndingOptions, timers: Timers = SYSTEM_TIMERS) {
    this.#options = options;
    this.#timers = timers;
    this.#client = new FirstClient(() => options.once && this.#end('client gone'), timers);
    this.ended = new Promise((resolve) => {
      this.#end = (why) => {
        this.stop();
        resolve(why);
      };
    });
    for (const signal of SIGNALS) process.once(signal, () => this.#end('signal'));
    if (options.for !== undefined) this.#running.push(timers.after(options.for, () => this.#end('time')));
    if (options.endWith === 'stdin') process.stdin.resume().once('end', () => this.#end('stdin'));
    if (options.endWith === 'parent') this.#watch(process.ppid);
  }

  connected(client: Endpoint): void {
    this.#client.connected(client);
  }

  disconnected(client: Endpoint): void {
    this.#client.disconnected(client);
  }

  /** Nothing is waited for any more: what still runs would keep the process alive. */
  stop(): void {
    for (const timer of this.#running.splice(0)) timer.stop();
    if (this.#options.endWith === 'stdin') process.stdin.pause();
  }

  activated(): void {
    if (++this.#activations !== this.#options.until) return;
    this.#running.push(this.#timers.after(ANSWER, () => this.#end('activations')));
  }

  /** A process whose parent has gone is given to another. */
  #watch(parent: number): void {
    if (process.ppid !== parent) this.#end('parent');
    else this.#running.push(this.#timers.after(PARENT_PERIOD, () => this.#watch(parent)));
  }
}

/** A client may close one connection before it opens the next. */
const PATIENCE = 1_000;

/** Tells when the client that came first has been gone for a while. */
class FirstClient {
  readonly #timers: Timers;
  readonly #gone: () => void;
  #address: string | undefined;
  #open = 0;
  #timer: Stoppable | undefined;

  constructor(gone: () => void, timers: Timers) {
    this.#gone = gone;
    this.#timers = timers;
  }

  connected({ address }: Endpoint): void {
    this.#address ??= address;
    if (address !== this.#address) return;
    this.#timer?.stop();
    this.#open++;
  }

  disconnected({ address }: Endpoint): void {
    if (address !== this.#address || --this.#open > 0) return;
    this.#timer = this.#timers.after(PATIENCE, this.#gone);
  }
}
