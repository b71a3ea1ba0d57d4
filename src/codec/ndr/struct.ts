import { CountedType } from './counted.js';
import type { Deferred, Holder, NdrReader } from './reader.js';
import { type ConformantBody, type FieldRow, type Infer, NdrType } from './type.js';
import { describe, type NdrWriter } from './writer.js';

/** The members of a structure by name, in the order of the wire. */
export type Fields = Record<string, NdrType<unknown>>;

/** The members that may be left out when a structure is encoded. */
export type OptionalKeys<F> = { [K in keyof F]: undefined extends Infer<F[K]> ? K : never }[keyof F];

/** The value of a structure: counts and reserved fields, which can be computed, may be left out. */
export type StructOf<F> = { [K in Exclude<keyof F, OptionalKeys<F>>]: Infer<F[K]> } & {
  [K in OptionalKeys<F>]?: Infer<F[K]>;
} extends infer S
  ? { [K in keyof S]: S[K] }
  : never;

type Compute = (siblings: Holder) => unknown;

/**
 * A field whose content follows from its siblings. Absent in a value, it is computed; given, it is sent as it is.
 * Decoding leaves it out where it is what would be computed.
 */
class DerivedType<T> extends NdrType<T | undefined> {
  readonly type: NdrType<T>;
  readonly sibling: string | undefined;
  readonly compute: Compute;

  constructor(note: string, type: NdrType<T>, sibling: string | undefined, compute: Compute) {
    super(`${type.name} ${note}`, type.section, type);
    this.type = type;
    this.sibling = sibling;
    this.compute = compute;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [this.type];
  }

  override read(reader: NdrReader): T {
    return this.type.read(reader);
  }

  override write(writer: NdrWriter, value: T | undefined): void {
    this.type.write(writer, value as T);
  }
}

const countOf = (value: unknown): number => {
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return typeof value === 'string' ? value.length + 1 : 0;
};

/** The number of elements of a sibling: size_is, length_is. */
export const sizeOf = (
  sibling: string,
  type: NdrType<number>,
  count: (value: unknown) => number = countOf,
): NdrType<number | undefined> =>
  new DerivedType(`/* of ${sibling} */`, type, sibling, (siblings) => count(siblings[sibling]));

/** The discriminant of a sibling union: switch_is. */
export const switchOf = (sibling: string, type: NdrType<number>): NdrType<number | undefined> =>
  new DerivedType(
    `/* tag of ${sibling} */`,
    type,
    sibling,
    (siblings) => (siblings[sibling] as { tag?: unknown } | null | undefined)?.tag,
  );

/** A field that has one content only, such as "must be zero". */
export const reserved = <T>(type: NdrType<T>, content: T): NdrType<T | undefined> =>
  new DerivedType(`/* ${typeof content === 'string' ? content : Number(content)} */`, type, undefined, () => content);

/** A field that follows from its siblings, by its name. */
interface Derived extends Pick<DerivedType<unknown>, 'compute' | 'sibling'> {
  readonly name: string;
}

/** Puts the derived fields of a decoded value back where they are not what would be computed. */
class Leftovers implements Deferred {
  readonly name = '';
  readonly section = '';
  readonly #list: FieldList;
  readonly #read: readonly unknown[];

  constructor(list: FieldList, read: readonly unknown[]) {
    this.#list = list;
    this.#read = read;
  }

  readInto(reader: NdrReader, holder: Holder): void {
    this.#list.keepDeviating(reader, holder, this.#read);
  }
}

/** The members of a structure, or the parameters of an operation. */
export class FieldList {
  readonly names: readonly string[];
  readonly types: readonly NdrType<unknown>[];
  readonly rows: readonly FieldRow[];
  readonly #derived: readonly Derived[];
  readonly #isDerived: readonly boolean[];
  readonly #awaitsReferents: boolean;

