import {
  conformant,
  conformantBytes,
  type Fields,
  type Infer,
  mapped,
  type NdrReader,
  NdrType,
  type NdrWriter,
  type Operation,
  operation,
  optional,
  reserved,
  type StructOf,
  sizeOf,
  struct,
  u16,
  u32,
  unique,
  uuid,
} from '../ndr/index.js';
import { fromRounded, type Rounded, toRounded } from './rounded.js';

export const COMVERSION = struct('COMVERSION', '[MS-DCOM] 2.2.11', { MajorVersion: u16, MinorVersion: u16 });
export type COMVERSION = Infer<typeof COMVERSION>;

const extent = struct('ORPC_EXTENT', '[MS-DCOM] 2.2.13.1', { id: uuid, size: u32, data: conformantBytes });

/** `data` without the padding to a multiple of 8. */
export interface ORPC_EXTENT extends Rounded {
  readonly id: string;
}

export const ORPC_EXTENT: NdrType<ORPC_EXTENT> = mapped<Infer<typeof extent>, ORPC_EXTENT>(extent, {
  fromWire: ({ id, size, data }) => ({ id, ...fromRounded(size, data) }),
  toWire: (value, writer) => {
    if (!(value?.data instanceof Uint8Array)) writer.fail('an ORPC_EXTENT needs data');
    const { size, array } = toRounded(value);
    return { id: value.id, size, data: array };
  },
});

const presentOf = (extents: unknown): number =>
  Array.isArray(extents) ? extents.filter((each) => each !== null).length : 0;

export const ORPC_EXTENT_ARRAY = struct(
  'ORPC_EXTENT_ARRAY',
  '[MS-DCOM] 2.2.13.2',
  {
    size: sizeOf('extent', u32, presentOf),
    reserved: reserved(u32, 0),
    extent: unique(conformant(unique(ORPC_EXTENT))),
  },
  { extent: 'an even number of places, the last one null where need be' },
);

export const ORPCTHIS = struct(
  'ORPCTHIS',
  '[MS-DCOM] 2.2.13.3',
  { version: COMVERSION, flags: u32, reserved1: reserved(u32, 0), cid: uuid, extensions: optional(ORPC_EXTENT_ARRAY) },
  { flags: '0 in ORPC calls, anything in activations', cid: 'causality identifier' },
);
export type ORPCTHIS = Infer<typeof ORPCTHIS>;

export const ORPCTHAT = struct('ORPCTHAT', '[MS-DCOM] 2.2.13.4', {
  flags: u32,
  extensions: optional(ORPC_EXTENT_ARRAY),
});
export type ORPCTHAT = Infer<typeof ORPCTHAT>;

/** [MS-DCOM] 2.2.13: ORPCTHIS and ORPCTHAT are NDR20 even where the rest of the stub is NDR64. */
class AlwaysNdr20<T> extends NdrType<T> {
  readonly #type: NdrType<T>;

  constructor(type: NdrType<T>) {
    super(type.name, type.section, { align20: type.align20, align64: type.align20, least: type.least });
    this.#type = type;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [this.#type];
  }

  override read(reader: NdrReader): T {
    return reader.within({ wide: false, little: reader.little, packed: reader.packed }, () => {
      const pending = reader.pending;
      const value = this.#type.read(reader);
      reader.settle(pending);
      return value;
    });
  }

  override write(writer: NdrWriter, value: T): void {
    writer.within({ wide: false, little: writer.little, packed: writer.packed }, () => {
      const pending = writer.pending;
      this.#type.write(writer, value);
      writer.settle(pending);
    });
  }
}

const ORPCthis = new AlwaysNdr20(ORPCTHIS);
const ORPCthat = new AlwaysNdr20(ORPCTHAT);

/** An operation of an object: ORPCTHIS and ORPCTHAT come before its own parameters ([MS-DCOM] 2.2.13). */
export const orpcOperation = <const I extends Fields, const O extends Fields>(declaration: {
  name: string;
  opnum: number;
  section: string;
  in: I;
  out: O;
}): Operation<StructOf<{ ORPCthis: typeof ORPCTHIS } & I>, StructOf<{ ORPCthat: typeof ORPCTHAT } & O>> =>
  operation({
    ...declaration,
    in: { ORPCthis, ...declaration.in },
    out: { ORPCthat, ...declaration.out },
  }) as unknown as Operation<StructOf<{ ORPCthis: typeof ORPCTHIS } & I>, StructOf<{ ORPCthat: typeof ORPCTHAT } & O>>;
