import type { CallRecord } from '../../../capture/decode/call-record.js';
import type { RecordHandlers } from '../../../capture/decode/records.js';
import type { CapturedPdu, OpenStream } from '../../../capture/pdu/pdu.js';
import type { Connection, Direction } from '../../../capture/stream/connection.js';
import { KDC_PORT } from '../../../capture/stream/kdc.js';
import type { PacketObserver } from '../../../capture/stream/observed.js';
import type { Endpoint } from '../../../codec/inet/address.js';
import { remember } from '../../../codec/remember.js';
import { PFC, PTYPE } from '../../../codec/rpce/constants.js';
import { readCommonHeader } from '../../../codec/rpce/header.js';
import { type Association, Associations, isHandshake } from './associations.js';
import { Channels } from './channels.js';
import type { Place } from './deliveries.js';
import { Frames } from './frames.js';
import { KdcPackets } from './kdc-packets.js';

/** Datagrams in fragments that are kept in mind; one that is older is taken for the packet that completed it. */
const MOST_FRAGMENTED = 65_536;

/** What is kept in mind of a capture; of what is older, what is chosen later lacks packets. */
export interface ChosenLimits {
  /** Packets of calls that are kept until it is known whether they fit. */
  readonly open: number;
  readonly associations: number;
}

const LIMITS: ChosenLimits = { open: 1_000_000, associations: 16_384 };

/** What is kept where a PDU or a call is chosen. */
interface Told {
  readonly association: Association;
  readonly places: Place[];
  /** Packets of it had been forgotten before. */
  lacking: boolean;
}

/**
 * The packets of what is chosen of captures: every one that brought an octet of a PDU that fits, also as a segment that
 * came out of order, a fragment of IP or a part of a message of SMB; of a call those of all its PDUs. With them those that
 * say what it is: of its connection's SYN, of the handshakes of its association, of what opened its pipe, and of an answer
 * the request.
 */
export class ChosenPackets implements PacketObserver {
  /** By the path of the file. */
  readonly frames = new Map<string, Frames>();
  /** What was chosen of which packets had been forgotten: PDUs, or calls. */
  lacking = 0;
  readonly #calls: boolean;
  readonly #most: number;
  readonly #channels = new Channels();
  readonly #associations: Associations;
  readonly #kdc = new KdcPackets();
  readonly #fragments = new Map<string, readonly number[]>();
  /** The PDU that is told next. */
  #pdu: Told | undefined;
  /** Calls that have no answer yet. */
  readonly #open = new Map<string, Told>();
  #places = 0;
  #forgot = false;

  constructor({ calls }: { readonly calls: boolean }, { open, associations }: ChosenLimits = LIMITS) {
    this.#calls = calls;
    this.#most = open;
    this.#associations = new Associations(associations);
  }

  /** Packets in all. */
  get count(): number {
    return [...this.frames.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** Of one more capture the same consumers, which are told of each PDU after this is. */
  consumers(open: OpenStream): OpenStream {
    this.#associations.clear();
    this.#open.clear();
    this.#places = 0;
    this.#forgot = false;
    const take = (pdu: CapturedPdu): void => this.#take(pdu);
    return (stream, remainder, pipe) => {
      const next = open(stream, remainder, pipe);
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
  }

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
          const told = this.#open.get(key);
          this.#close(key);
          if (chosen(() => call(each))) this.#keep(told);
        },
      }),
    };
  }

  fragments(file: string, frame: number, frames: readonly number[]): void {
    remember(this.#fragments, `${frame} ${file}`, frames, MOST_FRAGMENTED);
  }

  opening(direction: Direction, file: string, frame: number): void {
    this.#channels.opening(direction, file, frame);
  }

  data(direction: Direction, bytes: Buffer, start: number, end: number, file: string, frame: number): void {
    const { connection } = direction;
    if (connection.uses(KDC_PORT)) this.kdcDatagram(connection.first, connection.second, file, frame);
    else this.#channels.data(direction, bytes, start, end, file, frame);
  }

  kdcDatagram(source: Endpoint, destination: Endpoint, file: string, frame: number): void {
    const { port, address } = source;
    this.#kdc.add(port === KDC_PORT ? destination.address : address, { file, frame, order: 0 });
  }

  gap(direction: Direction): void {
    if (!direction.connection.uses(KDC_PORT)) this.#channels.gap(direction);
  }

  end(connection: Connection): void {
    this.#channels.end(connection);
  }

  #take(pdu: CapturedPdu): void {
    const { channels, ...found } = this.#channels.of(pdu);
    const { places, lacking } = found;
    const association = this.#associations.of(pdu, found, channels, this.#channels);
    this.#pdu = { association, places: [...places], lacking };
    if (isHandshake(pdu)) return;
    const key = callKey(pdu.stream, pdu.pipe?.fid, readCommonHeader(pdu.bytes).call_id);
    // Where calls are chosen, they end by being told.
    if (!this.#calls && begins(pdu)) this.#close(key);
    const told = this.#open.get(key) ?? { association, places: [], lacking: this.#forgot && !begins(pdu) };
    this.#close(key);
    told.places.push(...places);
    told.lacking ||= lacking;
    this.#pdu = told;
    if (!this.#calls && answers(pdu)) return;
    if (this.#places >= this.#most) this.#forget();
    this.#open.set(key, told);
    this.#places += told.places.length;
  }

  #close(key: string): void {
    this.#places -= this.#open.get(key)?.places.length ?? 0;
    this.#open.delete(key);
  }

  #forget(): void {
    const [oldest] = this.#open.keys();
    if (oldest === undefined) return;
    this.#close(oldest);
    this.#forgot = true;
  }

  #keep(told: Told | undefined): void {
    if (told === undefined || told.lacking || told.association.lacking) this.lacking++;
    if (told === undefined) return;
    const { places, association } = told;
    const { pipe } = association;
    this.#write(places);
    this.#write(association.handshakes);
    for (const { connection, syns, opens } of association.channels) {
      const { address } = connection.client === 'second' ? connection.second : connection.first;
      this.#write(this.#kdc.take(address));
      this.#write(syns);
      if (pipe !== undefined) this.#write(opens?.of(pipe.fid) ?? []);
    }
  }

  #write(places: readonly Place[]): void {
    for (const { file, frame, before } of places) {
      if (before !== undefined) this.#write([before]);
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

const hasFlag = ({ bytes }: CapturedPdu, flag: number): boolean => ((bytes[3] as number) & flag) !== 0;
const begins = (pdu: CapturedPdu): boolean => pdu.type === PTYPE.request && hasFlag(pdu, PFC.FIRST_FRAG);
const answers = (pdu: CapturedPdu): boolean =>
  pdu.type === PTYPE.fault || (pdu.type === PTYPE.response && hasFlag(pdu, PFC.LAST_FRAG));
