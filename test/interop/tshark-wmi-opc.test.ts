import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDecoded } from '../../src/capture/decode/decode.js';
import { AUTH_TYPES } from '../../src/client/credentials.js';
import { KerberosLogon, passwordKeys } from '../../src/client/kerberos/logon.js';
import { CLIENT_PROFILES } from '../../src/client/profiles.js';
import { Secret } from '../../src/security/index.js';
import { type KdcServer, startKdc } from '../../src/server/kdc.js';
import { ACCOUNT, LEVEL, NTLM, SPNEGO } from '../support/live.js';
import { recordedOpcSession } from '../support/opc-session.js';
import { CHECKSUMS, tshark, tsharkFields } from '../support/tshark.js';
import { recordedWmi } from '../support/wmi.js';

const PASSWORD = ['-o', `ntlmssp.nt_password:${ACCOUNT.password}`];
const REALM = 'LAB.EXAMPLE';

let folder = '';
let kdc: KdcServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tshark-wmi-opc-'));
  kdc = await startKdc({
    listen: '127.0.0.1:0',
    realm: REALM,
    accounts: [ACCOUNT],
    machines: [
      { name: 'SERVER', hosts: ['server.lab.example'] },
      { name: 'CLIENT', hosts: ['client.lab.example'] },
    ],
  });
});
afterAll(async () => {
  await kdc.close();
  await rm(folder, { recursive: true, force: true });
});

const tickets = () =>
  new KerberosLogon({
    client: { user: ACCOUNT.user, realm: REALM, keys: passwordKeys(Secret.password(ACCOUNT.password)) },
    kdc: { kdc: { host: kdc.address.address, port: kdc.address.port } },
    random: randomBytes,
  });

/** A session of OPC with every call: both ways are authenticated alike, and are at one level. */
function opcSession(authType: number, level: number): Promise<Buffer> {
  const asOf = '2021-05';
  const profile = CLIENT_PROFILES['windows-2021-05'];
  if (authType !== AUTH_TYPES.kerberos)
    return recordedOpcSession(
      { profile, authType, level },
      { asOf, callBack: { account: ACCOUNT, authType, level } },
      { asOf, exporterLevel: level },
    );
  return recordedOpcSession(
    { profile, authType, level, tickets: tickets(), service: 'RPCSS/server.lab.example' },
    {
      asOf,
      kerberos: { keys: kdc.keysOf('SERVER') },
      callBack: { account: ACCOUNT, tickets: tickets(), authType, level, service: 'HOST/client.lab.example' },
    },
    { asOf, kerberos: { keys: kdc.keysOf('CLIENT') }, exporterLevel: level },
  );
}

const { CONNECT, PKT_INTEGRITY, PKT_PRIVACY } = LEVEL;
const SESSIONS: readonly (readonly [name: string, record: () => Promise<Buffer>])[] = [
  ['OPC at NTLM connect', () => opcSession(NTLM, CONNECT)],
  ['OPC at NTLM integrity', () => opcSession(NTLM, PKT_INTEGRITY)],
  ['OPC at NTLM privacy', () => opcSession(NTLM, PKT_PRIVACY)],
  ['OPC at SPNEGO privacy', () => opcSession(SPNEGO, PKT_PRIVACY)],
  ['OPC at Kerberos integrity', () => opcSession(AUTH_TYPES.kerberos as number, PKT_INTEGRITY)],
  ['WMI at integrity', () => recordedWmi(PKT_INTEGRITY)],
  ['WMI at privacy', () => recordedWmi(PKT_PRIVACY)],
];

describe.skipIf(tshark.skip).each(SESSIONS)('tshark on a session of %s', (name, record) => {
  let file = '';
  /** The lengths of the PDUs, as this project reads them. */
  let own: string[] = [];
  /** By guess alone tshark loses a fragment that begins where a segment does. */
  let given: string[] = [];
  beforeAll(async () => {
    file = join(folder, `${name.replaceAll(' ', '-')}.pcapng`);
    await writeFile(file, await record());
    const ports = new Set<number>();
    for await (const { captured } of readDecoded(file)) {
      ports.add(captured.server.port);
      own.push(String(captured.bytes.length));
    }
    own = own.sort();
    given = [...ports].flatMap((port) => ['-d', `tcp.port==${port},dcerpc`]).concat(CHECKSUMS, PASSWORD);
  });

  test('finds nothing malformed, and no checksum wrong', async () => {
    // Inside of SPNEGO, tshark 4.0 opens the first sealed message alone; it does not open Samba's either.
    const opened = '!(dcerpc.auth_type == 9 && dcerpc.auth_level == 6)';
    const malformed = `(_ws.malformed || _ws.unreassembled) && ${opened}`;
    const wrong = `${malformed} || ip.checksum.status == 0 || tcp.checksum.status == 0`;
    expect(await tsharkFields(file, wrong, ['frame.number', '_ws.col.Info'], given)).toEqual([]);
  });

  test('finds every PDU', async () => {
    const seen = await tsharkFields(file, 'dcerpc', ['dcerpc.cn_frag_len'], given);
    expect(own.length).toBeGreaterThan(name.startsWith('OPC') ? 400 : 60);
    expect(seen.flatMap(([lengths = '']) => lengths.split(',')).sort()).toEqual(own);
  });
});
