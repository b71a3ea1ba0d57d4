import { PassiveBudget } from '../../rpc/index.js';
import { type Sniffer, sniffer } from '../../security/index.js';
import type { DecodedCall } from '../decode/call.js';
import { References } from '../decode/references.js';
import { SmartBuffers } from '../decode/said/index.js';
import type { Problem } from '../file/error.js';
import type { Packet } from '../file/packet.js';
import { CaptureReader } from '../file/reader.js';
import { AssemblyBudget } from '../stream/assembly.js';
import { KDC_PORT } from '../stream/kdc.js';
import { consumersOf } from './consumers.js';
import { Content } from './content/content.js';
import { MemorySpool, type Spool } from './content/spool.js';
import { replaceKdcMessage } from './kdc.js';
import { Learner } from './learn.js';
import { FILE_HEAD, type PacketWriter, writerLike } from './output/writer.js';
import type { Pseudonyms } from './pseudonyms/pseudonyms.js';
import { Rewriter } from './rewrite.js';
import { WmiReplacer } from './rpc/wmi.js';
import { Sessions } from './sessions.js';
import { smbShared } from './smb/consumer.js';
import { Tally } from './tally.js';
import { Resigning } from './tokens/resign.js';

/** Octets that the secret is made of. */
const PASSWORD = 8;

/** What making a capture fit to be given away takes. */
export interface SanitizerOptions {
  /** Gives pseudonyms, and has the table of them. */
  readonly names: Pseudonyms;
  /** Named in problems. */
  readonly file?: string;
  /** Where octets that were rewritten wait for the second pass; memory where absent. */
  readonly spool?: Spool;
  /** Follows handshakes with the secrets that are known, so that what is sealed can be rewritten. */
  readonly observe?: Sniffer;
  /** Told what of the file could not be read: it is not in the result. */
  readonly onProblem?: (problem: Problem) => void;
}

/**
 * Makes a capture fit to be given away, in two passes over its octets: `learn` takes them all in pieces of any size, and
 * `learned` ends that; then `rewrite` takes them again, and gives those of the result. Does no I/O.
 */
export class Sanitizer {
  /** What was zeroed, and why. */
  readonly tally = new Tally();
  /** Whose RPC the secrets open, once `learned`. */
  readonly sessions = new Sessions();
  /** Packets of the result. */
  packets = 0;
  /** What opens the result: the secret by which it was signed anew. */
  readonly password: string;
  readonly #options: SanitizerOptions;
  readonly #learner: Learner;
  readonly #reading: CaptureReader;
  readonly #rewriter: Rewriter;
  #writing: CaptureReader | undefined;
  #start: Buffer = Buffer.alloc(0);
  #writer: PacketWriter | undefined;
  #out: Buffer[] = [];

  constructor(options: SanitizerOptions) {
    const { names, spool = new MemorySpool(), observe = sniffer(), onProblem = () => {} } = options;
    this.#options = options;
    this.password = names.made('password', '', PASSWORD).toString('hex');
    const { tally, sessions } = this;
    const content = new Content(spool);
    const parts = {
      names,
      tally,
      sessions,
      observe,
      resigning: new Resigning(names, this.password),
      wmi: new WmiReplacer(names),
      decoder: {
        budget: new PassiveBudget<DecodedCall>(),
        buffers: new SmartBuffers(),
        references: new References(),
      },
      assemblies: new AssemblyBudget(),
    };
    const datagram = (payload: Buffer, ports: readonly [number, number]): boolean =>
      ports.includes(KDC_PORT) && replaceKdcMessage({ names, tally }, payload);
    const open = consumersOf(
      smbShared(parts),
      (direction, length) => this.#learner.placeOf(direction, length),
      (direction, place, octets) => content.put(this.#learner.numberOf(direction), place, octets),
    );
    this.#learner = new Learner(content, open, datagram);
    this.#rewriter = new Rewriter(names, tally, content, this.#learner, datagram);
    this.#reading = this.#reader((packet) => this.#learner.packet(packet), onProblem);
  }

  /** Throws `CaptureError` where this is no capture. */
  learn(chunk: Uint8Array): void {
    if (this.#start.length < FILE_HEAD)
      this.#start = Buffer.concat([this.#start, chunk.subarray(0, FILE_HEAD - this.#start.length)]);
    this.#reading.push(chunk);
  }

  /** Throws `CaptureError` where there never was a whole file header. */
  learned(): void {
    this.#reading.end();
    this.#learner.end();
    this.#writer = writerLike(this.#start);
    this.#out.push(this.#writer.head);
    this.#writing = this.#reader(
      (packet) => this.#packet(packet),
      () => {},
    );
  }

  /** The octets of the result that these of the source make. */
  rewrite(chunk: Uint8Array): Buffer {
    this.#writing?.push(chunk);
    return this.#taken();
  }

  /** The rest of the result. */
  rewritten(): Buffer {
    this.#writing?.end();
    return this.#taken();
  }

  #taken(): Buffer {
    const all = Buffer.concat(this.#out);
    this.#out = [];
    return all;
  }

  #packet(packet: Packet): void {
    this.packets++;
    const bytes = this.#rewriter.replace(packet);
    this.#out.push((this.#writer as PacketWriter).packet(packet, bytes));
  }

  #reader(onPacket: (packet: Packet) => void, onProblem: (problem: Problem) => void): CaptureReader {
    return new CaptureReader({ file: this.#options.file ?? 'capture', onPacket, onProblem });
  }
}
