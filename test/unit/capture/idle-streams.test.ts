import { describe, expect, test } from 'vitest';
import { CallTimes } from '../../../src/capture/call-times.js';
import { CaptureDecoder } from '../../../src/capture/decode.js';
import { PduReader } from '../../../src/capture/pdu-reader.js';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../../src/net/pcapng.js';
import { retained } from '../../support/memory.js';
import { observerOf } from '../../support/observers.js';
import { ethernetFrame, type Sent } from '../../support/segments.js';
import { SHIPPED_PASSWORD, shippedPdus } from '../../support/shipped.js';

type Pdus = Awaited<ReturnType<typeof shippedPdus>>;

/** The packets of one connection: these PDUs, one a segment, and no end. Made once; only the ports change, in place. */
function connections(pdus: Pdus): (number: number) => Buffer {
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
  return (number) => {
    const [client, server] = [1024 + (number % 50_000), 40_000 + Math.floor(number / 50_000)];
    for (const { each, block } of blocks) {
      block.writeUInt16BE(each.from === 'server' ? server : client, PORTS);
      block.writeUInt16BE(each.from === 'server' ? client : server, PORTS + 2);
    }
    return Buffer.concat(blocks.map(({ block }) => block));
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
      const decoder = new CaptureDecoder(observe === undefined ? {} : { observe });
      const times = new CallTimes();
      const counted = { pdus: 0, activations: 0 };
      const reader = new PduReader({
        onPdu(captured) {
          const decoded = decoder.take(captured);
          times.take(decoded);
          counted.pdus++;
          if (decoded.operation?.name === 'RemoteCreateInstance') counted.activations++;
        },
        onEnd({ stream }) {
          decoder.end(stream);
          times.end(stream);
        },
      });
      reader.push(Buffer.concat([sectionHeader('test'), interfaceDescription({ name: 'test', linkType: 1 })]));
      for (let number = 0; number < streams; number++) reader.push(connection(number));
      return { counted, streams: reader.streams, held: [decoder, times, reader] };
    });
    expect(value.streams).toBe(streams);
    expect(value.counted).toEqual({ pdus: 4 * streams, activations: streams });
    expect(octets).toBeLessThan(most);
  });
});
