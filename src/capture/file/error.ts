/**
 * Why nothing at all could be read.
 * - `EMPTY`: there are no octets.
 * - `NOT_A_CAPTURE`: neither pcap nor pcapng, or the file ends inside its first header.
 * - `UNREADABLE`: the file cannot be opened or read, or its compression is broken at the start.
 */
export type CaptureErrorCode = 'EMPTY' | 'NOT_A_CAPTURE' | 'UNREADABLE';

/** The only exception of the capture readers; whatever is wrong further on in a file is a `Problem`. */
export class CaptureError extends Error {
  readonly code: CaptureErrorCode;
  readonly file: string;
  /** The message without the file. */
  readonly detail: string;

  constructor(code: CaptureErrorCode, file: string, detail: string, options?: ErrorOptions) {
    super(`${file}: ${detail}`, options);
    this.name = 'CaptureError';
    this.code = code;
    this.file = file;
    this.detail = detail;
  }
}

/**
 * Something in a capture that could not be used, or not as it stands.
 * - `error`: records or packets are lost to the reader.
 * - `warning`: octets of a stream are lost, or a PDU is.
 * - `info`: nothing that belongs to a PDU is known to be lost.
 */
export interface Problem {
  readonly kind: 'problem';
  readonly severity: 'error' | 'warning' | 'info';
  readonly file: string;
  /** The packet's number in the file, from 1. */
  readonly frame?: number;
  /** Octets from the start of the (uncompressed) file to the record. */
  readonly offset?: number;
  /** The TCP stream, numbered as `CapturedPdu.stream`. */
  readonly stream?: number;
  readonly message: string;
}
