import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { inProcess } from '../../../support/in-process.js';
import { parseXml } from '../../../support/xml.js';

const folder = mkdtempSync(join(tmpdir(), 'audit-junit-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('JUnit of an audit that found nothing has no time either: it is the same whenever it is written', async () => {
  const [capture, junit] = [join(folder, 'empty.pcap'), join(folder, 'audit.xml')];
  writeFileSync(capture, Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex'));
  expect((await inProcess('audit', capture, '--junit', junit, '--allow-none')).code).toBe(0);
  const [suite] = parseXml(readFileSync(junit, 'utf8')).children;
  expect(suite?.attributes).toEqual({
    name: 'audit',
    tests: '0',
    failures: '0',
    errors: '0',
    skipped: '0',
    time: '0.000',
  });
});
