import { describe, expect, test } from 'vitest';
import type { CallRecord } from '../../../../src/capture/decode/call-record.js';
import type { PduRecord } from '../../../../src/capture/decode/record.js';
import { readCallRecords, readRecords } from '../../../../src/capture/decode/records.js';
import { TerminalLines } from '../../../../src/cli/decode/terminal-lines.js';
import { sniffer } from '../../../../src/security/index.js';
import { corpus, corpusMissing } from '../../../support/corpus.js';
import { shippedPath } from '../../../support/shipped.js';

async function linesOf(path: string, width: number): Promise<string[]> {
  const lines = new TerminalLines(false, width);
  const texts: string[] = [];
  for await (const record of readRecords(path, { observe: sniffer() })) texts.push(lines.text(record as PduRecord));
  return texts.join('\n').split('\n');
}

async function callsOf(path: string, width: number): Promise<string[]> {
  const lines = new TerminalLines(false, width);
  const texts = [lines.callHead];
  for await (const call of readCallRecords(path, { observe: sniffer() })) texts.push(lines.callText(call));
  return texts.join('\n').split('\n');
}

describe('decode in a terminal', () => {
  test('of 80 columns says date, ends, level and user once, and takes a line where it can', async () => {
    expect(await linesOf(shippedPath('activation-at-connect.pcapng'), 80)).toEqual([
      '2026-11-28, times in UTC',
      '#0 127.0.0.1:51012 > 127.0.0.2:135',
      '     4 #0  06:52:39.387 > bind     CONNECT IRemoteSCMActivator NDR20',
      '     5 #0  06:52:39.396 < bind_ack acceptance',
      '     6 #0  06:52:39.409 > auth3    LAB\\op',
      '     7 #0  06:52:39.453 > request  IRemoteSCMActivator::RemoteCreateInstance',
      '        MMC20.Application',
      '     8 #0  06:52:39.481 < response IRemoteSCMActivator::RemoteCreateInstance',
      '        MMC20.Application <7 28.000 ms',
      '#1 127.0.0.1:34382 > 127.0.0.2:35231',
      '    12 #1  06:52:39.494 > bind     PKT_INTEGRITY IRemUnknown NDR20',
      '    13 #1  06:52:39.495 < bind_ack acceptance',
      '    14 #1  06:52:39.504 > auth3    LAB\\op',
      '    15 #1  06:52:39.550 > request  IRemUnknown::RemRelease',
      '    16 #1  06:52:39.552 < response IRemUnknown::RemRelease <15 2.000 ms',
    ]);
  });

  test('of 120 columns has level, state and user in every line', async () => {
    const lines = await linesOf(shippedPath('activation-at-connect.pcapng'), 120);
    expect(lines).toContain(
      '    15 #1  06:52:39.550 > request  PKT_INTEGRITY IRemUnknown::RemRelease [signed] LAB\\op',
    );
  });

  const HEAD = '     frames #   time             elapsed operation';
  const ROW = '      7 > 8 #0  06:52:39.453   28.000 ms CONNECT';
  const OPERATION = 'IRemoteSCMActivator::RemoteCreateInstance LAB\\op:';
  test.each([
    { width: 80, rows: [ROW, `        ${OPERATION} MMC20.Application`], user: ['', '        LAB\\op'] },
    { width: 100, rows: [`${ROW} ${OPERATION}`, '        MMC20.Application'], user: [' LAB\\op'] },
  ])(
    'of $width columns says the ends of calls once, under a head of one line',
    async ({ width, rows, user: [behind, ...below] }) => {
      expect(await callsOf(shippedPath('activation-at-connect.pcapng'), width)).toEqual([
        HEAD,
        '2026-11-28, times in UTC',
        '#0 127.0.0.1:51012 > 127.0.0.2:135',
        ...rows,
        '#1 127.0.0.1:34382 > 127.0.0.2:35231',
        `    15 > 16 #1  06:52:39.550    2.000 ms PKT_INTEGRITY IRemUnknown::RemRelease${behind}`,
        ...below,
      ]);
    },
  );

  test('of 120 columns has a column for the level of calls', async () => {
    const lines = await callsOf(shippedPath('activation-at-connect.pcapng'), 120);
    expect(lines[0]).toBe('     frames #   time             elapsed level         operation');
    expect(lines).toContain(
      '      7 > 8 #0  06:52:39.453   28.000 ms CONNECT       IRemoteSCMActivator::RemoteCreateInstance LAB\\op:',
    );
  });

  const REFUSED: CallRecord = {
    file: 'f',
    stream: 12,
    time: '2026-01-01T00:00:00.000000000Z',
    client: '10.0.0.1:50000',
    server: '10.0.0.2:135',
    transport: 'ncacn_ip_tcp',
    call_id: 1,
    request_frame: 100001,
    answer_frame: 100002,
    interface: 'IObjectExporter',
    operation: 'ServerAlive2',
    outcome: 'fault',
    status: 5,
  };

  test.each([
    { width: 80, ending: '\n        nca_s_fault_access_denied (0x00000005)' },
    { width: 100, ending: '\n        nca_s_fault_access_denied (0x00000005)' },
    { width: 140, ending: ' nca_s_fault_access_denied (0x00000005)' },
  ])('of $width columns says how a call ended behind it where it fits, and below where not', ({ width, ending }) => {
    const text = new TerminalLines(false, width).callText(REFUSED);
    expect(text.endsWith(`IObjectExporter::ServerAlive2${ending}`)).toBe(true);
  });

  test.skipIf(corpusMissing).each([80, 100, 120])('of %i columns parts no word of any capture', async (width) => {
    for (const { path, file } of corpus.filter(({ dcom, size }) => dcom && size < 200_000)) {
      // What is wider has no blank that it could be parted at.
      for (const line of [...(await linesOf(path, width)), ...(await callsOf(path, width))])
        if (line.length > width)
          expect({ file, line: line.trim() }).toEqual({ file, line: expect.stringMatching(/^\S+$/) });
    }
  });
});
