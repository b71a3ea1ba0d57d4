import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../../src/capture/file/error.js';
import type { CapturedPdu } from '../../../../src/capture/pdu/pdu.js';
import { readPdus } from '../../../../src/capture/pdu/pdus.js';
import { corpus, corpusMissing, corpusPath, knownKey } from '../../../support/corpus.js';

/** C706 12.6.3.1: PTYPE, by the names that INDEX.tsv uses. */
const NAMES: Readonly<Record<number, string>> = {
  0: 'request',
  2: 'response',
  3: 'fault',
  11: 'bind',
  12: 'bind_ack',
  13: 'bind_nak',
  14: 'alter_ctx',
  15: 'alter_ctx_resp',
  16: 'auth3',
  17: 'shutdown',
  18: 'co_cancel',
  19: 'orphaned',
};

/**
 * Bare PDUs from the first octet of streams on port 445, which the index does not count: tshark gives that port to NetBIOS
 * by its number and finds none; told `-d tcp.port==445,dcerpc` it finds these 24 too. There is no other difference.
 */
const ON_PORT_445: Readonly<Record<string, Record<string, number>>> = {
  'arkime__dcerpc_synthetic.pcap': { bind: 6, bind_ack: 6, request: 6, response: 4, fault: 1, shutdown: 1 },
};

async function read(path: string): Promise<{ pdus: CapturedPdu[]; cut: CapturedPdu[]; problems: Problem[] }> {
  const pdus: CapturedPdu[] = [];
  const cut: CapturedPdu[] = [];
  const problems: Problem[] = [];
  for await (const item of readPdus(path)) {
    if (item.kind === 'pdu') pdus.push(item);
    else if (item.kind === 'cut') cut.push(item);
    else if (item.kind === 'problem') problems.push(item);
  }
  return { pdus, cut, problems };
}

function sum(...parts: Readonly<Record<string, number>>[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const part of parts) for (const [name, count] of Object.entries(part)) all[name] = (all[name] ?? 0) + count;
  return all;
}

const countTypes = (pdus: readonly CapturedPdu[]): Record<string, number> =>
  sum(...pdus.map(({ type }) => ({ [NAMES[type] ?? `type ${type}`]: 1 })));

describe.skipIf(corpusMissing)(`captures of real traffic${corpusMissing ? `: skipped, ${corpusMissing}` : ''}`, () => {
  test.each(corpus)('$file: PDUs over TCP and SMB by type are those of the index', async ({ file, path, pduTypes }) => {
    const { pdus } = await read(path);
    expect(countTypes(pdus)).toEqual(sum(pduTypes, ON_PORT_445[file] ?? {}));
  });

  const inPipes = corpus.filter(({ transports }) => 'smb1' in transports || 'smb2' in transports);

  test.each(inPipes)('$file: as many of them came by pipes as the index says', async ({ path, transports }) => {
    const { pdus } = await read(path);
    const { smb1 = 0, smb2 = 0 } = transports;
    expect(pdus.filter(({ transport }) => transport === 'ncacn_np')).toHaveLength(smb1 + smb2);
  });

  test('no other file has PDUs in pipes, and there are 1001 of them in 32 files', async () => {
    const all = await Promise.all(corpus.map(({ path }) => read(path)));
    const counts = all.map(({ pdus }) => pdus.filter(({ pipe }) => pipe !== undefined).length);
    expect(counts.filter((count) => count > 0)).toHaveLength(inPipes.length);
    expect([inPipes.length, counts.reduce((a, b) => a + b, 0)]).toEqual([32, 1001]);
  });

  test.each(knownKey)('$file: every octet of its streams belongs to a PDU', async ({ path }) => {
    const { pdus, cut, problems } = await read(path);
    expect(pdus.length).toBeGreaterThan(0);
    expect(cut).toEqual([]);
    expect(problems).toEqual([]);
  });

  test('a last record that is cut is reported with its frame and its offset', async () => {
    const { problems } = await read(corpusPath('otrf__covenant_sharpwmi_create_dcerpc_wmi_2020-08-06035621.cap'));
    expect(problems).toEqual([
      {
        kind: 'problem',
        severity: 'warning',
        file: corpusPath('otrf__covenant_sharpwmi_create_dcerpc_wmi_2020-08-06035621.cap'),
        frame: 245,
        offset: 162_786,
        message: 'the file ends inside a record: 1 of 16 octets',
      },
    ]);
  });

  test('a PDU names its stream, its endpoints, its frames and its time as tshark does', async () => {
    const { pdus } = await read(corpusPath('zeek__kerberos135_auth.pcapng'));
    expect(pdus[0]).toMatchObject({
      stream: 0,
      src: { address: '10.10.10.129', port: 64238 },
      dst: { address: '10.10.10.100', port: 135 },
      time: 1584356771_467149000n,
    });
    expect(pdus.map(({ frame, type, direction }) => `${frame} ${NAMES[type]} ${direction}`)).toEqual([
      '5 bind toServer',
      '7 bind_ack toClient',
      '8 alter_ctx toServer',
      '9 alter_ctx_resp toClient',
      '10 request toServer',
      '11 response toClient',
    ]);
  });
});
