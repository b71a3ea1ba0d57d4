import { parentPort } from 'node:worker_threads';
import type { FromThread, Given, ToThread } from './messages.js';

/** Characters that are handed over together. */
const BATCH = 1 << 16;
/** Batches on their way to the pool, beyond which reading waits. */
const UNDER_WAY = 8;

/** What a unit is read with: where its output and notes go. */
export interface UnitOutput {
  output(text: string): void;
  note(text: string): void;
  onRead(octets: number): void;
  /** Waits until the pool has taken what was given: one that is slow must not fill the memory with it. */
  pause(): Promise<void>;
}

/** Reads units in this thread, one after the other, as the pool asks for them. */
export function serveUnits<Extra, Result>(
  read: (files: readonly string[], out: UnitOutput, extra: Extra) => Promise<Result>,
): void {
  const port = parentPort;
  if (port === null) throw new Error('this module runs in a worker thread only');
  let underWay = 0;
  let resume = (): void => {};
  const post = (message: FromThread<Result>, octets?: Uint8Array): void =>
    port.postMessage(message, octets === undefined ? [] : [octets.buffer as ArrayBuffer]);
  const give = (unit: number, what: Given['what'], text: string): void => {
    underWay++;
    // Of its own memory, which goes to the pool.
    const octets = new Uint8Array(new TextEncoder().encode(text));
    post({ kind: 'given', unit, given: { what, octets } }, octets);
  };
  const taken = (): Promise<void> =>
    new Promise((resolve) => {
      resume = resolve;
    });

  async function readUnit(unit: number, files: readonly string[], extra: Extra): Promise<void> {
    let waiting = '';
    const send = (): void => {
      if (waiting !== '') give(unit, 'output', waiting);
      waiting = '';
    };
    const result = await read(
      files,
      {
        output(text) {
          waiting += text;
          if (waiting.length >= BATCH) send();
        },
        note(text) {
          send();
          give(unit, 'note', text);
        },
        onRead: (octets) => post({ kind: 'progress', octets }),
        async pause() {
          while (underWay > UNDER_WAY) await taken();
        },
      },
      extra,
    );
    send();
    post({ kind: 'end', unit, result });
  }

  port.on('message', (message: ToThread<Extra>) => {
    if (message.kind === 'taken') {
      underWay--;
      resume();
      return;
    }
    // An error that no reader has foreseen ends the thread, and with it the command.
    readUnit(message.unit, message.files, message.extra).catch((error: unknown) => {
      setImmediate(() => {
        throw error;
      });
    });
  });
}
