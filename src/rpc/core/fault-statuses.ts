import { FAULT } from '../../codec/rpce/index.js';

/** [MS-RPCE] 3.3.3.5.1: what a server must not send as the status of a fault, from 0 (success) to the exceptions of Windows. */
export const FORBIDDEN_FAULT_STATUSES: ReadonlySet<number> = new Set([
  0x00000000, 0x80000001, 0x80000002, 0x80000003, 0xc0000005, 0xc0000006, 0xc000001d, 0xc0000096, 0xc00000aa,
  0xc00000fd, 0xc0000194, 0xc0000235, 0xc0000409, 0xc0000420,
]);

/** nca_s_fault_unspec, C706 N.2. */
const UNSPECIFIED = 0x1c000012;

/** What a server sends for a failure that its dispatcher names. */
export const sentStatus = (status: number): number =>
  FORBIDDEN_FAULT_STATUSES.has(status >>> 0) ? UNSPECIFIED : status;

/** What a client's caller gets: [MS-RPCE] 3.3.2.5.1 with note <113>, RPC_S_PROTOCOL_ERROR for a status that cannot be. */
export const receivedStatus = (status: number): number =>
  FORBIDDEN_FAULT_STATUSES.has(status >>> 0) ? FAULT.PROTOCOL_ERROR_WIN32 : status;
