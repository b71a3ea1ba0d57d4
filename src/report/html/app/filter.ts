import type { Pdus, Row } from './pdus.js';

/** Members of a row that a filter can name. */
const KEYS: Readonly<Record<string, (row: Row) => string | number>> = {
  frame: (row) => row.frame,
  stream: (row) => row.conversation.stream,
  file: (row) => row.conversation.file,
  type: (row) => row.type,
  ptype: (row) => row.type,
  call: (row) => row.call,
  what: (row) => row.what,
  operation: (row) => row.what.replace(/^.*::/, ''),
  interface: (row) => row.what.replace(/::.*$/, ''),
  level: (row) => row.level,
  result: (row) => row.result,
  status: (row) => row.result,
  user: (row) => row.user,
  src: (row) => row.from,
  dst: (row) => row.to,
  time: (row) => row.time,
  size: (row) => row.size,
};
export const FILTER_KEYS = Object.keys(KEYS);

const LEVELS = ['none', 'connect', 'call', 'pkt', 'pkt_integrity', 'pkt_privacy'];

type Test = (row: Row, pdus: Pdus) => boolean;

/**
 * `fault activat level<=pkt src=10.0.0.7 status=failed`: words that stand somewhere in the row, and members that are
 * compared. All have to fit. A key that nobody knows is a word.
 */
export function filterOf(text: string): Test | undefined {
  const tests = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(testOf);
  return tests.length === 0 ? undefined : (row, pdus) => tests.every((test) => test(row, pdus));
}

function testOf(word: string): Test {
  const [, key = '', sign = '', wanted = ''] = /^([a-z]+)(!=|<=|>=|=)(.*)$/i.exec(word) ?? [];
  const member = KEYS[key.toLowerCase()];
  if (member !== undefined) return comparing(key.toLowerCase(), member, sign, wanted.toLowerCase());
  const part = word.toLowerCase();
  return (row, pdus) => pdus.text(row.row).includes(part);
}

function comparing(key: string, member: (row: Row) => string | number, sign: string, wanted: string): Test {
  if (sign === '<=' || sign === '>=') {
    const rank = (value: string | number): number =>
      key === 'level'
        ? LEVELS.indexOf(
            String(value)
              .toLowerCase()
              .replace(/^(integrity|privacy)$/, 'pkt_$1'),
          )
        : Number(value);
    const limit = rank(wanted);
    return (row) => {
      const value = rank(member(row));
      return value >= 0 && (sign === '<=' ? value <= limit : value >= limit);
    };
  }
  const any = wanted.split(',');
  const equal = (value: string, one: string): boolean =>
    value === one || value.replace(/:\d+$/, '') === one || value.replace(/^pkt_/, '') === one;
  return (row) => {
    if (wanted === 'failed') return (row.tone === 'bad') === (sign === '=');
    const value = String(member(row)).toLowerCase();
    return any.some((one) => equal(value, one)) === (sign === '=');
  };
}
