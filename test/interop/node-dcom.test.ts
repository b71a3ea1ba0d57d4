import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { type DcomServer, type ServerOptions, startServer } from '../../src/index.js';
import { ndjsonLines } from '../support/cli.js';
import { port135 } from '../support/peers.js';

const atPort135 = port135();

const ADDRESS = '127.0.0.52';
const PASSWORD = 'Pa55.word';
const CLSID = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';

/** node-dcom takes MD4 and DES from OpenSSL, which has them for those who ask. */
async function nodeDcom(): Promise<unknown> {
  const script = join(import.meta.dirname, '../support/node-dcom-activate.cjs');
  const child = spawn(process.execPath, ['--openssl-legacy-provider', script, ADDRESS, CLSID], { timeout: 20_000 });
  child.stdin.end(PASSWORD);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [line] = ndjsonLines(stdout);
  if (line === undefined) throw new Error(`node-dcom said nothing: ${stderr}`);
  return line;
}

async function against(options: ServerOptions, check: (server: DcomServer, outcome: unknown) => void): Promise<void> {
  atPort135.required();
  const server = await startServer({
    profile: 'windows-server-2012r2',
    listen: `${ADDRESS}:135`,
    accounts: [`LAB\\op:${PASSWORD}`],
    ...options,
  });
  try {
    check(server, await nodeDcom());
  } finally {
    await server.close();
  }
}

describe.skipIf(atPort135.skip)('node-dcom', () => {
  test('activates a class on a server as of 2021-05, at CONNECT', () =>
    against({ asOf: '2021-05' }, (server, outcome) => {
      expect(outcome).toMatchObject({ accepted: true });
      expect(server.activations).toMatchObject([
        { method: 'RemoteActivation', clsid: CLSID, level: 2, outcome: 'accepted', identity: { user: 'op' } },
      ]);
      expect(server.events).toEqual([]);
    }));

  test('is refused as of 2023-03-14, and the server names what is wrong: its level', () =>
    against({ asOf: '2023-03-14' }, (server, outcome) => {
      expect(outcome).toEqual({ accepted: false, error: '5' });
      expect(server.activations).toMatchObject([
        {
          ...{ outcome: 'refused', refusedBy: 'activation policy', status: 5, form: 'fault' },
          reason: 'RPC_C_AUTHN_LEVEL_CONNECT is below PKT_INTEGRITY, and every server enforces since 2023-03-14',
        },
      ]);
      expect(server.events).toMatchObject([{ event: { id: 10036, user: 'op', clientAddress: '127.0.0.1' } }]);
    }));

  test('cannot log on where LmCompatibilityLevel is 5, which is told apart: it speaks NTLMv1', () =>
    against({ asOf: '2021-05', ntlm: { lmCompatibilityLevel: 5 } }, (server, outcome) => {
      expect(outcome).toMatchObject({ accepted: false });
      expect(server.activations).toEqual([]);
      expect(server.failedLogons).toMatchObject([
        { refusedBy: 'authentication', level: 2, reason: expect.stringMatching(/NTLMv1/) },
      ]);
    }));
});
