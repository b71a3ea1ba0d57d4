import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CapturedPdu } from '../../src/capture/pdu/pdu.js';
import { readCapture, readPdus } from '../../src/capture/pdu/pdus.js';
import { Recorder } from '../../src/net/recorder.js';
import { Secret, sniffer } from '../../src/security/index.js';
import { corpus, corpusMissing, corpusPath, foreignClients, knownKey } from '../support/corpus.js';
import { SMB3_PASSWORD, smb3Captures } from '../support/smb3.js';
import { readStreams } from '../support/streams.js';
import {
  CAPTURE_OPTIONS,
  CHECKSUMS,
  tsharkFields as fields,
  PDUS,
  runTshark as run,
  tshark,
} from '../support/tshark.js';

/**
 * SMB3 multichannel: three connections of one session carry the PDUs of one pipe. Here they are one association, at the
 * connection that brought its first PDU; tshark numbers each PDU by the connection of its frame.
 */
const ONE_PIPE: Readonly<Record<string, string>> = { 'zeek__smb_v2_only_non_zero_reserved1.pcap': '2' };

describe.skipIf(tshark.skip || corpusMissing)('tshark as a second reader of real traffic', () => {
  test.each([...corpus, ...knownKey, ...foreignClients])(
    '$file: the same PDUs in the same frames of the same streams',
    async ({ file, path }) => {
      const theirs: string[] = [];
      const names = ['frame.number', 'tcp.stream', 'dcerpc.pkt_type'];
      for (const [frame, stream, types = ''] of await fields(path, PDUS, names, CAPTURE_OPTIONS[file]))
        for (const type of types.split(',')) theirs.push(`${frame} ${ONE_PIPE[file] ?? stream} ${type}`);
      const ours: string[] = [];
      for await (const item of readPdus(path))
        if (item.kind === 'pdu') ours.push(`${item.frame} ${item.stream} ${item.type}`);
      expect(ours.sort()).toEqual(theirs.sort());
    },
  );

  test.each(smb3Captures)('$name: the same PDUs in the same frames, where both know the password', async ({ path }) => {
    const options = ['-o', `ntlmssp.nt_password:${SMB3_PASSWORD}`];
    const names = ['frame.number', 'dcerpc.pkt_type'];
    const theirs = (await fields(path, 'dcerpc', names, options)).map(([frame, type]) => `${frame} ${type}`);
    const ours: string[] = [];
    const observe = sniffer({ secrets: [{ secret: Secret.password(SMB3_PASSWORD) }] });
    const open = () => ({ pdu: ({ frame, type }: CapturedPdu) => void ours.push(`${frame} ${type}`) });
    await readCapture(path, { observe, open });
    expect(theirs.length).toBeGreaterThan(3);
    expect(ours).toEqual(theirs);
  });

  /** Hexadecimal lines after a head of `=`; those of the second node are indented. */
  async function follow(file: string, stream: number): Promise<[string, string]> {
    const args = ['-r', file, '-q', '-z', `follow,tcp,raw,${stream}`];
    const lines = (await run(args)).split('\n').filter((line) => /^\t?[0-9a-f]+$/.test(line));
    const side = (indented: boolean): string =>
      lines
        .filter((line) => line.startsWith('\t') === indented)
        .map((line) => line.trim())
        .join('');
    return [side(false), side(true)];
  }

  test.each([
    'suricata__dcerpc-ctxids.pcap',
    'otrf__empire_dcom_shellwindows_WORKSTATION5_2020-09-18130751.cap',
    'otrf__covenant_sharpwmi_create_dcerpc_wmi_2020-08-06035621.cap',
    'zeek__kerberos135_auth.pcapng',
    'suricata__20171220_smb_psexec_add_user.pcap',
    'known-key/smbtorture-epmapper-seal-spnego.pcapng',
  ])('%s: the same octets in each direction of each stream', async (file) => {
    const { streams } = readStreams(readFileSync(corpusPath(file)));
    for (const { stream, forward, backward } of streams) {
      const [client, server] = await follow(corpusPath(file), stream);
      const [first, second] = forward.toServer ? [forward, backward] : [backward, forward];
      expect([first.bytes.toString('hex'), second.bytes.toString('hex')].sort()).toEqual([client, server].sort());
    }
  });
});

