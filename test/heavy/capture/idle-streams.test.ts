import { describe, expect, test } from 'vitest';
import { Auditor } from '../../../src/capture/audit/audit.js';
import { CaptureDecoder, type DecodedPdu } from '../../../src/capture/decode/decode.js';
import { PduReader } from '../../../src/capture/pdu/reader.js';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../../src/net/pcapng.js';
import { retained } from '../../support/memory.js';
import { observerOf } from '../../support/observers.js';
import { ethernetFrame, pcapngOf, type Sent } from '../../support/segments.js';
import { SHIPPED_PASSWORD, shippedPdus } from '../../support/shipped.js';
import { readStreams } from '../../support/streams.js';

type Pdus = Awaited<ReturnType<typeof shippedPdus>>;

/**
 * The packets of one connection: these PDUs, one a segment, and no end; or some of the packets, of which the first is the
 * SYN. Made once; only the ports change, in place.
 */
function connections(pdus: Pdus): (number: number, from?: number, to?: number) => Buffer {
  const sequence = { client: 1, server: 1 };
  const sent: Sent[] = [{ flags: 'SYN', sequence: 0 }];
  for (const { direction, bytes } of pdus) {
    const from = direction === 'toServer' ? 'client' : 'server';
    sent.push({ from, sequence: sequence[from], data: bytes });
    sequence[from] += bytes.length;
  }
  const blocks = sent.map((each) => ({ each, block: enhancedPacket({ time: 1n, bytes: ethernetFrame(each) }) }));
  // Behind 28 octets of the block, 14 of Ethernet and 20 of IPv4.
  const PORTS = 62;
  return (number, from = 0, to = blocks.length) => {
    const [client, server] = [1024 + (number % 50_000), 40_000 + Math.floor(number / 50_000)];
    const some = blocks.slice(from, to);
    for (const { each, block } of some) {
      block.writeUInt16BE(each.from === 'server' ? server : client, PORTS);
      block.writeUInt16BE(each.from === 'server' ? client : server, PORTS + 2);
    }
    return Buffer.concat(some.map(({ block }) => block));
  };
}

describe('connections that bind, ask and then stay idle', () => {
  test.each([
    { streams: 100_000, secrets: 'no secret', observe: undefined, most: 100e6 },
    { streams: 20_000, secrets: 'a password to try', observe: observerOf(SHIPPED_PASSWORD), most: 300e6 },
  ])('$streams of them are all decoded, with $secrets, in bounded memory', async ({ streams, observe, most }) => {
    // bind, bind_ack, auth3, and a request that nobody answers.
    const connection = connections((await shippedPdus()).slice(0, 4));
    const { octets, value } = retained(() => {
      const counted = { pdus: 0, activations: 0 };
      const pdu = ({ operation }: DecodedPdu): void => {
        counted.pdus++;
        if (operation?.name === 'RemoteCreateInstance') counted.activations++;
      };
      const decoder = new CaptureDecoder({ pdu }, observe === undefined ? {} : { observe });
      const reader = new PduReader({ open: decoder.open });
      reader.push(Buffer.concat([sectionHeader('test'), interfaceDescription({ name: 'test', linkType: 1 })]));
      for (let number = 0; number < streams; number++) reader.push(connection(number));
      return { counted, streams: reader.streams, held: [decoder, reader] };
    });
    expect(value.streams).toBe(streams);
    expect(value.counted).toEqual({ pdus: 4 * streams, activations: streams });
    expect(octets).toBeLessThan(most);
  });
});

test('100,000 connections of which one octet is known take less than 4000 octets of memory each', () => {
  const frames: Buffer[] = [];
  for (let n = 0; n < 100_000; n++) {
    const frame = ethernetFrame({ sequence: 1, data: 'x' });
    frame.writeUInt16BE(n & 0xffff, 34);
    frame.writeUInt8(n >>> 16, 29);
    frames.push(frame);
  }
  const capture = pcapngOf(frames);
  frames.length = 0;
  const { octets, value } = retained(() => readStreams(capture));
  expect(value.count).toBe(100_000);
  expect(octets / value.count).toBeLessThan(4000);
});

describe('connections that all bind, are idle, and speak again when too many are open', () => {
  const STREAMS = 20_000;
  const HEAD = Buffer.concat([sectionHeader('test'), interfaceDescription({ name: 'test', linkType: 1 })]);

  /** SYN, bind, bind_ack and auth3 of each; then request and response of each. */
  async function* capture(): AsyncGenerator<Buffer> {
    const connection = connections((await shippedPdus()).slice(0, 5));
    yield HEAD;
    for (let number = 0; number < STREAMS; number++) yield connection(number, 0, 4);
    for (let number = 0; number < STREAMS; number++) yield connection(number, 4);
  }

  test('have kept their number, their interface, and who is at the other end', async () => {
    const seen = new Set<number>();
    const kinds = new Map<string, number>();
    const problems: string[] = [];
    const read = await new Auditor().file(capture(), {
      item(item) {
        // Each has the same handshake.
        if (item.kind === 'finding' && (item.finding === 'relay' || item.finding === 'missing-mic')) return;
        const kind =
          item.kind === 'finding'
            ? item.finding
            : `${item.operation} ${item.auth_level} ${item.level_from} ${item.user} ${item.mechanism} ${item.answer}`;
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        if (item.kind === 'activation') seen.add(item.stream);
      },
      problem: ({ severity, message }) => void problems.push(`${severity}: ${message}`),
    });
    expect(read.streams).toBe(STREAMS);
    expect([...kinds]).toEqual([
      ['IRemoteSCMActivator::RemoteCreateInstance 2 association LAB\\op NTLM accepted', STREAMS],
    ]);
    expect(seen.size).toBe(STREAMS);
    expect(problems).toEqual([expect.stringMatching(/^warning: \d+ connections were forgotten while they were open/)]);
  });
});
