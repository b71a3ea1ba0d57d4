import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLASSES } from '../../src/server/classes/index.js';
import { silentService } from '../../src/server/endpoint/service.js';
import { type DcomServer, startServer } from '../../src/server/server.js';
import { installedPeer } from '../support/installed-peers.js';
import { port135 } from '../support/peers.js';
import { surprises, unittests } from '../support/unittests.js';
import { SUITES } from './expectations/impacket.js';

const python = installedPeer('impacket', 'bin', 'python');
const source = installedPeer('impacket', 'source');
const atPort135 = port135();
const [ADDRESS, PASSWORD] = ['127.0.0.35', 'Torture.Pass1'] as const;

/** What impacket's tests look for in the endpoint map, and other software of a Windows machine has there. */
const ELSEWHERE = [
  ['12345778-1234-abcd-ef00-0123456789ac', 1],
  ['1ff70682-0a51-30e8-076d-740be8cee98b', 1],
  ['367abb81-9844-35f1-ad32-98f038001003', 2],
] as const;

let folder = '';
let server: DcomServer | undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'impacket-suites-'));
  const settings = {
    ...{ servername: 'HARNESS', machine: ADDRESS, username: 'op', password: PASSWORD, domain: 'LAB' },
    ...{ hashes: '', aesKey256: '', aesKey128: '', machineuser: '', machineuserhashes: '' },
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(join(folder, 'dcetests.cfg'), `[global]\n\n[TCPTransport]\n${lines.join('\n')}\n`);
  if (atPort135.skip) return;
  server = await startServer({
    listen: `${ADDRESS}:135`,
    accounts: [`LAB\\op:${PASSWORD}`],
    names: { netbiosName: 'HARNESS', netbiosDomain: 'LAB' },
    classes: Object.values(CLASSES),
    services: ELSEWHERE.map(([uuid, major]) => silentService(uuid, { major, minor: 0 })),
  });
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true });
});

describe.skipIf(python.skip || source.skip || atPort135.skip)("the newest impacket's own tests", () => {
  test('of DCOM, the endpoint mapper and the management interface pass, or fail for a reason that is written down', async () => {
    const cwd = source.required();
    const all = await unittests(
      python.required(),
      ['tests.dcerpc.test_dcomrt', 'tests.dcerpc.test_epm', 'tests.dcerpc.test_mgmt'],
      { cwd, env: { REMOTE_CONFIG: join(folder, 'dcetests.cfg'), PYTHONPATH: cwd } },
    );
    expect(all).toHaveLength(71);
    expect(surprises(all, SUITES)).toEqual([]);
    expect(all.filter(({ outcome }) => outcome === 'ok').length).toBeGreaterThanOrEqual(37);
  }, 300_000);
});
