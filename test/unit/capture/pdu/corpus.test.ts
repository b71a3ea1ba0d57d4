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
 * Where the PDUs over TCP are not what the index counts, and why.
 * `inSmb`: tshark counts these inside SMB pipes, which this reader does not open; what `tshark -Y 'dcerpc && smb2'`
 * lists, and together the number that the index's transport column gives to SMB.
 * `onPort445`: bare PDUs from the first octet of streams on port 445. tshark gives that port to NetBIOS by its number and
 * finds none; told `-d tcp.port==445,dcerpc` it finds these 24 too.
 */
const DIFFERENCES: Readonly<Record<string, Partial<Record<'inSmb' | 'onPort445', Record<string, number>>>>> = {
  'arkime__dcerpc_synthetic.pcap': {
    onPort445: { bind: 6, bind_ack: 6, request: 6, response: 4, fault: 1, shutdown: 1 },
  },
  'suricata__dcerpc-ctxids.pcap': { inSmb: { bind: 1, bind_ack: 1, request: 15, response: 15 } },
  'corelight-petitpotam__PatchedDCUnauthenticatedTry.pcapng': {
    inSmb: { bind: 1, bind_ack: 1, request: 2, response: 2 },
  },
  'otrf__covenant_sharpsc_create_dcerpc_smb_svcctl_2020-08-06022635.cap': {
    inSmb: { bind: 2, bind_ack: 2, request: 7, response: 7 },
  },
  'otrf__covenant_sharpsc_query_dcerpc_smb_svcctl_2020-08-06012009.cap': {
    inSmb: { bind: 1, bind_ack: 1, request: 4, response: 13 },
  },
  'otrf__covenant_sharpsc_start_dcerpc_smb_svcctl_2020-08-06030120.cap': {
    inSmb: { bind: 1, bind_ack: 1, request: 15, response: 15 },
  },
  'otrf__covenant_sharpsc_stop_dcerpc_smb_svcctl_2020-08-06031938.cap': {
    inSmb: { bind: 1, bind_ack: 1, request: 23, response: 23 },
  },
  'otrf__empire_find_localadmin_smb_svcctl_OpenSCManager_2020-09-22021559.cap': {
    inSmb: { bind: 1, bind_ack: 1, request: 3, response: 2, fault: 1 },
  },
  'suricata__20171220_smb_psexec_add_user.pcap': { inSmb: { bind: 2, bind_ack: 2, request: 18, response: 18 } },
  'suricata__bug-5162.pcap': { inSmb: { bind: 2, bind_ack: 2, request: 6, response: 6 } },
  'suricata__zerologon.pcap': { inSmb: { bind: 5, bind_ack: 5, request: 5, response: 5 } },
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

const total = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

const countTypes = (pdus: readonly CapturedPdu[]): Record<string, number> =>
  sum(...pdus.map(({ type }) => ({ [NAMES[type] ?? `type ${type}`]: 1 })));

describe.skipIf(corpusMissing)(`captures of real traffic${corpusMissing ? `: skipped, ${corpusMissing}` : ''}`, () => {
  const overTcp = corpus.filter(({ transports }) => (transports.ncacn_ip_tcp ?? 0) > 0);

  test.each(overTcp)('$file: PDUs over TCP by type are those of the index', async ({ file, path, pduTypes }) => {
    const { inSmb = {}, onPort445 = {} } = DIFFERENCES[file] ?? {};
    const { pdus } = await read(path);
    expect(sum(countTypes(pdus), inSmb)).toEqual(sum(pduTypes, onPort445));
  });

  test.each(overTcp)('$file: what the table gives to SMB is what the index does', ({ file, transports }) => {
    const { smb1 = 0, smb2 = 0 } = transports;
    expect(total(DIFFERENCES[file]?.inSmb ?? {})).toBe(smb1 + smb2);
  });

  test.each(corpus.filter((row) => !overTcp.includes(row)))(
    '$file: RPC inside of SMB is not taken for RPC over TCP',
    async ({ path }) => {
      const { pdus, cut } = await read(path);
      expect([...pdus, ...cut]).toEqual([]);
    },
  );

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
