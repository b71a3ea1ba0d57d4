import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { PduRecord } from '../../../../src/capture/decode/record.js';
import { openRecords, readRecords } from '../../../../src/capture/decode/records.js';
import type { Packet } from '../../../../src/capture/file/packet.js';
import { CaptureReader } from '../../../../src/capture/file/reader.js';
import { readCapture } from '../../../../src/capture/pdu/pdus.js';
import { ChosenPackets } from '../../../../src/cli/decode/write/chosen-packets.js';
import { corpusMissing, corpusPath, KNOWN_PASSWORD } from '../../../support/corpus.js';
import { inProcess } from '../../../support/in-process.js';
import { ethernetFrame, pcapngOf, pduOf } from '../../../support/segments.js';
import { shippedPath } from '../../../support/shipped.js';
import { runTshark, tshark } from '../../../support/tshark.js';

const CAPTURE = shippedPath('activation-at-connect.pcapng');
const folder = mkdtempSync(join(tmpdir(), 'dcom-harness-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const corpusFile = (name: string): string => join(import.meta.dirname, '../../../../pcaps/corpus', name);
const file = (name: string): string => join(folder, name);

type Kept = Pick<Packet, 'frame' | 'linkType' | 'resolution' | 'seconds' | 'nanoseconds' | 'originalLength'>;

/** The packets of a file, in the reader's own words. */
function packetsOf(path: string): (Kept & { readonly octets: string })[] {
  const packets: (Kept & { readonly octets: string })[] = [];
  const reader = new CaptureReader({
    onPacket: ({ frame, linkType, resolution, seconds, nanoseconds, originalLength, bytes, start, end }) =>
      packets.push({
        ...{ frame, linkType, resolution, seconds, nanoseconds, originalLength },
        octets: bytes.toString('hex', start, end),
      }),
  });
  reader.push(readFileSync(path));
  reader.end();
  return packets;
}

/** What of a PDU does not depend on which other packets there are. */
const apart = ({ file: _, stream: __, frame: ___, request_frame: ____, ...rest }: PduRecord): object => rest;

async function records(path: string, filters: string[] = []): Promise<object[]> {
  const found: object[] = [];
  for await (const record of readRecords(path, { filters })) found.push(apart(record));
  return found;
}

describe('decode --write', () => {
  test('writes the packets of what fits, as they were, and no other', async () => {
    const filter = 'interface=IRemoteSCMActivator';
    const { code, printed } = await inProcess('decode', CAPTURE, '--filter', filter, '-w', file('fits.pcapng'));
    const written = packetsOf(file('fits.pcapng'));
    expect({ code, last: printed.stderr.split('\n')[0] }).toEqual({
      code: 0,
      last: `${written.length} packets are in ${file('fits.pcapng')}`,
    });
    const before = packetsOf(CAPTURE);
    for (const { frame: _, ...packet } of written)
      expect(before).toContainEqual({ frame: expect.any(Number), ...packet });
    expect(written.length).toBeLessThan(before.length);
    expect(await records(file('fits.pcapng'), [filter])).toEqual(await records(CAPTURE, [filter]));
  });

  test('of a call writes all its PDUs, and of so many calls as -c says', async () => {
    await inProcess('decode', '--calls', '-c', '1', CAPTURE, '-w', file('call.pcapng'));
    const written = (await records(file('call.pcapng'))) as PduRecord[];
    const [request, answer, ...others] = written.filter(({ ptype }) =>
      /^(request|response|fault)$/.test(String(ptype)),
    );
    expect([request?.ptype, answer?.ptype, others]).toEqual(['request', 'response', []]);
    expect(request?.call_id).toBe(answer?.call_id);
    expect(written.slice(0, 2).map(({ ptype }) => ptype)).toEqual(['bind', 'bind_ack']);
  });

  test('takes each segment of a PDU, also one that came out of order', async () => {
    const pdu = pduOf({ type: 0, body: 60 });
    const other = { sequence: 1000, clientPort: 50_001, data: 'something else' };
    const parts = [
      { sequence: 101, data: pdu.subarray(0, 20) },
      { sequence: 161, data: pdu.subarray(60) },
      other,
      { sequence: 121, data: pdu.subarray(20, 60) },
    ];
    writeFileSync(file('parts.pcapng'), pcapngOf(parts.map(ethernetFrame)));
    await inProcess('decode', file('parts.pcapng'), '-w', file('whole.pcapng'));
    expect(packetsOf(file('whole.pcapng')).map(({ octets }) => octets)).toEqual(
      parts.filter((part) => part !== other).map((part) => ethernetFrame(part).toString('hex')),
    );
  });

  test('converts by the name of the file, and keeps link type and the unit of time', async () => {
    await inProcess('decode', CAPTURE, '-w', file('as.pcap'));
    await inProcess('decode', file('as.pcap'), '-w', file('back.pcapng'));
    await inProcess('decode', file('as.pcap'), '-w', file('same'));
    const [pcap, pcapng, same] = ['as.pcap', 'back.pcapng', 'same'].map((name) => packetsOf(file(name)));
    expect(pcap).toEqual(pcapng);
    expect(readFileSync(file('same'))).toEqual(readFileSync(file('as.pcap')));
    expect(same).toEqual(pcap);
    expect(new Set(pcap?.map(({ linkType, resolution }) => `${linkType} ${resolution}`)).size).toBe(1);
  });

  test.each([
    ['calls that wait for their answer', 'wire/calls-at-once', { open: 1 }],
    ['associations', 'objects/opc-2023-03', { associations: 1 }],
  ])('counts what fits of which packets are lacking, where there are too many %s', async (_, name, limits) => {
    const path = corpusFile(`${name}.pcapng`);
    const lacking = async (given: object): Promise<number> => {
      const packets = new ChosenPackets({ calls: false }, { open: 1e6, associations: 1e6, ...given });
      let fitting = 0;
      const handlers = packets.choosing({ record: () => fitting++ }, () => fitting);
      await readCapture(path, { open: packets.consumers(openRecords(handlers)), packets });
      return packets.lacking;
    };
    expect([await lacking({}), (await lacking(limits)) > 0]).toEqual([0, true]);
  });

  test('says where nothing fits, and writes nothing', async () => {
    const { code, printed } = await inProcess('decode', CAPTURE, '--filter', 'frame=999', '-w', file('nothing.pcap'));
    expect({
      code,
      says: printed.stderr
        .split('\n')
        .includes(`dcom-harness: nothing fits, so ${file('nothing.pcap')} is not written`),
    }).toEqual({ code: 2, says: true });
    expect(existsSync(file('nothing.pcap'))).toBe(false);
  });

  test.each([
    [['-'], 'dcom-harness: --write reads the files twice, so it takes no - for stdin'],
    [[CAPTURE], `dcom-harness: cannot write ${CAPTURE}: it is one of the files to read`],
  ])('of %s into a shipped capture is refused', async (given, says) => {
    const { code, printed } = await inProcess('decode', ...given, '-w', CAPTURE);
    expect({ code, stderr: printed.stderr }).toEqual({ code: 2, stderr: `${says}\n` });
  });

  test.each(['ptype=request', 'ptype=response', 'ptype=bind_ack'])(
    'with %s also writes what says of which interface and user a PDU is',
    async (filter) => {
      await inProcess('decode', CAPTURE, '--filter', filter, '-w', file('said.pcapng'));
      const before = await records(CAPTURE, [filter]);
      expect(before.length).toBeGreaterThan(0);
      expect(await records(file('said.pcapng'), [filter])).toEqual(before);
    },
  );

  test('writes the SYN, without which bare RPC on a port of SMB is not believed', async () => {
    const bind = { serverPort: 445, sequence: 101, data: pduOf({ type: 0, body: 60 }) };
    const parts = [{ serverPort: 445, sequence: 100, flags: 'SYN' as const }, bind];
    writeFileSync(file('syn.pcapng'), pcapngOf(parts.map(ethernetFrame)));
    await inProcess('decode', file('syn.pcapng'), '-w', file('with-syn.pcapng'));
    expect(packetsOf(file('with-syn.pcapng'))).toEqual(packetsOf(file('syn.pcapng')));
  });

  describe.skipIf(corpusMissing)('of real traffic', () => {
    test.each([
      ['known-key/impacket-rpcmap-level6.pcapng', 'ptype=request', ['--password', KNOWN_PASSWORD]],
      ['known-key/impacket-rpcmap-level6.pcapng', 'ptype=response', ['--password', KNOWN_PASSWORD]],
      ['known-key/smbtorture-epmapper-seal-ntlm-bigendian.pcapng', 'ptype=request', ['--password', KNOWN_PASSWORD]],
      ['known-key/smbtorture-epmapper-sign-spnego.pcapng', 'ptype=response', ['--password', KNOWN_PASSWORD]],
      ['known-key/smbtorture-epmapper-seal-ntlm.pcapng', 'call_id=5', ['--password', KNOWN_PASSWORD]],
      ['arkime__dcerpc_synthetic.pcap', undefined, []],
      ['arkime__dcerpc_synthetic.pcap', 'ptype=response', []],
      ['zeek__smb_v2_only_non_zero_reserved1.pcap', undefined, []],
      ['zeek__smb_v2_only_non_zero_reserved1.pcap', 'ptype=response', []],
      ['suricata__dcerpc-ctxids.pcap', 'ptype=request', []],
      ['otrf__empire_psexec_dcerpc_tcp_svcctl_WORKSTATION5_2020-09-20121608.cap', undefined, []],
      ['otrf__empire_dcom_shellwindows_WORKSTATION5_2020-09-18130751.cap', 'ptype=request', []],
    ])('decode says of %s with --filter %s the same as before', async (name, filter, secrets) => {
      const said = async (path: string, ...more: string[]): Promise<object[]> => {
        const filtered = filter === undefined ? [] : ['--filter', filter];
        const { printed } = await inProcess('decode', '--json', path, ...filtered, ...secrets, ...more);
        return printed.stdout
          .split('\n')
          .filter(Boolean)
          .map((line) => apart(JSON.parse(line)));
      };
      const target = file(`again-${name.replace(/.*\//, '')}`);
      const before = await said(corpusPath(name), '-w', target);
      expect(before.length).toBeGreaterThan(0);
      expect(await said(target)).toEqual(before);
    });
  });

  const SMB = [
    'corelight-26809__cve-2022-26809-4.pcap',
    'suricata__dcerpc-smb-test-01.pcap',
    'suricata__dcerpc-ctxids.pcap',
  ];

  describe.skipIf(corpusMissing)('of RPC in pipes of SMB', () => {
    test.each(SMB)('also writes what opens the pipes, so that the PDUs of %s are the same', async (name) => {
      const path = corpusPath(name);
      await inProcess('decode', path, '--filter', 'transport=ncacn_np', '-w', file(name));
      expect(await records(file(name))).toEqual(await records(path, ['transport=ncacn_np']));
      expect(packetsOf(file(name)).length).toBeLessThan(packetsOf(path).length);
    });

    test.skipIf(tshark.skip).each(SMB)('tshark finds the PDUs of pipes of %s in it', async (name) => {
      const path = corpusPath(name);
      await inProcess('decode', path, '--filter', 'transport=ncacn_np', '-w', file(name));
      const pdus = (of: string): Promise<string> =>
        runTshark([
          '-r',
          of,
          '-Y',
          'dcerpc && (smb || smb2)',
          '-T',
          'fields',
          '-e',
          'frame.time_epoch',
          '-e',
          'dcerpc.pkt_type',
        ]);
      expect(await pdus(file(name))).toBe(await pdus(path));
    });
  });
});
