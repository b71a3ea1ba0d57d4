import type { Holder, NdrReader } from './reader.js';
import { type FieldRow, NdrType } from './type.js';
import { describe, type NdrWriter } from './writer.js';

/** An arm without a member is null. */
export type Arms = Record<number, NdrType<unknown> | null>;

/** One member of a union, with the discriminant that selects it. */
export type Arm<K, A> = A extends NdrType<infer T> ? { tag: K; value: T } : { tag: K; value?: undefined };

/** The value of a union: its discriminant, which the wire carries too, and the member that it selects. */
export type UnionOf<A, D> =
  | { [K in keyof A & number]: Arm<K, A[K]> }[keyof A & number]
  | (D extends undefined ? never : Arm<number, D>);

interface Tagged {
  readonly tag: number;
  readonly value?: unknown;
}

/** C706 14.3.8; in NDR64 both the union and its selected member are aligned to the largest arm. */
class UnionType<T extends Tagged> extends NdrType<T> {
  readonly #tag: NdrType<number>;
  readonly #arms: ReadonlyMap<number, NdrType<unknown> | null>;
  readonly #default: NdrType<unknown> | null | undefined;
  readonly #armAlign64: number;

  constructor(
    name: string,
    section: string,
    tag: NdrType<number>,
    arms: Arms,
    fallback: NdrType<unknown> | null | undefined,
  ) {
    const types = [...Object.values(arms), fallback].filter((type) => type !== null && type !== undefined);
    const all = [tag, ...types];
    super(name, section, {
      align20: Math.max(...all.map((type) => type.align20)),
      align64: Math.max(...all.map((type) => type.align64)),
      least: tag.least,
    });
    if (types.some((type) => type.body)) throw new TypeError(`${name}: a union has no conformant arm`);
    this.#tag = tag;
    this.#arms = new Map(Object.entries(arms).map(([key, type]) => [Number(key), type]));
    this.#default = fallback;
    this.#armAlign64 = Math.max(1, ...types.map((type) => type.align64));
  }

  #armOf(tag: number): NdrType<unknown> | null | undefined {
    const arm = this.#arms.get(tag);
    return arm === undefined ? this.#default : arm;
  }

  override get fields(): readonly FieldRow[] {
    const rows = [...this.#arms].map(([tag, type]) => ({
      name: `case ${tag}`,
      type: type?.name ?? '(empty)',
      note: '',
    }));
    const other =
      this.#default === undefined ? [] : [{ name: 'default', type: this.#default?.name ?? '(empty)', note: '' }];
    return [{ name: 'tag', type: this.#tag.name, note: 'discriminant' }, ...rows, ...other];
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [this.#tag, ...this.#arms.values(), this.#default].filter((type) => type !== null && type !== undefined);
  }

  override read(reader: NdrReader): T {
    if (reader.wide) reader.align(this.align64);
    const at = reader.offset;
    const tag = this.#tag.read(reader);
    if (reader.path) reader.mark('tag', reader.offset - at, tag);
    const arm = this.#armOf(tag);
    if (arm === undefined) reader.fail('BAD_VALUE', `${this.name} has no arm ${tag}`, at);
    const holder: Holder = { tag };
    if (arm === null) return holder as unknown as T;
    if (reader.wide) reader.align(this.#armAlign64);
    if (reader.path) reader.enter('value', arm);
    arm.readInto(reader, holder, 'value');
    if (reader.path) reader.leave(holder.value);
    return holder as unknown as T;
  }

  override write(writer: NdrWriter, value: T): void {
    if (typeof value !== 'object' || value === null) writer.fail(`${describe(value)} is no ${this.name}`);
    const { tag, value: member } = value;
    const arm = this.#armOf(tag);
    if (arm === undefined) writer.fail(`${this.name} has no arm ${describe(tag)}`);
    if (writer.wide) writer.align(this.align64);
    this.#tag.write(writer, tag);
    if (arm === null) return;
    if (writer.wide) writer.align(this.#armAlign64);
    if (writer.path) writer.enter('value');
    arm.write(writer, member);
    if (writer.path) writer.leave();
  }
}

/**
 * Declares a union, encapsulated or not: on the wire both carry the discriminant first. Where a sibling selects the
 * arm (switch_is), declare that sibling with `switchOf`.
 */
export const union = <const A extends Arms, D extends NdrType<unknown> | null | undefined = undefined>(
  name: string,
  section: string,
  tag: NdrType<number>,
  arms: A,
  fallback?: D,
): NdrType<UnionOf<A, D>> => new UnionType(name, section, tag, arms, fallback) as unknown as NdrType<UnionOf<A, D>>;
