import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { audit } from '../../../../src/capture/audit/audit.js';
import { patchLevel } from '../../../../src/hardening/timeline.js';
import { AuditGroups } from '../../../../src/report/audit/groups.js';
import { auditHead } from '../../../../src/report/html/audit.js';
import { PduBook } from '../../../../src/report/html/index.js';
import { sniffer } from '../../../../src/security/index.js';
import { inProcess } from '../../../support/in-process.js';
import { CARRIERS } from '../../../support/logons.js';
import { recordFaults } from '../../../support/records.js';
import { recordingOf } from '../../../support/relayed.js';
import { bothLegs, relayedExchange } from '../../../support/relayed-across.js';

const folder = mkdtempSync(join(tmpdir(), 'relay-across-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const capture = join(folder, 'relay.pcapng');
writeFileSync(capture, recordingOf(bothLegs(CARRIERS.rpc, CARRIERS.http, relayedExchange())));
const csv = join(folder, 'audit.csv');

describe('audit of a relay from RPC to HTTP shows what carried either leg, and the frames', async () => {
  const { printed: table } = await inProcess('audit', capture, '--csv', csv);

  test('in the table', () => {
    const text = table.stdout.replace(/\s+/g, ' ');
    expect(text).toMatch(/relay.pcapng frame 10 HTTP/);
    expect(text).toContain('10.0.0.5:50000 > 10.0.0.66:135 (RPC) and 10.0.0.66:40000 > 10.0.0.10:80 (HTTP)');
  });

  test('in the records of --json, as their schema has them', async () => {
    const { printed } = await inProcess('audit', capture, '--json');
    const relay = printed.records.find(({ finding }) => finding === 'relay') ?? {};
    expect(relay).toMatchObject({
      transport: 'http',
      facts: { other_transport: 'ncacn_ip_tcp', host: 'www.lab.example' },
    });
    expect(recordFaults(relay)).toEqual([]);
  });

  test('in CSV', () => {
    const [head = '', ...lines] = readFileSync(csv, 'utf8').split('\r\n');
    const relay = lines.find((line) => line.includes(',relay,'))?.split(',') ?? [];
    const cell = (name: string): string | undefined => relay[head.split(',').indexOf(name)];
    expect([cell('frame'), cell('transport'), cell('client')]).toEqual(['10', 'http', '10.0.0.66:40000']);
  });

  test('in the report for a browser', async () => {
    const book = new PduBook({ page: () => {} });
    await book.capture(capture, { observe: sniffer() });
    const groups = new AuditGroups();
    for (const finding of (await audit([capture])).findings) groups.add(finding);
    const { blocks } = auditHead(groups, patchLevel('2023-03-14'), [capture], book.rows);
    const text = JSON.stringify(blocks);
    expect(text).toContain('relay.pcapng frame 10 HTTP');
    expect(text).toContain('10.0.0.66:40000 > 10.0.0.10:80 (HTTP): 10.0.0.66 is in the middle');
  });
});
