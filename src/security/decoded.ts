import { CodecError } from '../codec/error.js';
import { SecurityError } from './error.js';

/** A token that does not decode is refused with the decoder's reason. */
export function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof CodecError) throw new SecurityError('BAD_TOKEN', error.message);
    throw error;
  }
}
