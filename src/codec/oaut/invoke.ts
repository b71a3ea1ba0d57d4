import type { ORPCTHAT, ORPCTHIS } from '../dcom/orpc.js';
import type { Infer } from '../ndr/index.js';
import { UUID_NULL } from '../uuid.js';
import * as constants from './constants.js';
import { type JsValue, variant } from './convert.js';
import type { EXCEPINFO, Invoke } from './dispatch.js';
import type { VARIANT } from './variant.js';

/** A call of IDispatch::Invoke, [MS-OAUT] 3.1.4.4. */
export interface InvokeCall {
  readonly ORPCthis: ORPCTHIS;
  readonly dispIdMember: number;
  /** DISPATCH_*; by default a method is called. */
  readonly dwFlags?: number;
  readonly lcid?: number;
  /** In the order of the call. One of VT_BYREF goes into rgVarRef. */
  readonly args?: readonly JsValue[];
  readonly named?: readonly (readonly [dispid: number, value: JsValue])[];
}

/** [MS-OAUT] 3.1.4.4: the request of a call. The last argument of a property put is the new value. */
export function invokeRequest(call: InvokeCall): Infer<typeof Invoke.request> {
  const { ORPCthis, dispIdMember, dwFlags = constants.DISPATCH_METHOD, lcid = LOCALE_EN_US } = call;
  const { args, named } = namedOf(call, dwFlags);
  const given = [...named.map(([, value]) => value), ...[...args].reverse()].map((value) => variant(value));
  const byRef = given.flatMap(({ vt }, i) => (vt & constants.VT_BYREF ? [i] : []));
  const rgvarg = given.map((each) => (each.vt & constants.VT_BYREF ? { vt: constants.VT_EMPTY } : each));
  const names = named.map(([dispid]) => dispid);
  return {
    ORPCthis,
    dispIdMember,
    riid: UUID_NULL,
    lcid,
    dwFlags,
    pDispParams: {
      rgvarg: rgvarg.length === 0 ? null : rgvarg,
      rgdispidNamedArgs: names.length === 0 ? null : names,
    },
    rgVarRefIdx: byRef,
    rgVarRef: byRef.map((i) => given[i] as VARIANT),
  };
}

const LOCALE_EN_US = 0x0409;
const PUT = constants.DISPATCH_PROPERTYPUT | constants.DISPATCH_PROPERTYPUTREF;

function namedOf({ args = [], named = [] }: InvokeCall, dwFlags: number) {
  const isPut = (dwFlags & PUT) !== 0 && !named.some(([dispid]) => dispid === constants.DISPID_PROPERTYPUT);
  if (!isPut || args.length === 0) return { args, named };
  return { args: args.slice(0, -1), named: [...named, [constants.DISPID_PROPERTYPUT, args.at(-1)] as const] };
}

/** The arguments of IDispatch::Invoke in the order in which they are written, not reversed as on the wire. */
export interface InvokeArguments {
  /** Those without a name, in the order of the call. */
  readonly args: readonly VARIANT[];
  readonly named: ReadonlyMap<number, VARIANT>;
}

/** [MS-OAUT] 3.1.4.4.2: the arguments of a request, those of rgVarRef in their places. */
export function argumentsOf(request: Infer<typeof Invoke.request>): InvokeArguments {
  const { rgvarg, rgdispidNamedArgs } = request.pDispParams;
  const all = (rgvarg ?? []).map((each) => each ?? { vt: constants.VT_EMPTY });
  request.rgVarRefIdx.forEach((index, i) => {
    const reference = request.rgVarRef[i];
    if (reference && index < all.length) all[index] = reference;
  });
  const names = (rgdispidNamedArgs ?? []).slice(0, all.length);
  return {
    args: all.slice(names.length).reverse(),
    named: new Map(names.map((dispid, i) => [dispid, all[i] as VARIANT])),
  };
}

/** [MS-OAUT] 2.2.34: no exception, as Windows sends it. */
export const NO_EXCEPTION: EXCEPINFO = {
  wCode: 0,
  bstrSource: null,
  bstrDescription: null,
  bstrHelpFile: null,
  dwHelpContext: 0,
  scode: 0,
};

/** What IDispatch::Invoke gives back, [MS-OAUT] 3.1.4.4. */
export interface InvokeAnswer {
  readonly ORPCthat?: ORPCTHAT;
  readonly result?: JsValue;
  /** Where given, Invoke returns DISP_E_EXCEPTION unless told otherwise. */
  readonly exception?: Partial<EXCEPINFO>;
  /** Index within rgvarg of the argument that is in error. */
  readonly pArgErr?: number;
  /** The arguments by reference, in the order of the request's rgVarRef. */
  readonly rgVarRef?: readonly (VARIANT | null)[];
  readonly ReturnValue?: number;
}

/** [MS-OAUT] 3.1.4.4: the response to a call; `{}` is the success of a method without a result. */
export function invokeResponse(answer: InvokeAnswer): Infer<typeof Invoke.response> {
  const { ORPCthat = { flags: 0 }, result, exception, pArgErr = 0, rgVarRef = [] } = answer;
  const { ReturnValue = exception === undefined ? 0 : constants.DISP_E_EXCEPTION } = answer;
  const pExcepInfo = { ...NO_EXCEPTION, ...exception };
  return { ORPCthat, pVarResult: variant(result), pExcepInfo, pArgErr, rgVarRef: [...rgVarRef], ReturnValue };
}
