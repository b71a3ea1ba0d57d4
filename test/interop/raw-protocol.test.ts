import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RpcProfileName } from '../../src/rpc/index.js';
import { startServer } from '../../src/server/server.js';
import { port135, pythonModule } from '../support/peers.js';
import { sambaConf, withoutKdc } from '../support/samba-conf.js';
import { surprises, type Unittest, unittests } from '../support/unittests.js';
import { AS_SAMBA, AS_WINDOWS, AS_WINDOWS_2022, NOT_OURS } from './expectations/raw-protocol.js';

const samba = pythonModule('samba.tests.dcerpc.raw_protocol');
const atPort135 = port135();
const [ADDRESS, PASSWORD] = ['127.0.0.34', 'Torture.Pass1'] as const;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'raw-protocol-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function outcomes(profile: RpcProfileName): Promise<Unittest[]> {
  atPort135.required();
  const server = await startServer({
    listen: `${ADDRESS}:135`,
    accounts: [`LAB\\op:${PASSWORD}`],
    names: { netbiosName: 'HARNESS', netbiosDomain: 'LAB' },
    profile,
  });
  try {
    return await unittests(samba.required(), ['samba.tests.dcerpc.raw_protocol'], {
      env: {
        SERVER: ADDRESS,
        TARGET_HOSTNAME: 'harness.lab.example',
        DOMAIN: 'LAB',
        REALM: 'LAB.EXAMPLE',
        USERNAME: 'op',
        PASSWORD,
        SMB_CONF_PATH: sambaConf(folder),
        KRB5_CONFIG: withoutKdc(folder),
        IGNORE_RANDOM_PAD: '1',
        // They would look for a KDC and a file server in the network, and wait for each.
        LEFT_OUT: NOT_OURS.map(([pattern]) => `(?:${pattern.source})`).join('|'),
      },
    });
  } finally {
    await server.close();
  }
}

describe.skipIf(samba.skip || atPort135.skip)("Samba's raw_protocol tests", () => {
  test.each([
    ['windows-server-2012r2', AS_WINDOWS, 154],
    ['windows-server-2022', AS_WINDOWS_2022, 147],
    ['samba-4.17', AS_SAMBA, 154],
  ] as const)(
    'as %s: of the 157 that need no netlogon, SMB or KDC all pass but those that have their reason',
    async (profile, expected, passing) => {
      const all = await outcomes(profile);
      expect(all).toHaveLength(194);
      const ours = all.filter(({ name }) => !NOT_OURS.some(([pattern]) => pattern.test(name)));
      expect(ours).toHaveLength(157);
      expect(surprises(ours, expected)).toEqual([]);
      expect(ours.filter(({ outcome }) => outcome === 'ok')).toHaveLength(passing);
    },
    300_000,
  );
});
