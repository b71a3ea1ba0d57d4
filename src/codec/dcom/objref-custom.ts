import { lazy, type NdrReader, NdrType, type NdrWriter } from '../ndr/index.js';
import { ActivationProperties } from './activation-blob.js';
import { CLSID_ActivationPropertiesIn, CLSID_ActivationPropertiesOut, CLSID_ContextMarshaler } from './constants.js';
import { Context, isContext } from './context.js';

/** What stands before the data of an OBJREF_CUSTOM. */
export interface CustomObjrefHead {
  readonly clsid: string;
  /** 0 where absent. */
  readonly cbExtension?: number;
  /** Where absent, the size that Windows sends. */
  readonly reserved?: number;
}

/** [MS-DCOM] 2.2.18.6, by what the unmarshaler's CLSID says of the data. */
export type OBJREF_CUSTOM_DATA = CustomObjrefHead &
  (
    | { readonly activationProperties: ActivationProperties }
    | { readonly context: Context }
    | { readonly pObjectData: Uint8Array }
  );

const activationProperties = lazy('ActivationProperties', () => ActivationProperties);
const PROPERTIES: ReadonlySet<string> = new Set([CLSID_ActivationPropertiesIn, CLSID_ActivationPropertiesOut]);

/** What Windows puts into `reserved`: the size of the data, with 8 more for activation properties. */
const usualReserved = (clsid: string, size: number): number => size + (PROPERTIES.has(clsid) ? 8 : 0);

class ObjrefCustomType extends NdrType<OBJREF_CUSTOM_DATA> {
  constructor() {
    super('OBJREF_CUSTOM', '[MS-DCOM] 2.2.18.6', { align20: 1, align64: 1, least: 24 });
  }

  override get fields() {
    return [
      { name: 'clsid', type: 'uuid_t', note: 'the unmarshaler' },
      { name: 'cbExtension', type: 'unsigned long', note: '0' },
      { name: 'reserved', type: 'unsigned long', note: 'Windows sends the size of the data' },
      { name: 'pObjectData', type: 'byte[]', note: 'up to the end of the OBJREF' },
    ];
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [activationProperties, Context];
  }

  override read(reader: NdrReader): OBJREF_CUSTOM_DATA {
    const clsid = reader.uuid();
    reader.mark('clsid', 16, clsid);
    const cbExtension = reader.u32();
    reader.mark('cbExtension', 4, cbExtension);
    const reserved = reader.u32();
    reader.mark('reserved', 4, reserved);
    const usual = usualReserved(clsid, reader.remaining);
    return {
      clsid,
      ...(cbExtension === 0 ? {} : { cbExtension }),
      ...(reserved === usual ? {} : { reserved }),
      ...this.#readData(reader, clsid),
    };
  }

  #readData(reader: NdrReader, clsid: string) {
    if (PROPERTIES.has(clsid)) return { activationProperties: activationProperties.read(reader) };
    const rest = reader.bytes.subarray(reader.offset, reader.end);
    if (clsid === CLSID_ContextMarshaler && isContext(rest)) {
      const context = Context.read(reader);
      reader.tail(0);
      return { context };
    }
    const pObjectData = reader.octets(reader.remaining);
    reader.mark('pObjectData', pObjectData.length);
    return { pObjectData };
  }

  override write(writer: NdrWriter, value: OBJREF_CUSTOM_DATA): void {
    writer.uuid(value.clsid);
    const header = { at: writer.take(8), size: 4, little: writer.little, sent: undefined } as const;
    const start = writer.offset;
    if ('activationProperties' in value) activationProperties.write(writer, value.activationProperties);
    else if ('context' in value) {
      Context.write(writer, value.context);
      writer.tail(0);
    } else if (value.pObjectData instanceof Uint8Array) writer.octets(value.pObjectData);
    else writer.fail('an OBJREF_CUSTOM needs data');
    writer.fill(header, value.cbExtension ?? 0);
    writer.fill({ ...header, at: header.at + 4 }, value.reserved ?? usualReserved(value.clsid, writer.offset - start));
  }
}

export const OBJREF_CUSTOM: NdrType<OBJREF_CUSTOM_DATA> = new ObjrefCustomType();
