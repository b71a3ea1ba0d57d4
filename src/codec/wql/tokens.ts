import { WqlError } from './error.js';

export interface Token {
  readonly kind: 'name' | 'string' | 'number' | 'symbol' | 'end';
  /** A string without its quotation marks, as it was written between them. */
  readonly text: string;
  readonly at: number;
}

const BLANK = /\s+/y;
const NAME = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*/y;
const NUMBER = /[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?/y;
const SYMBOL = /<=|>=|<>|!=|[=<>(),*.{}:;@]/y;

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** A string from its quotation mark on, with what stands after a backslash. */
function quoted(text: string, at: number): string {
  const mark = text[at];
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === '\\') end++;
    else if (text[end] === mark) return text.slice(at, end + 1);
  }
  throw new WqlError(`a string without its closing ${mark}`, at);
}

/** The words of a query from `start` on, one after the other. */
export class Tokens {
  readonly text: string;
  #at: number;
  #current: Token;

  constructor(text: string, start = 0) {
    this.text = text;
    this.#at = start;
    this.#current = this.#read();
  }

  get current(): Token {
    return this.#current;
  }

  next(): Token {
    const token = this.#current;
    if (token.kind !== 'end') this.#current = this.#read();
    return token;
  }

  /** Goes on at a place that another reader has found. */
  moveTo(at: number): void {
    this.#at = at;
    this.#current = this.#read();
  }

  /** Whether the next word is this keyword, which is stepped over then. */
  take(keyword: string): boolean {
    if (!this.is(keyword)) return false;
    this.next();
    return true;
  }

  is(keyword: string): boolean {
    const { kind, text } = this.#current;
    return (kind === 'name' || kind === 'symbol') && text.toUpperCase() === keyword;
  }

  expect(keyword: string): Token {
    if (!this.is(keyword)) this.fail(`expected ${keyword}`);
    return this.next();
  }

  name(what: string): string {
    return this.#current.kind === 'name' ? this.next().text : this.fail(`expected ${what}`);
  }

  fail(detail: string): never {
    const { kind, text, at } = this.#current;
    throw new WqlError(`${detail}, found ${kind === 'end' ? 'the end' : JSON.stringify(text.slice(0, 40))}`, at);
  }

  #read(): Token {
    const at = this.#at + (match(BLANK, this.text, this.#at)?.length ?? 0);
    if (at >= this.text.length) return this.#token('end', '', at, at);
    const first = this.text[at];
    if (first === '"' || first === "'") {
      const string = quoted(this.text, at);
      return this.#token('string', string.slice(1, -1), at, at + string.length);
    }
    for (const [kind, pattern] of KINDS) {
      const text = match(pattern, this.text, at);
      if (text !== undefined) return this.#token(kind, text, at, at + text.length);
    }
    throw new WqlError(`${JSON.stringify(first)} has no meaning here`, at);
  }

  #token(kind: Token['kind'], text: string, at: number, end: number): Token {
    this.#at = end;
    return { kind, text, at };
  }
}

const KINDS = [
  ['name', NAME],
  ['number', NUMBER],
  ['symbol', SYMBOL],
] as const;

/** [MS-WMI] 2.2.1: a backslash is an escape, except within a LIKE clause. */
export const unescaped = (text: string): string => text.replace(/\\(.)/gs, '$1');

export function numberOf(text: string): number | bigint {
  if (!/^[-+]?\d+$/.test(text)) return Number(text);
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text.replace(/^\+/, ''));
}