  constructor(fields: Fields, notes: Record<string, string>) {
    this.names = Object.keys(fields);
    this.types = Object.values(fields);
    this.rows = this.names.map((name, i) => ({
      name,
      type: (this.types[i] as NdrType<unknown>).name,
      note: notes[name] ?? '',
    }));
    this.#isDerived = this.types.map((type) => type instanceof DerivedType);
    this.#derived = this.names.flatMap((name) => {
      const type = fields[name];
      return type instanceof DerivedType ? [{ name, compute: type.compute, sibling: type.sibling }] : [];
    });
    this.#awaitsReferents = this.types.some(
      (type) => type instanceof DerivedType && type.sibling !== undefined && fields[type.sibling]?.deferred,
    );
  }

  /** Reads field `i`; what follows from its siblings goes to `aside`, to be judged when they are complete. */
  read(reader: NdrReader, i: number, holder: Holder, aside: unknown[]): void {
    const type = this.types[i] as NdrType<unknown>;
    const name = this.names[i] as string;
    if (reader.path) reader.enter(name, type, this.rows[i]?.note);
    if (this.#isDerived[i]) aside.push(type.read(reader));
    else if (type instanceof CountedType) holder[name] = type.readCounted(reader, this.#count(type, aside));
    else type.readInto(reader, holder, name);
    if (reader.path) reader.leave(this.#isDerived[i] ? aside.at(-1) : holder[name]);
  }

  #count({ sibling }: CountedType<unknown>, aside: readonly unknown[]): number {
    return aside[this.#derived.findIndex(({ name }) => name === sibling)] as number;
  }

  write(writer: NdrWriter, i: number, value: Holder): void {
    const name = this.names[i] as string;
    const type = this.types[i] as NdrType<unknown>;
    if (writer.path) writer.enter(name);
    type.write(writer, value[name] ?? this.#computed(type, value, name));
    if (writer.path) writer.leave();
  }

  #computed(type: NdrType<unknown>, value: Holder, name: string): unknown {
    return type instanceof DerivedType ? type.compute(value) : value[name];
  }

  get hasDerived(): boolean {
    return this.#derived.length > 0;
  }

  /** Judges the derived fields, once the siblings that they follow from are there. */
  finish(reader: NdrReader, holder: Holder, read: readonly unknown[]): void {
    if (this.#awaitsReferents) reader.defer(new Leftovers(this, read), holder, '');
    else this.keepDeviating(reader, holder, read);
  }

  /** Puts those back that are not what would be computed; a strict reader refuses the ones that are of a sibling. */
  keepDeviating(reader: NdrReader, holder: Holder, read: readonly unknown[]): void {
    for (let i = 0; i < read.length; i++) {
      const { name, compute, sibling } = this.#derived[i] as Derived;
      const computed = compute(holder);
      if (computed === read[i]) continue;
      if (reader.strict && sibling !== undefined)
        reader.fail('BAD_LENGTH', `${name} is ${read[i]}, and ${sibling} asks for ${computed}`);
      holder[name] = read[i];
    }
  }
}

const NONE: unknown[] = [];
const largest = (types: readonly NdrType<unknown>[], pick: (type: NdrType<unknown>) => number): number =>
  types.reduce((most, type) => Math.max(most, pick(type)), 1);

/** C706 14.3.6, [MS-RPCE] 2.2.5.3.4. */
export class StructType<T> extends NdrType<T> implements ConformantBody<T> {
  readonly #list: FieldList;
  readonly #last: ConformantBody<unknown> | undefined;

  constructor(name: string, section: string, fields: Fields, notes: Record<string, string>) {
    const types = Object.values(fields);
    super(name, section, {
      align20: largest(types, (type) => type.align20),
      align64: largest(types, (type) => type.align64),
      least: types.reduce((sum, type) => sum + type.least, 0),
    });
    this.#list = new FieldList(fields, notes);
    this.#last = types.at(-1)?.body;
    if (types.slice(0, -1).some((type) => type.body))
      throw new TypeError(`${name}: only the last member can be conformant`);
  }

  override get body(): ConformantBody<T> | undefined {
    return this.#last && this;
  }

  override get fields(): readonly FieldRow[] {
    return this.#list.rows;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return this.#list.types;
  }

  override read(reader: NdrReader): T {
    if (!this.#last) return this.readBody(reader, 0, 0);
    const slot = reader.layout.wordSlot();
    return this.readBody(reader, reader.word(), slot);
  }

  readBody(reader: NdrReader, max: number, slot: number): T {
    const list = this.#list;
    reader.align(reader.wide ? this.align64 : this.align20);
    const value: Holder = {};
    const aside = list.hasDerived ? [] : NONE;
    const plain = this.#last ? list.names.length - 1 : list.names.length;
    for (let i = 0; i < plain; i++) list.read(reader, i, value, aside);
    if (this.#last) this.#readLast(reader, value, max, slot);
    if (reader.wide) reader.alignEnd(this.align64);
    if (list.hasDerived) list.finish(reader, value, aside);
    return value as T;
  }

  #readLast(reader: NdrReader, value: Holder, max: number, slot: number): void {
    const name = this.#list.names.at(-1) as string;
    if (reader.path) reader.enter(name, this.#list.types.at(-1), this.#list.rows.at(-1)?.note);
    value[name] = this.#last?.readBody(reader, max, slot);
    if (reader.path) reader.leave(value[name]);
  }

  override write(writer: NdrWriter, value: T): void {
    if (this.#last) writer.word(this.maxOf(writer, value));
    this.writeBody(writer, value);
  }

  maxOf(writer: NdrWriter, value: T): number {
    const name = this.#list.names.at(-1) as string;
    const last = this.#check(writer, value)[name];
    if (writer.path) writer.enter(name);
    const max = this.#last?.maxOf(writer, last) ?? 0;
    if (writer.path) writer.leave();
    return max;
  }

  writeBody(writer: NdrWriter, value: T): void {
    const list = this.#list;
    const members = this.#check(writer, value);
    writer.align(writer.wide ? this.align64 : this.align20);
    const plain = this.#last ? list.names.length - 1 : list.names.length;
    for (let i = 0; i < plain; i++) list.write(writer, i, members);
    if (this.#last) this.#writeLast(writer, members);
    if (writer.wide) writer.alignEnd(this.align64);
  }

  #writeLast(writer: NdrWriter, members: Holder): void {
    const name = this.#list.names.at(-1) as string;
    if (writer.path) writer.enter(name);
    this.#last?.writeBody(writer, members[name]);
    if (writer.path) writer.leave();
  }

  #check(writer: NdrWriter, value: T): Holder {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      writer.fail(`${describe(value)} is no ${this.name}`);
    return value as Holder;
  }
}

/**
 * Declares a structure. A last member that is conformant sends its max_count before the outermost structure that ends
 * in it (C706 14.3.7.1).
 */
export const struct = <const F extends Fields>(
  name: string,
  section: string,
  fields: F,
  notes: { readonly [K in keyof F]?: string } = {},
): NdrType<StructOf<F>> => new StructType(name, section, fields, notes as Record<string, string>);
