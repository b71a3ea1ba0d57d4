import type { CallRecord } from '../../../capture/decode/call-record.js';
import type { RecordHandlers } from '../../../capture/decode/records.js';
import type { CapturedPdu, OpenStream } from '../../../capture/pdu/pdu.js';
import { isSmbPort } from '../../../capture/pdu/smb.js';
import type { Connection, Direction } from '../../../capture/stream/connection.js';
import type { PacketObserver } from '../../../capture/stream/observed.js';
import { Deliveries, type Place } from './deliveries.js';
import { Frames } from './frames.js';
import { SmbOpens } from './smb-opens.js';

/** Packets of calls that are kept until it is known whether they fit. */
const MOST_OPEN = 1_000_000;
/** Datagrams in fragments that are kept in mind; one that is older is taken for the packet that completed it. */
const MOST_FRAGMENTED = 65_536;

/** A connection, and where its octets came from. */
interface Followed {
  /** Of SMB. */
  readonly opens: SmbOpens | undefined;
  readonly directions: Map<Direction, Deliveries>;
}

/**
 * The packets of what is chosen of captures: every one that brought an octet of a PDU that fits, also as a segment that
 * came out of order, a fragment of IP or a part of a message of SMB, with what opened its pipe; of a call those of all its PDUs.
 */
export class ChosenPackets implements PacketObserver {
  /** By the path of the file. */
  readonly frames = new Map<string, Frames>();
  readonly #calls: boolean;
  readonly #connections = new Map<Connection, Followed>();
  readonly #byStream = new Map<number, Connection>();
  readonly #fragments = new Map<string, readonly number[]>();
  /** The packets of the PDU that is told next. */
  #pdu: readonly Place[] = [];
  /** Those of calls that have no answer yet. */
  readonly #open = new Map<string, Place[]>();
  #places = 0;

  constructor({ calls }: { readonly calls: boolean }) {
    this.#calls = calls;
  }

  /** Packets in all. */
  get count(): number {
    return [...this.frames.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** The same consumers, which are told of each PDU after this is. */
  opening =
    (open: OpenStream): OpenStream =>
    (stream, remainder, pipe) => {
      const next = open(stream, remainder, pipe);
      const take = (pdu: CapturedPdu): void => this.#take(pdu);
      return {
        pdu(pdu) {
          take(pdu);
          next.pdu(pdu);
        },
        cut(pdu) {
          take(pdu);
          next.cut?.(pdu);
        },
        end: () => next.end?.(),
        get remainder() {
          return next.remainder;
        },
      };
    };

  /** The same handlers; what `fitting` counts after one of them is chosen. */
  choosing({ record, call, ...rest }: RecordHandlers, fitting: () => number): RecordHandlers {
    const chosen = (act: () => void): boolean => {
      const before = fitting();
      act();
      return fitting() > before;
    };
    return {
      ...rest,
      ...(record && {
        record: (each, decoded) => {
          if (chosen(() => record(each, decoded))) this.#keep(this.#pdu);
        },
      }),
      ...(call && {
        call: (each) => {
          const key = callKey(each.stream, each.fid, each.call_id);
          const places = this.#open.get(key) ?? [];
          this.#open.delete(key);
          this.#places -= places.length;
          if (chosen(() => call(each))) this.#keep(places);
        },
      }),
    };
  }

  fragments(file: string, frame: number, frames: readonly number[]): void {
    const [oldest] = this.#fragments.keys();
    if (this.#fragments.size >= MOST_FRAGMENTED && oldest !== undefined) this.#fragments.delete(oldest);
    this.#fragments.set(`${frame} ${file}`, frames);
  }

  data(direction: Direction, bytes: Buffer, start: number, end: number, file: string, frame: number): void {
    this.#deliveriesOf(direction).add({ file, frame }, bytes, start, end);
  }

  gap(direction: Direction): void {
    this.#deliveriesOf(direction).gap();
  }

  end(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#byStream.get(connection.stream) === connection) this.#byStream.delete(connection.stream);
  }

  #deliveriesOf(direction: Direction): Deliveries {
    const { connection } = direction;
    let followed = this.#connections.get(connection);
    if (followed === undefined) {
      followed = { opens: isSmbPort(connection) ? new SmbOpens() : undefined, directions: new Map() };
      this.#connections.set(connection, followed);
      this.#byStream.set(connection.stream, connection);
    }
    const known = followed.directions.get(direction);
    if (known !== undefined) return known;
    const deliveries = new Deliveries(followed.opens, direction.fromSyn);
    followed.directions.set(direction, deliveries);
    return deliveries;
  }

  #take(pdu: CapturedPdu): void {
    const connection = this.#byStream.get(pdu.stream);
    const direction = connection && (pdu.src === connection.first ? connection.forward : connection.backward);
    const followed = connection && this.#connections.get(connection);
    const own = direction && followed?.directions.get(direction)?.since(pdu.firstFrame);
    const opens = pdu.pipe === undefined ? [] : (followed?.opens?.of(pdu.pipe.fid) ?? []);
    this.#pdu = [...(own ?? []), ...opens];
    if (!this.#calls) return;
    const key = callKey(pdu.stream, pdu.pipe?.fid, callIdOf(pdu.bytes));
    const places = this.#open.get(key) ?? [];
    if (places.length === 0) this.#open.set(key, places);
    if (this.#places >= MOST_OPEN) this.#forget();
    places.push(...this.#pdu);
    this.#places += this.#pdu.length;
  }

  /** The oldest: a bind has no answer that would end it as a call. */
  #forget(): void {
    const [oldest] = this.#open;
    if (oldest === undefined) return;
    this.#places -= oldest[1].length;
    this.#open.delete(oldest[0]);
  }

  #keep(places: readonly Place[]): void {
    for (const { file, frame } of places) {
      const key = `${frame} ${file}`;
      for (const each of this.#fragments.get(key) ?? [frame]) this.#framesOf(file).add(each);
    }
  }

  #framesOf(file: string): Frames {
    const known = this.frames.get(file);
    if (known !== undefined) return known;
    const frames = new Frames();
    this.frames.set(file, frames);
    return frames;
  }
}

const callKey = (stream: number, fid: string | undefined, call: CallRecord['call_id']): string =>
  `${stream} ${fid ?? ''} ${call}`;

/** C706 12.6.3.1: call_id, in the byte order that the data representation says. */
const callIdOf = (bytes: Buffer): number =>
  (bytes[4] as number) & 0x10 ? bytes.readUInt32LE(12) : bytes.readUInt32BE(12);
