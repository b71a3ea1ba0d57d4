import type { Sniffer } from '../../security/index.js';
import type { Problem } from '../file/error.js';
import { fileOf } from '../file/source.js';
import type { Understood } from '../file/understood.js';
import type { OpenLogons } from '../logon/logon.js';
import { WatchedStream } from '../logon/watched.js';
import type { SmbLimits } from '../smb/tables.js';
import { AssemblyBudget } from '../stream/assembly.js';
import { KDC_PORT, KdcStream, type TakeKdcMessage } from '../stream/kdc.js';
import { type StreamLimits, StreamReader, type StreamReaderOptions } from '../stream/reader.js';
import type { OpenStream } from './pdu.js';
import { isSmbPort, SmbStream, smbOptions } from './smb.js';
import { PduStream, type PduStreamOptions } from './stream.js';

/** Bounds of memory for what a capture leaves open. */
export interface CaptureLimits extends StreamLimits {
  /** Octets of unfinished PDUs and messages of SMB in all streams together. Default 64 MiB. */
  readonly assemblyBytes?: number;
  /** What is open in connections of SMB. */
  readonly smb?: SmbLimits;
}

/** How PDUs are read of packets. */
export interface PduReaderOptions {
  /** Named in problems and errors; PDUs have it without its folder. */
  readonly file?: string;
  /** Bounds of memory; those of `CaptureLimits` where absent. */
  readonly limits?: CaptureLimits;
  /** Gives who takes the PDUs of a stream. */
  readonly open: OpenStream;
  /** Told what is wrong, and where. */
  readonly onProblem?: (problem: Problem) => void;
  /** Gives who takes the logons of a connection of SMB, HTTP or LDAP; where absent they are passed over. */
  readonly openLogons?: OpenLogons;
  /** Told of connections that were tried. */
  readonly onAttempt?: StreamReaderOptions['onAttempt'];
  /** Told of each PDU of RPC over UDP. */
  readonly onConnectionless?: StreamReaderOptions['onConnectionless'];
  /** Takes each message from and to a KDC; where absent they are passed over. */
  readonly onKdcMessage?: TakeKdcMessage | undefined;
  /** Follows the handshakes of sessions of SMB; where it knows the secret, encrypted messages are opened. */
  readonly observe?: Sniffer | undefined;
  /** Told which packets bring what. */
  readonly packets?: StreamReaderOptions['packets'];
}

/** From the octets of a capture, in pieces of any size, to its PDUs. Does no I/O. */
export class PduReader {
  readonly #streams: StreamReader;
  #label: string;

  constructor(options: PduReaderOptions) {
    const {
      file = 'capture',
      limits = {},
      open,
      onProblem,
      onKdcMessage,
      onAttempt,
      onConnectionless,
      openLogons,
      observe,
      packets,
    } = options;
    this.#label = fileOf(file);
    this.#streams = new StreamReader({
      file,
      limits,
      onKdcMessage,
      onAttempt,
      onConnectionless,
      packets,
      open: (connection, remainder) => {
        if (onKdcMessage !== undefined && connection.uses(KDC_PORT)) return new KdcStream(onKdcMessage, shared.budget);
        if (isSmbPort(connection)) return new SmbStream(shared, smb, connection, remainder);
        const stream = new PduStream(shared, connection, remainder);
        return shared.logons === undefined ? stream : new WatchedStream(stream, shared.logons, shared.budget);
      },
      ...(onProblem && { onProblem }),
    });
    const shared: PduStreamOptions = {
      open,
      budget: new AssemblyBudget(limits.assemblyBytes),
      understood: this.#streams.understood,
      logons: openLogons && { open: openLogons, file: () => this.#label },
      file: () => this.#label,
      problem: (severity, message, where) => this.#streams.problem(severity, message, where),
    };
    // Without a secret no handshake comes to a key: what follows it would be work for nothing.
    const opens = observe?.secretless === true ? undefined : observe;
    const smb = smbOptions(shared, { limits: limits.smb, observe: opens }, () => this.framesOfFile);
  }

  /** Packets so far. */
  get frames(): number {
    return this.#streams.frames;
  }

  /** Of the file that is read. */
  get framesOfFile(): number {
    return this.#streams.framesOfFile;
  }

  /** TCP streams so far. */
  get streams(): number {
    return this.#streams.streams;
  }

  get understood(): Understood {
    return this.#streams.understood;
  }

  /** Throws `CaptureError` where this is no capture. */
  push(chunk: Uint8Array): void {
    this.#streams.push(chunk);
  }

  /** Another file goes on where the last one has ended. */
  next(file: string): void {
    this.#streams.next(file);
    this.#label = fileOf(file);
  }

  end(): void {
    this.#streams.end();
  }
}
