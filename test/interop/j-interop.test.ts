import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { CLASSES } from '../../src/server/classes/index.js';
import { type DcomServer, type ServerOptions, startServer } from '../../src/server/server.js';
import { installedPeer } from '../support/installed-peers.js';
import { peer, port135 } from '../support/peers.js';

const java = peer('java');
const classes = installedPeer('j-interop', 'classes');
const atPort135 = port135();
const [ADDRESS, PASSWORD] = ['127.0.0.37', 'secret'] as const;

let server: DcomServer | undefined;
afterEach(() => server?.close());

/** What the client prints: the version that the object gives, or the error that it gets. */
async function client(comMinor: number | 'default', options: ServerOptions = {}): Promise<string> {
  const tolerated: string[] = [];
  server = await startServer({
    listen: `${ADDRESS}:135`,
    accounts: [`LAB\\op:${PASSWORD}`],
    names: { netbiosName: 'HARNESS', netbiosDomain: 'LAB' },
    classes: [CLASSES.mmc20],
    observers: [{ association: (event) => void (event.type === 'tolerated' && tolerated.push(event.option)) }],
    ...options,
  });
  const path = [classes.required(), join(classes.required(), '../lib/*')].join(delimiter);
  const child = spawn(java.required(), ['-cp', path, 'Client', ADDRESS, String(comMinor), 'false'], { stdio: 'pipe' });
  child.stdin.end(`${PASSWORD}\n`);
  const [stdout] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect([[], ['fallingCallIds']]).toContainEqual([...new Set(tolerated)]);
  return stdout.trim();
}

describe.skipIf(java.skip || classes.skip || atPort135.skip)(
  'j-interop, which activates by RemoteActivation at CONNECT',
  () => {
    test('reads a property of an object before the hardening, its call_ids falling back as they do', async () => {
      expect(await client(7, { asOf: '2021-05' })).toBe('version 3');
      expect(server?.activations).toMatchObject([{ method: 'RemoteActivation', level: 2, outcome: 'accepted' }]);
    });

    test('is refused by the policy since', async () => {
      expect(await client(7, { asOf: '2023-03-14' })).toBe('error 0x00000005');
      expect(server?.activations).toMatchObject([{ refusedBy: 'activation policy' }]);
    });

    test('with the COM version that it has by itself is refused by new Windows, and served by Server 2012 R2', async () => {
      expect(await client('default', { asOf: '2021-05' })).toBe('error 0x80010111');
      await server?.close();
      expect(await client('default', { asOf: '2021-05', profile: 'windows-server-2012r2' })).toBe('version 3');
    });
  },
);
