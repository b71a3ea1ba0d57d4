import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { type DcomServer, type ServerOptions, startServer } from '../../src/index.js';
import { addressSpace, opcClasses } from '../../src/server/classes/opc/index.js';
import { ndjsonLines } from '../support/cli.js';
import { port135 } from '../support/peers.js';
import { stubsIn } from '../support/recorded-stubs.js';
import { malformedFrom, tshark } from '../support/tshark.js';

const atPort135 = port135();
createRequire(import.meta.url).resolve('node-opc-da');

const ADDRESS = '127.0.0.53';
const PASSWORD = 'Pa55.word';
const ITEMS = { 'A.Number': { type: 'R8', value: 21.5 }, 'A.Text': { type: 'BSTR', value: 'on' } };

/** A Windows before 10 2004: newer ones ask for COM 5.7, and this client speaks 5.4. */
const OLDER = { dcom: { minorVersionsBelow7: 'taken' } } as const;

async function against(options: ServerOptions, check: (server: DcomServer, outcome: unknown) => void): Promise<Buffer> {
  const blocks: Buffer[] = [];
  atPort135.required();
  const space = addressSpace({ items: ITEMS });
  const classes = opcClasses([space]);
  const server = await startServer({
    listen: `${ADDRESS}:135`,
    accounts: [`LAB\\op:${PASSWORD}`],
    classes,
    record: (block) => void blocks.push(Buffer.from(block)),
    ...OLDER,
    ...options,
  });
  try {
    const script = join(import.meta.dirname, '../support/node-opc-da.cjs');
    const args = ['--openssl-legacy-provider', script, ADDRESS, space.data.clsid, 'A.Number'];
    const child = spawn(process.execPath, args, { timeout: 60_000 });
    child.stdin.end(PASSWORD);
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [line] = ndjsonLines(stdout);
    if (line === undefined) throw new Error(`node-opc-da said nothing: ${stderr}`);
    check(server, line);
  } finally {
    await server.close();
  }
  return Buffer.concat(blocks);
}

/** The OPC client of Node-RED: tied to IActivation at CONNECT, and no option of it changes that. */
describe.skipIf(atPort135.skip)('node-opc-da', () => {
  test.each(['2021-05', '2021-09'])('connects, reads and browses on a server as of %s', async (asOf) => {
    const recording = await against({ asOf }, (server, outcome) => {
      expect(outcome).toMatchObject({
        ...{ accepted: true, serverState: 1, vendorInfo: 'dcom-harness', errorCode: 0, value: 21.5, quality: 192 },
        items: Object.keys(ITEMS),
      });
      expect(server.activations).toMatchObject([{ method: 'RemoteActivation', level: 2, outcome: 'accepted' }]);
    });
    expect((await stubsIn(recording, PASSWORD)).odd).toEqual([]);
    if (!tshark.skip) expect(await malformedFrom(ADDRESS, recording)).toEqual([]);
  });

  test.each(['2022-06-14', '2022-11-08', '2023-03-14'])(
    'is refused by a server as of %s, for its level',
    async (asOf) => {
      await against({ asOf }, (server, outcome) => {
        expect(outcome).toEqual({ accepted: false, error: '5' });
        expect(server.activations).toMatchObject([{ outcome: 'refused', refusedBy: 'activation policy', level: 2 }]);
        expect(server.events).toMatchObject([{ event: { id: 10036, user: 'op' } }]);
      });
    },
  );

  test('is refused by Windows 10 2004 and later for its COM version, whatever its level', async () => {
    await against({ asOf: '2021-05', dcom: { minorVersionsBelow7: 'refused' } }, (server, outcome) => {
      // 0x80010111, as its users report it.
      expect(outcome).toEqual({ accepted: false, error: '2147549457' });
      expect(server.activations).toMatchObject([{ outcome: 'refused', refusedBy: 'version' }]);
    });
  });

  test('does it all on a server as of 2022-11-08 whose registry switches the hardening off', async () => {
    await against(
      { asOf: '2022-11-08', registry: { RequireIntegrityActivationAuthenticationLevel: 0 } },
      (_, outcome) => expect(outcome).toMatchObject({ accepted: true, value: 21.5 }),
    );
  });
});
