import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ETYPE } from '../../src/codec/kerberos/index.js';
import { Secret } from '../../src/security/index.js';
import { encryptionType } from '../../src/security/kerberos/crypto/index.js';
import { CLASSES } from '../../src/server/classes/index.js';
import { silentService } from '../../src/server/endpoint/service.js';
import { startKdc } from '../../src/server/kdc.js';
import { type DcomServer, startServer } from '../../src/server/server.js';
import { installedPeer } from '../support/installed-peers.js';
import { port135 } from '../support/peers.js';
import { surprises, unittests } from '../support/unittests.js';
import { RPC_RUNTIME, SUITES } from './expectations/impacket.js';

const python = installedPeer('impacket', 'bin', 'python');
const source = installedPeer('impacket', 'source');
const atPort135 = port135();
const [ADDRESS, PASSWORD] = ['127.0.0.35', 'Torture.Pass1'] as const;
/** A machine of a domain, with the domain's KDC on its own port 88. */
const MEMBER = '127.0.0.36';
const REALM = 'LAB.EXAMPLE';

/** What impacket's tests look for in the endpoint map, and other software of a Windows machine has there. */
const ELSEWHERE = [
  ['12345778-1234-abcd-ef00-0123456789ac', 1],
  ['1ff70682-0a51-30e8-076d-740be8cee98b', 1],
  ['367abb81-9844-35f1-ad32-98f038001003', 2],
] as const;

let folder = '';
let server: DcomServer | undefined;
/** The configuration that its tests read; gives the path. */
function configured(name: string, changes: Readonly<Record<string, string>>): string {
  const settings = {
    ...{ servername: 'HARNESS', machine: ADDRESS, username: 'op', password: PASSWORD, domain: 'LAB' },
    ...{ hashes: '', aesKey256: '', aesKey128: '', machineuser: '', machineuserhashes: '', ...changes },
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
  const path = join(folder, name);
  writeFileSync(path, `[global]\n\n[TCPTransport]\n${lines.join('\n')}\n`);
  return path;
}

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
/** RFC 3962: the key of the password, salted with realm and name. */
const aesKey = (etype: number): string => hex(encryptionType(etype).stringToKey(PASSWORD, `${REALM}op`));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'impacket-suites-'));
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
      { cwd, env: { REMOTE_CONFIG: configured('dcetests.cfg', {}), PYTHONPATH: cwd } },
    );
    expect(all).toHaveLength(71);
    expect(surprises(all, SUITES)).toEqual([]);
    expect(all.filter(({ outcome }) => outcome === 'ok').length).toBeGreaterThanOrEqual(37);
  }, 300_000);

  test('of its RPC runtime pass over TCP, by password, hash and key, by NTLM and Kerberos, but for one that needs SAMR', async () => {
    const cwd = source.required();
    const accounts = [`LAB\\op:${PASSWORD}`];
    const machines = [{ name: 'HARNESS', hosts: ['harness.lab.example'] }];
    const kdc = await startKdc({ listen: `${MEMBER}:88`, realm: REALM, accounts, machines });
    await using _ = await startServer({
      listen: `${MEMBER}:135`,
      accounts: [...accounts, `${REALM}\\op:${PASSWORD}`],
      names: { netbiosName: 'HARNESS', netbiosDomain: 'LAB' },
      kerberos: { keys: kdc.keysOf('HARNESS') },
      services: ELSEWHERE.map(([uuid, major]) => silentService(uuid, { major, minor: 0 })),
    });
    const config = configured('rpcrt.cfg', {
      ...{ servername: 'harness.lab.example', machine: MEMBER, domain: REALM },
      hashes: `${NO_LM_HASH}:${hex(Secret.password(PASSWORD).ntHash)}`,
      ...{ aesKey256: aesKey(ETYPE.AES256_CTS_HMAC_SHA1_96), aesKey128: aesKey(ETYPE.AES128_CTS_HMAC_SHA1_96) },
    });
    const env = { REMOTE_CONFIG: config, PYTHONPATH: cwd };
    const all = await unittests(python.required(), ['tests.SMB_RPC.test_rpcrt'], { cwd, env }).finally(() =>
      kdc.close(),
    );
    expect(all).toHaveLength(58);
    expect(surprises(all, RPC_RUNTIME)).toEqual([]);
    expect(all.filter(({ outcome }) => outcome === 'ok')).toHaveLength(28);
  }, 300_000);
});

/** What stands in the place of an LM hash where there is none. */
const NO_LM_HASH = 'aad3b435b51404eeaad3b435b51404ee';
