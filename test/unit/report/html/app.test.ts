import { describe, expect, test } from 'vitest';
import { fieldAt, fieldsOf } from '../../../../src/report/html/app/fields.js';
import { filterOf } from '../../../../src/report/html/app/filter.js';
import { lifelinesOf, STEP, topsOf } from '../../../../src/report/html/app/layout.js';
import { Pdus } from '../../../../src/report/html/app/pdus.js';
import { Rows } from '../../../../src/report/html/rows.js';

function pdus(): Pdus {
  const rows = new Rows();
  const ends = { src: '10.0.0.7:49152', dst: '10.0.0.1:135' };
  const place = { file: 'a.pcapng', stream: 0, ...ends, transport: 'ncacn_ip_tcp' as const };
  const times = ['2026-01-01T00:00:00.000000000Z', '2026-01-01T00:00:01.500000000Z'] as const;
  rows.add(
    {
      ...place,
      frame: 4,
      time: times[0],
      ptype: 'request',
      interface: 'IRemUnknown',
      operation: 'RemRelease',
      auth_level: 2,
      user: 'LAB\\op',
    },
    true,
  );
  rows.add(
    { ...place, src: place.dst, dst: place.src, frame: 5, time: times[1], ptype: 'fault', status: 5, auth_level: 6 },
    false,
  );
  return new Pdus(rows.index());
}

describe('the filter of the list', () => {
  const all = pdus();
  const fitting = (text: string): number[] =>
    [0, 1].filter((row) => filterOf(text)?.(all.row(row), all) ?? true).map((row) => all.row(row).frame);

  test.each([
    ['', [4, 5]],
    ['remrelease', [4]],
    ['RemRelease op', [4]],
    ['remrelease fault', []],
    ['#5', [5]],
    ['type=fault', [5]],
    ['type!=fault', [4]],
    ['level<=connect', [4]],
    ['level>=pkt', [5]],
    ['level=privacy', [5]],
    ['src=10.0.0.7', [4]],
    ['result=failed', [5]],
    ['result!=failed', [4]],
    ['frame>=5', [5]],
    ['operation=remrelease,remaddref', [4]],
    ['time<=1', [4]],
    ['nonsense=1', []],
  ])('%s', (text, frames) => {
    expect(fitting(text)).toEqual(frames);
  });

  test('rows say when they were sent', () => {
    expect(all.clock(all.row(1).time)).toBe('2026-01-01 00:00:01.500000');
  });
});

describe('fields', () => {
  const texts = ['', 'stub', 'X request.a', 'X request.a.b', 'X request.a.c', 'u32', '[X] 1', 'why', '7'];
  const field = (start: number, length: number, path: number) => [start, length, path, 5, 6, 7, 8];
  const fields = fieldsOf([...field(0, 16, 1), ...field(0, 8, 2), ...field(0, 4, 3), ...field(4, 4, 4)], texts);

  test('stand within what holds their octets, each by what its path adds', () => {
    expect(fields.map(({ depth, group, name }) => [depth, group, name])).toEqual([
      [0, '', 'stub'],
      [1, 'X request', 'a'],
      [2, '', 'b'],
      [2, '', 'c'],
    ]);
    expect(fields[2]).toMatchObject({ start: 0, end: 4, type: 'u32', section: '[X] 1', note: 'why', value: '7' });
  });

  test('name an element with its array', () => {
    const [element] = fieldsOf(field(0, 4, 1), ['', 'X request.properties.1', '', '', '', '', '', '', '']);
    expect(element).toMatchObject({ group: 'X request', name: 'properties.1' });
  });

  test('are found by an octet: the smallest that holds it', () => {
    expect([0, 5, 9, 16].map((octet) => fieldAt(fields, octet))).toEqual([2, 3, 0, undefined]);
  });
});

describe('a sequence diagram', () => {
  test('has clients to the left, servers to the right, and between them who is both', () => {
    expect(
      lifelinesOf([
        ['attacker', 'server'],
        ['victim', 'attacker'],
      ]),
    ).toEqual(['victim', 'attacker', 'server']);
  });

  test('in steps gives each PDU the same room', () => {
    expect([...topsOf([0, 0.001, 3600], 'steps')]).toEqual([0, STEP, 2 * STEP]);
  });

  test('in time is to scale, and no pause is longer than a screen', () => {
    const [, short = 0, long = 0, night = 0] = topsOf([0, 0.01, 0.05, 30_000], 'time');
    expect(short).toBe(STEP + STEP / 2);
    expect(long - short).toBeGreaterThan(short);
    expect(night - long).toBeLessThan(200);
  });
});
