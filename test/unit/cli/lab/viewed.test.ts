import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Output } from '../../../../src/cli/io.js';
import { LabFolder } from '../../../../src/cli/lab/out.js';
import { readSources } from '../../../../src/cli/view/source.js';
import { parseScenario, runScenario, scenarioPasswords } from '../../../../src/lab/index.js';
import { PduBook } from '../../../../src/report/html/index.js';

/** One activation that is refused, and two that are sealed, by NTLM and by Kerberos. */
const SCENARIO = parseScenario(`
name: sealed
title: What is sealed
hosts:
  dc: { address: 10.0.0.5, windows: Windows Server 2022, kdc: true }
  server: { address: 10.0.0.2, windows: Windows Server 2019, updates: [2023-03-14], serves: [generic] }
  client: { address: 10.0.0.11, windows: Windows 10 1809, updates: [2022-06-14] }
steps:
  - activate: { from: client, on: server, level: CONNECT }
  - activate: { from: client, on: server, level: PKT_PRIVACY, auth: ntlm }
  - activate: { from: client, on: server, level: PKT_PRIVACY, auth: kerberos }`);

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'lab-viewed-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

test('view of what lab --out wrote shows event logs, where each host stands, and what was sealed', async () => {
  const folder = new LabFolder(parent);
  const capture = folder.capture('sealed');
  const run = await runScenario(SCENARIO, { record: (block) => capture.write(block) });
  capture.end();
  folder.keytab(run);
  folder.passwords(run, scenarioPasswords(SCENARIO));
  await folder.results([run]);

  const book = new PduBook({ page: () => {} });
  const { blocks, figures } = await readSources({ note: () => {} } as unknown as Output, book, [parent], {});
  expect(figures).toContainEqual(expect.objectContaining({ label: 'events logged', value: '2' }));
  expect(blocks).toContainEqual(
    expect.objectContaining({ title: 'Event logs', rows: [expect.anything(), expect.anything()] }),
  );
  expect(blocks).toContainEqual(
    expect.objectContaining({
      kind: 'timeline',
      hosts: ['dc', 'server', 'client'].map((name) => expect.objectContaining({ name })),
    }),
  );
  const { texts, result } = book.rows.index();
  const answers = [...book.rows.all()].filter(({ level, type }) => level === 6 && type === 'response');
  expect(answers.map(({ row }) => texts[result[row] as number])).toEqual(['S_OK', 'S_OK']);
});
