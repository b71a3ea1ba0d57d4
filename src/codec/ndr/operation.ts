import type { Holder, NdrReader } from './reader.js';
import { FieldList, type Fields, type StructOf } from './struct.js';
import { type FieldRow, NdrType } from './type.js';
import { describe, type NdrWriter } from './writer.js';

/** C706 14.4: parameters in a row; what one points to follows it at once. */
class ParametersType<T> extends NdrType<T> {
  readonly #list: FieldList;

  constructor(name: string, section: string, fields: Fields, notes: Record<string, string>) {
    super(name, section, { align20: 1, align64: 1, least: 0 });
    this.#list = new FieldList(fields, notes);
  }

  override get fields(): readonly FieldRow[] {
    return this.#list.rows;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return this.#list.types;
  }

  override read(reader: NdrReader): T {
    const list = this.#list;
    const value: Holder = {};
    const aside: unknown[] = [];
    for (let i = 0; i < list.names.length; i++) {
      list.read(reader, i, value, aside);
      reader.settle(0);
    }
    list.keepDeviating(reader, value, aside);
    return value as T;
  }

  override write(writer: NdrWriter, value: T): void {
    if (typeof value !== 'object' || value === null) writer.fail(`${describe(value)} is no ${this.name}`);
    for (let i = 0; i < this.#list.names.length; i++) {
      this.#list.write(writer, i, value as Holder);
      writer.settle(0);
    }
  }
}

/** The stub of a request or of a response. */
export const parameters = <const F extends Fields>(
  name: string,
  section: string,
  fields: F,
  notes: { readonly [K in keyof F]?: string } = {},
): NdrType<StructOf<F>> => new ParametersType(name, section, fields, notes as Record<string, string>);

/** One operation of an interface: its opnum, its section, and the NDR of its parameters both ways. */
export interface Operation<I = unknown, O = unknown> {
  readonly name: string;
  readonly opnum: number;
  readonly section: string;
  readonly request: NdrType<I>;
  readonly response: NdrType<O>;
}

/**
 * Declares an operation: `in` and `out` in the order of the wire, the result last. A top-level reference pointer has no
 * representation, so such a parameter is declared as what it points to.
 */
export const operation = <const I extends Fields, const O extends Fields>(declaration: {
  name: string;
  opnum: number;
  section: string;
  in: I;
  out: O;
}): Operation<StructOf<I>, StructOf<O>> => ({
  name: declaration.name,
  opnum: declaration.opnum,
  section: declaration.section,
  request: parameters(`${declaration.name} request`, declaration.section, declaration.in),
  response: parameters(`${declaration.name} response`, declaration.section, declaration.out),
});

/** C706 14.2: major and minor version of an interface, as p_syntax_id carries them. */
export interface InterfaceVersion {
  readonly major: number;
  readonly minor: number;
}

/** An RPC interface: UUID, version and operations by opnum. */
export interface InterfaceDef {
  readonly name: string;
  readonly uuid: string;
  readonly version: InterfaceVersion;
  readonly section: string;
  /** By opnum. */
  readonly operations: ReadonlyMap<number, Operation>;
}

/** Declares an interface, for dispatch and for the decoding of captures. */
export function interfaceDef(declaration: {
  name: string;
  uuid: string;
  version: InterfaceVersion;
  section: string;
  operations: readonly Operation[];
}): InterfaceDef {
  const operations = new Map(declaration.operations.map((each) => [each.opnum, each]));
  if (operations.size !== declaration.operations.length) throw new TypeError(`${declaration.name}: an opnum twice`);
  return { ...declaration, operations };
}
