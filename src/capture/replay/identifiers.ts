import { UUID_NULL } from '../../codec/uuid.js';

/** What one party called things, and what another one calls the same: OXIDs, OIDs, SETIDs, IPIDs, causality ids. */
export class Identifiers {
  readonly #uuids = new Map<string, string>();
  readonly #numbers = new Map<bigint, bigint>();

  /** The identifier that stands for a captured one now; undefined where nobody has handed it out. */
  uuid(captured: string): string | undefined {
    return this.#uuids.get(captured);
  }

  /** Pairs two identifiers; the first meeting holds, since a reference that is handed out twice keeps its name. */
  pair(captured: string, now: string): void {
    if (!this.#uuids.has(captured)) this.#uuids.set(captured, now);
  }

  /** Learns from two answers to the same call: identifiers that stand in the same place mean the same thing. */
  learn(captured: unknown, now: unknown): void {
    if (Array.isArray(captured) && Array.isArray(now)) {
      for (const [index, each] of captured.entries()) this.learn(each, now[index]);
      return;
    }
    if (!isRecord(captured) || !isRecord(now)) return;
    for (const [key, value] of Object.entries(captured)) {
      const other = now[key];
      if (UUID_FIELDS.has(key)) this.#learnUuid(value, other);
      else if (NUMBER_FIELDS.has(key)) this.#learnNumber(value, other);
      else this.learn(value, other);
    }
  }

  /** The same parameters with every identifier replaced; `missing` is told of those that nobody has handed out. */
  rewrite<T>(value: T, missing: (identifier: string) => void = () => {}): T {
    return rewritten(value, (key, each) => {
      if (typeof each === 'string' && each !== UUID_NULL && UUID_FIELDS.has(key))
        return this.#found(this.#uuids.get(each), each, missing);
      if (typeof each === 'bigint' && each !== 0n && NUMBER_FIELDS.has(key))
        return this.#found(this.#numbers.get(each), each, missing);
      return each;
    }) as T;
  }

  #found<I extends string | bigint>(known: I | undefined, captured: I, missing: (identifier: string) => void): I {
    if (known === undefined) missing(typeof captured === 'bigint' ? `0x${captured.toString(16)}` : captured);
    return known ?? captured;
  }

  #learnUuid(captured: unknown, now: unknown): void {
    if (typeof captured === 'string' && typeof now === 'string' && captured !== UUID_NULL) this.pair(captured, now);
  }

  #learnNumber(captured: unknown, now: unknown): void {
    if (typeof captured === 'bigint' && typeof now === 'bigint' && captured !== 0n && !this.#numbers.has(captured))
      this.#numbers.set(captured, now);
  }
}

/** The fields of [MS-DCOM] that hold identifiers which a server hands out. */
const UUID_FIELDS: ReadonlySet<string> = new Set(['ipid', 'ripid', 'ipidRemUnknown', 'pipidRemUnknown']);
const NUMBER_FIELDS: ReadonlySet<string> = new Set([
  'oxid',
  'oid',
  'Oxid',
  'pOxid',
  'pSetId',
  // Lists of OIDs, of ComplexPing.
  'AddToSet',
  'DelFromSet',
]);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

function rewritten(value: unknown, replace: (key: string, value: unknown) => unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => rewritten(each, replace, key));
  if (!isRecord(value)) return replace(key, value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, rewritten(each, replace, name)]));
}
