import type { OBJREF } from '../../../codec/dcom/index.js';
import {
  type CimObject,
  GetCallStatus,
  GetResultObject,
  GetResultServices,
  GetResultString,
  IID_IWbemCallResult,
  WBEMSTATUS,
} from '../../../codec/wmi/index.js';
import { type ComObject, comInterface, comMethod, type ObjectCall } from '../class.js';
import { hresultOf } from './error.js';

/** What a semisynchronous call came to. */
export interface CallResult {
  readonly status: number;
  readonly object?: CimObject | null;
  readonly services?: (call: ObjectCall) => OBJREF | null;
}

/** [MS-WMI] 3.1.4.5: the result of a call that returned at once; it is there from the beginning. */
export function callResult({ status, object, services }: CallResult): ComObject {
  const { WBEM_E_INVALID_OPERATION } = WBEMSTATUS;
  const methods = comInterface(
    comMethod(GetResultObject, () => ({
      ppResultObject: object ?? null,
      ReturnValue: object === undefined && status === 0 ? WBEM_E_INVALID_OPERATION : status,
    })),
    comMethod(GetResultString, () => ({ pstrResultString: null, ReturnValue: WBEM_E_INVALID_OPERATION })),
    comMethod(GetResultServices, (_, call) => ({
      ppServices: services?.(call) ?? null,
      ReturnValue: services === undefined && status === 0 ? WBEM_E_INVALID_OPERATION : status,
    })),
    comMethod(GetCallStatus, () => ({ plStatus: status, ReturnValue: WBEMSTATUS.WBEM_S_NO_ERROR })),
  );
  return {
    name: 'IWbemCallResult',
    queryInterface: (iid) => (iid === IID_IWbemCallResult ? methods : undefined),
  };
}

/** Runs what a call asks for, with its failure as a result. */
export async function outcome(
  run: () => Omit<CallResult, 'status'> | Promise<Omit<CallResult, 'status'>>,
): Promise<CallResult> {
  try {
    return { status: WBEMSTATUS.WBEM_S_NO_ERROR, ...(await run()) };
  } catch (error) {
    return { status: hresultOf(error) };
  }
}
