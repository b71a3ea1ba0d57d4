import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, type JsonLine, ndjsonLines } from '../support/cli.js';
import { captureFile, recordedLab } from '../support/labs.js';

const [SPNEGO, KERBEROS] = [9, 16];

let capture = '';
let keys: readonly string[] = [];
beforeAll(async () => {
  const lab = await recordedLab('kerberos-domain');
  capture = captureFile('kerberos-domain', lab.capture);
  const keytab = join(dirname(capture), 'keytab');
  writeFileSync(keytab, lab.run.keytab ?? expect.fail());
  keys = ['--keytab', keytab];
});
afterAll(() => rmSync(dirname(capture), { recursive: true }));

const by = (records: readonly JsonLine[], type: number) => records.filter(({ auth_type }) => auth_type === type);

describe('activations that were captured with Kerberos', () => {
  test('are replayed by Kerberos at a simulated server, sealed ones too where the keytab opens them', async () => {
    const { stdout } = await cli(['replay', capture, ...keys, '--as-of', '2021-05', '--json']);
    const records = ndjsonLines(stdout).filter(({ operation }) => operation === 'RemoteCreateInstance');
    expect([by(records, KERBEROS).length, by(records, SPNEGO).length]).toEqual([6, 4]);
    for (const { replayed } of records) expect(replayed).toMatchObject({ accepted: true });
  });

  test('meet the policy of the date as those of NTLM do', async () => {
    const { code, stdout } = await cli(['replay', capture, ...keys, '--as-of', '2023-03-14', '--json']);
    expect(code).toBe(1);
    const records = ndjsonLines(stdout).filter(({ auth_type }) => auth_type === KERBEROS);
    for (const { level, replayed } of records) expect(replayed).toMatchObject({ accepted: Number(level) >= 5 });
  });

  test('are replayed as conversations, and relayed as they authenticated', async () => {
    const conversations = await cli(['replay', 'conversations', capture, ...keys, '--as-of', '2021-05', '--json']);
    const repeated = ndjsonLines(conversations.stdout).filter(({ operation }) => operation === 'RemoteCreateInstance');
    expect(repeated.length).toBeGreaterThan(9);
    for (const each of repeated) expect(each.repeated).toMatchObject({ accepted: true });
    const relay = await cli(['replay', 'relay', capture, ...keys, '--json']);
    const relayed = ndjsonLines(relay.stdout).filter(({ mechanism }) => mechanism === 'Kerberos');
    expect(by(relayed, KERBEROS).length).toBeGreaterThan(0);
    const connect = relayed.filter(({ level, as_of }) => level === 2 && String(as_of) >= '2023');
    for (const { refused_by } of connect) expect(refused_by).toBe('activation policy');
    expect(relay.code).toBe(0);
  });
});
