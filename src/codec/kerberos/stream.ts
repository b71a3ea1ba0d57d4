import { CodecError } from '../error.js';
import { counted32 } from './file-reader.js';

/** RFC 4120 7.2.2: octets of the length of a message, before it. */
export const KDC_LENGTH = 4;
/** No message of a KDC is longer; a ticket with its PAC has some thousand octets. */
export const MAX_KDC_MESSAGE = 1024 * 1024;

/** RFC 4120 7.2.2: over TCP a message follows its length in four octets, whose first bit is reserved. */
export const frameKdcMessage = (message: Uint8Array): Buffer => counted32(message);

/** Cuts a TCP stream into the messages of RFC 4120 7.2.2. */
export class KdcMessageReader {
  #waiting: Buffer = Buffer.alloc(0);

  /** The messages that `bytes` complete. Throws `CodecError` where the stream cannot be one of a KDC. */
  push(bytes: Uint8Array): Buffer[] {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    const messages: Buffer[] = [];
    while (this.#waiting.length >= KDC_LENGTH) {
      const length = this.#waiting.readUInt32BE(0);
      if (length > MAX_KDC_MESSAGE)
        throw new CodecError('BAD_LENGTH', 'KDC message', 0, `a message of ${length} octets`);
      const end = KDC_LENGTH + length;
      if (this.#waiting.length < end) break;
      messages.push(this.#waiting.subarray(KDC_LENGTH, end));
      this.#waiting = this.#waiting.subarray(end);
    }
    return messages;
  }
}
