import { printable } from '../report/printable.js';

/** What a bar is drawn on: stderr. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Milliseconds before the first drawing, so that short work shows nothing, and between two of them. */
const FIRST_AFTER = 500;
const INTERVAL = 100;
const BAR = 24;
const ERASE = '\r\u001b[2K';

const megabytes = (octets: number): string => (octets / 1e6).toFixed(1);

/** How far the reading of one file is, in a line that is drawn over itself. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #name: string;
  /** Octets in all; undefined where nobody knows, as with a pipe. */
  readonly #total: number | undefined;
  readonly #clock: () => number;
  readonly #start: number;
  #done = 0;
  #next: number;
  #drawn = false;

  constructor(
    terminal: Terminal,
    name: string,
    total: number | undefined,
    clock: () => number = () => performance.now(),
  ) {
    this.#terminal = terminal;
    this.#name = name;
    this.#total = total;
    this.#clock = clock;
    this.#start = clock();
    this.#next = this.#start + FIRST_AFTER;
  }

  advance(octets: number): void {
    this.#done += octets;
    const now = this.#clock();
    if (now < this.#next) return;
    this.#next = now + INTERVAL;
    this.#drawn = true;
    this.#terminal.write(ERASE + this.#line(now).slice(0, (this.#terminal.columns ?? 80) - 1));
  }

  /** Takes the line away: for a message that comes in its place, and at the end. */
  clear(): void {
    if (this.#drawn) this.#terminal.write(ERASE);
    this.#drawn = false;
  }

  #line(now: number): string {
    const rate = `${megabytes((this.#done / (now - this.#start)) * 1000)} MB/s`;
    if (!this.#total) return `${megabytes(this.#done)} MB, ${rate}  ${this.#name}`;
    const part = Math.min(1, this.#done / this.#total);
    const bar = '#'.repeat(Math.round(part * BAR)).padEnd(BAR, '-');
    const percent = String(Math.floor(part * 100)).padStart(3);
    return `[${bar}] ${percent} % of ${megabytes(this.#total)} MB, ${rate}  ${this.#name}`;
  }
}

/** What is being done, in a line that is drawn over itself. */
export class StatusLine {
  readonly #terminal: Terminal;
  readonly #shown: boolean;

  /** `printing`: lines come on stdout meanwhile. */
  constructor(printing: boolean, terminal: Terminal = process.stderr, stdout: Terminal = process.stdout) {
    this.#terminal = terminal;
    this.#shown = wantsProgress(terminal, stdout, { quiet: !printing, piped: false });
  }

  draw(text: string): void {
    if (this.#shown) this.#terminal.write(ERASE + printable(text).slice(0, (this.#terminal.columns ?? 80) - 1));
  }

  clear(): void {
    if (this.#shown) this.#terminal.write(ERASE);
  }
}

/**
 * A bar only where somebody sees it and nothing else is written there: lines on the same terminal would run through it,
 * and so would a pager behind a pipe, unless nothing comes before the end (`quiet`).
 */
export const wantsProgress = (
  stderr: Terminal,
  stdout: Terminal,
  { quiet, piped }: { readonly quiet: boolean; readonly piped: boolean },
): boolean => stderr.isTTY === true && process.env.TERM !== 'dumb' && (quiet || !(stdout.isTTY || piped));
