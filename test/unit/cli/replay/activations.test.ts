import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { replayActivations } from '../../../../src/cli/replay/activations.js';
import { patchLevel } from '../../../../src/hardening/timeline.js';
import { OPEN_ACCESS } from '../../../../src/server/access.js';
import type { ServerOptions } from '../../../../src/server/server.js';
import { Heard } from '../../../support/heard.js';
import { ACCOUNT, activates, LEVEL, serve } from '../../../support/live.js';

let folder = '';
afterEach(() => {
  process.exitCode = undefined;
  rmSync(folder, { recursive: true });
});

/** What `replay` says of one activation at CONNECT that was recorded then, against a server of 2023-03-14. */
async function replayed(at: string, options: ServerOptions) {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
  const blocks: Buffer[] = [];
  const server = await serve({ ...options, clock: () => Date.parse(at), record: (block) => void blocks.push(block) });
  const { outcome } = await activates(server, { level: LEVEL.CONNECT });
  await server.close();
  const file = join(folder, 'recorded.pcapng');
  writeFileSync(file, Buffer.concat(blocks));
  const out = new Heard({ json: true });
  const how = { json: true, tap: false, allowNone: false, asOf: patchLevel('2023-03-14'), user: ACCOUNT };
  await replayActivations(out, [file], how);
  return {
    captured: outcome.text,
    told: out.records.find((each) => 'kind' in each && each.kind === 'replayed'),
    code: process.exitCode,
  };
}

const NOBODY: ServerOptions = { asOf: '2021-05', access: { ...OPEN_ACCESS, machineLaunch: [] } };
const FAULT_5 = 'fault nca_s_fault_access_denied (0x00000005)';

test.each([
  ['access control, before there was a policy, is another one', '2021-05-20T09:00:00Z', NOBODY, 'fail', 1],
  ['whoever it was, since there is one, can be the same', '2023-04-20T09:00:00Z', NOBODY, 'pass', 0],
  ['the policy is the same', '2023-04-20T09:00:00Z', { asOf: '2023-03-14' }, 'pass', 0],
] as const)('a refusal by the policy: that by %s', async (_, at, options, outcome, code) => {
  const { captured, told, code: ended } = await replayed(at, options);
  expect(captured).toBe(FAULT_5);
  expect(told).toMatchObject({ outcome, refused_by: 'activation policy', replayed: { text: FAULT_5 } });
  expect(ended).toBe(code);
});