describe.skipIf(tshark.skip)('tshark as a reader of recorded connections', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function recorded(): Promise<string> {
    const blocks: Buffer[] = [];
    const recorder = new Recorder({ write: (block) => blocks.push(block), interfaces: ['lan', 'wan'] });
    let time = 1_700_000_000_123_456_789n;
    const tick = (): bigint => {
      time += 1_000_001n;
      return time;
    };
    const hosts: [string, string][] = [
      ['10.0.0.1', '10.0.0.2'],
      ['2001:db8::1', '2001:db8::2'],
      ['::ffff:127.0.0.1', '127.0.0.2'],
    ];
    for (const [place, [client, server]] of hosts.entries()) {
      const connection = recorder.connection({
        client: { address: client, port: 50_000 },
        server: { address: server, port: 40_000 },
        interface: place % 2,
      });
      connection.open(tick());
      connection.data(tick(), 'toServer', Buffer.from('question'), { comment: 'why it was asked' });
      connection.data(tick(), 'toClient', Buffer.alloc(200_001, 'a'));
      connection.data(tick(), 'toServer', Buffer.alloc(1461, 'b'));
      if (place === 1) connection.reset(tick(), 'toClient');
      else {
        connection.close(tick(), 'toServer');
        connection.data(tick(), 'toClient', Buffer.from('still open'));
        connection.close(tick(), 'toClient');
      }
    }
    // The same tuple again: another connection.
    const again = recorder.connection({
      client: { address: '10.0.0.1', port: 50_000 },
      server: { address: '10.0.0.2', port: 40_000 },
    });
    again.open(tick());
    again.data(tick(), 'toServer', Buffer.from('again'));
    again.close(tick(), 'toClient');
    again.close(tick(), 'toServer');
    const file = join(folder, 'recorded.pcapng');
    await writeFile(file, Buffer.concat(blocks));
    return file;
  }

  test('no frame is malformed, has a bad checksum or is worth a warning of the TCP analysis', async () => {
    const file = await recorded();
    // Two things are meant: a connection is reset, and its ports are in use again.
    const meant = 'tcp.connection.rst || tcp.analysis.reused_ports';
    const bad = `(_ws.malformed || tcp.analysis.flags || ip.checksum.status == 0 || tcp.checksum.status == 0) && !(${meant})`;
    expect(await fields(file, bad, ['frame.number', '_ws.col.Info'], CHECKSUMS)).toEqual([]);
    const warned = `_ws.expert.severity >= 0x600000 && !(${meant})`;
    expect(await fields(file, warned, ['frame.number', '_ws.expert.message'], CHECKSUMS)).toEqual([]);
    const [counted] = await fields(file, 'frame.number == 1', ['ip.checksum.status', 'tcp.checksum.status'], CHECKSUMS);
    expect(counted).toEqual(['1', '1']);
  });

  test('it finds the connections, their octets, times, interfaces and comments', async () => {
    const file = await recorded();
    const streams = new Set((await fields(file, 'tcp', ['tcp.stream'])).map(([stream]) => stream));
    expect([...streams]).toEqual(['0', '1', '2', '3']);
    const [commented] = await fields(file, 'frame.comment', [
      'frame.comment',
      'frame.interface_name',
      'frame.time_epoch',
    ]);
    expect(commented).toEqual(['why it was asked', 'lan', '1700000000.125456791']);
    const { streams: own } = readStreams(readFileSync(file));
    expect(own.map(({ forward, backward }) => [forward.bytes.length, backward.bytes.length])).toEqual([
      [1469, 200_011],
      [1469, 200_001],
      [1469, 200_011],
      [5, 0],
    ]);
    const payload = await fields(file, 'tcp.len > 0', ['tcp.stream', 'tcp.srcport', 'tcp.len']);
    const sum = payload.filter(([, port]) => port === '40000').reduce((all, [, , length]) => all + Number(length), 0);
    expect(sum).toBe(3 * 200_001 + 20);
  });
});
