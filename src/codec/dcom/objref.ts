import {
  counted,
  countedBytes,
  describeValue,
  type Infer,
  lazy,
  mapped,
  type NdrReader,
  NdrType,
  type NdrWriter,
  reserved,
  sizeOf,
  struct,
  u32,
  u64,
  uuid,
} from '../ndr/index.js';
import { PACKED } from '../ndr/reader.js';
import { DUALSTRINGARRAY_packet } from './dual-string-array.js';
import { OBJREF_CUSTOM, type OBJREF_CUSTOM_DATA } from './objref-custom.js';
import { fromRounded, toRounded } from './rounded.js';

/** [MS-DCOM] 2.2.18: "MEOW". */
export const OBJREF_SIGNATURE = 0x574f454d;
export const OBJREF_FLAG_STANDARD = 1;
export const OBJREF_FLAG_HANDLER = 2;
export const OBJREF_FLAG_CUSTOM = 4;
export const OBJREF_FLAG_EXTENDED = 8;

/** [MS-DCOM] 2.2.18.3; in an OBJREF the same fields stand packed (2.2.18.2). */
export const STDOBJREF = struct(
  'STDOBJREF',
  '[MS-DCOM] 2.2.18.3',
  { flags: u32, cPublicRefs: u32, oxid: u64, oid: u64, ipid: uuid },
  { flags: '0 or SORF_NOPING' },
);
export type STDOBJREF = Infer<typeof STDOBJREF>;

export const OBJREF_STANDARD = struct('OBJREF_STANDARD', '[MS-DCOM] 2.2.18.4', {
  std: STDOBJREF,
  saResAddr: DUALSTRINGARRAY_packet,
});

export const OBJREF_HANDLER = struct('OBJREF_HANDLER', '[MS-DCOM] 2.2.18.5', {
  std: STDOBJREF,
  clsid: uuid,
  saResAddr: DUALSTRINGARRAY_packet,
});

const dataElement = struct('DATAELEMENT', '[MS-DCOM] 2.2.18.8', {
  dataID: uuid,
  cbSize: u32,
  cbRounded: sizeOf('Data', u32),
  Data: countedBytes('cbRounded'),
});

/** `Data` without its padding, unless `cbSize` tells that it does not follow the rule. */
export interface DATAELEMENT {
  readonly dataID: string;
  readonly cbSize?: number | undefined;
  readonly cbRounded?: number | undefined;
  readonly Data: Uint8Array;
}

export const DATAELEMENT: NdrType<DATAELEMENT> = mapped<Infer<typeof dataElement>, DATAELEMENT>(dataElement, {
  fromWire: ({ dataID, cbSize, Data }) => {
    const { size, data } = fromRounded(cbSize, Data);
    return size === undefined ? { dataID, Data: data } : { dataID, cbSize: size, Data: data };
  },
  toWire: (value, writer) => {
    if (!(value?.Data instanceof Uint8Array)) writer.fail('a DATAELEMENT needs Data');
    const { dataID, cbSize, cbRounded, Data } = value;
    const { size, array } = toRounded(cbSize === undefined ? { data: Data } : { size: cbSize, data: Data });
    return { dataID, cbSize: size, cbRounded, Data: array };
  },
});

const SIGNATURE_EXTENDED = 0x4e535956;

export const OBJREF_EXTENDED = struct('OBJREF_EXTENDED', '[MS-DCOM] 2.2.18.7', {
  std: STDOBJREF,
  Signature1: reserved(u32, SIGNATURE_EXTENDED),
  saResAddr: DUALSTRINGARRAY_packet,
  nElms: sizeOf('ElmArray', u32),
  Signature2: reserved(u32, SIGNATURE_EXTENDED),
  ElmArray: counted('nElms', DATAELEMENT),
});

/** [MS-DCOM] 2.2.18. */
export type OBJREF = { readonly iid: string } & (
  | ({ readonly flags: 1 } & Infer<typeof OBJREF_STANDARD>)
  | ({ readonly flags: 2 } & Infer<typeof OBJREF_HANDLER>)
  | ({ readonly flags: 4 } & OBJREF_CUSTOM_DATA)
  | ({ readonly flags: 8 } & Infer<typeof OBJREF_EXTENDED>)
);

const BODIES: ReadonlyMap<number, NdrType<unknown>> = new Map<number, NdrType<unknown>>([
  [OBJREF_FLAG_STANDARD, OBJREF_STANDARD],
  [OBJREF_FLAG_HANDLER, OBJREF_HANDLER],
  [OBJREF_FLAG_CUSTOM, lazy('OBJREF_CUSTOM', () => OBJREF_CUSTOM)],
  [OBJREF_FLAG_EXTENDED, OBJREF_EXTENDED],
]);

const HEADER = 24;

/** Whether octets begin as an OBJREF of a known form does. */
export function isObjref(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(0, true) === OBJREF_SIGNATURE && BODIES.has(view.getUint32(4, true));
}

/** Packed and little-endian whatever the stub around it is, so it is read in a window of its own. */
class ObjrefType extends NdrType<OBJREF> {
  constructor() {
    super('OBJREF', '[MS-DCOM] 2.2.18', { align20: 1, align64: 1, least: HEADER });
  }

  override get fields() {
    return [
      { name: 'signature', type: 'unsigned long', note: 'MEOW' },
      { name: 'flags', type: 'unsigned long', note: 'which OBJREF_* follows' },
      { name: 'iid', type: 'uuid_t', note: 'the interface' },
    ];
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [...BODIES.values()];
  }

  override read(reader: NdrReader): OBJREF {
    const at = reader.offset;
    if (reader.u32() !== OBJREF_SIGNATURE) reader.fail('BAD_VALUE', 'no OBJREF signature', at);
    reader.mark('signature', 4, OBJREF_SIGNATURE);
    const flags = reader.u32();
    reader.mark('flags', 4, flags);
    const iid = reader.uuid();
    reader.mark('iid', 16, iid);
    const body = BODIES.get(flags) ?? reader.fail('BAD_VALUE', `OBJREF flags ${flags}`, at + 4);
    return { flags, iid, ...(body.read(reader) as object) } as OBJREF;
  }

  override write(writer: NdrWriter, value: OBJREF): void {
    const body = BODIES.get(value?.flags) ?? writer.fail(`OBJREF flags ${describeValue(value?.flags)}`);
    writer.u32(OBJREF_SIGNATURE);
    writer.u32(value.flags);
    writer.uuid(value.iid);
    body.write(writer, value);
  }
}

export const OBJREF: NdrType<OBJREF> = new ObjrefType();

/** [MS-DCOM] 2.2.18, as octets of its own: what a custom marshaler or a file holds. */
export const packed = <T>(type: NdrType<T>): NdrType<T> => new PackedType(type);

class PackedType<T> extends NdrType<T> {
  readonly #type: NdrType<T>;

  constructor(type: NdrType<T>) {
    super(type.name, type.section, { align20: 1, align64: 1, least: type.least });
    this.#type = type;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [this.#type];
  }

  override read(reader: NdrReader): T {
    return reader.window(reader.remaining, PACKED, () => this.#type.read(reader));
  }

  override write(writer: NdrWriter, value: T): void {
    writer.window(PACKED, () => this.#type.write(writer, value));
  }
}
