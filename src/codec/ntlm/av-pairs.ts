import { asBuffer } from '../bytes.js';
import { CodecError } from '../error.js';
import { f, fixedHeader, type RowOf } from '../fixed.js';
import type { SpanTrace } from '../span.js';
import { bytesOfText, textOf } from './text.js';

/** [MS-NLMP] 2.2.2.1: what an AV_PAIR says. */
export const AV_ID = {
  MsvAvEOL: 0,
  MsvAvNbComputerName: 1,
  MsvAvNbDomainName: 2,
  MsvAvDnsComputerName: 3,
  MsvAvDnsDomainName: 4,
  MsvAvDnsTreeName: 5,
  MsvAvFlags: 6,
  MsvAvTimestamp: 7,
  MsvAvSingleHost: 8,
  MsvAvTargetName: 9,
  MsvAvChannelBindings: 10,
} as const;
export type AvName = keyof typeof AV_ID;

/** [MS-NLMP] 2.2.2.1: bits of MsvAvFlags. */
export const AV_FLAGS = {
  /** The account's authentication is constrained. */
  CONSTRAINED: 0x1,
  /** The AUTHENTICATE_MESSAGE has a MIC. */
  MIC_PRESENT: 0x2,
  /** The target's SPN came from an untrusted source. */
  UNTRUSTED_SPN: 0x4,
} as const;

export interface AvPair {
  readonly AvId: number;
  readonly Value: Uint8Array;
  /** Absent: the length of `Value`. */
  readonly AvLen?: number;
}

export interface AvPairs {
  /** In the order of the wire, with MsvAvEOL where it is there. */
  readonly pairs: readonly AvPair[];
  /** Octets behind MsvAvEOL. */
  readonly trailing: Uint8Array;
}

export const AV_PAIR = fixedHeader('AV_PAIR', '[MS-NLMP] 2.2.2.1', [
  f('AvId', 'u16', 'MsvAv*'),
  f('AvLen', 'u16', 'octets of Value'),
]);

/** [MS-NLMP] 2.2.2.1: pairs up to MsvAvEOL, or to the end where a peer left that out. */
export const decodeAvPairs = (bytes: Uint8Array): AvPairs => readAvPairs(bytes, undefined);

/** The same, and where each pair stands. */
export const traceAvPairs = (bytes: Uint8Array, trace: SpanTrace): AvPairs => readAvPairs(bytes, trace);

export function readAvPairs(bytes: Uint8Array, trace: SpanTrace | undefined): AvPairs {
  const pairs: AvPair[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const row = AV_PAIR.decode(bytes, offset);
    const { AvId, AvLen } = row;
    const inner = trace?.within(String(pairs.length));
    inner?.header(AV_PAIR, bytes, offset, row);
    const start = offset + AV_PAIR.size;
    if (start + AvLen > bytes.length) {
      const detail = `AvId ${AvId} announces ${AvLen} octets, ${bytes.length - start} are left`;
      throw new CodecError('BAD_LENGTH', 'AV_PAIR.Value', start, detail);
    }
    const Value = bytes.subarray(start, start + AvLen);
    inner?.octets('AV_PAIR.Value', Value, {
      section: AV_PAIR.section,
      ...(AV_TEXTS.has(AvId) && { value: textOf(Value) }),
    });
    pairs.push({ AvId, Value });
    offset = start + AvLen;
    if (AvId === AV_ID.MsvAvEOL) break;
  }
  const trailing = bytes.subarray(offset);
  trace?.octets('(trailing)', trailing, { section: AV_PAIR.section, note: 'behind MsvAvEOL' });
  return { pairs, trailing };
}

/** [MS-NLMP] 2.2.2.1: pairs whose value is a name, in UTF-16 whatever was negotiated. */
export const AV_TEXTS: ReadonlySet<number> = new Set([
  AV_ID.MsvAvNbComputerName,
  AV_ID.MsvAvNbDomainName,
  AV_ID.MsvAvDnsComputerName,
  AV_ID.MsvAvDnsDomainName,
  AV_ID.MsvAvDnsTreeName,
  AV_ID.MsvAvTargetName,
]);

export const encodeAvPairs = ({ pairs, trailing }: AvPairs): Buffer =>
  Buffer.concat([
    ...pairs.flatMap(({ AvId, Value, AvLen = Value.length }) => [AV_PAIR.encode({ AvId, AvLen }), Value]),
    trailing,
  ]);

export const avValue = (pairs: readonly AvPair[], name: AvName): Uint8Array | undefined =>
  pairs.find(({ AvId }) => AvId === AV_ID[name])?.Value;

/** The text of a pair; undefined where it is absent or has an odd number of octets. */
export function avText(pairs: readonly AvPair[], name: AvName): string | undefined {
  const value = avValue(pairs, name);
  return value === undefined || value.length % 2 !== 0 ? undefined : textOf(value);
}

/** MsvAvFlags, 0 where it is absent or cut short. */
export function avFlags(pairs: readonly AvPair[]): number {
  const value = avValue(pairs, 'MsvAvFlags');
  return value === undefined || value.length < 4 ? 0 : asBuffer(value).readUInt32LE();
}

/**
 * All values of MsvAvFlags, of which there should be one: where it stands twice, as in CVE-2019-1166, server and sniffer
 * can take different ones.
 */
export const allAvFlags = (pairs: readonly AvPair[]): number[] =>
  pairs
    .filter(({ AvId, Value }) => AvId === AV_ID.MsvAvFlags && Value.length >= 4)
    .map(({ Value }) => asBuffer(Value).readUInt32LE());

/** MsvAvTimestamp as a FILETIME. */
export function avTimestamp(pairs: readonly AvPair[]): bigint | undefined {
  const value = avValue(pairs, 'MsvAvTimestamp');
  return value?.length === 8 ? asBuffer(value).readBigUInt64LE() : undefined;
}

/** An AvId that stands there twice: no reader could say which of the two is meant. */
export const repeatedAvId = (pairs: readonly AvPair[]): number | undefined =>
  pairs.find(({ AvId }, i) => pairs.findIndex((other) => other.AvId === AvId) < i)?.AvId;

export const avPair = (name: AvName, value: Uint8Array | string = new Uint8Array(0)): AvPair => ({
  AvId: AV_ID[name],
  Value: typeof value === 'string' ? bytesOfText(value) : value,
});

export const AV_EOL: AvPair = avPair('MsvAvEOL');

/** [MS-NLMP] 2.2.2.2: tells services on the client's own machine who calls. */
export const Single_Host_Data = fixedHeader('Single_Host_Data', '[MS-NLMP] 2.2.2.2', [
  f('Size', 'u32', '48'),
  f('Z4', 'u32', '0'),
  f('CustomData', 8, 'platform-specific'),
  f('MachineID', 32, 'chosen at start-up'),
]);
export type SingleHostData = RowOf<typeof Single_Host_Data>;
