import { ipv4_header, tcp_header } from '../../src/codec/inet/headers.js';
import { enhanced_packet_block, option_header, PCAPNG_BLOCK, PCAPNG_OPTION } from '../../src/codec/pcap/pcapng.js';
import type { Accept, Channel, Listener } from '../../src/net/channel.js';
import type { Network } from '../../src/net/network.js';
import { type LinkOptions, SimulatedNetwork, VirtualTime } from '../../src/net/simulation/index.js';

export const START = Date.parse('2022-06-14T09:00:00Z');
export const CLIENT = '10.0.0.1';
export const SERVER = '10.0.0.2';
export const PORT = 135;

/** What one end of a connection was told, in its order. */
export class Heard {
  readonly pieces: Buffer[] = [];
  /** Microseconds of the simulation at which each piece came. */
  readonly times: number[] = [];
  readonly closed: (Error | undefined)[] = [];
  channel: Channel | undefined;
  readonly #now: () => number;

  constructor(now: () => number = () => 0) {
    this.#now = now;
  }

  readonly accept: Accept = (channel) => {
    this.channel = channel;
    return {
      data: (bytes) => {
        if (this.closed.length > 0) throw new Error('octets after the end');
        this.pieces.push(bytes);
        this.times.push(this.#now());
      },
      closed: (error) => void this.closed.push(error),
    };
  };

  get text(): string {
    return Buffer.concat(this.pieces).toString('latin1');
  }

  send(text: string): void {
    (this.channel as Channel).send(Buffer.from(text, 'latin1'));
  }
}

/** A client and a server on a simulated network, and what a sniffer saw of them. */
export class TwoHosts {
  readonly time = new VirtualTime({ start: START });
  readonly network: SimulatedNetwork;
  readonly client: Network;
  readonly server: Network;
  readonly blocks: Buffer[] = [];

  constructor(link: LinkOptions = {}, { recorded = true } = {}) {
    const { time } = this;
    this.network = new SimulatedNetwork({
      time,
      link,
      ...(recorded && { record: (block: Buffer) => void this.blocks.push(block) }),
    });
    this.network.addHost('client', [CLIENT]);
    this.network.addHost('server', [SERVER]);
    this.client = this.network.of('client');
    this.server = this.network.of('server');
  }

  heard(): Heard {
    return new Heard(() => this.time.microseconds);
  }

  /** A connection that is open at both ends. */
  async connected(): Promise<{ client: Heard; server: Heard; listener: Listener }> {
    const [client, server] = [this.heard(), this.heard()];
    const listener = await this.server.listen({ host: SERVER, port: PORT }, server.accept);
    await this.time.run(this.client.connect({ host: SERVER, port: PORT }, client.accept));
    // The server's end is open when the client's acknowledgment is there.
    await this.time.pass(1_000);
    return { client, server, listener };
  }

  get recording(): Buffer {
    return Buffer.concat(this.blocks);
  }

  get packets(): Packet[] {
    return packetsOf(this.blocks);
  }
}

export interface Packet {
  /** Microseconds since `START`. */
  readonly at: number;
  readonly interface: number;
  readonly from: string;
  readonly flags: string;
  readonly sequence: number;
  readonly text: string;
  readonly comment: string | undefined;
}

const ETHERNET = 14;
const IPV4 = 20;

/** The packets of a recording, given block by block, as the recorder wrote them. */
export const packetsOf = (blocks: readonly Buffer[]): Packet[] =>
  blocks.filter((block) => block.readUInt32LE(0) === PCAPNG_BLOCK.ENHANCED_PACKET).map(packetOf);

function packetOf(block: Buffer): Packet {
  const { interface_id, timestamp_high, timestamp_low, captured_length } = enhanced_packet_block.decode(block, 8);
  const frame = block.subarray(28, 28 + captured_length);
  const ip = ipv4_header.decode(frame, ETHERNET, 'big');
  const tcp = tcp_header.decode(frame, ETHERNET + IPV4, 'big');
  const nanoseconds = (BigInt(timestamp_high) << 32n) | BigInt(timestamp_low);
  return {
    at: Number(nanoseconds / 1000n) - START * 1000,
    interface: interface_id,
    from: [...ip.source].join('.'),
    flags: ['F', 'S', 'R', 'P', 'A'].filter((_, bit) => tcp.flags & (1 << bit)).join(''),
    sequence: tcp.sequence_number,
    text: frame.subarray(ETHERNET + IPV4 + (tcp.data_offset >>> 4) * 4).toString('latin1'),
    comment: commentOf(block, 28 + captured_length + (-captured_length & 3)),
  };
}

function commentOf(block: Buffer, options: number): string | undefined {
  if (block.length - 4 <= options) return undefined;
  const { code, length } = option_header.decode(block, options);
  return code === PCAPNG_OPTION.COMMENT ? block.toString('utf8', options + 4, options + 4 + length) : undefined;
}
