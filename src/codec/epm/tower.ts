import { asBuffer } from '../bytes.js';
import {
  conformantBytes,
  type Infer,
  mapped,
  type NdrType,
  type NdrWriter,
  sizeOf,
  struct,
  u32,
} from '../ndr/index.js';
import { normaliseUuid, readUuid, uuidToBytes } from '../uuid.js';

/** C706 appendix I and [MS-RPCE] 2.1: the first octet of a floor. */
export const PROTOCOL_TCP = 0x07;
export const PROTOCOL_UDP = 0x08;
export const PROTOCOL_IP = 0x09;
export const PROTOCOL_NCADG = 0x0a;
export const PROTOCOL_NCACN = 0x0b;
export const PROTOCOL_UUID = 0x0d;
export const PROTOCOL_SMB = 0x0f;
export const PROTOCOL_PIPE = 0x10;
export const PROTOCOL_NETBIOS = 0x11;
export const PROTOCOL_HTTP = 0x1f;

/** One floor of a tower, in the form of its protocol; both sides raw where it has another form. */
export type Floor =
  | { readonly protocol: typeof PROTOCOL_UUID; readonly uuid: string; readonly major: number; readonly minor: number }
  | { readonly protocol: number; readonly minor: number }
  | { readonly protocol: number; readonly port: number }
  | { readonly protocol: number; readonly address: string }
  | { readonly protocol: number; readonly name: string }
  | { readonly protocol: number; readonly lhs: Uint8Array; readonly rhs: Uint8Array };

/** A tower; its octets where they are no row of floors. */
export type Tower = { readonly tower_length?: number | undefined } & (
  | { readonly floors: readonly Floor[] }
  | { readonly tower_octet_string: Uint8Array }
);

interface Sides {
  readonly lhs: Uint8Array;
  readonly rhs: Uint8Array;
}

/** How the right side of a floor is read and written: protocol integers are little-endian, ports are not (C706 L). */
interface Form {
  readonly read: (rhs: Buffer) => object | undefined;
  readonly write: (floor: Record<string, unknown>) => Uint8Array | undefined;
}

const u16Of = (value: unknown): number | undefined =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff ? (value as number) : undefined;

const shortForm = (key: 'minor' | 'port', little: boolean): Form => ({
  read: (rhs) => (rhs.length === 2 ? { [key]: little ? rhs.readUInt16LE() : rhs.readUInt16BE() } : undefined),
  write: (floor) => {
    const value = u16Of(floor[key]);
    if (value === undefined) return undefined;
    return little ? Uint8Array.of(value & 0xff, value >> 8) : Uint8Array.of(value >> 8, value & 0xff);
  },
});

const ADDRESS = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

const addressForm: Form = {
  read: (rhs) => (rhs.length === 4 ? { address: rhs.join('.') } : undefined),
  write: ({ address }) => {
    const octets = typeof address === 'string' ? ADDRESS.exec(address)?.slice(1).map(Number) : undefined;
    return octets?.every((octet) => octet <= 255) ? Uint8Array.from(octets) : undefined;
  },
};

const nameForm: Form = {
  read: (rhs) => (rhs.at(-1) === 0 ? { name: rhs.toString('latin1', 0, rhs.length - 1) } : undefined),
  write: ({ name }) =>
    typeof name === 'string' && !/[^\0-\xff]/.test(name) ? Buffer.from(`${name}\0`, 'latin1') : undefined,
};

const FORMS: ReadonlyMap<number, Form> = new Map([
  [PROTOCOL_TCP, shortForm('port', false)],
  [PROTOCOL_UDP, shortForm('port', false)],
  [PROTOCOL_HTTP, shortForm('port', false)],
  [PROTOCOL_IP, addressForm],
  [PROTOCOL_NCACN, shortForm('minor', true)],
  [PROTOCOL_NCADG, shortForm('minor', true)],
  [PROTOCOL_SMB, nameForm],
  [PROTOCOL_PIPE, nameForm],
  [PROTOCOL_NETBIOS, nameForm],
]);

const UUID_LHS = 19;

