import { beforeAll, describe, expect, test } from 'vitest';
import { type CliResult, cli, type JsonLine, linesOf, ndjsonLines } from '../support/cli.js';

/**
 * KB5004442, "Registry setting to enable or disable the hardening changes", row by row: the date, the value of
 * RequireIntegrityActivationAuthenticationLevel, and what becomes of an activation at CONNECT. Event 10036 exists since
 * the updates of September 2021. Nothing of it is taken from the code.
 */
const KB5004442: readonly (readonly [string, number | null, 'accepted' | 'refused', 10036?])[] = [
  ['2021-05', null, 'accepted'],
  ['2021-05', 0, 'accepted'],
  ['2021-05', 1, 'accepted'],
  ['2021-06-08', null, 'accepted'],
  ['2021-06-08', 0, 'accepted'],
  ['2021-06-08', 1, 'refused'],
  ['2022-06-14', null, 'refused', 10036],
  ['2022-06-14', 0, 'accepted', 10036],
  ['2022-06-14', 1, 'refused', 10036],
  ['2022-11-08', null, 'refused', 10036],
  ['2022-11-08', 0, 'accepted', 10036],
  ['2022-11-08', 1, 'refused', 10036],
  ['2023-03-14', null, 'refused', 10036],
  ['2023-03-14', 0, 'refused', 10036],
  ['2023-03-14', 1, 'refused', 10036],
];

/** What a record has of the registry; null where the value is absent. */
const registryValue = ({ registry }: JsonLine): unknown =>
  (registry as Record<string, unknown>).RequireIntegrityActivationAuthenticationLevel ?? null;

describe('demo', () => {
  let text: CliResult;
  let json: CliResult;
  beforeAll(async () => {
    [text, json] = await Promise.all([cli(['demo']), cli(['demo', '--json'])]);
  });

  test('ends with 0 and says nothing on stderr', () => {
    expect([text.code, text.stderr, json.code, json.stderr]).toEqual([0, '', 0, '']);
  });

  test('shows the captured conversation, PDU by PDU', () => {
    const pdus = linesOf(text.stdout).filter((line) => /^ +\d+ #\d /.test(line));
    expect(pdus).toHaveLength(10);
    expect(pdus[3]).toContain('IRemoteSCMActivator::RemoteCreateInstance');
  });

  test('fits 80 columns from the table on, and says once what the fault is', () => {
    const lines = linesOf(text.stdout);
    const table = lines.slice(
      lines.findIndex((line) => line.startsWith('as of ')),
      lines.findIndex((line) => line.startsWith('Events ')),
    );
    expect(table.filter((line) => line.length > 80)).toEqual([]);
    expect(text.stdout).toMatch(/^fault 5 is nca_s_fault_access_denied \(0x00000005\): dcom-harness explain 5$/m);
  });

  test('has fifteen rows: five dates, three values of the registry', () => {
    const rows = linesOf(text.stdout).filter((line) => /^20\d\d-\d\d(-\d\d)? +(absent|0|1) /.test(line));
    expect(rows.map((row) => row.split(/ +/).slice(0, 2))).toEqual(
      KB5004442.map(([date, value]) => [date, value === null ? 'absent' : String(value)]),
    );
  });

  test.each(KB5004442)('as of %s with the value %s an activation at CONNECT is %s', (date, value, verdict, event) => {
    const row = linesOf(text.stdout).find((line) =>
      new RegExp(`^${date} +${value === null ? 'absent' : value} `).test(line),
    );
    const atConnect = `${verdict}${verdict === 'refused' ? ': fault 5' : ''}${event === undefined ? '' : `, event ${event}`}`;
    expect(row).toMatch(new RegExp(`^${date} +(absent|0|1) +${atConnect} +accepted$`));

    const cells = ndjsonLines(json.stdout).filter(
      (cell) => String(cell.as_of).startsWith(String(date)) && registryValue(cell) === value,
    );
    const refused = { accepted: false, refused_by: 'fault', status: 5 };
    expect(cells).toMatchObject([
      { level: 2, expected: verdict, ...(verdict === 'accepted' ? { accepted: true } : refused) },
      { level: 5, expected: 'accepted', accepted: true },
    ]);
    expect(cells.map(({ event_id }) => event_id)).toEqual([event, undefined]);
  });

  test('says once what the events 10036 are, with user, SID and address, and each server that logged it', () => {
    const lines = linesOf(text.stdout);
    const events = lines.filter((line) =>
      /^HARNESS DCOM 10036: activation by LAB\\op \(S-1-5-21-[-\d]+\) from 127\./.test(line),
    );
    expect(events).toHaveLength(1);
    const logged = lines.find((line) => line.startsWith('  logged as of ')) ?? '';
    const expected = KB5004442.filter(([, , , event]) => event !== undefined);
    const said = [...logged.matchAll(/(\S+) \(([^)]*)\)/g)].flatMap(([, date, values = '']) =>
      values.split(', ').map((value) => `${date} ${value}`),
    );
    expect(said).toEqual(expected.map(([date, value]) => `${date} ${value ?? 'absent'}`));
    expect(text.stdout).toMatch(/would refuse:\nno source confirms that \(docs\/policy\.md\)\.$/m);
  });
});
