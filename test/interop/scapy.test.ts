import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DcomServer, startServer } from '../../src/server/server.js';
import { installedPeer } from '../support/installed-peers.js';
import { port135 } from '../support/peers.js';

const python = installedPeer('scapy', 'bin', 'python');
const atPort135 = port135();
const [ADDRESS, PASSWORD] = ['127.0.0.36', 'secret'] as const;

let server: DcomServer | undefined;
beforeAll(async () => {
  if (atPort135.skip) return;
  const names = { netbiosName: 'HARNESS', netbiosDomain: 'LAB' };
  server = await startServer({ listen: `${ADDRESS}:135`, accounts: [`LAB\\op:${PASSWORD}`], names });
});
afterAll(() => server?.close());

async function activates(kind: 'ntlm' | 'spnego', level: number): Promise<{ accepted: boolean; text?: string }> {
  const script = join(import.meta.dirname, '../support/scapy_activate.py');
  const child = spawn(python.required(), [script, ADDRESS, kind, String(level)], { stdio: 'pipe' });
  child.stdin.end(`${PASSWORD}\n`);
  const [stdout] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return JSON.parse(stdout);
}

describe.skipIf(python.skip || atPort135.skip)("scapy's DCOM client as of 2023-03-14", () => {
  test.each([
    ['ntlm', 2, false],
    ['ntlm', 5, true],
    ['ntlm', 6, true],
    ['spnego', 2, false],
    ['spnego', 5, true],
    ['spnego', 6, true],
  ] as const)('by %s at level %i: accepted %s, and released', async (kind, level, accepted) => {
    expect(await activates(kind, level)).toMatchObject({ accepted });
    const last = server?.activations.at(-1);
    expect(last).toMatchObject({ level, outcome: accepted ? 'accepted' : 'refused', method: 'RemoteCreateInstance' });
    if (!accepted) expect(last?.refusedBy).toBe('activation policy');
    expect(server?.objects).toBe(0);
  });
});
