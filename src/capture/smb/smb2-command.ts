import type { Field, FixedHeader, Row, RowOf } from '../../codec/fixed.js';
import { SMB2_Packet_Header_SYNC } from '../../codec/smb/index.js';
import { LONGEST_NAME, type Pipe } from './pipe.js';
import type { SmbMessage } from './tables.js';

export type Header = RowOf<typeof SMB2_Packet_Header_SYNC>;

/** One command of a message, and what it inherits of the one before it in a compound. */
export interface Command {
  readonly message: SmbMessage;
  /** Where its header stands in the message. */
  readonly at: number;
  readonly header: Header;
  /** Undefined in an asynchronous message. */
  readonly treeKey: string | undefined;
  /** What the command before it opens or uses. */
  readonly before: Pipe | undefined;
}

export const HEADER = SMB2_Packet_Header_SYNC.size;
/** [MS-SMB2] 3.2.4.1.4: in a related command the FileId of the command before it. */
export const SAME_FILE = Buffer.alloc(16, 0xff);

export const treeKey = (session: bigint, tree: number): string => `${session} ${tree}`;

const scratch = Buffer.alloc(24);

/** [MS-SMB2] 3.3.1.10: a FileId belongs to a session. One octet a character. */
export function fileKey(session: bigint, fileId: Uint8Array): string {
  scratch.writeBigUInt64LE(session, 0);
  scratch.set(fileId, 8);
  return scratch.toString('latin1');
}

/** The fixed part behind a command's header; undefined where it is not there, or another structure stands in its place. */
export function bodyOf<const F extends readonly Field[]>(
  { message, at }: Command,
  structure: FixedHeader<F>,
  size?: number,
): Row<F> | undefined {
  const { bytes } = message;
  if (bytes.length - at - HEADER < structure.size) return undefined;
  if (size !== undefined && bytes.readUInt16LE(at + HEADER) !== size) return undefined;
  return structure.decode(bytes, at + HEADER);
}

export const NO_TOKEN = new Uint8Array(0);

/** A message of its own, all of which is there: what hashes over messages are made of. */
export const isWhole = ({ message: { missing }, at, header }: Command): boolean =>
  missing === 0 && at === 0 && header.NextCommand === 0;

/** Octets of a command; undefined where a part of them is not there. */
export function octetsOf({ message: { bytes }, at }: Command, offset: number, length: number): Buffer | undefined {
  const start = at + offset;
  return start + length > bytes.length ? undefined : bytes.subarray(start, start + length);
}

/** A name of Unicode in a command, as much of it as is kept; undefined where a part of it is not there. */
export function nameOf(command: Command, offset: number, length: number): string | undefined {
  if (length === 0) return undefined;
  return octetsOf(command, offset, length & ~1)?.toString('utf16le', 0, Math.min(length & ~1, 2 * LONGEST_NAME));
}
