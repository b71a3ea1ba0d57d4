import { describe, expect, test } from 'vitest';
import { audit } from '../../../../src/capture/audit/audit.js';
import type { PduRecord } from '../../../../src/capture/decode/record.js';
import { readRecords } from '../../../../src/capture/decode/records.js';
import { pdusOf } from '../../../support/relayed.js';
import { captureOf, type Sent } from '../../../support/segments.js';
import { SmbTalk } from '../../../support/smb.js';

type Pdus = Awaited<ReturnType<typeof pdusOf>>;
const GROUP = 0x10434455;
const [BIND, BIND_ACK] = [11, 12];

/** C706 12.6.4.3, 12.6.4.4: the group stands at the same place in both; 0 in a bind asks for a new one. */
const inGroup = (pdus: Pdus, asked: number): Pdus =>
  pdus.map(({ direction, bytes }) => {
    const copy = Buffer.from(bytes);
    if (bytes[2] === BIND) copy.writeUInt32LE(asked, 20);
    if (bytes[2] === BIND_ACK) copy.writeUInt32LE(GROUP, 20);
    return { direction, bytes: copy };
  });

function overPipe(pdus: Pdus): Sent[] {
  const talk = new SmbTalk({ clientPort: 50_001 }).connect().open('epmapper', 1);
  for (const { direction, bytes } of pdus) {
    if (direction === 'toServer') talk.write(bytes, 1);
    else talk.read(bytes, 1);
  }
  return talk.sent;
}

function overTcp(pdus: Pdus): Sent[] {
  const ports = { clientPort: 50_002, serverPort: 49_152 };
  const sent: Sent[] = [
    { ...ports, flags: 'SYN', sequence: 9 },
    { ...ports, from: 'server', flags: 'SYN+ACK', sequence: 99, acknowledgment: 10 },
  ];
  const next = { client: 10, server: 100 };
  for (const { direction, bytes: data } of pdus) {
    const from = direction === 'toServer' ? 'client' : 'server';
    const acknowledgment = from === 'client' ? next.server : next.client;
    sent.push({ ...ports, from, sequence: next[from], acknowledgment, data });
    next[from] += data.length;
  }
  return sent;
}

async function recordsOf(...sent: readonly Sent[]): Promise<PduRecord[]> {
  const records: PduRecord[] = [];
  for await (const record of readRecords(captureOf(...sent))) records.push(record);
  return records;
}

const groupsOf = (records: readonly PduRecord[], transport: string): unknown[] =>
  records
    .filter((record) => record.transport === transport && /^bind/.test(String(record.ptype)))
    .map(({ value }) => (value as { assoc_group_id: number }).assoc_group_id);
const told = ({ ptype, interface: of, operation, status, value }: PduRecord) => ({
  ptype,
  of,
  operation,
  status,
  value,
});

/** An activation, and a call of the object that it gave, by the IPID that its answer has. */
const activation = await pdusOf();
const call = await pdusOf(undefined, 1);

describe.each([
  ['begins in a pipe and is joined over TCP', overPipe, overTcp, 'ncacn_np', 'ncacn_ip_tcp'],
  ['begins over TCP and is joined in a pipe', overTcp, overPipe, 'ncacn_ip_tcp', 'ncacn_np'],
] as const)('an association group ([MS-RPCE] 3.3.1.5.7) that %s', (_, first, second, begins, joins) => {
  const sent = [...first(inGroup(activation, 0)), ...second(inGroup(call, GROUP))];

  test('is named on both connections', async () => {
    const records = await recordsOf(...sent);
    expect(groupsOf(records, begins)).toEqual([0, GROUP]);
    expect(groupsOf(records, joins)).toEqual([GROUP, GROUP]);
  });

  test('is decoded as two connections over TCP are: contexts, objects and answers', async () => {
    const records = await recordsOf(...sent);
    const [one, two] = [inGroup(activation, 0), inGroup(call, GROUP)].map(overTcp) as [Sent[], Sent[]];
    const plain = await recordsOf(...one, ...two.map((each) => ({ ...each, clientPort: 50_003 })));
    expect(records.map(told)).toEqual(plain.map(told));
    expect(records.filter(({ ptype }) => ['malformed', 'cut'].includes(String(ptype)))).toEqual([]);
    expect(records.at(-1)).toMatchObject({ ptype: 'response', operation: 'RemRelease', transport: joins });
  });

  test('has the one activation in an audit, with its user and its answer', async () => {
    const { activations } = await audit([captureOf(...sent)]);
    expect(activations).toMatchObject([{ transport: begins, answer: 'accepted', user: 'LAB\\op' }]);
  });
});
