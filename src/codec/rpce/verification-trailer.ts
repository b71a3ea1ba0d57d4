import { SmartBuffer } from 'smart-buffer';
import { asBuffer, padding } from '../bytes.js';
import { CodecError } from '../error.js';
import { f, fixedHeader, type RowOf } from '../fixed.js';
import type { SpanTrace } from '../span.js';
import { Cursor } from './cursor.js';

/** [MS-RPCE] 2.2.2.13.1. */
export const VERIFICATION_TRAILER_SIGNATURE: Uint8Array = Uint8Array.of(0x8a, 0xe3, 0x13, 0x71, 0x02, 0xf4, 0x36, 0x71);

/** Command types and rules: [MS-RPCE] 2.2.2.13. */
export const SEC_VT = {
  BITMASK_1: 1,
  PCONTEXT: 2,
  HEADER2: 3,
  END: 0x4000,
  MUST_PROCESS: 0x8000,
  TYPE_MASK: 0x3fff,
} as const;
/** The one bit of the bitmask command: [MS-RPCE] 2.2.2.13.2. */
export const CLIENT_SUPPORT_HEADER_SIGNING = 1;

export const SEC_VT_header = fixedHeader('SEC_VT', '[MS-RPCE] 2.2.2.13', [
  f('command', 'u16', 'type in bits 0 to 13, then END and MUST_PROCESS'),
  f('length', 'u16', 'octets after this header'),
]);

export const rpc_sec_vt_bitmask = fixedHeader('rpc_sec_vt_bitmask', '[MS-RPCE] 2.2.2.13.2', [
  f('bits', 'u32', 'CLIENT_SUPPORT_HEADER_SIGNING'),
]);

export const rpc_sec_vt_pcontext = fixedHeader('rpc_sec_vt_pcontext', '[MS-RPCE] 2.2.2.13.4', [
  f('interface_uuid', 'uuid', 'abstract syntax of the presentation context'),
  f('interface_version', 'u32', 'its version'),
  f('transfer_uuid', 'uuid', 'transfer syntax of the presentation context'),
  f('transfer_version', 'u32', 'its version'),
]);

export const rpc_sec_vt_header2 = fixedHeader('rpc_sec_vt_header2', '[MS-RPCE] 2.2.2.13.3', [
  f('PTYPE', 'u8', 'as in the request'),
  f('Reserved1', 'u8', '0'),
  f('Reserved2', 'u16', '0'),
  f('drep', 4, 'as in the request'),
  f('call_id', 'u32', 'as in the request'),
  f('p_cont_id', 'u16', 'as in the request'),
  f('opnum', 'u16', 'as in the request'),
]);

/** One command; `END` is set on the last one by the encoder. */
export interface VerificationCommand {
  type: number;
  mustProcess: boolean;
  bitmask?: RowOf<typeof rpc_sec_vt_bitmask>;
  pcontext?: RowOf<typeof rpc_sec_vt_pcontext>;
  header2?: RowOf<typeof rpc_sec_vt_header2>;
  /** The octets of a command of another type. */
  unknown?: Uint8Array;
}

const MAX_COMMANDS = 64;

/**
 * Looks for a verification trailer from `from` on, since a client may pad after its stub data. Gives its commands and
 * the offset where it starts, or undefined where there is none. Commands are always little-endian. Throws `CodecError`
 * for a trailer that does not end, or a command whose length is not its type's.
 */
export function findVerificationTrailer(
  stub: Uint8Array,
  from = 0,
  trace?: SpanTrace,
): { offset: number; commands: VerificationCommand[] } | undefined {
  const at = asBuffer(stub).lastIndexOf(VERIFICATION_TRAILER_SIGNATURE);
  if (at < from || at % 4 !== 0) return undefined;
  trace?.octets('rpc_sec_vt.signature', stub.subarray(at, at + 8), { section: '[MS-RPCE] 2.2.2.13.1' });
  return { offset: at, commands: decodeCommands(new Cursor(stub, at + 8, stub.length, 'little', trace)) };
}

function decodeCommands(cursor: Cursor): VerificationCommand[] {
  const commands: VerificationCommand[] = [];
  while (commands.length < MAX_COMMANDS) {
    const { command, length } = cursor.header(SEC_VT_header);
    const start = cursor.offset;
    const type = command & SEC_VT.TYPE_MASK;
    commands.push({ type, mustProcess: (command & SEC_VT.MUST_PROCESS) !== 0, ...decodeCommand(cursor, type, length) });
    if (cursor.offset - start !== length) {
      throw new CodecError('BAD_LENGTH', 'SEC_VT.length', start - 2, `${length} is not the length of command ${type}`);
    }
    if ((command & SEC_VT.END) !== 0) return commands;
  }
  throw new CodecError('BAD_LENGTH', 'SEC_VT', cursor.offset, `no end after ${MAX_COMMANDS} commands`);
}

function decodeCommand(cursor: Cursor, type: number, length: number): Partial<VerificationCommand> {
  if (type === SEC_VT.BITMASK_1) return { bitmask: cursor.header(rpc_sec_vt_bitmask) };
  if (type === SEC_VT.PCONTEXT) return { pcontext: cursor.header(rpc_sec_vt_pcontext) };
  if (type === SEC_VT.HEADER2) return { header2: cursor.header(rpc_sec_vt_header2) };
  return { unknown: cursor.octets(length, 'command') };
}

/** The trailer to append to a stub of `stubLength` octets: zeros up to a multiple of four, signature, commands. */
export function encodeVerificationTrailer(stubLength: number, commands: readonly VerificationCommand[]): Buffer {
  const writer = SmartBuffer.fromSize(96);
  writer.writeBuffer(Buffer.alloc(padding(stubLength, 4)));
  writer.writeBuffer(asBuffer(VERIFICATION_TRAILER_SIGNATURE));
  for (const [index, item] of commands.entries()) {
    const body = encodeCommand(item);
    const rules = (item.mustProcess ? SEC_VT.MUST_PROCESS : 0) | (index === commands.length - 1 ? SEC_VT.END : 0);
    SEC_VT_header.encodeInto(writer, { command: (item.type & SEC_VT.TYPE_MASK) | rules, length: body.length });
    writer.writeBuffer(body);
  }
  return writer.toBuffer();
}

function encodeCommand({ bitmask, pcontext, header2, unknown }: VerificationCommand): Buffer {
  if (bitmask !== undefined) return rpc_sec_vt_bitmask.encode(bitmask);
  if (pcontext !== undefined) return rpc_sec_vt_pcontext.encode(pcontext);
  if (header2 !== undefined) return rpc_sec_vt_header2.encode(header2);
  return asBuffer(unknown ?? new Uint8Array(0));
}
