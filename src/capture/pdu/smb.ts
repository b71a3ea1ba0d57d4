import { type ClosedMessage, SmbConnection, type SmbConnectionOptions } from '../smb/connection.js';
import { SmbBudget, type SmbLimits } from '../smb/tables.js';
import type { Connection, Direction, StreamConsumer } from '../stream/connection.js';
import { COMMON_HEADER, fragLength } from './recognise.js';
import { lostText, PduStream, type PduStreamOptions } from './stream.js';

/** [MS-SMB2] 2.1, RFC 1002 4.3: direct TCP, and NetBIOS. */
export const isSmbPort = (connection: Connection): boolean => connection.uses(445) || connection.uses(139);

const CAN_HAVE_RPC = 'in which RPC can travel by named pipes';
const CLOSED: Readonly<Record<ClosedMessage, string>> = {
  'no secret': `encrypted SMB messages, ${CAN_HAVE_RPC}: no secret that was given opens their sessions (--password, --nthash, --user, --keytab and --ccache give one)`,
  'no logon': `encrypted SMB messages, ${CAN_HAVE_RPC}, of sessions whose logon was not captured, without which no secret opens them`,
  'wrong signature': `encrypted SMB messages, ${CAN_HAVE_RPC}, whose signature does not fit them: they, or the logon of their session, are not what was sent`,
  compressed: `compressed SMB messages, ${CAN_HAVE_RPC}`,
};
const FORGOTTEN = 'named pipes with RPC that were forgotten while they were open, as too many were';

/** What the connections of SMB of one capture share; `frame` is the packet that is read. */
export function smbOptions(
  shared: PduStreamOptions,
  { limits, observe }: { readonly limits: SmbLimits | undefined; readonly observe: SmbConnectionOptions['observe'] },
  frame: () => number,
): SmbConnectionOptions {
  const { understood, budget: assemblies } = shared;
  const pass = (what: string, at: number): void => understood.pass(what, { file: shared.file(), frame: at }, false);
  return {
    // The octets of each pipe are taken as those of a connection of TCP are.
    open: (connection, pipe, remainder) => new PduStream(shared, connection, remainder, { pipe }),
    isPdu: (bytes, at, end) => end - at >= COMMON_HEADER && fragLength(bytes, at) > 0,
    observe,
    closed: (what, at) => pass(CLOSED[what], at),
    budget: new SmbBudget(limits, () => pass(FORGOTTEN, frame())),
    assemblies,
    logons: shared.logons,
  };
}

/** C706 12.6.3.1: the first octet of a PDU; no message of NetBIOS begins so. */
const RPC_VERSION = 5;

/** A connection to a port of SMB: pipes with RPC, or PDUs of which the first are the connection's first octets. */
export class SmbStream implements StreamConsumer {
  readonly #shared: PduStreamOptions;
  readonly #connection: Connection;
  readonly #smb: SmbConnection;
  #bare: PduStream | undefined = undefined;
  #begun = false;

  constructor(
    shared: PduStreamOptions,
    options: SmbConnectionOptions,
    connection: Connection,
    remainder: string | undefined,
  ) {
    this.#shared = shared;
    this.#connection = connection;
    this.#smb = new SmbConnection(options, connection, remainder);
  }

  get valued(): boolean {
    return (this.#bare ?? this.#smb).valued;
  }

  get remainder(): string | undefined {
    // Where it goes on, a PDU is not believed any more.
    return this.#bare === undefined ? this.#smb.remainder : undefined;
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
    if (!this.#begun && direction.fromSyn && bytes[start] === RPC_VERSION)
      this.#bare = new PduStream(this.#shared, this.#connection, undefined, { onlyAtStart: true });
    this.#begun = true;
    (this.#bare ?? this.#smb).data(direction, bytes, start, end, frame, seconds, nanoseconds);
  }

  gap(direction: Direction, lost: number, frame: number, snapped: boolean): void {
    this.#begun = true;
    if (this.#bare !== undefined) return this.#bare.gap(direction, lost, frame, snapped);
    this.#smb.gap(direction, lost, frame, snapped);
    if (this.#smb.valued && !snapped)
      this.#shared.problem('warning', lostText(lost), { frame, stream: this.#connection.stream });
  }

  end(): void {
    (this.#bare ?? this.#smb).end();
  }
}
