import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseScenario, shippedScenarios } from '../../src/lab/index.js';
import type { Channel } from '../../src/net/channel.js';
import type { Fault } from '../../src/net/simulation/index.js';
import { captureFile, type RecordedLab, recordedLab } from '../support/labs.js';
import { PORT, SERVER, TwoHosts } from '../support/simulated.js';
import { CHECKSUMS, tshark, tsharkFields } from '../support/tshark.js';

const TCP = 'tcp.analysis.flags || ip.checksum.status == 0 || tcp.checksum.status == 0';

/** The faults that a scenario injects, as tshark's analysis of TCP sees them. */
const INJECTED: Readonly<Record<string, readonly RegExp[]>> = {
  faults: [/Previous segment not captured/, /Out-Of-Order/],
};
/** Signatures of zeros inside SPNEGO: tshark takes them for a token of GSS-API, which they are not. */
const FORGED: ReadonlySet<string> = new Set(['relay-history', 'relay-integrity-zeros', 'relay-kerberos']);
/** 16 octets where NTLM signs, 28 where Kerberos does with AES. */
const NOT_FORGED =
  '!(dcerpc.auth_type == 9 && (dcerpc.cn_auth_len == 16 || dcerpc.cn_auth_len == 28) && isystemactivator)';

describe.skipIf(tshark.skip).each(shippedScenarios())('tshark on the recording of %s', (name) => {
  let lab: RecordedLab;
  let file: string;
  beforeAll(async () => {
    lab = await recordedLab(name);
    file = captureFile(name, lab.capture);
  });
  afterAll(() => rmSync(dirname(file), { recursive: true }));

  test('no checksum is wrong, and the analysis of TCP tells the injected faults alone', async () => {
    const told = await tsharkFields(file, TCP, ['_ws.col.Info'], CHECKSUMS);
    const expected = INJECTED[name] ?? [];
    expect(told.map(([info]) => info)).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });

  test('nothing is malformed but forged signatures', async () => {
    const filter = FORGED.has(name) ? `_ws.malformed && ${NOT_FORGED}` : '_ws.malformed';
    expect(await tsharkFields(file, filter, ['frame.number', '_ws.col.Info'])).toEqual([]);
  });
});

describe.skipIf(tshark.skip)('a recording of a relay, as tshark shows it', () => {
  let file: string;
  beforeAll(async () => {
    file = captureFile('relay', (await recordedLab('relay-connect')).capture);
  });
  afterAll(() => rmSync(dirname(file), { recursive: true }));

  test('every host has an interface of its own, and a connection is seen at its server', async () => {
    const seen = await tsharkFields(file, 'tcp.flags.syn == 1 && tcp.flags.ack == 0', [
      'frame.interface_name',
      'ip.dst',
    ]);
    const pairs = new Set(seen.map(([name, address]) => `${name} ${address}`));
    expect([...pairs].sort()).toEqual(['attacker (10.0.0.66) 10.0.0.66', 'server (10.0.0.2) 10.0.0.2']);
  });

  test('comments stand where the command is taken and where the activation is refused', async () => {
    const comments = await tsharkFields(file, 'frame.comment', ['ip.src', 'dcerpc.pkt_type', 'frame.comment']);
    const at = (pattern: RegExp) =>
      comments.filter(([, , comment = '']) => pattern.test(comment)).map((row) => row.slice(0, 2));
    expect(at(/^View\.ExecuteShellCommand asked for as LAB\\victim; written down, not run/)).toEqual([
      ['10.0.0.2', '2'],
      ['10.0.0.2', '2'],
    ]);
    expect(at(/^RemoteCreateInstance refused by activation policy \(event 10036\)/)).toEqual([
      ['10.0.0.2', '3'],
      ['10.0.0.2', '3'],
    ]);
  });

  test('the victim’s NTLM response goes over two connections, octet by octet the same', async () => {
    const responses = await tsharkFields(file, 'ntlmssp.messagetype == 3', ['ip.dst', 'ntlmssp.auth.ntresponse']);
    const [lured, relayed] = ['10.0.0.66', '10.0.0.2'].map((address) =>
      responses.filter(([to]) => to === address).map(([, response]) => response),
    );
    expect(lured?.length).toBeGreaterThan(0);
    expect(relayed).toEqual(lured);
  });
});

describe.skipIf(tshark.skip)('the analysis of TCP finds nothing in a recording', () => {
  const analysed = async (capture: Buffer): Promise<string[][]> => {
    const file = captureFile('handshake', capture);
    try {
      expect(await tsharkFields(file, 'tcp.flags.syn == 1', ['frame.number'])).not.toEqual([]);
      return await tsharkFields(file, TCP, ['frame.number', '_ws.col.Info'], CHECKSUMS);
    } finally {
      rmSync(dirname(file), { recursive: true });
    }
  };

  /** A client that sends as soon as it can, over a way with a fault. */
  const faulty = async (fault: Omit<Fault, 'between'>): Promise<Buffer> => {
    const hosts = new TwoHosts();
    hosts.network.inject({ between: ['client', 'server'], ...fault });
    await hosts.server.listen({ host: SERVER, port: PORT }, hosts.heard().accept);
    const speaking = (channel: Channel) => {
      channel.send(Buffer.from('at once'));
      return hosts.heard().accept(channel);
    };
    await hosts.time.run(hosts.client.connect({ host: SERVER, port: PORT }, speaking));
    await hosts.time.pass(60_000);
    return hosts.recording;
  };

  test.each<Omit<Fault, 'between'>>([
    { kind: 'truncate', from: 'client', after: 0 },
    { kind: 'truncate', from: 'client', after: 1 },
    { kind: 'half-close', from: 'client', after: 0 },
    { kind: 'reset', from: 'client', after: 0 },
  ])('of a connection that meets %j as it opens', async (fault) => {
    expect(await analysed(await faulty(fault))).toEqual([]);
  });

  test('of a listener that closes during a handshake', async () => {
    const hosts = new TwoHosts({ latencyMilliseconds: 10 });
    const listener = await hosts.server.listen({ host: SERVER, port: PORT }, hosts.heard().accept);
    hosts.time.after(15, () => void listener.close());
    await hosts.time.run(hosts.client.connect({ host: SERVER, port: PORT }, hosts.heard().accept));
    await hosts.time.pass(60_000);
    expect(await analysed(hosts.recording)).toEqual([]);
  });

  test.each([
    [
      'meets a truncation before its first octet',
      '- fault: { kind: truncate, between: [client, server], from: client }',
    ],
    ['is the server itself, which restarts', '- activate: { from: server, on: server, as: own }\n  - reboot: server'],
  ])('of a scenario whose client %s', async (_name, step) => {
    const text = `
name: handshake
title: Connections that end as they open
hosts:
  server: { address: 10.0.0.2, windows: Windows Server 2019, serves: [generic] }
  client: { address: 10.0.0.11, windows: Windows 10 1809 }
steps:
  ${step}
  - activate: { from: client, on: server }`;
    expect(await analysed((await recordedLab(parseScenario(text))).capture)).toEqual([]);
  });
});
