import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IActivation, IObjectExporter, RemoteActivation } from '../../src/codec/dcom/index.js';
import { startServer } from '../../src/index.js';
import type { DcomServer } from '../../src/server/server.js';
import { ACCOUNT, bind, IID_IUnknown, orpcthis } from '../support/live.js';
import { peer, port135 } from '../support/peers.js';
import { program } from '../support/program.js';
import { withoutInterfaces } from '../support/without-interfaces.js';

const smbtorture = peer('smbtorture');
const ndrdump = peer('ndrdump');
const atPort135 = port135();

const ADDRESS = '127.0.0.53';
const BETWEEN = '127.0.0.54';
/** The class that smbtorture activates. */
const CLSID_IMAGEDOC = '02b01c80-e03d-101a-b294-00dd010f2bf9';

let folder = '';
let server: DcomServer;

beforeAll(async () => {
  if (atPort135.skip) return;
  folder = mkdtempSync(join(tmpdir(), 'smbtorture-dcom-'));
  const lines = ['private dir', 'lock directory', 'state directory', 'cache directory'].map((name) => {
    const path = join(folder, name.replace(' ', '-'));
    mkdirSync(path);
    return `${name} = ${path}`;
  });
  writeFileSync(join(folder, 'smb.conf'), `[global]\nworkgroup = LAB\nrealm = LAB.EXAMPLE\n${lines.join('\n')}\n`);
  // smbtorture speaks COM 5.1, which newer Windows refuses.
  const accounts = [ACCOUNT, 'LAB\\torture:Pa55.word'];
  server = await startServer({ listen: `${ADDRESS}:135`, profile: 'windows-server-2012r2', accounts });
});
afterAll(async () => {
  await server?.close();
  if (folder !== '') rmSync(folder, { recursive: true });
});

const torture = (suite: string, address = ADDRESS, level = 'sign') =>
  program(smbtorture.required(), [
    ...['-s', join(folder, 'smb.conf'), `--basedir=${folder}`, '-U', 'LAB/torture%Pa55.word'],
    ...[`ncacn_ip_tcp:${address}[135,${level},ntlm]`, `rpc.${suite}`],
  ]);

/** What Samba's own unmarshaller makes of the stub of an answer. */
async function dump(pipe: string, name: string, answer: Buffer, request?: Buffer): Promise<string> {
  const [out, context] = ['answer', 'request'].map((file) => join(folder, `${name}.${file}`)) as [string, string];
  writeFileSync(out, answer);
  if (request !== undefined) writeFileSync(context, request);
  const given = request === undefined ? [] : ['-c', context];
  return (await program(ndrdump.required(), [pipe, name, ...given, 'out', out])).output;
}

describe.skipIf(smbtorture.skip || atPort135.skip)('smbtorture', () => {
  test('rpc.oxidresolve: ServerAlive and ServerAlive2 pass', async () => {
    const { output } = await torture('oxidresolve');
    expect(output).toMatch(/^success: oxidresolver\.ServerAlive$/m);
    expect(output).toMatch(/^success: oxidresolver\.ServerAlive2$/m);
    expect(server.failedLogons).toEqual([]);
  });

  /**
   * smbtorture 4.17 ends itself on every answer with an interface: its test has the array of interface pointers on the
   * stack, and its unmarshaller allocates them below that array with talloc. `ndrdump`, which allocates the array first,
   * reads the same octets to their end; see the next tests.
   */
  test('rpc.remact: the activation is accepted, and smbtorture ends itself while it unmarshals the interface', async () => {
    const before = server.activations.length;
    const { output } = await torture('remact');
    expect(server.activations.slice(before)).toMatchObject([
      { method: 'RemoteActivation', clsid: CLSID_IMAGEDOC, outcome: 'accepted', level: 5 },
    ]);
    expect(output).toMatch(/^success: remact\.RemoteActivation$|Bad talloc magic value/m);
    expect(output).not.toMatch(/^failure:/m);
  });
});

