import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { asBuffer } from '../../codec/bytes.js';
import type { FromThread, Given, ToThread } from './messages.js';
import { Spool } from './spool.js';

/** What is read in threads, and who takes it. */
export interface Pool<Extra, Result> {
  /** The module that calls `serveUnits`. */
  readonly thread: URL;
  /** What each thread is started with. */
  readonly data: object;
  readonly jobs: number;
  readonly units: readonly (readonly string[])[];
  /** What a unit is read with besides. */
  readonly extra: (unit: number) => Extra;
  /** Takes what a unit gives for stdout or another consumer, when its turn has come. */
  readonly output: (text: string) => void;
  /** Takes a line for people, likewise. */
  readonly note: (text: string) => void;
  /** Waited for after each of both. */
  readonly flush: () => Promise<void>;
  /** All of a unit was taken. */
  readonly end: (result: Result, unit: number) => Promise<void> | void;
  readonly onRead: (octets: number) => void;
  /** The output of a unit can be taken before it has ended; otherwise all of it waits for `stands`. */
  readonly atOnce?: () => boolean;
  /** Whether the output of a unit stands; otherwise it is read again, with an `extra` of now. */
  readonly stands?: (result: Result, unit: number) => boolean;
}

/**
 * Reads units in threads, several at a time, and gives what they say in their order, as if one had been read after the
 * other. Output that comes before its turn waits in a `Spool`.
 */
export async function readInThreads<Extra, Result>(pool: Pool<Extra, Result>): Promise<void> {
  const spool = new Spool();
  const workers = Array.from(
    { length: Math.min(pool.jobs, pool.units.length) },
    () => new Worker(pool.thread, { workerData: pool.data }),
  );
  try {
    await Promise.race([new Turns(pool, spool, workers).done, ...workers.map(failed)]);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
    spool.close();
  }
}

async function failed(worker: Worker): Promise<never> {
  const [error] = await once(worker, 'error');
  throw error;
}

/** Which unit's turn it is, and which worker reads what. */
class Turns<Extra, Result> {
  readonly done: Promise<void>;
  readonly #pool: Pool<Extra, Result>;
  readonly #spool: Spool;
  readonly #ended = new Map<number, Result>();
  /** The unit whose turn it is, and the next one that nobody reads yet. */
  #turn = 0;
  #next = 0;
  /** Units that are to be read again, and threads that have nothing to do. */
  readonly #again: number[] = [];
  readonly #idle: Worker[] = [];
  /** Messages are handled one after the other, whoever sends them. */
  #handled: Promise<void> = Promise.resolve();
  #finish: () => void = () => {};
  #fail: (error: unknown) => void = () => {};

  constructor(pool: Pool<Extra, Result>, spool: Spool, workers: readonly Worker[]) {
    this.#pool = pool;
    this.#spool = spool;
    this.done = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    for (const worker of workers) {
      worker.on('message', (message: FromThread<Result>) => {
        this.#handled = this.#handled.then(() => this.#handle(worker, message)).catch(this.#fail);
      });
      this.#readNext(worker);
    }
  }

  async #handle(worker: Worker, message: FromThread<Result>): Promise<void> {
    if (message.kind === 'progress') this.#pool.onRead(message.octets);
    else if (message.kind === 'given') {
      this.#spool.add(message.unit, message.given);
      if (message.unit === this.#turn) await this.#takeTurns();
      worker.postMessage({ kind: 'taken' } satisfies ToThread<Extra>);
    } else {
      this.#ended.set(message.unit, message.result);
      if (message.unit === this.#turn) await this.#takeTurns();
      this.#readNext(worker);
    }
  }

  /** Takes what the unit whose turn it is has given; once it has ended, its turn is over. */
  async #takeTurns(): Promise<void> {
    const { end, atOnce = () => true, stands = () => true, units } = this.#pool;
    while (this.#turn < units.length) {
      const unit = this.#turn;
      const ended = this.#ended.has(unit);
      const result = this.#ended.get(unit) as Result;
      if (ended && !stands(result, unit)) return this.#readAgain(unit);
      if (ended || atOnce()) for (const given of this.#spool.take(unit)) await this.#give(given);
      if (!ended) return;
      this.#ended.delete(unit);
      await end(result, unit);
      this.#turn++;
    }
    this.#finish();
  }

  #give({ what, octets }: Given): Promise<void> {
    this.#pool[what](asBuffer(octets).toString());
    return this.#pool.flush();
  }

  #readAgain(unit: number): void {
    this.#spool.drop(unit);
    this.#ended.delete(unit);
    this.#again.push(unit);
    const idle = this.#idle.pop();
    if (idle !== undefined) this.#readNext(idle);
  }

  #readNext(worker: Worker): void {
    const { units, extra } = this.#pool;
    const unit = this.#again.shift() ?? (this.#next < units.length ? this.#next++ : undefined);
    if (unit === undefined) {
      this.#idle.push(worker);
      return;
    }
    const files = units[unit] as readonly string[];
    worker.postMessage({ kind: 'read', unit, files, extra: extra(unit) } satisfies ToThread<Extra>);
  }
}
