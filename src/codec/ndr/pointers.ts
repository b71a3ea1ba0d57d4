import type { Deferred, Holder, NdrReader } from './reader.js';
import { NdrType } from './type.js';
import type { NdrWriter } from './writer.js';

/** A pointer's own representation takes 4 octets, in NDR64 8 ([MS-RPCE] 2.2.5.3.5). */
const SHAPE = { align20: 4, align64: 8, least: 4 };

/** The referent is read when the construct around the pointer is complete: C706 14.3.12.3. */
abstract class PointerType<T, V> extends NdrType<V> {
  readonly target: NdrType<T>;

  constructor(kind: string, section: string, target: NdrType<T>) {
    super(`[${kind}] ${target.name} *`, section, SHAPE);
    this.target = target;
  }

  override get deferred(): boolean {
    return true;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [this.target];
  }

  /** For a pointer that nothing holds: its referent comes at once. */
  override read(reader: NdrReader): V {
    const holder: { value?: unknown } = {};
    const pending = reader.pending;
    this.readInto(reader, holder as Holder, 'value');
    reader.settle(pending);
    return holder.value as V;
  }
}

/** C706 14.3.11: in place it is some number, which tells nothing; the referent is always there. */
class RefPointerType<T> extends PointerType<T, T> {
  override readInto(reader: NdrReader, holder: Holder, key: string | number): void {
    reader.referent(reader.pointer());
    holder[key] = undefined;
    reader.defer(this.target, holder, key);
  }

  override write(writer: NdrWriter, value: T): void {
    writer.pointer(writer.referent());
    writer.defer(this.target, value);
  }
}

/** What a pointer gives: where its target may be null itself, a box tells the two apart. */
export type Pointee<T> = (null extends T ? { to: T } : T) | null;

class UniquePointerType<T> extends PointerType<T, Pointee<T>> {
  override get nullable(): boolean {
    return true;
  }

  override readInto(reader: NdrReader, holder: Holder, key: string | number): void {
    const id = reader.pointer();
    holder[key] = null;
    if (id === 0) return;
    reader.referent(id);
    if (!this.target.nullable) {
      reader.defer(this.target, holder, key);
      return;
    }
    const box: Holder = {};
    holder[key] = box;
    reader.defer(this.target, box, 'to');
  }

  override write(writer: NdrWriter, value: Pointee<T>): void {
    if (value === null) {
      writer.pointer(0);
      return;
    }
    writer.pointer(writer.referent());
    writer.defer(this.target, this.target.nullable ? (value as { to?: unknown } | undefined)?.to : value);
  }
}

/** A pointer that is rarely more than null. */
class OptionalPointerType<T> extends PointerType<T, T | undefined> {
  override readInto(reader: NdrReader, holder: Holder, key: string | number): void {
    const id = reader.pointer();
    if (id === 0) return;
    reader.referent(id);
    reader.defer(this.target, holder, key);
  }

  override write(writer: NdrWriter, value: T | undefined): void {
    if (value === undefined) {
      writer.pointer(0);
      return;
    }
    writer.pointer(writer.referent());
    writer.defer(this.target, value);
  }
}

/** What a referent id stands for, and who waits for it. */
class FullReferent implements Deferred {
  readonly target: NdrType<unknown>;
  readonly name: string;
  readonly section: string;
  readonly #waiting: [Holder, string | number][] = [];
  #holder: Holder | undefined;
  #key: string | number = 0;

  constructor(target: NdrType<unknown>) {
    this.target = target;
    this.name = target.name;
    this.section = target.section;
  }

  readInto(reader: NdrReader, holder: Holder, key: string | number): void {
    this.target.readInto(reader, holder, key);
    this.#holder = holder;
    this.#key = key;
    for (const [other, otherKey] of this.#waiting) other[otherKey] = holder[key];
  }

  alias(holder: Holder, key: string | number): void {
    if (this.#holder) holder[key] = this.#holder[this.#key];
    else this.#waiting.push([holder, key]);
  }
}

/** C706 14.3.10.1: pointers with the same id share one referent, which is sent once. */
class FullPointerType<T> extends PointerType<T, T | null> {
  override get nullable(): boolean {
    return true;
  }

  override readInto(reader: NdrReader, holder: Holder, key: string | number): void {
    const id = reader.pointer();
    holder[key] = null;
    if (id === 0) return;
    reader.referent(id);
    const known = reader.full.get(id);
    if (known === undefined) {
      const referent = new FullReferent(this.target);
      reader.full.set(id, referent);
      reader.defer(referent, holder, key);
    } else if (known instanceof FullReferent && known.target.itself === this.target.itself) known.alias(holder, key);
    else reader.fail('BAD_VALUE', `referent ${id} is of another type`);
  }

  override write(writer: NdrWriter, value: T | null): void {
    if (value === null) writer.pointer(0);
    else if (!writer.fullPointer(value)) writer.defer(this.target, value);
  }
}

/** A reference pointer within a structure, union or array. As a parameter it has no representation: name its target. */
export const ref = <T>(target: NdrType<T>): NdrType<T> => new RefPointerType('ref', 'C706 14.3.11', target);

/** Null, or a referent of its own. */
export const unique = <T>(target: NdrType<T>): NdrType<Pointee<T>> =>
  new UniquePointerType('unique', 'C706 14.3.11', target);

/** A unique pointer whose null is left out of the value: a reserved or seldom used member. */
export const optional = <T>(target: NdrType<T>): NdrType<T | undefined> =>
  new OptionalPointerType('unique', 'C706 14.3.11', target);

/** Null, or a referent that other full pointers of the same stub may share: then the value is the same object. */
export const full = <T>(target: NdrType<T>): NdrType<T | null> => {
  if (!(target instanceof LazyType) && target.deferred)
    throw new TypeError(`${target.name}: a full pointer to a pointer is not supported`);
  return new FullPointerType('ptr', 'C706 14.3.10', target);
};

/** A type that is known later, so that a structure can refer to itself. */
class LazyType<T> extends NdrType<T> {
  readonly #resolve: () => NdrType<T>;
  #known: NdrType<T> | undefined;

  constructor(name: string, resolve: () => NdrType<T>) {
    super(name, '', { align20: 1, align64: 1, least: 0 });
    this.#resolve = resolve;
  }

  get #type(): NdrType<T> {
    this.#known ??= this.#resolve();
    return this.#known;
  }

  override get itself(): NdrType<T> {
    return this.#type;
  }

  override get deferred(): boolean {
    return this.#type.deferred;
  }

  override get nullable(): boolean {
    return this.#type.nullable;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [this.#type];
  }

  override read(reader: NdrReader): T {
    return this.#type.read(reader);
  }

  override readInto(reader: NdrReader, holder: Holder, key: string | number): void {
    this.#type.readInto(reader, holder, key);
  }

  override write(writer: NdrWriter, value: T): void {
    this.#type.write(writer, value);
  }
}

/** The target of a pointer in a structure that refers to itself. */
export const lazy = <T>(name: string, resolve: () => NdrType<T>): NdrType<T> => new LazyType(name, resolve);
