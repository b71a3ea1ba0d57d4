import type { Connection, Direction, StreamConsumer } from '../stream/connection.js';

/** A named pipe that was opened through SMB: PDUs in it came by `ncacn_np` ([MS-RPCE] 2.1.1.2). */
export interface NamedPipe {
  /** `\\server\IPC$` as the client names it; undefined where its tree connect was not captured. */
  readonly share: string | undefined;
  /** `\PIPE\svcctl`; undefined where its open was not captured. */
  readonly name: string | undefined;
  /** FID of SMB1 (`0x4000`) or FileId of SMB2 (32 digits), which tells several opens of one name apart; once it is known. */
  fid: string | undefined;
  /** Its open was captured, so that its first octets are there. */
  readonly opened: boolean;
}

/** An open of something that is, or may be, a pipe. */
export class Pipe {
  readonly named: NamedPipe;
  /** Where that is not so, nothing is believed but what begins with a PDU: it may be a file. */
  certain: boolean;
  /** By which its connection finds it, once it is open. */
  key = '';
  /** The connection that has taken its first octets; several of one session can use it ([MS-SMB2] 3.2.4.1.8). */
  home: Connection | undefined = undefined;
  /** From its first octets on. */
  consumer: StreamConsumer | undefined = undefined;
  /** What a consumer of it left before the connection was forgotten. */
  readonly remainder: string | undefined;
  /** How often messages of either direction had been lost when octets came last. */
  lostForward: number;
  lostBackward: number;
  #closed = false;

  constructor(named: NamedPipe, certain: boolean, [forward, backward]: readonly [number, number], remainder?: string) {
    this.named = named;
    this.certain = certain;
    this.lostForward = forward;
    this.lostBackward = backward;
    this.remainder = remainder;
  }

  /** Octets of a direction are missing, whatever was lost of the connection. */
  missed({ forward }: Direction): void {
    if (forward) this.lostForward = -1;
    else this.lostBackward = -1;
  }

  /** Nothing of it is taken any more. */
  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
    const { consumer } = this;
    this.consumer = undefined;
    consumer?.end();
  }
}

/** Characters of a name that are kept. Of a longer one no more is read: a part of a text keeps all of it alive. */
export const LONGEST_NAME = 256;

/** [MS-RPCE] 2.1.1.2: the endpoint of a pipe, from its name with or without `\` or `\PIPE\` in front of it. */
export const pipeName = (name: string): string =>
  `\\PIPE\\${name
    .slice(0, LONGEST_NAME)
    .replace(/^\\+/, '')
    .replace(/^pipe\\+/i, '')}`;

/** For people, of a pipe whose open was not captured. */
export const UNNAMED_PIPE = '\\PIPE\\?';

export const shareName = (path: string): string => path.slice(0, LONGEST_NAME);

/** The share of pipes has this name on every server ([MS-SMB2] 3.3.1.6). */
export const isIpc = (share: string | undefined): boolean => /(^|\\)IPC\$$/i.test(share ?? '');
