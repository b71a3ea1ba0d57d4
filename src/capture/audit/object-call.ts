import { PFC } from '../../codec/rpce/index.js';
import { hasOrpcThisAt } from './orpc-this.js';

/** C706 12.6.4.9: where the stub of a call with an object UUID begins. */
const OBJECT_STUB = 40;

/**
 * Whether the first fragment of a request is a call of an object, [MS-DCOM] 2.2.13: it has an object UUID, which is the
 * IPID, and its stub begins with ORPCTHIS. For stubs in plain.
 */
export const isObjectCall = (bytes: Buffer): boolean =>
  ((bytes[3] as number) & PFC.OBJECT_UUID) !== 0 && hasOrpcThisAt(bytes, OBJECT_STUB);
