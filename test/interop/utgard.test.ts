import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type DcomServer, type ServerOptions, startServer } from '../../src/index.js';
import { addressSpace, opcClasses } from '../../src/server/classes/opc/index.js';
import { peer, port135 } from '../support/peers.js';
import { stubsIn } from '../support/recorded-stubs.js';
import { malformedFrom, tshark } from '../support/tshark.js';

const [java, atPort135] = [peer('java'), port135()];
const execute = promisify(execFile);

const ADDRESS = '127.0.0.54';
const PASSWORD = 'Pa55.word';
const FOLDER = join(import.meta.dirname, '../../.peers/j-interop/lib');
/** Windows before 10 2004: j-interop speaks COM 5.2. */
const OLDER = { dcom: { minorVersionsBelow7: 'taken' } } as const;

/** `scripts/peers.sh` puts the libraries there. */
const isThere = existsSync(FOLDER) && !java.skip && !atPort135.skip;
if (!isThere && process.env.HARNESS_PEERS === 'required')
  throw new Error(`utgard is not in ${FOLDER} (scripts/peers.sh)`);

async function utgard(
  options: ServerOptions,
): Promise<{ said: Record<string, string>; server: DcomServer; recording: Buffer }> {
  const blocks: Buffer[] = [];
  const space = addressSpace({
    items: {
      'A.Ramp': { type: 'R8', value: { ramp: [0, 100], period: '10s' } },
      'A.Setpoint': { type: 'R8', value: 1, access: 'read-write' },
    },
  });
  const listen = `${ADDRESS}:135`;
  const server = await startServer({
    listen,
    accounts: [`LAB\\op:${PASSWORD}`],
    classes: opcClasses([space]),
    record: (block) => void blocks.push(Buffer.from(block)),
    ...OLDER,
    ...options,
  });
  let said: Record<string, string>;
  try {
    const probe = join(import.meta.dirname, 'utgard/UtgardProbe.java');
    const given = [ADDRESS, 'op', PASSWORD, space.data.clsid, 'A.Ramp', 'A.Setpoint'];
    const { stdout } = await execute(java.required(), ['-cp', join(FOLDER, '*'), probe, ...given], {
      timeout: 180_000,
    });
    const lines = stdout.split('\n').flatMap((line) => [/^(\w+): (.*)$/.exec(line)?.slice(1) ?? []]);
    said = Object.fromEntries(lines.filter(({ length }) => length === 2));
  } finally {
    await server.close();
  }
  return { said, server, recording: Buffer.concat(blocks) };
}

/** The OPC client of Java, on j-interop: without session security it is tied to CONNECT. */
describe.skipIf(!isThere)('utgard', () => {
  test('connects, browses, reads, writes and is told of changes on a server as of 2021-05', async () => {
    const { said, server, recording } = await utgard({ asOf: '2021-05' });
    expect(said).toEqual({
      ...{ connect: 'ok', browse: 'A.Ramp,A.Setpoint', read: '192', write: '0 [[42.5]]', subscribe: '3 changes' },
      disconnect: 'ok',
    });
    expect(server.callBacks.every(({ outcome }) => outcome.accepted)).toBe(true);
    expect(server.callBacks[0]?.level).toBe(2);
    const { stubs, odd } = await stubsIn(recording, PASSWORD);
    expect([stubs > 60, odd]).toEqual([true, []]);
    if (!tshark.skip) expect(await malformedFrom(ADDRESS, recording)).toEqual([]);
  });

  test('is refused as of 2023-03-14, for its level', async () => {
    const { said, server } = await utgard({ asOf: '2023-03-14' });
    expect(said.connect).toMatch(/^FAILED Access is denied/);
    expect(server.activations).toMatchObject([{ outcome: 'refused', refusedBy: 'activation policy', level: 2 }]);
  });

  test('is let in as of 2022-11-08 by the registry, reads, and gets no change: it agrees to no signing', async () => {
    const registry = { RequireIntegrityActivationAuthenticationLevel: 0 };
    const { said, server } = await utgard({ asOf: '2022-11-08', registry });
    expect(said).toMatchObject({ connect: 'ok', read: '192', subscribe: '0 changes' });
    expect(server.callBacks).toMatchObject([{ outcome: { accepted: false, refusedBy: 'authentication' } }]);
  });
});
