import { type RemoteActivation, type RemoteCreateInstance, unpackActivationReply } from '../codec/dcom/index.js';
import { CodecError } from '../codec/error.js';
import type { Infer } from '../codec/ndr/index.js';
import { FAULT } from '../codec/rpce/index.js';
import { faultName, hresultName } from '../codec/status/explain.js';
import { hexStatus } from '../codec/status/hex.js';
import { bindNakReasonName } from '../codec/status/pdu.js';
import type { RefusedBy } from '../codec/status/refused-by.js';
import { TransportError } from '../net/error.js';
import { BindRejected, ContextRejected, ProtocolError, RpcFault } from '../rpc/index.js';
import { SecurityError } from '../security/index.js';

/** What a call came to, in terms that a captured and a live one can be compared by. */
export interface CallOutcome {
  readonly accepted: boolean;
  /**
   * The part of the answer that says so, `bind`, `fault` or `result`, or the part of this side that could not take it.
   */
  readonly refusedBy?: RefusedBy;
  /** Result, fault status or reason of a bind_nak; undefined where no number was sent. */
  readonly status: number | undefined;
  /** `accepted`, `fault nca_s_fault_access_denied (0x00000005)`, … */
  readonly text: string;
}

export const ACCEPTED: CallOutcome = { accepted: true, status: 0, text: 'accepted' };

export const faultOutcome = (status: number): CallOutcome => ({
  accepted: false,
  refusedBy: 'fault',
  status,
  text: `fault ${faultName(status)} (${hexStatus(status)})${LACKS[status] ?? ''}`,
});

/** What a server that answers with one of these lacks. */
const LACKS: Readonly<Record<number, string>> = {
  [FAULT.UNKNOWN_IF]: ': the server offers no such interface',
  [FAULT.OP_RNG_ERROR]: ': the interface has no such operation',
};

/** An HRESULT that says no: its highest bit ([MS-ERREF] 2.1). */
export const isFailure = (hresult: number): boolean => hresult >= 0x80000000;

/** A method that ran and gave this result. */
export const resultOutcome = (result: number): CallOutcome =>
  result === 0
    ? ACCEPTED
    : { accepted: false, refusedBy: 'result', status: result, text: `${hresultName(result)} (${hexStatus(result)})` };

type ActivationResponse = Infer<typeof RemoteCreateInstance.response> | Infer<typeof RemoteActivation.response>;

/** [MS-ERREF] 2.1.1: the class is there, and some of the interfaces; each has a result of its own. */
const CO_S_NOTALLINTERFACES = 0x00080012;

/**
 * The result of an activation: of the call, else the HRESULT that IActivation has beside it, else those of the interfaces.
 * Other results without the sign of a failure are Win32 errors here, as 5 is ([MS-DCOM] note <61>).
 */
export function activationOutcome(response: ActivationResponse): CallOutcome {
  const { ReturnValue } = response;
  const result = ReturnValue === 0 && 'phr' in response ? response.phr : ReturnValue;
  if (result !== 0 && result !== CO_S_NOTALLINTERFACES) return resultOutcome(result);
  const results = interfaceResults(response);
  const failed = results.filter((each) => isFailure(each));
  const [first] = failed;
  if (first === undefined) return { ...resultOutcome(result), accepted: true };
  const names = [...new Set(failed)].map((each) => resultOutcome(each).text).join(', ');
  if (failed.length === results.length)
    return { accepted: false, refusedBy: 'result', status: first, text: `no interface: ${names}` };
  return {
    accepted: true,
    status: result,
    text: `accepted without ${failed.length} of ${results.length} interfaces: ${names}`,
  };
}

const interfaceResults = (response: ActivationResponse): readonly number[] =>
  'phr' in response
    ? response.pResults
    : (unpackActivationReply(response.ppActProperties)?.interfaces.map(({ hresult }) => hresult) ?? []);

/** The outcome of a call that threw. Rethrows what is no outcome but a mistake of this program. */
export function outcomeOfError(error: unknown): CallOutcome {
  if (error instanceof RpcFault) return faultOutcome(error.status);
  if (error instanceof BindRejected) {
    const text = `bind_nak ${bindNakReasonName(error.reason)}`;
    return { accepted: false, refusedBy: 'bind', status: error.reason, text };
  }
  if (error instanceof ContextRejected)
    return { accepted: false, refusedBy: 'bind', status: error.reason, text: error.message };
  // Nobody was asked: there is no service of that name, so that no connection is opened to it.
  if (error instanceof SecurityError && error.code === 'UNKNOWN_SERVICE')
    return { accepted: false, refusedBy: 'transport', status: undefined, text: error.message };
  if (error instanceof SecurityError)
    return { accepted: false, refusedBy: 'authentication', status: undefined, text: error.message };
  if (error instanceof TransportError)
    return { accepted: false, refusedBy: 'transport', status: undefined, text: error.message };
  if (error instanceof ProtocolError)
    return { accepted: false, refusedBy: error.refusedBy, status: undefined, text: error.message };
  if (error instanceof CodecError)
    return {
      accepted: false,
      refusedBy: 'codec',
      status: undefined,
      text: `the answer cannot be read: ${error.message}`,
    };
  throw error;
}
