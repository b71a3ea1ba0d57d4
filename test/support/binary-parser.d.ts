// binary-parser 2.3 has no "types" under "exports"; this declares the part that the oracle of fixed headers uses.
declare module 'binary-parser' {
  export class Parser {
    endianness(endianness: 'little' | 'big'): this;
    uint8(name: string): this;
    uint16(name: string): this;
    uint32(name: string): this;
    uint64(name: string): this;
    buffer(name: string, options: { length: number; clone?: boolean }): this;
    compile(): void;
    parse(buffer: Uint8Array): unknown;
  }
}
