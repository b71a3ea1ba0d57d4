/** What a way between two hosts is like, in each direction. */
export interface LinkOptions {
  /** How long an octet travels; 0.2 ms where absent. */
  readonly latencyMilliseconds?: number;
  /** Octets a second; without a limit where absent. */
  readonly bandwidth?: number;
  /**
   * Octets in one segment, each delivered by itself; 1 delivers octet by octet. Where absent, what is sent at once
   * arrives at once, in frames of the usual size.
   */
  readonly segment?: number;
}

const USUAL_LATENCY = 0.2;

/** In microseconds. */
export const latencyOf = ({ latencyMilliseconds = USUAL_LATENCY }: LinkOptions): number =>
  Math.round(latencyMilliseconds * 1000);

/** Throws `TypeError` for a link on which nothing would ever arrive. */
export function checkedLink(link: LinkOptions): LinkOptions {
  const { latencyMilliseconds = 0, bandwidth = 1, segment = 1 } = link;
  const fits = latencyMilliseconds >= 0 && bandwidth > 0 && Number.isInteger(segment) && segment > 0;
  if (fits && Number.isFinite(latencyMilliseconds)) return link;
  throw new TypeError(`no link: ${JSON.stringify(link)}`);
}

/** What goes wrong on the way between two hosts. */
export type FaultKind =
  /** Connections that are opened are refused (RFC 9293 3.10.7.1). */
  | 'refuse'
  /** What is sent does not arrive until it is healed; then all of it does, as TCP sends it again. */
  | 'partition'
  /** The connection is gone at once for both, as a router's RST has it. */
  | 'reset'
  /** The sender's direction ends there, as if it had closed it; what it sends thereafter is lost. */
  | 'half-close'
  /** The rest of the sender's octets is lost and the connection ends in order: a message without its end. */
  | 'truncate'
  /** What follows is late by `milliseconds`, or comes when it is healed. */
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
