import { didYouMean } from '../../codec/near.js';
import { authnLevelOf } from '../../codec/status/authn.js';
import { endpointsOf } from './filter-addresses.js';
import type { PduRecord } from './record.js';

/** What a filter looks at: a PDU, or a call as the sum of its request and its answer. */
export type Filtered = Pick<PduRecord, 'stream' | 'src' | 'dst'> &
  Partial<Omit<PduRecord, 'ptype'>> & { readonly ptype: PduRecord['ptype'] | 'unanswered' };
/** Whether a record is wanted. */
export type Predicate = (record: Filtered) => boolean;

/** A key of `--filter`. */
export interface Key {
  readonly help: string;
  /** The meaning of one value of the expression. Throws where it has none. */
  readonly value: (text: string) => Predicate;
  /** For keys that can be compared: the number of a record, and that of a value. */
  readonly order?: { readonly of: (record: Filtered) => number | undefined; readonly parse: (text: string) => number };
}

/** A number, which `>=` and `<=` compare. */
export const ordered = (
  help: string,
  of: (record: Filtered) => number | undefined,
  parse: (text: string) => number = numberOf,
): Key => ({
  help,
  order: { of, parse },
  value: (text) => {
    const wanted = parse(text);
    return (record) => of(record) === wanted;
  },
});

/** What is said where a name is not known. */
export const ANY_NAME = 'with a * any name is searched';

/** A name without `*` has to be one of `known`; `others` are the values that are no such name. */
export const named = (
  help: string,
  of: (record: Filtered) => readonly (string | undefined)[],
  known: () => readonly string[],
  others: (text: string) => Predicate | undefined = () => undefined,
): Key => ({
  help,
  value: (text) => {
    const other = others(text);
    if (other !== undefined) return other;
    const fits = pattern(text);
    if (!text.includes('*') && !known().some(fits))
      throw new Error(`${text} is not known${didYouMean(text, known())}; ${ANY_NAME}`);
    return (record) => of(record).some((name) => name !== undefined && fits(name));
  },
});

/** Any name, also one that is not known; `left` is left out of what is asked for. */
export const matching = (help: string, of: (record: Filtered) => string | undefined, left?: RegExp): Key => ({
  help,
  value: (text) => {
    const fits = pattern(left === undefined ? text : text.replace(left, ''));
    return (record) => {
      const name = of(record);
      return name !== undefined && fits(name);
    };
  },
});

/** An address, a subnet, or an address with its port. */
export const addressed = (help: string, of: (record: Filtered) => readonly string[]): Key => ({
  help,
  value: (text) => {
    const fits = endpointsOf(text);
    return (record) => of(record).some(fits);
  },
});

/** `*` stands for any characters, and case does not matter. */
export function pattern(text: string): (candidate: string) => boolean {
  const parts = text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const whole = new RegExp(`^${parts.join('.*')}$`, 'is');
  return (candidate) => whole.test(candidate);
}

export function numberOf(text: string): number {
  const number = /^(0x[0-9a-f]+|\d+(\.\d+)?)$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(number)) throw new Error(`${text} is no number`);
  return number;
}

export function levelOf(text: string): number {
  const level = authnLevelOf(text);
  if (level === undefined)
    throw new Error(`${text} is no level: none, connect, call, pkt, pkt_integrity, pkt_privacy, 1 to 6`);
  return level;
}

/** Milliseconds. UTC where no zone is given: JavaScript would take that of this machine. */
export function timeOf(text: string): number {
  const [, date, time = 'T00:00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?$/i.exec(text) ?? [];
  const milliseconds = Date.parse(`${date}${time.replace(' ', 'T')}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) throw new Error(`${text} is no time such as 2023-03-14 or 2023-03-14T09:00:00Z`);
  return milliseconds;
}
