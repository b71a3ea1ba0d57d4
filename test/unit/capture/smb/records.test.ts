import { describe, expect, test } from 'vitest';
import { audit } from '../../../../src/capture/audit/audit.js';
import type { CallRecord } from '../../../../src/capture/decode/call-record.js';
import type { PduRecord } from '../../../../src/capture/decode/record.js';
import { readCallRecords, readRecords } from '../../../../src/capture/decode/records.js';
import { readCapture } from '../../../../src/capture/pdu/pdus.js';
import { callLine } from '../../../../src/cli/decode/call-line.js';
import { pduLine } from '../../../../src/cli/decode/pdu-line.js';
import { captureOf, pduOf } from '../../../support/segments.js';
import { SmbTalk } from '../../../support/smb.js';

const request = pduOf({ type: 0, body: 20 });
/** nca_s_fault_access_denied. */
const fault = pduOf({ type: 3, body: Buffer.from('0000000000000000050000000000000000000000', 'hex').subarray(0, 16) });
const svcctl = '\\PIPE\\svcctl';
const place = { transport: 'ncacn_np', share: '\\\\srv\\IPC$', pipe: svcctl };

/** A call in each of two pipes, refused in the first; and one over TCP. */
const capture = captureOf(
  ...new SmbTalk().connect().open('svcctl', 1).transceive(request, fault, 1).open('lsarpc', 2).write(request, 2).sent,
  { flags: 'SYN', sequence: 10 },
  { sequence: 11, data: request },
);

async function records(...filters: string[]): Promise<PduRecord[]> {
  const all: PduRecord[] = [];
  for await (const record of readRecords(capture, { filters })) all.push(record);
  return all;
}

describe('records of PDUs in pipes', () => {
  test('name how they travelled, the share, the pipe and its FileId', async () => {
    expect((await records())[0]).toMatchObject({ ...place, fid: '01'.repeat(16), dst: '10.0.0.2:445' });
    expect((await records('stream=1'))[0]).toMatchObject({ transport: 'ncacn_ip_tcp', dst: '10.0.0.2:40000' });
    expect((await records('stream=1'))[0]).not.toHaveProperty('pipe');
  });

  test.each([
    ['transport=ncacn_np', 3],
    ['transport=ncacn_ip_tcp', 1],
    ['pipe=svcctl', 2],
    ['pipe=\\PIPE\\SVCCTL', 2],
    ['pipe=ls*', 1],
    ['share=*ipc$', 3],
    ['pipe!=svcctl', 2],
  ])('are filtered by %s', async (filter, count) => {
    expect(await records(filter)).toHaveLength(count);
  });

  test('a call and its answer are paired in their pipe, whatever has the same call_id in another one', async () => {
    const calls: CallRecord[] = [];
    for await (const call of readCallRecords(capture)) calls.push(call);
    const sorted = calls.map(({ transport, pipe, outcome }) => `${transport} ${pipe ?? ''} ${outcome}`).sort();
    expect(sorted).toEqual([
      'ncacn_ip_tcp  unanswered',
      'ncacn_np \\PIPE\\lsarpc unanswered',
      `ncacn_np ${svcctl} fault`,
    ]);
    const refused = calls.find(({ pipe }) => pipe === svcctl) as CallRecord;
    expect(callLine(refused, false)).toContain(` ${svcctl} ?::`);
  });

  test('a line for people begins what it says with the pipe', async () => {
    const [asked, answered] = await records('pipe=svcctl');
    expect(pduLine(asked as PduRecord, false)).toContain(svcctl);
    expect(pduLine(answered as PduRecord, false)).toContain(`${svcctl} nca_s_fault_access_denied (0x00000005)`);
  });

  test('findings of an audit have the same place', async () => {
    const { findings } = await audit([capture]);
    expect(findings[0]).toMatchObject({ finding: 'refusal', ...place });
  });
});

test('a pipe goes on where its connection was forgotten, as a connection over TCP does', async () => {
  const talk = new SmbTalk().connect().open('svcctl', 1).write(request, 1);
  const before = talk.sent.length;
  const others = [1, 2, 3].flatMap((port) => [
    { clientPort: port, flags: 'SYN' as const, sequence: 10 },
    { clientPort: port, sequence: 11, data: request },
  ]);
  const { sent } = talk.write(request, 1);
  const opened: (string | undefined)[] = [];
  await readCapture(
    captureOf(...sent.slice(0, before), ...others, ...sent.slice(before)),
    {
      open: (stream, remainder, pipe) => {
        if (pipe !== undefined) opened.push(`${stream} ${pipe.name} ${remainder}`);
        return { pdu: () => {}, remainder: 'what was known' };
      },
    },
    { limits: { connections: 2 } },
  );
  expect(opened).toEqual([`0 ${svcctl} undefined`, `0 ${svcctl} what was known`]);
});
