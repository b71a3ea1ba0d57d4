import { CodecError } from '../codec/error.js';
import { decodePdu, type Pdu } from '../codec/rpce/index.js';
import type { ChannelEvents } from '../net/channel.js';
import { PduAssembler } from '../rpc/core/assembler.js';

export interface GateOptions {
  /** Settles when the PDU may go on; what it rejects with ends the connection for whoever is behind the gate. */
  readonly before: (pdu: Pdu) => Promise<void> | undefined;
  /** The peer is gone: nothing that `before` waits for will come of it. */
  readonly interrupted?: (error: Error) => void;
  /** Ends the connection after `before` failed. */
  readonly destroy: () => void;
}

/**
 * Holds back what comes over a connection, PDU by PDU, until the other half of the relay has what it needs of it. So
 * associations that answer at once can be used, though their answer is another machine's.
 */
export function gate(inner: ChannelEvents, { before, interrupted, destroy }: GateOptions): ChannelEvents {
  const assembler = new PduAssembler();
  let order: Promise<void> = Promise.resolve();
  let ended = false;
  const end = (error?: Error): void => {
    if (ended) return;
    ended = true;
    inner.closed(error);
  };
  const pass = async (bytes: Buffer): Promise<void> => {
    if (ended) return;
    const pdu = readable(bytes);
    if (pdu !== undefined) await before(pdu);
    if (!ended) inner.data(bytes);
  };
  return {
    data(bytes) {
      assembler.push(bytes);
      for (let next = assembler.next(); next !== undefined; next = assembler.next()) {
        const pdu = Buffer.from(next);
        order = order
          .then(() => pass(pdu))
          .catch((error: Error) => {
            end(error);
            destroy();
          });
      }
    },
    closed(error) {
      interrupted?.(error ?? new Error('the peer closed the connection'));
      order = order.then(() => end(error));
    },
  };
}

/** Octets that cannot be decoded pass as they are: whoever is behind the gate says so. */
function readable(bytes: Uint8Array): Pdu | undefined {
  try {
    return decodePdu(bytes);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}
