import { describe, expect, test } from 'vitest';
import { explainPasted, explainText } from '../../../src/report/explain.js';
import { ndjson } from '../../../src/report/ndjson.js';
import { forTerminal, printable } from '../../../src/report/printable.js';
import { table } from '../../../src/report/table.js';
import { wrap, wrapLines } from '../../../src/report/wrap.js';

interface Row {
  readonly user: string;
  readonly calls: number;
}

const columns = [
  { title: 'user', value: ({ user }: Row) => user },
  { title: 'calls', value: ({ calls }: Row) => calls, align: 'right' as const },
];
const rows: Row[] = [
  { user: 'LAB\\op', calls: 7 },
  { user: 'LAB\\administrator', calls: 1200 },
];

describe('a table', () => {
  test('aligns its columns, numbers to the right', () => {
    expect(table(rows, { columns, colour: false })).toBe(
      ['user               calls', 'LAB\\op                 7', 'LAB\\administrator   1200', ''].join('\n'),
    );
  });

  test('leaves no blanks at the end of a line', () => {
    expect(table(rows, { columns: [columns[1]!, columns[0]!], colour: false })).not.toMatch(/ \n/);
  });

  const wide = [
    { host: '10.0.0.1', user: 'LAB\\op', what: 'one two three' },
    { host: '10.0.0.1', user: 'LAB\\administrator', what: 'four' },
  ];
  const wideColumns = (['host', 'user', 'what'] as const).map((name) => ({
    title: name,
    value: (row: (typeof wide)[number]) => row[name],
  }));
  const at = (width: number): string => table(wide, { columns: wideColumns, colour: false, width });

  test('goes on below, at a blank, in the column that can give, where the terminal is too narrow', () => {
    expect(at(34)).toBe(
      [
        'host      user               what',
        '10.0.0.1  LAB\\op             one',
        '                             two',
        '                             three',
        '10.0.0.1  LAB\\administrator  four',
        '',
      ].join('\n'),
    );
  });

  test('says once what all rows have in common where a word would be parted', () => {
    expect(at(30)).toBe(
      [
        'in all rows: host 10.0.0.1',
        '',
        'user               what',
        'LAB\\op             one two',
        '                   three',
        'LAB\\administrator  four',
        '',
      ].join('\n'),
    );
  });

  test('is a list where the rest is still too wide', () => {
    expect(at(20)).toBe(
      [
        'in all rows: host',
        '  10.0.0.1',
        '',
        'user  LAB\\op',
        'what  one two three',
        '',
        'user  LAB\\administrator',
        'what  four',
        '',
      ].join('\n'),
    );
  });

  test.each([20, 30, 40, 80])(
    'of %i columns parts no word, and none of its lines is wider unless a word is',
    (width) => {
      const words = new Set([
        ...wide.flatMap((row) => Object.values(row).join(' ').split(' ')),
        'host',
        'user',
        'what',
      ]);
      for (const line of at(width).replace('in all rows: ', '').split('\n')) {
        const found = line.split(/ +/).filter((word) => word !== '');
        expect(found.filter((word) => !words.has(word))).toEqual([]);
        if (line.length > width) expect(found).toHaveLength(2);
      }
    },
  );

  test('keeps a column that has a limit within it, with a terminal or without one', () => {
    const limited = [{ ...columns[0]!, atMost: 9 }, columns[1]!];
    const words = [{ user: 'one two three', calls: 1 }];
    const expected = ['user       calls', 'one two        1', 'three', ''].join('\n');
    for (const width of [undefined, 80])
      expect(table(words, { columns: limited, colour: false, width })).toBe(expected);
  });

  test('parts a text at a blank where it can', () => {
    const words = [{ user: 'one two three', calls: 1 }];
    expect(table(words, { columns, colour: false, width: 16 })).toBe(
      ['user       calls', 'one two        1', 'three', ''].join('\n'),
    );
  });

  test('takes as many columns for a wide character as the terminal does', () => {
    expect(table([{ user: '日本', calls: 1 }], { columns, colour: false })).toBe('user  calls\n日本      1\n');
  });

  test('has colours only if told so', () => {
    const red = [{ ...columns[0]!, style: () => 'red' as const }];
    expect(table(rows.slice(0, 1), { columns: red, colour: false })).toBe('user\nLAB\\op\n');
    expect(table(rows.slice(0, 1), { columns: red, colour: true })).toBe(
      '\u001b[1muser\u001b[22m\n\u001b[31mLAB\\op\u001b[39m\n',
    );
  });

  test('passes no control character of a value on to the terminal', () => {
    expect(table([{ user: 'a\u001b[2Jb\nc', calls: 1 }], { columns, colour: false })).toContain('a\ufffd[2Jb c');
    expect(printable('a\u202eb\u009bc')).toBe('a\ufffdb\ufffdc');
  });

  test('without rows is its head', () => {
    expect(table([], { columns, colour: false })).toBe('user  calls\n');
  });
});

