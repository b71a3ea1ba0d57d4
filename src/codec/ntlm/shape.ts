import { asBuffer } from '../bytes.js';
import { CodecError } from '../error.js';
import { type Field, type FixedHeader, f, fixedHeader, type RowOf } from '../fixed.js';
import type { SpanTrace } from '../span.js';
import {
  type ItemFields,
  itemFields,
  layOut,
  type PayloadGap,
  type PayloadItem,
  payloadStart,
  readGaps,
  readPayload,
} from './payload.js';

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
  readonly tiers: readonly Tier[];
  readonly order: readonly string[];
}

type Header = FixedHeader<readonly Field[]>;

/** A part of a header, and what is there with it and the parts before it: worked out once, not for every message. */
interface Tier {
  readonly header: Header;
  /** In the order of the payload. */
  readonly items: readonly ItemFields[];
  /** Fields that are values of their own, and the part that they are in. */
  readonly values: readonly { readonly part: number; readonly name: string }[];
}

export function messageShape(
  name: string,
  type: number,
  headers: readonly Header[],
  order: readonly string[],
): MessageShape {
  const tiers = headers.map((header, index): Tier => {
    const there = headers
      .slice(0, index + 1)
      .flatMap(({ fields }, part) => fields.map((field) => ({ part, name: field.name })));
    const partOf = (item: string) => there.find(({ name }) => name === `${item}Len`)?.part;
    return {
      header,
      items: order.flatMap((name) => {
        const part = partOf(name);
        return part === undefined ? [] : [itemFields(part, name)];
      }),
      values: there.filter(({ name }) => !/(Len|MaxLen|BufferOffset)$/.test(name) && name !== 'Signature'),
    };
  });
  return { name, type, tiers, order };
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
export function decodeShape(shape: MessageShape, bytes: Uint8Array, trace?: SpanTrace): Loose {
  // Parts are not merged into one row: an object of that many members is slow to make and to collect.
  const parts: Loose[] = [];
  let headerLength = 0;
  let there: Tier | undefined;
  for (const tier of shape.tiers) {
    const start = payloadStart(parts, there?.items ?? [], bytes.length);
    if (there !== undefined && start < headerLength + tier.header.size) break;
    const part: Loose = tier.header.decode(bytes, headerLength);
    parts.push(part);
    if (tier.header !== versionTier) trace?.header(tier.header, bytes, headerLength, part);
    headerLength += tier.header.size;
    if (there === undefined) checkType(shape, part);
    there = tier;
  }
  const { items: fields, values } = there as Tier;
  const items = readPayload(shape.name, bytes, parts, fields);
  const gaps = readGaps(bytes, headerLength, items);
  const value: Loose = Object.assign(items, { headerLength, gaps });
  for (const { part, name } of values) value[name] = parts[part]?.[name];
  const version = value.Version as Uint8Array | undefined;
  if (version !== undefined) value.Version = VERSION.decode(version);
  if (trace !== undefined) traceContent(shape, value, version, trace);
  return value;
}

function traceContent(shape: MessageShape, value: Loose, version: Uint8Array | undefined, trace: SpanTrace): void {
  const { section } = (shape.tiers[0] as Tier).header;
  if (version !== undefined) trace.within(shape.name).header(VERSION, version, 0, value.Version as Version);
  for (const name of shape.order) {
    const item = value[name] as PayloadItem | undefined;
    if (item !== undefined) trace.octets(`${shape.name}.${name}`, item.bytes, { section });
  }
  for (const { bytes } of value.gaps as readonly PayloadGap[])
    trace.octets(`${shape.name}.(gap)`, bytes, { section, note: 'no field points here' });
}

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
  for (const { header } of shape.tiers) {
    if (at + header.size > headerLength) break;
    const encoded = header.encode(withZeros(header, { ...fields, ...row }) as never);
    message.set(encoded, at);
    at += header.size;
  }
  return message;
}

/** The header up to the last optional part that has a value; the parts that the specification always has stay. */
function neededHeader(shape: MessageShape, fields: Loose): number {
  let end = 0;
  let needed = 0;
  for (const { header } of shape.tiers) {
    end += header.size;
    const optional = header.fields.every(({ name }) => name === 'Version' || name === 'MIC');
    if (!optional || header.fields.some(({ name }) => fields[name] !== undefined)) needed = end;
  }
  return needed;
}

function withZeros(header: Header, fields: Loose): Loose {
  const zero = ({ kind }: Field): unknown => (typeof kind === 'number' ? Buffer.alloc(kind) : 0);
  return Object.fromEntries(header.fields.map((field) => [field.name, fields[field.name] ?? zero(field)]));
}

/** True where the octets begin as an NTLM message does. */
export const isNtlm = (bytes: Uint8Array): boolean => NTLMSSP_SIGNATURE.equals(asBuffer(bytes).subarray(0, 8));
