/**
 * Why a decoder or encoder gave up.
 * - `SHORT`: the bytes end before the structure does.
 * - `BAD_VALUE`: a field holds what the structure cannot hold.
 * - `BAD_LENGTH`: a length, count or offset contradicts the bytes around it.
 * - `TOO_DEEP`: nesting beyond the decoder's bound.
 * - `UNENCODABLE`: the value given to an encoder does not fit its field.
 */
export type CodecErrorCode = 'SHORT' | 'BAD_VALUE' | 'BAD_LENGTH' | 'TOO_DEEP' | 'UNENCODABLE';

/** The only exception of `src/codec`: what was wrong, in which field, at which octet. */
export class CodecError extends Error {
  readonly code: CodecErrorCode;
  /** The field, as `structure.member.member`, outermost first. */
  path: string;
  /** Octets from the start of the buffer that was given to the decoder. */
  readonly offset: number;
  readonly detail: string;

  constructor(code: CodecErrorCode, path: string, offset: number, detail: string) {
    super();
    this.name = 'CodecError';
    this.code = code;
    this.path = path;
    this.offset = offset;
    this.detail = detail;
  }

  override get message(): string {
    return `${this.path} @0x${this.offset.toString(16)}: ${this.detail}`;
  }

  /** Puts the enclosing field in front of the path, while the error passes through it on its way out. */
  within(name: string): this {
    this.path = this.path === '' ? name : `${name}.${this.path}`;
    return this;
  }
}
