import { readFileSync } from 'node:fs';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, linesOf, ndjsonLines, RunningCli, wrongIn } from '../support/cli.js';
import { captureOf, ethernetFrame, pduOf, type Sent } from '../support/segments.js';

const CAPTURES = join(import.meta.dirname, '../../pcaps');
const AT_CONNECT = join(CAPTURES, 'activation-at-connect.pcapng');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** Two requests, an answer to the second one, and one to a request that is not there. A millisecond lies between them. */
const HALF = captureOf(
  { sequence: 1, data: pduOf({ callId: 1 }) },
  { sequence: 25, data: pduOf({ callId: 2 }) },
  { from: 'server', sequence: 1, data: pduOf({ type: 2, callId: 2 }) },
  { from: 'server', sequence: 25, data: pduOf({ type: 3, callId: 9, body: 16 }) },
);

describe('decode --filter', () => {
  const frames = async (...filters: string[]): Promise<unknown[]> => {
    const options = filters.flatMap((filter) => ['--filter', filter]);
    const { stdout } = await cli(['decode', '--json', ...options, AT_CONNECT]);
    return ndjsonLines(stdout).map(({ frame }) => frame);
  };

  test('one value of several has to fit, and every filter', async () => {
    expect(await frames('ptype=request')).toEqual([7, 15]);
    expect(await frames('ptype=request,response', 'level>=pkt_integrity')).toEqual([15, 16]);
    expect(await frames('interface=IRemoteSCMActivator')).toEqual([4, 7, 8]);
    expect(await frames('address=127.0.0.2:135', 'ptype!=request')).toEqual([4, 5, 6, 8]);
    expect(await frames('status=fault')).toEqual([]);
  });

  test('also chooses what --summary counts', async () => {
    const [summary] = ndjsonLines(
      (await cli(['decode', '--json', '--summary', '--filter', 'stream=1', AT_CONNECT])).stdout,
    );
    expect(summary).toMatchObject({ pdus: 5, streams: 1, auth: { '10:5': 5 } });
  });

  test.each<[filters: string[], mode: string[], why: RegExp]>([
    [['ptype=bind'], ['--calls'], /ptype=bind fits no call: .*response, fault and unanswered/],
    [['ptype=response', 'ptype!=response,fault'], ['--calls'], /ptype=response and ptype!=response,fault fits no call/],
    [['ptype=unanswered'], [], /ptype=unanswered fits no PDU: .*--calls/],
  ])('%j with %j can never fit, and is bad usage', async (filters, mode, why) => {
    const options = filters.flatMap((filter) => ['--filter', filter]);
    const { code, stdout, stderr } = await cli(['decode', ...mode, ...options, AT_CONNECT]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(wrongIn(stderr)).toEqual([expect.stringMatching(why)]);
  });

  test.each([
    [['--json'], '0 of 10 PDUs'],
    [['--calls'], '0 of 2 calls'],
    [['--summary'], '0 of 10 PDUs'],
    [['--fields', 'frame'], '0 of 10 PDUs'],
    [['--jobs', '2', join(CAPTURES, 'activation-at-pkt-integrity.pcapng')], '0 of 20 PDUs'],
  ])('that lets nothing through is said with %j, and ends with 2', async (mode, none) => {
    const said = `note: ${none} fit the filters (--allow-none takes that for a success)`;
    const { code, stderr } = await cli(['decode', ...mode, '--filter', 'user=NOBODY', AT_CONNECT]);
    expect({ code, said: wrongIn(stderr) }).toEqual({ code: 2, said: [said] });
  });

  test('that lets nothing through may do so with --allow-none', async () => {
    const { code, stderr } = await cli(['decode', '--allow-none', '--filter', 'user=NOBODY', AT_CONNECT]);
    expect({ code, said: wrongIn(stderr) }).toEqual({ code: 0, said: ['note: 0 of 10 PDUs fit the filters'] });
  });

  test('that has nothing to choose from lets nothing through', async () => {
    const empty = await file('nothing.pcapng', captureOf({ flags: 'SYN', sequence: 0 }));
    const { code, stderr } = await cli(['decode', '--filter', 'ptype=bind', empty]);
    expect({ code, said: wrongIn(stderr) }).toEqual({
      code: 2,
      said: [expect.stringMatching(/^note: 0 of 0 PDUs fit the filters/)],
    });
  });

  test('that lets something through is not talked about', async () => {
    expect(wrongIn((await cli(['decode', '--filter', 'ptype=bind', AT_CONNECT])).stderr)).toEqual([]);
  });

  test('that means nothing is bad usage, and says what would be right', async () => {
    const { code, stdout, stderr } = await cli(['decode', '--filter', 'colour=red', AT_CONNECT]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(wrongIn(stderr)[0]).toMatch(/--filter.*there is no key colour; there are address, /);
  });
});

describe('decode --fields', () => {
  test('gives these alone, between tabs, or as members with --json', async () => {
    const args = ['decode', '--fields', 'frame,ptype,auth_level,status', AT_CONNECT];
    const [text, json, whole] = await Promise.all([
      cli(args),
      cli([...args, '--json']),
      cli(['decode', '--json', AT_CONNECT]),
    ]);
    const rows = ndjsonLines(whole.stdout).map(({ frame, ptype, auth_level, status }) => ({
      frame,
      ptype,
      auth_level,
      status,
    }));
    expect([text.code, json.code]).toEqual([0, 0]);
    expect(linesOf(text.stdout)).toEqual(
      rows.map((row) =>
        Object.values(row)
          .map((value) => value ?? '')
          .join('\t'),
      ),
    );
    const records = rows.map((row) => ({ kind: 'pdu-fields', ...row }));
    expect(ndjsonLines(json.stdout)).toEqual(JSON.parse(JSON.stringify(records)));
  });

  test.each([
    [
      ['--fields', 'frame,level'],
      /there is no field 'level'; did you mean auth_level\?; there are file, stream, frame/,
    ],
    [['--fields', 'frame', '--calls'], /cannot be used with option '--calls'/],
  ])('%j is bad usage', async (args, why) => {
    const { code, stderr } = await cli(['decode', ...args, AT_CONNECT]);
    expect(code).toBe(2);
    expect(stderr).toMatch(why);
  });
});

describe('decode --calls', () => {
  test('prints a line a call: its frames, who, which level, how long, what and whose', async () => {
    const { code, stdout, stderr } = await cli(['decode', '--calls', AT_CONNECT]);
    expect({ code, wrong: wrongIn(stderr) }).toEqual({ code: 0, wrong: [] });
    const [head, date, first, ...rest] = linesOf(stdout);
    expect(date).toBe('2026-11-28, times in UTC');
    expect(head).toMatch(/^ +frames stream time +client > server +call +level +elapsed operation$/);
    expect(first).toMatch(
      /^ +7 > 8 #0 +06:52:39\.453000 127\.0\.0\.1:51012 > 127\.0\.0\.2:135 +2 +CONNECT +28\.000 ms IRemoteSCMActivator::RemoteCreateInstance LAB\\op: MMC20\.Application$/,
    );
    expect(rest).toHaveLength(1);
  });

  test('--json has every call with its answer', async () => {
    const [first] = ndjsonLines((await cli(['decode', '--calls', '--json', AT_CONNECT])).stdout);
    expect(first).toEqual({
      kind: 'call',
      file: 'activation-at-connect.pcapng',
      stream: 0,
      time: '2026-11-28T06:52:39.453000000Z',
      client: '127.0.0.1:51012',
      server: '127.0.0.2:135',
      transport: 'ncacn_ip_tcp',
      call_id: 2,
      request_frame: 7,
      answer_frame: 8,
      auth_type: 10,
      auth_level: 2,
      auth_context_id: 79_231,
      user: 'LAB\\op',
      interface: 'IRemoteSCMActivator',
      opnum: 4,
      operation: 'RemoteCreateInstance',
      clsid: '49b2791a-b1ae-4c90-9b8e-e860ba07f889',
      class: 'MMC20.Application',
      request: 'MMC20.Application',
      outcome: 'response',
      status: 0,
      elapsed: 0.028,
    });
  });

  test('a call without an answer, and an answer without a call, are shown as that', async () => {
    const path = await file('half.pcapng', HALF);
    const calls = ndjsonLines((await cli(['decode', '--calls', '--json', path])).stdout);
    expect(
      calls.map((call) => [call.call_id, call.request_frame, call.answer_frame, call.outcome, call.elapsed]),
    ).toEqual([
      [2, 2, 3, 'response', 0.001],
      [9, undefined, 4, 'fault', undefined],
      [1, 1, undefined, 'unanswered', undefined],
    ]);
    expect(calls.map(({ client, server }) => `${client} ${server}`)).toEqual(
      Array(3).fill('10.0.0.1:50000 10.0.0.2:40000'),
    );
    const { stdout } = await cli(['decode', '--calls', '--filter', 'ptype=unanswered', path]);
    expect(linesOf(stdout).slice(2)).toEqual([expect.stringMatching(/ 1 > \? .* \?::61166 no answer$/)]);
  });

  test('goes with neither --summary nor --verbose', async () => {
    for (const other of ['--summary', '--verbose'])
      expect((await cli(['decode', '--calls', other, AT_CONNECT])).code).toBe(2);
  });
});

describe('decode of several files', () => {
  test('names each file above its lines', async () => {
    const lines = linesOf((await cli(['decode', CAPTURES])).stdout);
    expect(lines.flatMap((line, index) => (line.endsWith(':') ? [`${index} ${line}`] : []))).toEqual([
      '0 activation-at-connect.pcapng:',
      '13 activation-at-pkt-integrity.pcapng:',
    ]);
  });
});

describe('decode --follow', () => {
  /** Records of pcap in little-endian order, a second after another. */
  const pcapOf = (...sent: readonly Sent[]): Buffer =>
    Buffer.concat([
      Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex'),
      ...sent.map(ethernetFrame).flatMap((bytes, second) => {
        const record = Buffer.alloc(16);
        for (const [index, field] of [1_700_000_000 + second, 0, bytes.length, bytes.length].entries())
          record.writeUInt32LE(field, index * 4);
        return [record, bytes];
      }),
    ]);

  test('shows a PDU as soon as it is complete, waits for the rest of a record, and ends with 0', async () => {
    const bytes = readFileSync(AT_CONNECT);
    const path = await file('growing.pcapng', bytes.subarray(0, 0));
    const decode = new RunningCli(['decode', '--follow', '--json', path]);
    const arrives = (frame: number): Promise<string> => decode.line((line) => line.includes(`"frame":${frame},`));
    await appendFile(path, bytes.subarray(0, 1900));
    await arrives(7);
    expect(decode.stdout).toHaveLength(4);
    await appendFile(path, bytes.subarray(1900, -50));
    await arrives(16);
    await appendFile(path, bytes.subarray(-50));
    expect(await decode.stop('SIGINT')).toBe(0);
    expect(decode.stdout).toEqual(
      linesOf((await cli(['decode', '--json', AT_CONNECT])).stdout).map((line) =>
        line.replace('activation-at-connect', 'growing'),
      ),
    );
  });

  test('reads pcap alike, and ends with 0 on SIGTERM; a record that never became whole is said to', async () => {
    const pdu = pduOf({ type: 13, body: Buffer.from('0400010500', 'hex') });
    const bytes = pcapOf({ sequence: 1, data: pdu }, { sequence: 22, data: pdu }, { sequence: 43, data: pdu });
    const path = await file('growing.pcap', bytes.subarray(0, 30));
    const decode = new RunningCli(['decode', '--follow', path]);
    await appendFile(path, bytes.subarray(30, -5));
    await decode.line((line) => /^ +2 #0 .* bind_nak /.test(line));
    expect(await decode.stop('SIGTERM')).toBe(0);
    expect(decode.stdout).toHaveLength(4);
    expect(wrongIn(decode.stderr)).toEqual([
      'warning: growing.pcap frame 3 offset 206: the file ends inside a record: 86 of 91 octets',
    ]);
  });

  test('gives the calls that nobody answered at its end', async () => {
    const path = await file('calls.pcapng', HALF);
    const calls = new RunningCli(['decode', '--follow', '--calls', '--json', path]);
    await calls.line((line) => line.includes('"fault"'));
    expect(calls.stdout).toHaveLength(2);
    expect(await calls.stop()).toBe(0);
    expect(calls.json.map(({ outcome }) => outcome)).toEqual(['response', 'fault', 'unanswered']);
  });

  test.each<[name: string, paths: () => string[]]>([
    ['two files', () => [AT_CONNECT, AT_CONNECT]],
    ['a folder', () => [CAPTURES]],
    ['stdin', () => ['-']],
  ])('follows one file: %s is bad usage', async (_name, paths) => {
    const { code, stderr } = await cli(['decode', '--follow', ...paths()]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--follow takes one file/);
  });

  test('a file that is not there ends it at once', async () => {
    const { code, stderr } = await cli(['decode', '--follow', join(folder, 'none.pcap')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/none\.pcap: no such file or directory/);
  });
});