describe('NDJSON', () => {
  test('is one line with the keys in the order of their declaration', () => {
    expect(ndjson({ event: 'listening', port: 135, address: 'a\nb' })).toBe(
      '{"event":"listening","port":135,"address":"a\\nb"}\n',
    );
  });

  test('writes bigint and octets in hexadecimal, at any depth', () => {
    const record = { oxid: 0xfedcba9876543210n, nested: [{ stub: Uint8Array.of(0, 255) }, Buffer.from('05', 'hex')] };
    expect(ndjson(record)).toBe('{"oxid":"0xfedcba9876543210","nested":[{"stub":"00ff"},"05"]}\n');
  });

  test('writes maps, sets, dates and errors as what they hold; drops what is undefined', () => {
    const record = {
      map: new Map([['a', 1n]]),
      set: new Set([2n]),
      date: new Date(0),
      error: new RangeError('no'),
      none: undefined,
    };
    expect(JSON.parse(ndjson(record))).toEqual({
      map: { a: '0x1' },
      set: ['0x2'],
      date: '1970-01-01T00:00:00.000Z',
      error: { name: 'RangeError', message: 'no' },
    });
  });
});

describe('a code in words', () => {
  test('has its meanings with sections, and the causes with what to check', () => {
    const { title, lines } = explainText('5')!;
    expect(title).toBe('nca_s_fault_access_denied (5, 0x5)');
    expect(lines[0]).toMatch(
      /^fault status: nca_s_fault_access_denied – .*; a Windows client reports ERROR_ACCESS_DENIED/,
    );
    expect(lines).toContain('possible causes:');
    expect(lines.find((line) => line.startsWith('- activation policy:'))).toContain('KB5004442');
    expect(lines.filter((line) => line.startsWith('  check: ')).length).toBe(5);
  });

  test.each(['10036', '10037', '10038'])('%s is the event first, and a socket error only as a number', (code) => {
    const { title, lines } = explainText(code)!;
    expect(title).toMatch(new RegExp(`^event ${code}: `));
    expect(lines.at(-1)).toMatch(/^Win32 error: WSAE/);
  });

  test('of a name is titled by it', () => {
    expect(explainText('nca_s_op_rng_error')?.title).toBe('nca_s_op_rng_error (0x1c010002)');
    expect(explainText('0x80010111')?.title).toBe('RPC_E_INVALID_HEADER (0x80010111)');
    expect(explainText('WBEM_E_ACCESS_DENIED')?.lines[0]).toMatch(/^HRESULT: WBEM_E_ACCESS_DENIED – /);
  });

  test('that is unknown is nothing', () => {
    expect(explainText('nonsense')).toBeUndefined();
  });
});

describe('what users paste', () => {
  test.each(['10006', '10009', '10010', '10016', '10028'])('event %s is told apart from the hardening', (id) => {
    const [found] = explainPasted(`The description for Event ID ${id} from source DCOM`);
    expect(found?.title).toMatch(new RegExp(`^event ${id}: `));
    expect(found?.lines[0]).toMatch(/not an event of the hardening$/);
  });

  test('event 10036 says that its absence proves nothing, and what keeps it away', () => {
    const [found] = explainPasted('10036');
    expect(found?.lines.join('\n')).toMatch(/absence proves nothing.*DisableAuthenticationLevelHardeningLog/);
  });

  test('two codes in a line are explained one after the other', () => {
    expect(explainPasted('first 0x80070005, then 0x800706ba').map(({ title }) => title)).toEqual([
      'E_ACCESSDENIED (0x80070005)',
      'HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE) (0x800706ba)',
    ]);
  });

  test('0x80010111 is blamed on the COM minor version before the flags', () => {
    const causes = explainPasted('-2147417839')[0]?.lines.filter((line) => line.startsWith('- '));
    expect(causes?.map((line) => line.split(':')[0])).toEqual(['- version', '- header']);
  });
});

describe('a line that is too wide', () => {
  test.each([
    ['one two three', 7, ['one two', 'three']],
    ['one extraordinary three', 7, ['one', 'extraordinary', 'three']],
    ['a  b', 9, ['a  b']],
    ['  one two', 6, ['  one', 'two']],
    ['日本 日本', 5, ['日本', '日本']],
  ])('%j in %i columns', (text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });

  test('goes on below, a little further to the right', () => {
    expect(wrapLines('one two three\n  four five\n- six seven eight', 9)).toBe(
      ['one two', '  three', '  four', '    five', '- six', '  seven', '  eight'].join('\n'),
    );
  });
});

describe('the door to a terminal', () => {
  const HOSTILE = 'a\u001b]0;title\u0007b\u009b2Jc\u202ed\u2028e\u0000f\rg';

  test('lets nothing through that acts upon it, but line breaks and tabs', () => {
    expect(forTerminal(`${HOSTILE}\n\tnext\u001b[31m`, { colour: false })).toBe(
      'a\ufffd]0;title\ufffdb\ufffd2Jc\ufffdd\ufffde\ufffdf\ufffdg\n\tnext\ufffd[31m',
    );
  });

  test('lets colours through where they are wanted, and nothing else that begins as they do', () => {
    const text = '\u001b[1;31mred\u001b[39m';
    expect(forTerminal(text, { colour: true })).toBe(text);
    expect(forTerminal('\u001b[2J\u001b[31', { colour: true })).toBe('\ufffd[2J\ufffd[31');
    expect(forTerminal('\u009b[31m', { colour: true })).toBe('\ufffd[31m');
  });

  test('of a record is JSON, which says the same', () => {
    const line = ndjson({ user: HOSTILE });
    expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028](?!$)/u);
    expect(JSON.parse(line)).toEqual({ user: HOSTILE });
  });
});
