import fc from 'fast-check';
import { expect } from 'vitest';
import { CodecError } from '../../src/codec/error.js';

type Edits = readonly (readonly [at: number, octet: number])[];

/** Which octets to change to what; a place beyond the end counts on from the start. */
export const editsOf = (maxLength: number, minLength = 1) =>
  fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength, maxLength });

/** A copy with some octets changed. */
export function edited(bytes: Uint8Array, edits: Edits): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) for (const [at, octet] of edits) copy[at % copy.length] = octet;
  return copy;
}

/** What `decode` gives, or undefined where it refuses by a CodecError. Any other error is a defect. */
export function decodedUnlessRefused<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError);
    return undefined;
  }
}

interface Type<O> {
  decode(octets: Uint8Array, options?: O): { value: unknown; layout?: unknown };
  encode(value: never, options: never): Uint8Array;
}

/** Octets are refused by the decoder, or the value that it gives is encoded to the same octets. */
export function expectRefusedOrKept<O extends object>(type: Type<O>, octets: Uint8Array, options?: O): void {
  const read = decodedUnlessRefused(() => type.decode(octets, options));
  if (read === undefined) return;
  const again = type.encode(read.value as never, { ...options, layout: read.layout } as never);
  expect(Buffer.from(again).toString('hex')).toBe(Buffer.from(octets).toString('hex'));
}
