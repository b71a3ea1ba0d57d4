import {
  CreateClassEnumAsync,
  CreateInstanceEnumAsync,
  DeleteClassAsync,
  DeleteInstanceAsync,
  ExecMethodAsync,
  ExecNotificationQueryAsync,
  ExecQueryAsync,
  GetObjectAsync,
  PutClassAsync,
  PutInstanceAsync,
  WBEMSTATUS,
} from '../../../codec/wmi/index.js';
import { type ComMethod, comMethod } from '../class.js';

const unsupported = () => ({ ReturnValue: WBEMSTATUS.WBEM_E_NOT_SUPPORTED });

/**
 * The calls that deliver to a sink of the client ([MS-WMI] 3.1.1.1.3), which none of the clients known to run against
 * this server uses: each is refused, so that a client falls back to the call without Async.
 */
export const ASYNCHRONOUS: readonly ComMethod[] = [
  comMethod(GetObjectAsync, unsupported),
  comMethod(PutClassAsync, unsupported),
  comMethod(DeleteClassAsync, unsupported),
  comMethod(CreateClassEnumAsync, unsupported),
  comMethod(PutInstanceAsync, unsupported),
  comMethod(DeleteInstanceAsync, unsupported),
  comMethod(CreateInstanceEnumAsync, unsupported),
  comMethod(ExecQueryAsync, unsupported),
  comMethod(ExecNotificationQueryAsync, unsupported),
  comMethod(ExecMethodAsync, unsupported),
];
