import { isSmbPort } from '../pdu/smb.js';
import type { Connection, Direction, StreamConsumer } from '../stream/connection.js';
import { KDC_PORT } from '../stream/kdc.js';
import type { OpenConnection } from '../stream/tcp.js';
import { KdcReplacer } from './kdc.js';
import { type Give, type PlaceOf, RpcStream, type RpcStreamOptions } from './rpc/stream.js';

/** Gives who rewrites what a connection carries, by its ports. */
export const consumersOf =
  (options: RpcStreamOptions, placeOf: PlaceOf, give: Give): OpenConnection =>
  (connection) => {
    if (connection.uses(KDC_PORT)) return new KdcReplacer(options, placeOf, give);
    return new RpcConsumer(options, connection, placeOf, give, isSmbPort(connection));
  };

/** A connection of TCP with RPC. */
class RpcConsumer implements StreamConsumer {
  readonly remainder = undefined;
  readonly #rpc: RpcStream;
  readonly #placeOf: PlaceOf;

  constructor(options: RpcStreamOptions, connection: Connection, placeOf: PlaceOf, give: Give, onlyAtStart: boolean) {
    this.#rpc = new RpcStream(options, connection, give, { onlyAtStart });
    this.#placeOf = placeOf;
  }

  get valued(): boolean {
    return this.#rpc.found;
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
    const place = this.#placeOf(direction, end - start);
    this.#rpc.data(direction, bytes, start, end, place, { frame, seconds, nanoseconds });
  }

  gap(direction: Direction, lost: number, _frame: number, snapped: boolean): void {
    this.#rpc.gap(direction, lost, snapped);
  }

  end(): void {
    this.#rpc.end();
  }
}
