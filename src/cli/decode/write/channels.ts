import type { CapturedPdu } from '../../../capture/pdu/pdu.js';
import { isSmbPort } from '../../../capture/pdu/smb.js';
import type { Connection, Direction } from '../../../capture/stream/connection.js';
import { Deliveries, type Place } from './deliveries.js';
import { SmbOpens } from './smb-opens.js';

/** SYN and its answer, and a few that were sent again. */
const MOST_SYNS = 16;

/** A connection, and where its octets came from. */
export interface Followed {
  readonly connection: Connection;
  /** Without them a port that was used again has one connection, and RPC on a port of SMB is not believed. */
  readonly syns: readonly Place[];
  /** Of SMB. */
  readonly opens: SmbOpens | undefined;
  readonly directions: Map<Direction, Deliveries>;
}

/** Packets that brought something. */
export interface Found {
  readonly places: readonly Place[];
  /** There were more of them, which had been forgotten. */
  readonly lacking: boolean;
}

/** The open connections, and of each which packets brought what. */
export class Channels {
  readonly #followed = new Map<Connection, Followed>();
  readonly #byStream = new Map<number, Followed>();
  readonly #syns = new WeakMap<Connection, Place[]>();
  /** Of SMB, by the addresses of both ends: several can serve one pipe ([MS-SMB2] 3.2.4.1.8). */
  readonly #smb = new Map<string, Set<Followed>>();
  /** It spoke last. */
  #latest: Followed | undefined;
  #order = 0;

  opening({ connection }: Direction, file: string, frame: number): void {
    const syns = this.#syns.get(connection) ?? [];
    if (syns.length === 0) this.#syns.set(connection, syns);
    if (syns.length < MOST_SYNS) syns.push(this.#place(file, frame));
  }

  data(direction: Direction, bytes: Buffer, start: number, end: number, file: string, frame: number): void {
    const deliveries = this.#deliveriesOf(direction);
    const followed = this.#latest;
    const place = this.#place(file, frame);
    const before = followed?.opens && followed.directions.get(direction.reverse)?.last;
    // A copy: a chain of all would never be forgotten.
    deliveries.add(
      before === undefined ? place : { ...place, before: { ...before, before: undefined } },
      bytes,
      start,
      end,
    );
  }

  gap(direction: Direction): void {
    this.#deliveriesOf(direction).gap();
  }

  end(connection: Connection): void {
    const followed = this.#followed.get(connection);
    if (followed === undefined) return;
    followed.directions.clear();
    this.#followed.delete(connection);
    if (this.#byStream.get(connection.stream) === followed) this.#byStream.delete(connection.stream);
    if (followed.opens === undefined) return;
    for (const { address } of [connection.first, connection.second]) {
      this.#smb.get(address)?.delete(followed);
      if (this.#smb.get(address)?.size === 0) this.#smb.delete(address);
    }
  }

  /** Every packet of a connection so far. */
  all(stream: number): Found {
    const { directions = new Map<Direction, Deliveries>() } = this.#byStream.get(stream) ?? {};
    const deliveries = [...directions.values()];
    return { places: deliveries.flatMap((each) => each.since(0)), lacking: deliveries.some((each) => each.lacks(0)) };
  }

  /** The packets of a PDU, and the connections that brought them, or that its pipe was opened by. */
  of(pdu: CapturedPdu): Found & { readonly channels: readonly Followed[] } {
    const home = this.#byStream.get(pdu.stream);
    if (home === undefined) return { places: [], lacking: false, channels: [] };
    const { fid } = pdu.pipe ?? {};
    const others = pdu.pipe === undefined ? [] : this.#beside(home, pdu.server.address);
    const latest = others.filter((each) => each === this.#latest);
    const came = (each: Followed): boolean => sameWay(each, pdu)?.orderOf(pdu.firstFrame) !== undefined;
    const found = [...latest, home, ...others].find(came) ?? home;
    const order = sameWay(found, pdu)?.orderOf(pdu.firstFrame) ?? 0;
    const split = pdu.frame !== pdu.firstFrame;
    const parts = [home, ...others]
      .filter((each) => split || each === found)
      .map((channel) => ({ channel, places: sameWay(channel, pdu)?.since(order) ?? [] }))
      .filter(({ channel, places }) => channel === found || places.length > 0);
    const opened = others.filter(({ opens }) => fid !== undefined && isFileId(fid) && opens?.has(fid));
    const channels = new Set([home, ...parts.map(({ channel }) => channel), ...opened]);
    const lacking = sameWay(found, pdu)?.lacks(order) ?? false;
    return { places: parts.flatMap(({ places }) => places), lacking, channels: [...channels] };
  }

  #place(file: string, frame: number): Place {
    return { file, frame, order: this.#order++ };
  }

  /** The others of SMB to the same server. */
  #beside(home: Followed, server: string): readonly Followed[] {
    return [...(this.#smb.get(server) ?? [])].filter((each) => each !== home);
  }

  #deliveriesOf(direction: Direction): Deliveries {
    const followed = this.#followed.get(direction.connection) ?? this.#follow(direction.connection);
    this.#latest = followed;
    const known = followed.directions.get(direction);
    if (known !== undefined) return known;
    const deliveries = new Deliveries(followed.opens, direction.fromSyn);
    followed.directions.set(direction, deliveries);
    return deliveries;
  }

  #follow(connection: Connection): Followed {
    const opens = isSmbPort(connection) ? new SmbOpens() : undefined;
    const syns = this.#syns.get(connection) ?? [];
    this.#syns.set(connection, syns);
    const followed: Followed = { connection, syns, opens, directions: new Map() };
    this.#followed.set(connection, followed);
    this.#byStream.set(connection.stream, followed);
    if (opens === undefined) return followed;
    for (const { address } of [connection.first, connection.second]) {
      const there = this.#smb.get(address) ?? new Set();
      this.#smb.set(address, there.add(followed));
    }
    return followed;
  }
}

/** Of SMB2; a FID of SMB1 belongs to its connection only. */
const isFileId = (fid: string): boolean => fid.length === 32;

function sameWay({ connection, directions }: Followed, { direction }: CapturedPdu): Deliveries | undefined {
  const { forward, backward } = connection;
  return directions.get(forward.toServer === (direction === 'toServer') ? forward : backward);
}
