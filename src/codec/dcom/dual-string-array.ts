import {
  conformant,
  counted,
  type Infer,
  mapped,
  type NdrType,
  type NdrWriter,
  sizeOf,
  struct,
  u16,
} from '../ndr/index.js';

/** [MS-DCOM] 2.2.19.3. */
export interface STRINGBINDING {
  /** The protocol sequence identifier: 7 is ncacn_ip_tcp. */
  readonly wTowerId: number;
  /** `host`, or `host[endpoint]` of an object exporter. */
  readonly aNetworkAddr: string;
}

/** [MS-DCOM] 2.2.19.4. */
export interface SECURITYBINDING {
  /** RPC_C_AUTHN_*. */
  readonly wAuthnSvc: number;
  /** 0xffff where absent. */
  readonly Reserved?: number;
  /** The service principal name, often empty. */
  readonly aPrincName: string;
}

/** String and security bindings of a DUALSTRINGARRAY, [MS-DCOM] 2.2.19, taken apart. */
export interface Bindings {
  readonly stringBindings: readonly STRINGBINDING[];
  readonly securityBindings: readonly SECURITYBINDING[];
  /** Only where it is not the number of unsigned shorts. */
  readonly wNumEntries?: number | undefined;
}

/** An array that is not made of bindings as it should be. */
export interface RawBindings {
  readonly wNumEntries?: number | undefined;
  readonly wSecurityOffset: number;
  readonly aStringArray: readonly number[];
}

/** [MS-DCOM] 2.2.19: bindings, or their octets where they are not well formed. */
export type DUALSTRINGARRAY = Bindings | RawBindings;

interface Wire {
  wNumEntries?: number | undefined;
  wSecurityOffset: number;
  aStringArray: number[];
}

const RESERVED = 0xffff;

/** Text up to the next zero, and the place after that. */
function textAt(units: readonly number[], from: number): [text: string, next: number] {
  let end = from;
  while (end < units.length && units[end] !== 0) end++;
  let text = '';
  for (let i = from; i < end; i++) text += String.fromCharCode(units[i] as number);
  return [text, end + 1];
}

function stringBindings(units: readonly number[]): STRINGBINDING[] {
  const found: STRINGBINDING[] = [];
  for (let i = 0; i < units.length && units[i] !== 0; ) {
    const [aNetworkAddr, next] = textAt(units, i + 1);
    found.push({ wTowerId: units[i] as number, aNetworkAddr });
    i = next;
  }
  return found;
}

function securityBindings(units: readonly number[]): SECURITYBINDING[] {
  const found: SECURITYBINDING[] = [];
  for (let i = 0; i < units.length && units[i] !== 0; ) {
    const Reserved = units[i + 1] ?? RESERVED;
    const [aPrincName, next] = textAt(units, i + 2);
    found.push({ wAuthnSvc: units[i] as number, ...(Reserved === RESERVED ? {} : { Reserved }), aPrincName });
    i = next;
  }
  return found;
}

function pushText(units: number[], text: string): void {
  for (let i = 0; i < text.length; i++) units.push(text.charCodeAt(i));
  units.push(0);
}

/** Each list ends with a zero; an empty one has two, as in the smallest array of [MS-DCOM] 2.2.19.1. */
function pushEnd(units: number[], list: readonly unknown[]): void {
  if (list.length === 0) units.push(0);
  units.push(0);
}

function toUnits({ stringBindings, securityBindings }: Bindings): Omit<Wire, 'wNumEntries'> {
  const units: number[] = [];
  for (const { wTowerId, aNetworkAddr } of stringBindings) {
    units.push(wTowerId);
    pushText(units, aNetworkAddr);
  }
  pushEnd(units, stringBindings);
  const wSecurityOffset = units.length;
  for (const { wAuthnSvc, Reserved = RESERVED, aPrincName } of securityBindings) {
    units.push(wAuthnSvc, Reserved);
    pushText(units, aPrincName);
  }
  pushEnd(units, securityBindings);
  return { wSecurityOffset, aStringArray: units };
}

const sameUnits = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((unit, i) => unit === b[i]);

/** The bindings of an array, as far as it holds any. */
export function bindingsOf(value: DUALSTRINGARRAY): Bindings {
  if ('stringBindings' in value) return value;
  const { aStringArray, wSecurityOffset } = value;
  return {
    stringBindings: stringBindings(aStringArray.slice(0, wSecurityOffset)),
    securityBindings: securityBindings(aStringArray.slice(wSecurityOffset)),
  };
}

function fromWire(wire: Wire): DUALSTRINGARRAY {
  const parsed = bindingsOf(wire);
  const again = toUnits(parsed);
  const same = again.wSecurityOffset === wire.wSecurityOffset && sameUnits(again.aStringArray, wire.aStringArray);
  if (!same) return wire;
  return wire.wNumEntries === undefined ? parsed : { ...parsed, wNumEntries: wire.wNumEntries };
}

function isBindings(value: unknown): value is Bindings {
  if (typeof value !== 'object' || value === null) return false;
  const { stringBindings, securityBindings } = value as Partial<Bindings>;
  return (
    Array.isArray(stringBindings) &&
    Array.isArray(securityBindings) &&
    stringBindings.every((each) => typeof each?.aNetworkAddr === 'string') &&
    securityBindings.every((each) => typeof each?.aPrincName === 'string')
  );
}

function toWire(value: DUALSTRINGARRAY, writer: NdrWriter): Wire {
  if (isBindings(value)) return { wNumEntries: value.wNumEntries, ...toUnits(value) };
  if (typeof value !== 'object' || value === null || 'stringBindings' in value) writer.fail('no DUALSTRINGARRAY');
  return value as Wire;
}

const idl = struct('DUALSTRINGARRAY', '[MS-DCOM] 2.2.19.2', {
  wNumEntries: sizeOf('aStringArray', u16),
  wSecurityOffset: u16,
  aStringArray: conformant(u16),
});

const packet = struct('DUALSTRINGARRAY', '[MS-DCOM] 2.2.19.1', {
  wNumEntries: sizeOf('aStringArray', u16),
  wSecurityOffset: u16,
  aStringArray: counted('wNumEntries', u16),
});

/** As a parameter of operations. */
export const DUALSTRINGARRAY: NdrType<DUALSTRINGARRAY> = mapped<Infer<typeof idl>, DUALSTRINGARRAY>(idl, {
  fromWire,
  toWire,
});

/** Within an OBJREF. */
export const DUALSTRINGARRAY_packet: NdrType<DUALSTRINGARRAY> = mapped<Infer<typeof packet>, DUALSTRINGARRAY>(packet, {
  fromWire,
  toWire,
});
