import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { printable } from '../report/printable.js';
import { UsageError } from './io.js';

/** A terminal of which each key is read as it is struck, and that shows none. */
export interface SecretTerminal {
  /** The next character; undefined where there is none any more. */
  key(): string | undefined;
  show(text: string): void;
  close(): void;
}

/** Asks the person at the terminal, wherever stdout goes. Throws `UsageError` where there is no terminal. */
export function askForSecret(option: string, what: string, open: () => SecretTerminal | undefined = terminal): string {
  const asked = open();
  // A value without a password may be one itself: it is not repeated where others may read it.
  if (asked === undefined)
    throw new UsageError(`${option}: expected 'DOMAIN\\user:password'; there is no terminal to ask for the password`);
  try {
    asked.show(`${printable(what)}: `);
    return typed(option, asked);
  } finally {
    asked.show('\r\n');
    asked.close();
  }
}

const [ETX, EOT, BACKSPACE, DELETE] = ['\u0003', '\u0004', '\u0008', '\u007f'];

function typed(option: string, { key }: SecretTerminal): string {
  const keys: string[] = [];
  for (;;) {
    const next = key();
    if (next === '\r' || next === '\n') return keys.join('');
    if (next === undefined || next === ETX || next === EOT) throw new UsageError(`${option}: no password was given`);
    if (next === BACKSPACE || next === DELETE) keys.pop();
    else keys.push(next);
  }
}

/** The terminal of this process. In raw mode Ctrl-C is a key, so that nothing ends before the mode is as it was. */
function terminal(): SecretTerminal | undefined {
  if (!process.stdin.isTTY && !process.stderr.isTTY) return undefined;
  let file: number;
  try {
    file = openSync('/dev/tty', 'r+');
  } catch {
    return undefined;
  }
  const stty = (...args: string[]): string =>
    spawnSync('stty', args, { stdio: [file, 'pipe', 'ignore'], encoding: 'utf8' }).stdout ?? '';
  const before = stty('-g').trim();
  stty('raw', '-echo');
  const octet = Buffer.alloc(1);
  const decoder = new TextDecoder();
  return {
    key() {
      let text = '';
      while (text === '') {
        if (readSync(file, octet, 0, 1, null) === 0) return undefined;
        text = decoder.decode(octet, { stream: true });
      }
      return text;
    },
    show: (text) => void writeSync(file, text),
    close() {
      stty(before);
      closeSync(file);
    },
  };
}
