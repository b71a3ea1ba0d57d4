import type { Place } from './deliveries.js';

/** [MS-SMB2] 2.2.1.2: Status, Command, Flags, MessageId; [MS-CIFS] 2.2.3.1: Command, Status, Flags, MID. */
const SMB2 = { id: 0xfe534d42, status: 8, command: 12, flags: 16, message: 24, header: 64 } as const;
const SMB1 = { id: 0xff534d42, command: 4, status: 5, flags: 9, message: 30, header: 32 } as const;
/** NEGOTIATE, SESSION_SETUP and TREE_CONNECT: what any pipe of the connection needs to be understood. */
const SETUP2: ReadonlySet<number> = new Set([0, 1, 3]);
const SETUP1: ReadonlySet<number> = new Set([0x72, 0x73, 0x75]);
const CREATE2 = 5;
/** SMB_COM_NT_CREATE_ANDX */
const CREATE1 = 0xa2;
/** Of an answer to a create: where FileId and FID stand ([MS-SMB2] 2.2.14, [MS-SMB] 2.2.4.9.2). */
const FILE_ID = SMB2.header + 64;
const FID = SMB1.header + 6;
/** Places that are kept of a connection, and creates. */
const MOST = 4096;

/** The messages of a connection of SMB that open its pipes. */
export class SmbOpens {
  readonly #setup: Place[] = [];
  readonly #asked = new Map<string, readonly Place[]>();
  readonly #opened = new Map<string, readonly Place[]>();

  /** Takes a message, as far as it stands in one packet, and the packets that it begins in. Gives those of what it answers. */
  message(bytes: Buffer, at: number, end: number, places: readonly Place[]): readonly Place[] {
    if (end - at < SMB1.header) return [];
    const id = bytes.readUInt32BE(at);
    if (id === SMB2.id && end - at >= SMB2.header) return this.#smb2(bytes, at, end, places);
    return id === SMB1.id ? this.#smb1(bytes, at, end, places) : [];
  }

  /** The packets without which a PDU of a pipe is none. */
  of(fid: string | undefined): readonly Place[] {
    return [...this.#setup, ...(this.#opened.get(fid ?? '') ?? [])];
  }

  #smb2(bytes: Buffer, at: number, end: number, places: readonly Place[]): readonly Place[] {
    const command = bytes.readUInt16LE(at + SMB2.command);
    if (SETUP2.has(command)) this.#keepSetup(places);
    const message = bytes.toString('hex', at + SMB2.message, at + SMB2.message + 8);
    if ((bytes.readUInt32LE(at + SMB2.flags) & 1) === 0) return this.#ask(message, places);
    const opened = command === CREATE2 && bytes.readUInt32LE(at + SMB2.status) === 0 && end - at >= FILE_ID + 16;
    if (opened) this.#answered(message, bytes.toString('hex', at + FILE_ID, at + FILE_ID + 16), places);
    return this.#asked.get(message) ?? [];
  }

  #smb1(bytes: Buffer, at: number, end: number, places: readonly Place[]): readonly Place[] {
    const command = bytes[at + SMB1.command] as number;
    if (SETUP1.has(command)) this.#keepSetup(places);
    const message = bytes.toString('hex', at + SMB1.message, at + SMB1.message + 2);
    if (((bytes[at + SMB1.flags] as number) & 0x80) === 0) return this.#ask(message, places);
    const opened = command === CREATE1 && bytes.readUInt32LE(at + SMB1.status) === 0 && end - at >= FID + 2;
    if (opened)
      this.#answered(
        message,
        `0x${bytes
          .readUInt16LE(at + FID)
          .toString(16)
          .padStart(4, '0')}`,
        places,
      );
    return this.#asked.get(message) ?? [];
  }

  #ask(message: string, places: readonly Place[]): readonly Place[] {
    this.#asked.delete(message);
    keep(this.#asked, message, places);
    return [];
  }

  #answered(message: string, fid: string, places: readonly Place[]): void {
    keep(this.#opened, fid, [...(this.#asked.get(message) ?? []), ...places]);
  }

  #keepSetup(places: readonly Place[]): void {
    if (this.#setup.length < MOST) this.#setup.push(...places);
  }
}

function keep(map: Map<string, readonly Place[]>, key: string, places: readonly Place[]): void {
  const [oldest] = map.keys();
  if (map.size >= MOST && oldest !== undefined) map.delete(oldest);
  map.set(key, places);
}
