import { type Holder, type NdrReader, NdrType, type NdrWriter } from '../ndr/index.js';

/** "User": the referent id that Windows sends for a type with marshaling routines of its own. */
export const USER_REFERENT = 0x72657355;

const SHAPE = { align20: 4, align64: 8, least: 4 };

/**
 * C706 14.3.11: a unique pointer to a type that Windows marshals by routines of its own. Where the target has a null
 * itself, a null pointer means no other thing: both give null, and the layout tells them apart.
 */
class UserPointerType<T> extends NdrType<T> {
  readonly #target: NdrType<T>;
  readonly #targetHasNull: boolean;

  constructor(name: string, section: string, target: NdrType<T>, targetHasNull: boolean) {
    super(name, section, SHAPE);
    this.#target = target;
    this.#targetHasNull = targetHasNull;
  }

  override get deferred(): boolean {
    return true;
  }

  override get nullable(): boolean {
    return true;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [this.#target];
  }

  override read(reader: NdrReader): T {
    const holder: { value?: unknown } = {};
    const pending = reader.pending;
    this.readInto(reader, holder as Holder, 'value');
    reader.settle(pending);
    return holder.value as T;
  }

  override readInto(reader: NdrReader, holder: Holder, key: string | number): void {
    const id = reader.pointer();
    holder[key] = null;
    if (id === 0 && !this.#targetHasNull) return;
    reader.note(id, USER_REFERENT);
    if (id !== 0) reader.defer(this.#target, holder, key);
  }

  override write(writer: NdrWriter, value: T): void {
    if (value === null && !this.#targetHasNull) {
      writer.pointer(0);
      return;
    }
    const sent = writer.sentWord() ?? USER_REFERENT;
    const id = Number(sent) === 0 && value !== null ? USER_REFERENT : sent;
    writer.pointer(id);
    if (Number(id) !== 0) writer.defer(this.#target, value);
  }
}

/** A pointer that gives null where it is null. */
export const userPointer = <T>(name: string, section: string, target: NdrType<T>): NdrType<T | null> =>
  new UserPointerType<T | null>(name, section, target as NdrType<T | null>, false);

/** A pointer to a type that has a null of its own. */
export const userPointerToNullable = <T>(name: string, section: string, target: NdrType<T>): NdrType<T> =>
  new UserPointerType(name, section, target, true);
