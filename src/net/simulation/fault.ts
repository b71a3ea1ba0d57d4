/** What goes wrong on the way between two hosts. */
export type FaultKind =
  /** Connections that are opened are refused (RFC 9293 3.10.7.1). */
  | 'refuse'
  /** Octets do not arrive until it is healed; then all of them do, as TCP sends them again. */
  | 'partition'
  /** The connection is gone at once for both, as a router's RST has it. */
  | 'reset'
  /** The sender's direction ends there, as if it had closed it; what it sends thereafter is lost. */
  | 'half-close'
  /** The rest of the sender's octets is lost and the connection ends in order: a message without its end. */
  | 'truncate'
  /** Later octets are late by `milliseconds`, or come when it is healed. */
  | 'stall'
  /** The sniffer sees the next two segments in the wrong order; the receiver's TCP puts that right. */
  | 'reorder';

export const FAULT_KINDS: readonly FaultKind[] = [
  'refuse',
  'partition',
  'reset',
  'half-close',
  'truncate',
  'stall',
  'reorder',
];

/** Something that goes wrong on the way between two hosts of a simulated network. */
export interface Fault {
  readonly kind: FaultKind;
  /** Names of two hosts; connections either way. */
  readonly between: readonly [string, string];
  /** Whose octets are counted and met, a host of `between`; the first of them where absent. Not for refuse and partition. */
  readonly from?: string;
  /** Octets of one connection in that direction that still pass; 0 where absent. */
  readonly after?: number;
  /** Of a stall. */
  readonly milliseconds?: number;
}

/** A fault that was put in. Those of one connection happen once, to the first that meets them. */
export interface InjectedFault {
  readonly fault: Fault;
  /** Whether a connection has met it. */
  readonly happened: boolean;
  /** Takes it out; a partition and a stall without an end are over. */
  heal(): void;
}

/** Throws `TypeError` for a fault that nothing could meet; whether its hosts are there is the network's to know. */
export function checkedFault(fault: Fault): Fault {
  const { kind, between, from, after = 0, milliseconds = 0 } = fault;
  const [a, b] = between;
  if (!FAULT_KINDS.includes(kind))
    throw new TypeError(`no kind of fault: '${kind}'; there are ${FAULT_KINDS.join(', ')}`);
  if (a === b) throw new TypeError(`no two hosts: ${between.join(', ')}`);
  if (from !== undefined && !between.includes(from))
    throw new TypeError(`${from} is not an end of ${between.join('–')}`);
  if (!Number.isInteger(after) || after < 0) throw new TypeError(`no number of octets: ${after}`);
  if (!Number.isFinite(milliseconds) || milliseconds < 0) throw new TypeError(`no time: ${milliseconds} ms`);
  return fault;
}

/** The fault's own state: connections ask it, the network keeps it. */
export class ActiveFault implements InjectedFault {
  readonly fault: Fault;
  happened = false;
  #healed = false;
  readonly #held: (() => void)[] = [];

  constructor(fault: Fault) {
    this.fault = fault;
  }

  get active(): boolean {
    return !this.#healed;
  }

  /** Keeps something until it is healed. */
  hold(release: () => void): void {
    this.happened = true;
    this.#held.push(release);
  }

  heal(): void {
    this.#healed = true;
    for (const release of this.#held.splice(0)) release();
  }
}
