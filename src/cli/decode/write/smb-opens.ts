import { fidText } from '../../../capture/smb/smb1-block.js';
import { remember } from '../../../codec/remember.js';
import {
  SMB_COM,
  SMB_COM_NT_CREATE_ANDX_Response,
  SMB_FLAGS_REPLY,
  SMB_Header,
  SMB2,
  SMB2_CREATE_Response,
  SMB2_FLAGS,
  SMB2_Packet_Header_SYNC,
} from '../../../codec/smb/index.js';
import type { Place } from './deliveries.js';

/** ProtocolId of [MS-SMB2] 2.2.1.2, Protocol of [MS-CIFS] 2.2.3.1. */
const [SMB2_ID, SMB1_ID] = [0xfe534d42, 0xff534d42];
/** What any pipe of the connection needs to be understood. */
const SETUP2: ReadonlySet<number> = new Set([SMB2.NEGOTIATE, SMB2.SESSION_SETUP, SMB2.TREE_CONNECT]);
const SETUP1: ReadonlySet<number> = new Set([
  SMB_COM.NEGOTIATE,
  SMB_COM.SESSION_SETUP_ANDX,
  SMB_COM.TREE_CONNECT,
  SMB_COM.TREE_CONNECT_ANDX,
]);
/** Places that are kept of a connection, and creates. */
const MOST = 4096;

/** The messages of a connection of SMB that open its pipes. */
export class SmbOpens {
  readonly #setup: Place[] = [];
  readonly #asked = new Map<string, readonly Place[]>();
  readonly #opened = new Map<string, readonly Place[]>();

  /** Takes a message, as far as it stands in one packet, and the packets that it begins in. Gives those of what it answers. */
  message(bytes: Buffer, at: number, end: number, places: readonly Place[]): readonly Place[] {
    if (end - at < SMB_Header.size) return [];
    const id = bytes.readUInt32BE(at);
    if (id === SMB2_ID && end - at >= SMB2_Packet_Header_SYNC.size) return this.#smb2(bytes, at, end, places);
    return id === SMB1_ID ? this.#smb1(bytes, at, end, places) : [];
  }

  /** The pipe, or the file, was opened here. */
  has(fid: string): boolean {
    return this.#opened.has(fid);
  }

  /** The packets without which a PDU of a pipe is none. */
  of(fid: string | undefined): readonly Place[] {
    return [...this.#setup, ...(this.#opened.get(fid ?? '') ?? [])];
  }

  #smb2(bytes: Buffer, at: number, end: number, places: readonly Place[]): readonly Place[] {
    const { Command, Status, Flags, MessageId } = SMB2_Packet_Header_SYNC.decode(bytes, at);
    if (SETUP2.has(Command)) this.#keepSetup(places);
    const message = `${MessageId}`;
    if ((Flags & SMB2_FLAGS.SERVER_TO_REDIR) === 0) return this.#ask(message, places);
    const body = at + SMB2_Packet_Header_SYNC.size;
    if (Command === SMB2.CREATE && Status === 0 && end - body >= SMB2_CREATE_Response.size) {
      const { FileId } = SMB2_CREATE_Response.decode(bytes, body);
      this.#answered(message, Buffer.from(FileId).toString('hex'), places);
    }
    return this.#asked.get(message) ?? [];
  }

  #smb1(bytes: Buffer, at: number, end: number, places: readonly Place[]): readonly Place[] {
    const { Command, Status, Flags, MID } = SMB_Header.decode(bytes, at);
    if (SETUP1.has(Command)) this.#keepSetup(places);
    const message = `${MID}`;
    if ((Flags & SMB_FLAGS_REPLY) === 0) return this.#ask(message, places);
    // [MS-CIFS] 2.2.3.2: behind WordCount.
    const words = at + SMB_Header.size + 1;
    if (Command === SMB_COM.NT_CREATE_ANDX && Status === 0 && end - words >= SMB_COM_NT_CREATE_ANDX_Response.size) {
      const { FID } = SMB_COM_NT_CREATE_ANDX_Response.decode(bytes, words);
      this.#answered(message, fidText(FID), places);
    }
    return this.#asked.get(message) ?? [];
  }

  #ask(message: string, places: readonly Place[]): readonly Place[] {
    this.#asked.delete(message);
    remember(this.#asked, message, places, MOST);
    return [];
  }

  #answered(message: string, fid: string, places: readonly Place[]): void {
    remember(this.#opened, fid, [...(this.#asked.get(message) ?? []), ...places], MOST);
  }

  #keepSetup(places: readonly Place[]): void {
    if (this.#setup.length < MOST) this.#setup.push(...places);
  }
}
