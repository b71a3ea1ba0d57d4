import { isSmbPort } from '../pdu/smb.js';
import type { Connection, Direction, StreamConsumer } from '../stream/connection.js';
import { KDC_PORT } from '../stream/kdc.js';
import type { OpenConnection } from '../stream/tcp.js';
import type { Give } from './content/provenance.js';
import { KdcReplacer } from './kdc.js';
import { LogonReplacer } from './logon/consumer.js';
import { type PlaceOf, RpcStream, type RpcStreamOptions } from './rpc/stream.js';
import { SmbConsumer, type SmbShared } from './smb/consumer.js';

/** Gives who rewrites what a connection carries, by its ports. */
export const consumersOf =
  (options: SmbShared, placeOf: PlaceOf, give: Give): OpenConnection =>
  (connection) => {
    if (connection.uses(KDC_PORT)) return new KdcReplacer(options, placeOf, give);
    if (isSmbPort(connection)) return new SmbPortConsumer(options, connection, placeOf, give);
    return new RpcConsumer(options, connection, placeOf, give, false);
  };

/** C706 12.6.3.1: the first octet of a PDU; no message of NetBIOS begins so. */
const RPC_VERSION = 5;

/** A port of SMB, on which PDUs are believed only as the first octets of a connection. */
class SmbPortConsumer implements StreamConsumer {
  readonly remainder = undefined;
  readonly #bare: RpcConsumer;
  readonly #smb: SmbConsumer;
  #chosen: StreamConsumer | undefined;

  constructor(shared: SmbShared, connection: Connection, placeOf: PlaceOf, give: Give) {
    this.#bare = new RpcConsumer(shared, connection, placeOf, give, true);
    this.#smb = new SmbConsumer(shared, connection, placeOf, give);
  }

  get valued(): boolean {
    return this.#chosen?.valued === true;
  }

  data(...[direction, bytes, start, ...rest]: Parameters<StreamConsumer['data']>): void {
    this.#chosen ??= direction.fromSyn && bytes[start] === RPC_VERSION ? this.#bare : this.#smb;
    this.#chosen.data(direction, bytes, start, ...rest);
  }

  gap(...gap: Parameters<StreamConsumer['gap']>): void {
    this.#chosen ??= this.#smb;
    this.#chosen.gap(...gap);
  }

  end(): void {
    this.#chosen?.end();
  }
}

/** A connection of TCP with RPC. */
class RpcConsumer implements StreamConsumer {
  readonly remainder = undefined;
  readonly #rpc: RpcStream;
  readonly #logons: LogonReplacer | undefined;
  readonly #placeOf: PlaceOf;

  constructor(options: RpcStreamOptions, connection: Connection, placeOf: PlaceOf, give: Give, onlyAtStart: boolean) {
    this.#rpc = new RpcStream(options, connection, give, { onlyAtStart });
    // Ports of SMB have logons of their own.
    this.#logons = onlyAtStart ? undefined : new LogonReplacer(options, give);
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
    this.#rpc.data(direction, bytes, start, end, { owner: direction, place }, { frame, seconds, nanoseconds });
    if (!this.#rpc.found) this.#logons?.data(direction, bytes, start, end, place);
  }

  gap(direction: Direction, lost: number, _frame: number, snapped: boolean): void {
    this.#rpc.gap(direction, lost, snapped);
    this.#logons?.gap(direction, lost);
  }

  end(): void {
    this.#rpc.end();
    this.#logons?.end();
  }
}
