import { type BindNakPdu, DREP_LITTLE, endianOf } from '../../codec/rpce/index.js';
import { uuidToBytes } from '../../codec/uuid.js';

/** [MS-RPCE] 2.2.1.1.2: what stands before the extended error information of a bind_nak. */
export const EXTENDED_ERROR_SIGNATURE = '90740320-fad0-11d3-82d7-009027b130ab';

/**
 * [MS-RPCE] 2.2.2.9: the [MS-EERR] octets of a bind_nak, where its Signature is there. The section puts the Signature
 * after the versions without saying whether on a boundary of four, and counts 0x1C octets before the information, which
 * fits neither: so the Signature is looked for, and what follows it up to the PDU's end is the information.
 */
export function extendedErrorOfBindNak({ trailing, packed_drep = DREP_LITTLE }: BindNakPdu): Buffer | undefined {
  if (trailing === undefined) return undefined;
  const rest = Buffer.from(trailing);
  const signature = uuidToBytes(EXTENDED_ERROR_SIGNATURE, endianOf(packed_drep));
  const at = rest.indexOf(signature);
  return at < 0 || at > MAX_SIGNATURE_OFFSET ? undefined : rest.subarray(at + signature.length);
}

/** Padding that may stand before the Signature. */
const MAX_SIGNATURE_OFFSET = 8;