function floorOf({ lhs, rhs }: Sides): Floor {
  const protocol = lhs[0] ?? 0;
  const raw = { protocol, lhs: lhs.subarray(1), rhs };
  if (protocol === PROTOCOL_UUID) {
    if (lhs.length !== UUID_LHS || rhs.length !== 2) return raw;
    const major = asBuffer(lhs).readUInt16LE(17);
    return { protocol, uuid: readUuid(lhs, 1), major, minor: asBuffer(rhs).readUInt16LE() };
  }
  const form = lhs.length === 1 ? FORMS.get(protocol)?.read(asBuffer(rhs)) : undefined;
  return form ? ({ protocol, ...form } as Floor) : raw;
}

function sidesOf(floor: Floor): Sides | undefined {
  if (typeof floor !== 'object' || floor === null) return undefined;
  const protocol = u16Of(floor.protocol);
  if (protocol === undefined || protocol > 0xff) return undefined;
  if ('lhs' in floor) {
    const octets = floor.lhs instanceof Uint8Array && floor.rhs instanceof Uint8Array;
    return octets ? { lhs: Buffer.concat([Uint8Array.of(protocol), floor.lhs]), rhs: floor.rhs } : undefined;
  }
  if ('uuid' in floor) return uuidSides(floor);
  const rhs = FORMS.get(protocol)?.write(floor);
  return rhs && { lhs: Uint8Array.of(protocol), rhs };
}

function uuidSides({ uuid, major, minor }: { uuid: string; major: number; minor: number }): Sides | undefined {
  const text = typeof uuid === 'string' ? normaliseUuid(uuid) : undefined;
  const left = shortForm('minor', true).write({ minor: major });
  const rhs = shortForm('minor', true).write({ minor });
  if (!text || !left || !rhs) return undefined;
  return { lhs: Buffer.concat([Uint8Array.of(PROTOCOL_UUID), uuidToBytes(text), left]), rhs };
}

/** The floors of a tower, unless its lengths do not lead exactly to its end. */
function readFloors(octets: Uint8Array): Floor[] | undefined {
  const bytes = asBuffer(octets);
  if (bytes.length < 2) return undefined;
  const floors: Floor[] = [];
  let at = 2;
  const side = (): Uint8Array | undefined => {
    if (at + 2 > bytes.length) return undefined;
    const start = at + 2;
    at = start + bytes.readUInt16LE(at);
    return at <= bytes.length ? octets.subarray(start, at) : undefined;
  };
  for (let left = bytes.readUInt16LE(0); left > 0; left--) {
    const lhs = side();
    const rhs = lhs?.length ? side() : undefined;
    if (!lhs || !rhs) return undefined;
    floors.push(floorOf({ lhs, rhs }));
  }
  return at === bytes.length ? floors : undefined;
}

function writeFloors(floors: readonly Floor[], writer: NdrWriter): Uint8Array {
  const all = floors.map((floor) => sidesOf(floor) ?? writer.fail('a floor does not have the form of its protocol'));
  // One buffer for all of them: an endpoint mapper answers with little else than towers.
  const bytes = Buffer.alloc(all.reduce((length, { lhs, rhs }) => length + 4 + lhs.length + rhs.length, 2));
  const size = (count: number, at: number): number =>
    bytes.writeUInt16LE(u16Of(count) ?? writer.fail(`${count} is too much for a tower`), at);
  const side = (octets: Uint8Array, at: number): number => {
    const start = size(octets.length, at);
    bytes.set(octets, start);
    return start + octets.length;
  };
  let at = size(floors.length, 0);
  for (const { lhs, rhs } of all) at = side(rhs, side(lhs, at));
  return bytes;
}

const wire = struct('twr_t', '[MS-RPCE] 2.2.1.2.2', {
  tower_length: sizeOf('tower_octet_string', u32),
  tower_octet_string: conformantBytes,
});

export const twr_t: NdrType<Tower> = mapped<Infer<typeof wire>, Tower>(wire, {
  fromWire: (tower) => {
    const floors = readFloors(tower.tower_octet_string);
    if (!floors) return tower;
    return tower.tower_length === undefined ? { floors } : { tower_length: tower.tower_length, floors };
  },
  toWire: (tower, writer) => {
    if (typeof tower !== 'object' || tower === null) writer.fail('no tower');
    if (!('floors' in tower)) return tower;
    if (!Array.isArray(tower.floors)) writer.fail('a tower needs floors');
    return { tower_length: tower.tower_length, tower_octet_string: writeFloors(tower.floors, writer) };
  },
});
