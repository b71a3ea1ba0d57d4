/** What a way between two hosts is like, in each direction. */
export interface LinkOptions {
  /** How long an octet travels; 0.2 ms where absent. */
  readonly latencyMilliseconds?: number;
  /** Octets a second, of each connection and direction by itself; without a limit where absent. */
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
