import type { FieldRow } from '../ndr/index.js';

/** What a decoder took of the octets that it was given, and what encoding its value gave. */
export interface Again {
  readonly taken: Uint8Array;
  readonly made: Uint8Array;
}

/** One way in which a structure stands on the wire. */
export interface Form {
  /** `little-endian`, `ndr64 big-endian`; empty where there is one way only. */
  readonly name: string;
  /**
   * Decodes octets, which may throw `CodecError` and nothing else. The function that it returns encodes the value again
   * and throws nothing: `taken` and `made` are to be the same.
   */
  decode(octets: Uint8Array): () => Again;
}

/** A structure of the wire, as this project declares it. */
export interface Structure {
  /** `header`: of fixed size; `type`: an NDR type; `stub`: the parameters of an operation; `message`: of several parts. */
  readonly kind: 'header' | 'type' | 'stub' | 'message';
  readonly name: string;
  readonly section: string;
  readonly fields: readonly FieldRow[];
  readonly forms: readonly Form[];
}
