import type { Field, FixedHeader, Row, RowOf } from '../../codec/fixed.js';
import { SMB_FLAGS2_UNICODE, type SMB_Header } from '../../codec/smb/index.js';
import type { Pipe } from './pipe.js';
import type { SmbMessage, SmbRequest } from './tables.js';

/** What a message asks for; of several commands in one message all together. */
export type Asked = { -readonly [Member in keyof SmbRequest]: SmbRequest[Member] };

/** One command of a message of SMB1: words and octets ([MS-CIFS] 2.2.3.2, 2.2.3.3). */
export interface Block {
  readonly message: SmbMessage;
  readonly header: RowOf<typeof SMB_Header>;
  /** Where its WordCount stands in the message. */
  readonly at: number;
}

/** The words, or as many of them as the structure has; undefined where there are fewer. */
export function wordsOf<const F extends readonly Field[]>(block: Block, structure: FixedHeader<F>): Row<F> | undefined {
  const { bytes } = block.message;
  const there = Math.min(2 * wordCount(block), bytes.length - block.at - 1);
  return there < structure.size ? undefined : structure.decode(bytes, block.at + 1);
}

export const wordCount = ({ message, at }: Block): number => message.bytes[at] ?? 0;

/** Where the octets behind words and ByteCount begin. */
export const octetsAt = (block: Block): number => block.at + 1 + 2 * wordCount(block) + 2;

/** A string that ends with a zero, or has `length` octets; undefined where it is not all there. */
export function stringAt({ message, header }: Block, from: number, length?: number): string | undefined {
  const { bytes } = message;
  const isUnicode = isUnicodeIn(header);
  const start = startOf(isUnicode, from);
  const end = length === undefined ? endOf(bytes, start, isUnicode ? 2 : 1) : start + length;
  if (end > bytes.length || end <= start) return undefined;
  return bytes.toString(isUnicode ? 'utf16le' : 'latin1', start, Math.min(end, start + LONGEST)).replace(/\0.*$/s, '');
}

const isUnicodeIn = ({ Flags2 }: Block['header']): boolean => (Flags2 & SMB_FLAGS2_UNICODE) !== 0;

/** [MS-CIFS] 2.2.1.1.2: Unicode strings are aligned to two octets from the header on. */
const startOf = (isUnicode: boolean, from: number): number => (isUnicode ? from + (from & 1) : from);

/** Behind the zero that ends a string; beyond the message where there is none. */
export function endOfString({ message, header }: Block, from: number): number {
  const unit = isUnicodeIn(header) ? 2 : 1;
  return endOf(message.bytes, startOf(unit === 2, from), unit) + unit;
}

/** More octets than a name has are neither searched nor read. */
const LONGEST = 1024;

function endOf(bytes: Buffer, start: number, unit: number): number {
  const last = Math.min(bytes.length, start + LONGEST) - unit;
  for (let at = start; at <= last; at += unit) if (bytes[at] === 0 && bytes[at + unit - 1] === 0) return at;
  return bytes.length + 1;
}

/** `offset` counts from the header. Beyond the end of a whole message it is a lie. */
export function dataOf({ message }: Block, offset: number, length: number): readonly [number, number] | undefined {
  const end = message.bytes.length + message.missing;
  return offset + length > end ? undefined : [offset, offset + length];
}

export const fidText = (fid: number): string => `0x${fid.toString(16).padStart(4, '0')}`;

/** [MS-CIFS] 3.2.4.1.5: a client tells the answers to its requests apart by both. */
export const requestKey = ({ PIDLow, MID }: Block['header']): number => PIDLow * 0x10000 + MID;

export const treeKey = ({ TID }: Block['header']): string => String(TID);

export type Use = (block: Block, fid: number | undefined, isPipe?: boolean) => Pipe | undefined;
