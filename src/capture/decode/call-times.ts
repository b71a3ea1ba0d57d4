import { type Pdu, PFC } from '../../codec/rpce/index.js';
import type { DecodedPdu } from './decode.js';
import { OpenCalls } from './open-calls.js';

/** The request that an answer belongs to, as its first fragment stood in the capture. */
export interface Asked {
  readonly frame: number;
  readonly interface: string | undefined;
  readonly opnum: number | undefined;
  readonly operation: string | undefined;
  /** The IPID of an object that is called. */
  readonly object: string | undefined;
  /** Seconds from the request to this answer; undefined where the capture holds no time. */
  readonly elapsed: number | undefined;
}

interface Request extends Omit<Asked, 'elapsed'> {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/**
 * Finds the request of every response and fault by stream and call_id, fragment by fragment and whether or not its stub
 * can be read. As in tshark's `dcerpc.request_in` and `dcerpc.time`, a call starts with the first fragment of its request.
 */
export class CallTimes {
  readonly #open = new OpenCalls<Request>();

  /** The request that a response or fault answers; undefined for any other PDU, or where it was not captured. */
  take(decoded: DecodedPdu): Asked | undefined {
    const { captured, observed, opnum, operation } = decoded;
    const { pdu } = observed;
    if (pdu === undefined) return undefined;
    const { stream, frame, seconds, nanoseconds } = captured;
    if (pdu.PTYPE === 'request') {
      if ((flagsOf(pdu) & PFC.FIRST_FRAG) === 0) return undefined;
      this.#open.open(stream, pdu.call_id, {
        frame,
        seconds,
        nanoseconds,
        interface: decoded.interface,
        opnum,
        operation: operation?.name,
        object: pdu.object,
      });
      return undefined;
    }
    if (pdu.PTYPE !== 'response' && pdu.PTYPE !== 'fault') return undefined;
    const request = this.#open.get(stream, pdu.call_id);
    if (request === undefined) return undefined;
    if (pdu.PTYPE === 'fault' || flagsOf(pdu) & PFC.LAST_FRAG) this.#open.close(stream, pdu.call_id);
    // Member by member: `...request` in the middle of a literal takes many times as long.
    return {
      frame: request.frame,
      interface: request.interface,
      opnum: request.opnum,
      operation: request.operation,
      object: request.object,
      elapsed: elapsed(request, captured),
    };
  }

  /** Forgets a stream that has ended. */
  end(stream: number): void {
    this.#open.end(stream);
  }
}

const flagsOf = ({ pfc_flags }: Pdu): number => pfc_flags ?? PFC.FIRST_FRAG | PFC.LAST_FRAG;

interface Moment {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Of whole nanoseconds, so that 0.1 s is 0.1; both moments 0 is what a Simple Packet Block gives. */
function elapsed(from: Moment, to: Moment): number | undefined {
  if (from.seconds === 0 && from.nanoseconds === 0) return undefined;
  return ((to.seconds - from.seconds) * 1e9 + to.nanoseconds - from.nanoseconds) / 1e9;
}
