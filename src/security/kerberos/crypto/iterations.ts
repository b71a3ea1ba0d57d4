import { asBuffer } from '../../../codec/bytes.js';
import { SecurityError } from '../../error.js';

/** A KDC could otherwise keep its clients busy for ever; RFC 3962 8 has a client set such a bound. */
const MAX_ITERATIONS = 1_000_000;

/** RFC 3962 4: s2kparams hold the number of iterations. */
export function iterationsOf(params: Uint8Array | undefined, usual: number): number {
  if (params === undefined || params.length === 0) return usual;
  if (params.length !== 4)
    throw new SecurityError('BAD_TOKEN', `Kerberos: s2kparams of ${params.length} octets instead of 4`);
  const iterations = asBuffer(params).readUInt32BE(0);
  if (iterations === 0 || iterations > MAX_ITERATIONS)
    throw new SecurityError('BAD_TOKEN', `Kerberos: s2kparams ask for ${iterations} iterations`);
  return iterations;
}
