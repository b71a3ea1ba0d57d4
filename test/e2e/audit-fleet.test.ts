import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, linesOf, ndjsonLines } from '../support/cli.js';
import { torn } from '../support/fleet.js';
import { SHIPPED, shippedPath } from '../support/shipped.js';

let folder = '';
let captures = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'audit-fleet-'));
  captures = join(folder, 'captures');
  await torn(captures);
  copyFileSync(shippedPath(SHIPPED[0]), join(captures, 'ring_00001.pcapng'));
  copyFileSync(shippedPath(SHIPPED[1]), join(captures, 'ring_00002.pcapng'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a fleet of captures', () => {
  test('plan lists the units, and each is audited by itself; merge says what one audit says', async () => {
    const plan = await cli(['audit', 'plan', captures]);
    const units = linesOf(plan.stdout);
    expect(units).toHaveLength(7);
    expect(units.at(-1)).toBe(`${join(captures, 'ring_00001.pcapng')}\t${join(captures, 'ring_00002.pcapng')}`);
    const partials = await Promise.all(
      units.map(async (unit, index) => {
        const [list, partial] = [join(folder, `${index}.unit`), join(folder, `${index}.partial`)];
        writeFileSync(list, unit);
        const { code } = await cli(['audit', '--units', list, '--partial', partial]);
        expect([unit, code]).toEqual([unit, unit.endsWith('f-nothing.pcap') ? 2 : 0]);
        return partial;
      }),
    );
    for (const how of [['--csv', join(folder, 'audit.csv')], ['--json'], ['--tap']]) {
      const one = await cli(['audit', captures, ...how]);
      const csv = how[1] === undefined ? '' : readFileSync(how[1]);
      const all = await cli(['audit', 'merge', ...[...partials].reverse(), ...how]);
      expect(all).toEqual(one);
      expect(how[1] === undefined ? '' : readFileSync(how[1])).toEqual(csv);
    }
  });

  test('units of --json come on stdin, partial audits go to stdout, and another server is asked at the end', async () => {
    const { stdout: units } = await cli(['audit', 'plan', captures, '--json']);
    expect(ndjsonLines(units)[0]).toMatchObject({ kind: 'audit-unit', files: [join(captures, 'a-target.pcapng')] });
    const { stdout: partial } = await cli(['audit', '--units', '-', '--partial', '-'], Buffer.from(units));
    const all = join(folder, 'all.partial');
    writeFileSync(all, partial);
    const before = await cli(['audit', 'merge', all, '--as-of', '2021-05', '--json']);
    expect(before).toEqual(await cli(['audit', captures, '--as-of', '2021-05', '--json']));
  });

  test('a capture that is not there is named when it is planned, and listed, so that it is missed in the end', async () => {
    const { code, stdout, stderr } = await cli(['audit', 'plan', captures, 'lost.pcap']);
    expect(linesOf(stderr)).toEqual(['dcom-harness: lost.pcap: it is not there, or cannot be reached']);
    expect([code, linesOf(stdout)]).toEqual([2, expect.arrayContaining(['lost.pcap'])]);
  });

  test('a unit of the plan that no worker has written is named, and no success', async () => {
    const quiet = shippedPath('activation-at-pkt-integrity.pcapng');
    const [list, partial] = [join(folder, 'all.plan'), join(folder, 'quiet.partial')];
    await cli(['audit', quiet, '--partial', partial]);
    const merge = async (...planned: string[]) => {
      writeFileSync(list, planned.map((file) => `${file}\n`).join(''));
      const { code, stderr } = await cli(['audit', 'merge', '--plan', list, partial]);
      return [code, stderr.trimEnd()];
    };
    expect(await merge(quiet)).toEqual([0, '']);
    expect(await merge(quiet, 'lost.pcap')).toEqual([
      2,
      'dcom-harness: lost.pcap is in the plan, and in no partial audit: audit it again',
    ]);
    expect(await merge()).toEqual([2, `dcom-harness: --plan: ${list} lists no unit, so that none could be missed`]);
  });

  test.each([
    [['audit', '--units', 'none', 'a.pcap'], /--units takes the place of files/],
    [
      ['audit', '--partial', 'x', '--csv', 'y', 'a.pcap'],
      /'--csv <file>' cannot be used with option '--partial <file>'|'--partial <file>' cannot be used with option '--csv <file>'/,
    ],
    [['audit', 'merge', shippedPath(SHIPPED[0])], /line 1: no partial audit/],
    [['audit', 'merge'], /missing required argument/],
  ])('%j is a mistake, said in one line', async (args, why) => {
    const { code, stderr } = await cli(args);
    expect([code, linesOf(stderr)]).toEqual([2, [expect.stringMatching(why)]]);
  });
});
