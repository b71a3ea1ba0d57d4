import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tsharkFields as fields, tshark } from '../support/tshark.js';

const FUZZ = join(import.meta.dirname, '../../fuzz/main.mjs');
const fuzz = (args: readonly string[]) => promisify(execFile)(process.execPath, [FUZZ, ...args]);
/** Only the server's side is recorded, so tshark has to be told what it is. */
const AS_RPC = ['-d', 'tcp.port==135,dcerpc'];

describe('the fuzzer of the associations', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rpc-fuzz-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('does the same for the same seed', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => fuzz(['--executions', '90', '--seed', 'again'])));
    expect(one?.stdout).toBe(two?.stdout);
    expect(one?.stdout).toMatch(/^90 cases, seed again, 0 failures$/m);
  });

  test('ends with 2 and its usage where it is used wrongly', async () => {
    await expect(fuzz(['--seconds', 'ten'])).rejects.toMatchObject({ code: 2, stderr: expect.stringMatching(/usage/) });
  });

  test.skipIf(tshark.skip)('tshark finds nothing malformed in what the server answers', async () => {
    const file = join(folder, 'answers.pcapng');
    await fuzz(['--target', 'server', '--executions', '750', '--seed', 'tshark', '--pcapng', file]);
    const types = await fields(file, 'dcerpc', ['dcerpc.pkt_type'], AS_RPC);
    const seen = new Set(types.flatMap(([list = '']) => list.split(',')));
    // An echoed stub may hold a verification trailer, whose header2 names the type of a request once more.
    seen.delete('0');
    // response, fault, bind_ack, bind_nak, alter_context_resp
    expect([...seen].sort()).toEqual(['12', '13', '15', '2', '3']);
    expect(await fields(file, '_ws.malformed', ['frame.number'], AS_RPC)).toEqual([]);
  });
});
