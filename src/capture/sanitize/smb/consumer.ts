import { session_packet_header } from '../../../codec/smb/index.js';
import { COMMON_HEADER, fragLength } from '../../pdu/recognise.js';
import { SmbConnection } from '../../smb/connection.js';
import type { NamedPipe } from '../../smb/pipe.js';
import { SmbBudget } from '../../smb/tables.js';
import type { Connection, Direction, StreamConsumer } from '../../stream/connection.js';
import { type Give, Provenance } from '../content/provenance.js';
import { type PlaceOf, RpcStream, type RpcStreamOptions, type Source, type When } from '../rpc/stream.js';
import { TokenReplacer } from '../tokens/token.js';
import { SmbMemory, SmbSplitter, type SmbUnit } from './splitter.js';
import { replaceUnit } from './unit.js';

/** What the connections of SMB of one capture share. */
export interface SmbShared extends RpcStreamOptions {
  readonly smbBudget: SmbBudget;
  readonly smbMemory: SmbMemory;
  /** The message that is being read: what is handed on of pipes is a part of it, whichever connection has opened them. */
  readonly reading: { unit: Unit | undefined };
}

export const smbShared = (options: RpcStreamOptions): SmbShared => ({
  ...options,
  smbBudget: new SmbBudget(),
  smbMemory: new SmbMemory(),
  reading: { unit: undefined },
});

interface Way {
  readonly provenance: Provenance;
  readonly splitter: SmbSplitter;
}

/** The message that is being read. */
interface Unit {
  readonly direction: Direction;
  readonly bytes: Buffer;
  readonly out: Buffer;
  readonly place: number;
  /** Where in it octets of pipes are. */
  readonly delivered: [from: number, to: number][];
}

/**
 * A connection of SMB: each message is rewritten by itself, and the reader of pipes is given it too, so that the RPC in
 * it is rewritten as over TCP.
 */
export class SmbConsumer implements StreamConsumer {
  readonly remainder = undefined;
  readonly #shared: SmbShared;
  readonly #placeOf: PlaceOf;
  readonly #give: Give;
  readonly #smb: SmbConnection;
  readonly #tokens: TokenReplacer;
  #forward: Way | undefined;
  #backward: Way | undefined;
  #when: When = { frame: 0, seconds: 0, nanoseconds: 0 };

  constructor(shared: SmbShared, connection: Connection, placeOf: PlaceOf, give: Give) {
    this.#shared = shared;
    this.#placeOf = placeOf;
    this.#give = give;
    this.#tokens = new TokenReplacer(shared.names, shared.tally);
    this.#smb = new SmbConnection(
      {
        open: (home, pipe) => this.#pipe(home, pipe),
        isPdu: (bytes, at, end) => end - at >= COMMON_HEADER && fragLength(bytes, at) > 0,
        closed: () => {},
        budget: shared.smbBudget,
        assemblies: shared.assemblies,
      },
      connection,
    );
  }

  get valued(): boolean {
    return this.#smb.valued;
  }

  data(
    direction: Direction,
    bytes: Buffer,
    start: number,
    end: number,
    frame: number,
    seconds: number,
    nanoseconds: number,
  ): void {
    this.#when = { frame, seconds, nanoseconds };
    const way = this.#way(direction, direction.fromSyn);
    way.provenance.add(direction, this.#placeOf(direction, end - start), end - start);
    way.splitter.data(bytes, start, end);
  }

  gap(direction: Direction, lost: number, frame: number, snapped: boolean): void {
    this.#when = { ...this.#when, frame };
    const way = this.#way(direction, false);
    // The reader hands on what the splitter gives of a cut message when it hears of the gap.
    way.splitter.gap(lost);
    way.provenance.skip(Math.max(0, lost));
    this.#smb.gap(direction, lost, frame, snapped);
    this.#finish();
  }

  end(): void {
    this.#forward?.splitter.end();
    this.#finish();
    this.#backward?.splitter.end();
    this.#smb.end();
    this.#finish();
  }

  #way(direction: Direction, fromStart: boolean): Way {
    const known = direction.forward ? this.#forward : this.#backward;
    if (known !== undefined) return known;
    const splitter = new SmbSplitter(fromStart, this.#shared.smbMemory, (unit) => this.#take(direction, unit));
    const way = { provenance: new Provenance(), splitter };
    if (direction.forward) this.#forward = way;
    else this.#backward = way;
    return way;
  }

  #take(direction: Direction, { bytes, start, missing }: SmbUnit): void {
    const { names, tally } = this.#shared;
    const { provenance } = this.#way(direction, false);
    const [origin] = provenance.origins(start, bytes.length);
    provenance.forget(start);
    if (origin === undefined) return;
    const out = Buffer.alloc(bytes.length);
    replaceUnit({ names, tally, tokens: this.#tokens, bytes, out });
    this.#shared.reading.unit = { direction, bytes, out, place: origin.place, delivered: [] };
    const { frame, seconds, nanoseconds } = this.#when;
    this.#smb.data(direction, bytes, 0, bytes.length, frame, seconds, nanoseconds);
    if (missing === 0) this.#finish();
  }

  /** Gives the message without the octets of pipes, which whoever took them gives. */
  #finish(): void {
    const unit = this.#shared.reading.unit;
    this.#shared.reading.unit = undefined;
    if (unit === undefined) return;
    const { direction, place, out } = unit;
    let at = 0;
    for (const [from, to] of unit.delivered.sort(([a], [b]) => a - b)) {
      if (from > at) this.#give(direction, place + at, out.subarray(at, from));
      at = Math.max(at, to);
    }
    this.#give(direction, place + at, out.subarray(at));
  }

  /** The consumer of a pipe: its octets are those of the message that is being read. */
  #pipe(home: Connection, pipe: NamedPipe): StreamConsumer {
    const rpc = new RpcStream(this.#shared, home, this.#give, { pipe });
    return {
      get valued() {
        return rpc.found;
      },
      remainder: undefined,
      data: (direction, bytes, start, end, frame, seconds, nanoseconds) => {
        const source = this.#within(bytes, start, end);
        if (source === undefined) rpc.gap(direction, end - start, false);
        else rpc.data(direction, bytes, start, end, source, { frame, seconds, nanoseconds });
      },
      gap: (direction, lost, _frame, snapped) => rpc.gap(direction, lost, snapped),
      end: () => rpc.end(),
    };
  }

  /** Where octets of the message that is being read stood. */
  #within(bytes: Buffer, start: number, end: number): Source | undefined {
    const { unit } = this.#shared.reading;
    if (unit === undefined) return undefined;
    const view = bytes.buffer === unit.bytes.buffer;
    const from = view ? bytes.byteOffset - unit.bytes.byteOffset + start : session_packet_header.size + start;
    unit.delivered.push([from, from + end - start]);
    return { owner: unit.direction, place: unit.place + from };
  }
}