describe.skipIf(smbtorture.skip || atPort135.skip)('smbtorture, spared the interface pointers', () => {
  let old: DcomServer;
  let between: Server;
  beforeAll(async () => {
    // Only what is not signed can be changed on the way, and only an old server activates at CONNECT.
    const accounts = ['LAB\\torture:Pa55.word'];
    old = await startServer({ listen: `${ADDRESS}:0`, asOf: '2021-05', profile: 'windows-server-2012r2', accounts });
    between = await withoutInterfaces(BETWEEN, old.address);
  });
  afterAll(async () => {
    between?.close();
    await old?.close();
  });

  test('rpc.remact passes', async () => {
    const { output } = await torture('remact', BETWEEN, 'connect');
    expect(output).toMatch(/^success: remact\.RemoteActivation$/m);
  });

  /**
   * Samba's IDL has OIDs of 16 octets, in arrays without the pointers of [MS-DCOM] 3.1.2.5.1.3; so its ComplexPing is no
   * ComplexPing. Its SimplePing then asks for a SETID that nobody gave out: octets as they lie in its memory, since the
   * ComplexPing that was to set them failed.
   */
  test('rpc.oxidresolve passes but for the pings, whose requests are not those of [MS-DCOM]', async () => {
    const { output } = await torture('oxidresolve', BETWEEN, 'connect');
    const outcomes = [...output.matchAll(/^(success|failure|error): oxidresolver\.(\w+)/gm)];
    expect(Object.fromEntries(outcomes.map(([, how, name]) => [name, how])), output).toEqual({
      ServerAlive: 'success',
      ServerAlive2: 'success',
      ComplexPing: 'error',
      SimplePing: 'failure',
      ResolveOxid: 'success',
      ResolveOxid2: 'success',
    });
    expect(output).toContain('ComplexPing: NT_STATUS_RPC_BAD_STUB_DATA');
    expect(output).toContain('r.out.result was WERR_OR_INVALID_SET, expected WERR_OK: SimplePing');
  });
});

describe.skipIf(ndrdump.skip || atPort135.skip)('ndrdump of Samba', () => {
  test.each([
    ['an object', 0],
    ['a class factory', 0xffffffff],
  ])('reads the answer to RemoteActivation for %s to its end', async (_, Mode) => {
    const { raw, connection } = await bind(server.address, IActivation);
    const request = RemoteActivation.request.encode({
      ORPCthis: orpcthis({ version: { MajorVersion: 5, MinorVersion: 1 } }),
      ...{ Clsid: CLSID_IMAGEDOC, ClientImpLevel: 2, Mode, pIIDs: [IID_IUnknown], aRequestedProtseqs: [7, 12, 13] },
    });
    const output = await dump('IRemoteActivation', 'RemoteActivation', await raw(0, request), request);
    connection.close();
    expect(output).toContain('pull returned Success');
    expect(output).not.toContain('unread bytes');
    // The computer's name first, then its addresses.
    expect(output).toMatch(/NetworkAddr +: 'HARNESS\[\d+\]'[\s\S]*NetworkAddr +: '127\.0\.0\.53\[\d+\]'/);
    expect(output).toMatch(/iid +: 00000000-0000-0000-c000-000000000046/);
    expect(output).toMatch(/ hr +: HRES code 0x00000000/);
    expect(output).toMatch(/ results +: HRES code 0x00000000/);
    expect(output).toContain('dump OK');
  });

  /** Samba's IDL has a number after COMVERSION where [MS-DCOM] 3.1.2.5.1.6 has the pointer, so it finds the address in the wrong place. */
  test('reads an answer to ServerAlive2 four octets out of step, whoever sends it', async () => {
    const { raw, connection } = await bind(server.address, IObjectExporter);
    const output = await dump('IOXIDResolver', 'ServerAlive2', await raw(5, Buffer.alloc(0)));
    connection.close();
    expect(output).toMatch(/unknown1 +: 0x00020000/);
    expect(output).toContain("'RNESS'");
  });
});
