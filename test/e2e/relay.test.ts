import { beforeAll, describe, expect, test } from 'vitest';
import { type CliResult, cli, type JsonLine, linesOf, ndjsonLines } from '../support/cli.js';

const DATES = ['2021-05', '2021-06-08', '2022-06-14', '2022-11-08', '2023-03-14'];

describe('relay', () => {
  let text: CliResult;
  let json: CliResult;
  let records: JsonLine[];
  beforeAll(async () => {
    const some = ['connect', 'upgrade-spnego', 'known-reference', 'kerberos-same-service', 'kerberos-replayed'];
    [text, json] = await Promise.all([cli(['relay', '--variant', ...some]), cli(['relay', '--json'])]);
    records = ndjsonLines(json.stdout);
  });

  test('ends with 0, since every variant ends as KB5004442 and the specifications have it', () => {
    expect([text.code, text.stderr, json.code, json.stderr]).toEqual([0, '', 0, '']);
    for (const { refused_by, expected } of records) expect(refused_by ?? 'succeeded').toBe(expected);
  });

  test('has a row for a variant, with a column for each phase', () => {
    const row = (id: string) => linesOf(text.stdout).find((line) => line.startsWith(`${id} `));
    expect(row('variant')?.split(/ +/)).toEqual(['variant', ...DATES]);
    expect(row('connect')).toMatch(/^connect +(succeeded +){2}(activation policy *){3}$/);
    expect(row('upgrade-spnego')).toMatch(/^upgrade-spnego +(security context *){5}$/);
    expect(row('known-reference')).toMatch(/^known-reference +(succeeded *){5}$/);
    expect(row('kerberos-same-service')).toMatch(/ +(succeeded +){2}(activation policy *){3}$/);
    expect(row('kerberos-replayed')).toMatch(/ +(authentication *){5}$/);
  });

  test('names the event with the victim and the attacker', () => {
    expect(text.stdout).toMatch(
      /event: \S+Z SERVER DCOM 10036: activation by LAB\\victim \(S-1-5-21-[\d-]+\) from 127\.0\.0\.66 /,
    );
  });

  test('--json has one record for each variant and date, with its evidence', () => {
    expect(records).toHaveLength((28 + 26) * DATES.length);
    expect(records[0]).toMatchObject({
      kind: 'relay',
      variant: 'connect',
      as_of: '2021-05-01',
      stage: 'invoked',
      outcome: 'succeeded',
      refused_by: null,
      evidence: { invocation: { member: 'ExecuteShellCommand', user: 'LAB\\victim' } },
    });
  });
});

test('--variant, --as-of and --registry choose what is relayed to what', async () => {
  const registry = 'RequireIntegrityActivationAuthenticationLevel=0';
  const { code, stdout } = await cli([
    ...['relay', '--variant', 'connect', 'connect-spnego', '--as-of', '2022-06-14', '2023-03-14'],
    ...['--registry', registry, '--on', '127.0.0.1', '--json'],
  ]);
  expect(code).toBe(0);
  expect(ndjsonLines(stdout).map(({ variant, as_of, outcome }) => [variant, as_of, outcome])).toEqual([
    ['connect', '2022-06-14', 'succeeded'],
    ['connect', '2023-03-14', 'stopped'],
    ['connect-spnego', '2022-06-14', 'succeeded'],
    ['connect-spnego', '2023-03-14', 'stopped'],
  ]);
});

test.each([
  [
    'an address that is not loopback',
    ['--on', '10.0.0.1'],
    /^dcom-harness: the relay works on loopback .* not on 10\.0\.0\.1/,
  ],
  [
    'an unknown variant',
    ['--variant', 'magic'],
    /^dcom-harness: --variant: no such variant of the relay: 'magic' \(see relay --help\)/,
  ],
  ['an invalid date', ['--as-of', 'soon'], /^dcom-harness: not a date: 'soon'/],
])('%s ends with 2 and one line', async (_, args, says) => {
  const { code, stdout, stderr } = await cli(['relay', ...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(linesOf(stderr)).toEqual([expect.stringMatching(says)]);
});
