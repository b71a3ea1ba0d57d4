import { asBuffer } from '../bytes.js';
import { CodecError } from '../error.js';
import { type Field, type FixedHeader, f, fixedHeader, type RowOf } from '../fixed.js';
import { layOut, type PayloadGap, type PayloadItem, payloadStart, readGaps, readPayload } from './payload.js';

export const NTLMSSP_SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');

/** [MS-NLMP] 2.2.2.10. For debugging only: no field of it changes how a message is processed. */
export const VERSION = fixedHeader('VERSION', '[MS-NLMP] 2.2.2.10', [
  f('ProductMajorVersion', 'u8', 'of Windows'),
  f('ProductMinorVersion', 'u8', 'of Windows'),
  f('ProductBuild', 'u16', 'of Windows'),
  f('Reserved', 3, 'ignored'),
  f('NTLMRevisionCurrent', 'u8', '15'),
]);
export type Version = RowOf<typeof VERSION>;

/** What every message may have beyond the fields of its section. */
export interface MessageForm {
  /** Octets before the payload: which of the optional parts of the header are there. Absent: as the values need. */
  readonly headerLength?: number;
  readonly gaps?: readonly PayloadGap[];
}

/** The optional part of a header that holds VERSION; it is not sent by the oldest clients and by some libraries. */
export const versionTier = fixedHeader('VERSION', '[MS-NLMP] 2.2.2.10', [f('Version', 8, 'VERSION')]);

/**
 * A message of [MS-NLMP] 2.2.1: a header that grew over the years, of which old peers send only the first parts
 * (`tiers`), and a payload that its Fields point into, in any order and with anything between (`order` is the order in
 * which Windows lays it out).
 */
export interface MessageShape {
  readonly name: string;
  readonly type: number;
  readonly tiers: readonly FixedHeader<readonly Field[]>[];
  readonly order: readonly string[];
}

interface Loose {
  [field: string]: unknown;
  Signature?: unknown;
  MessageType?: unknown;
  Version?: unknown;
  headerLength?: unknown;
  gaps?: unknown;
}

/** Reads every field, item and octet of a message; the item names of `shape.order` become `PayloadItem`s. */
export function decodeShape(shape: MessageShape, bytes: Uint8Array): Loose {
  const row: Loose = {};
  let headerLength = 0;
  for (const tier of shape.tiers) {
    const start = payloadStart(row, itemsOf(shape, row), bytes.length);
    if (headerLength > 0 && start < headerLength + tier.size) break;
    Object.assign(row, tier.decode(bytes, headerLength));
    headerLength += tier.size;
    if (tier === shape.tiers[0]) checkType(shape, row);
  }
  const names = itemsOf(shape, row);
  const items = readPayload(shape.name, bytes, row, names);
  const value: Loose = { ...items, headerLength, gaps: readGaps(bytes, headerLength, items) };
  for (const [key, field] of Object.entries(row)) {
    if (!/(Len|MaxLen|BufferOffset)$/.test(key) && key !== 'Signature') value[key] = field;
  }
  if (value.Version !== undefined) value.Version = VERSION.decode(value.Version as Uint8Array);
  return value;
}

const itemsOf = (shape: MessageShape, row: Loose): string[] => shape.order.filter((name) => `${name}Len` in row);

function checkType({ name, type }: MessageShape, row: Loose): void {
  if (!NTLMSSP_SIGNATURE.equals(row.Signature as Uint8Array))
    throw new CodecError('BAD_VALUE', `${name}.Signature`, 0, 'is not NTLMSSP');
  if (row.MessageType !== type)
    throw new CodecError('BAD_VALUE', `${name}.MessageType`, 8, `is ${String(row.MessageType)}, not ${type}`);
}

/** The octets of a message: what is given is sent as it is, what is absent is computed or zero. */
export function encodeShape(shape: MessageShape, value: Loose): Buffer {
  const fields: Loose = { Signature: NTLMSSP_SIGNATURE, MessageType: shape.type, ...value };
  if (fields.Version !== undefined) fields.Version = VERSION.encode(fields.Version as Version);
  const headerLength = (value.headerLength as number | undefined) ?? neededHeader(shape, fields);
  const items = value as Record<string, PayloadItem | undefined>;
  const gaps = (value.gaps as readonly PayloadGap[] | undefined) ?? [];
  const { row, place, length } = layOut(shape.name, headerLength, shape.order, items, gaps);
  const message = Buffer.alloc(length);
  place(message);
  let at = 0;
  for (const tier of shape.tiers) {
    if (at + tier.size > headerLength) break;
    const encoded = tier.encode(withZeros(tier, { ...fields, ...row }) as never);
    message.set(encoded, at);
    at += tier.size;
  }
  return message;
}

/** The header up to the last optional part that has a value; the parts that the specification always has stay. */
function neededHeader(shape: MessageShape, fields: Loose): number {
  let end = 0;
  let needed = 0;
  for (const tier of shape.tiers) {
    end += tier.size;
    const optional = tier.fields.every(({ name }) => name === 'Version' || name === 'MIC');
    if (!optional || tier.fields.some(({ name }) => fields[name] !== undefined)) needed = end;
  }
  return needed;
}

function withZeros(tier: FixedHeader<readonly Field[]>, fields: Loose): Loose {
  const zero = ({ kind }: Field): unknown => (typeof kind === 'number' ? Buffer.alloc(kind) : 0);
  return Object.fromEntries(tier.fields.map((field) => [field.name, fields[field.name] ?? zero(field)]));
}

/** True where the octets begin as an NTLM message does. */
export const isNtlm = (bytes: Uint8Array): boolean => NTLMSSP_SIGNATURE.equals(asBuffer(bytes).subarray(0, 8));
