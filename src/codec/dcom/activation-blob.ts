import {
  conformant,
  describeValue,
  type Infer,
  type NdrReader,
  NdrType,
  type NdrWriter,
  optional,
  reserved,
  sizeOf,
  struct,
  typeSerialization1,
  u32,
  unique,
  uuid,
} from '../ndr/index.js';
import { UUID_NULL } from '../uuid.js';
import { ACTIVATION_PROPERTIES } from './activation-properties.js';

/** The activation properties that [MS-DCOM] 2.2.22.2 declares. */
export type Known = typeof ACTIVATION_PROPERTIES;
/** CLSID of an activation property that is declared. */
export type KnownClsid = keyof Known;

/** One property: its structure, or its octets if [MS-DCOM] 2.2.22.2 does not have the CLSID. */
export type ActivationProperty =
  | { [C in KnownClsid]: { readonly clsid: C; readonly data: Infer<Known[C]> } }[KnownClsid]
  | { readonly clsid: string; readonly raw: Uint8Array };

/** [MS-DCOM] 2.2.22: sizes and counts are those of the properties, unless given. */
export interface ActivationProperties {
  /** MSHCTX; Windows sends 2, MSHCTX_DIFFERENTMACHINE. */
  readonly destCtx: number;
  readonly properties: readonly ActivationProperty[];
  readonly totalSize?: number | undefined;
  readonly dwReserved?: number | undefined;
  readonly cIfs?: number | undefined;
  readonly classInfoClsid?: string | undefined;
  readonly pdwReserved?: number | undefined;
}

/** A size that is put in once it is known; 0 until then. */
class SizeType extends NdrType<number> {
  constructor() {
    super('unsigned long', '[MS-DCOM] 2.2.22.1', { align20: 4, align64: 4, least: 4 });
  }

  override read(reader: NdrReader): number {
    return reader.u32();
  }

  override write(writer: NdrWriter): void {
    writer.u32(0);
    writer.marks.push({ at: writer.offset - 4, size: 4, little: writer.little, sent: undefined });
  }
}

const size = new SizeType();

export const CustomHeader = struct(
  'CustomHeader',
  '[MS-DCOM] 2.2.22.1',
  {
    totalSize: size,
    headerSize: size,
    dwReserved: reserved(u32, 0),
    destCtx: u32,
    cIfs: sizeOf('pclsid', u32),
    classInfoClsid: reserved(uuid, UUID_NULL),
    pclsid: unique(conformant(uuid)),
    pSizes: unique(conformant(size)),
    pdwReserved: optional(u32),
  },
  { destCtx: 'MSHCTX', pclsid: 'one CLSID a property', pSizes: 'octets of each property' },
);

const serializedHeader = typeSerialization1(CustomHeader);
let made: ReadonlyMap<string, NdrType<unknown>> | undefined;

/** By CLSID. Made when first asked for: properties contain OBJREFs, which contain properties, whichever is loaded first. */
const serialized = (): ReadonlyMap<string, NdrType<unknown>> => {
  made ??= new Map(
    Object.entries(ACTIVATION_PROPERTIES).map(([clsid, type]) => [clsid, typeSerialization1(type as NdrType<unknown>)]),
  );
  return made;
};

const ALIGNED = { wide: false, little: true, packed: false };

/** The content of the OBJREF_CUSTOM that RemoteGetClassObject and RemoteCreateInstance pass in both directions. */
class ActivationPropertiesType extends NdrType<ActivationProperties> {
  constructor() {
    super('ActivationProperties', '[MS-DCOM] 2.2.22', { align20: 1, align64: 1, least: 24 });
  }

  override get fields() {
    return CustomHeader.fields;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [serializedHeader, ...serialized().values()];
  }

  override read(reader: NdrReader): ActivationProperties {
    const slot = reader.layout.wordSlot();
    const dwSize = reader.u32();
    reader.mark('dwSize', 4, dwSize);
    reader.note(reader.u32(), 0);
    reader.mark('dwReserved', 4);
    const start = reader.offset;
    const value = reader.window(reader.remaining, ALIGNED, () => this.#readBody(reader));
    reader.layout.word(slot, dwSize, value.end - start);
    return value.properties;
  }

  #readBody(reader: NdrReader): { properties: ActivationProperties; end: number } {
    const start = reader.offset;
    const { totalSize, headerSize, pclsid, pSizes, ...header } = serializedHeader.read(reader);
    const gap = headerSize - (reader.offset - start);
    if (gap < 0) reader.fail('BAD_LENGTH', `headerSize ${headerSize} of a header of ${reader.offset - start}`);
    if (gap > reader.remaining) reader.fail('BAD_LENGTH', `headerSize ${headerSize} goes beyond the BLOB`);
    reader.tail(0, gap);
    const clsids = pclsid ?? [];
    const sizes = pSizes ?? [];
    if (clsids.length !== sizes.length) reader.fail('BAD_LENGTH', `${clsids.length} CLSIDs, ${sizes.length} sizes`);
    const properties = clsids.map((clsid, i) => this.#readProperty(reader, clsid, sizes[i] as number, i));
    const end = reader.offset;
    reader.tail(0);
    const odd = totalSize === end - start ? {} : { totalSize };
    return { properties: { ...header, ...odd, properties }, end };
  }

  #readProperty(reader: NdrReader, clsid: string, size: number, i: number): ActivationProperty {
    const type = serialized().get(clsid);
    if (reader.path) reader.enter(`properties.${i}`, type ?? { name: clsid, section: this.section });
    const property = reader.window(size, ALIGNED, () => {
      if (!type) return { clsid, raw: reader.octets(size) };
      const data = type.read(reader);
      reader.tail(0);
      return { clsid, data };
    });
    if (reader.path) reader.leave();
    return property as ActivationProperty;
  }

  override write(writer: NdrWriter, value: ActivationProperties): void {
    if (!Array.isArray(value?.properties)) writer.fail('activation properties need an array of properties');
    const dwSize = writer.longPlace();
    writer.word(0);
    let end = 0;
    const start = writer.offset;
    writer.window(ALIGNED, () => {
      this.#writeBody(writer, value);
      end = writer.offset;
      writer.tail(0);
    });
    writer.fill(dwSize, end - start);
  }

  #writeBody(writer: NdrWriter, { properties, totalSize, ...header }: ActivationProperties): void {
    const start = writer.offset;
    const firstMark = writer.marks.length;
    const pclsid = properties.map((property) => property?.clsid);
    serializedHeader.write(writer, { ...header, totalSize: 0, headerSize: 0, pclsid, pSizes: pclsid.map(() => 0) });
    const [totalAt, headerAt, ...sizesAt] = writer.marks.splice(firstMark);
    writer.tail(0);
    if (!totalAt || !headerAt) return;
    writer.fill(headerAt, writer.offset - start);
    properties.forEach((property, i) => {
      if (writer.path) writer.enter(`properties.${i}`);
      const size = writer.window(ALIGNED, () => this.#writeProperty(writer, property));
      if (writer.path) writer.leave();
      const place = sizesAt[i];
      if (place) writer.fill(place, size);
    });
    writer.fill(totalAt, totalSize ?? writer.offset - start);
  }

  #writeProperty(writer: NdrWriter, property: ActivationProperty): void {
    if (typeof property !== 'object' || property === null) writer.fail(`${describeValue(property)} is no property`);
    if ('raw' in property) {
      if (!(property.raw instanceof Uint8Array)) writer.fail('a raw property needs octets');
      writer.octets(property.raw);
      return;
    }
    const type =
      serialized().get(property.clsid) ?? writer.fail(`no structure for property ${describeValue(property.clsid)}`);
    type.write(writer, property.data);
    writer.tail(0);
  }
}

export const ActivationProperties: NdrType<ActivationProperties> = new ActivationPropertiesType();

/** The data of the first property with this CLSID. */
export const propertyOf = <C extends KnownClsid>(
  { properties }: ActivationProperties,
  clsid: C,
): Infer<Known[C]> | undefined => {
  const found = properties.find((property) => property.clsid === clsid && 'data' in property);
  return found && 'data' in found ? (found.data as Infer<Known[C]>) : undefined;
};
