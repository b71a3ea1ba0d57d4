import type { Infer } from '../../codec/ndr/index.js';
import {
  argumentsOf,
  DISPID_PROPERTYPUT,
  fromVariant,
  type Invoke,
  MISSING,
  type VARIANT,
  VT_BYREF,
  variant,
} from '../../codec/oaut/index.js';
import { HRESULT } from '../com.js';
import type { ObjectCall } from './class.js';

/** One parameter of a method. */
export interface AutomationParameter {
  readonly name: string;
  /** What an argument is converted to; anything goes where absent. */
  readonly type?: 'string' | 'number' | 'boolean';
  readonly optional?: boolean;
  /** The method gets a `ByRef`, and what it puts there goes back to the client. */
  readonly byRef?: boolean;
}

/** An argument that the client gave by reference. */
export interface ByRef {
  value: unknown;
}

export type InvokeRequest = Omit<Infer<typeof Invoke.request>, 'ORPCthis'>;

export type BoundArguments =
  | { readonly args: readonly unknown[]; readonly rgVarRef: () => (VARIANT | null)[] }
  | { readonly ReturnValue: number; readonly pArgErr?: number };

/** Puts the arguments of an Invoke into the order of the parameters: [MS-OAUT] 3.1.4.4.1 to 3.1.4.4.4. */
export function bindArguments(
  request: InvokeRequest,
  parameters: readonly AutomationParameter[] | undefined,
  call: ObjectCall,
): BoundArguments {
  const { args, named } = argumentsOf({ ORPCthis: undefined as never, ...request });
  const inconsistent = inconsistency(request);
  if (inconsistent !== undefined) return { ReturnValue: inconsistent };
  const names = [...named.keys()];
  const value = (from: VARIANT): unknown => ownObject(fromVariant(from), call);
  if (parameters === undefined) {
    // As for a vararg method: there are no names to go by.
    if (names.some((id) => id !== DISPID_PROPERTYPUT)) return { ReturnValue: HRESULT.DISP_E_NONAMEDARGS };
    return { args: [...args, ...named.values()].map(value), rgVarRef: () => request.rgVarRef };
  }
  if (args.length > parameters.length) return { ReturnValue: HRESULT.DISP_E_BADPARAMCOUNT };
  const given: Given[] = args.map((from, i) => ({ from, at: args.length + named.size - 1 - i }));
  for (const [at, id] of names.entries()) {
    if (parameters[id] === undefined || given[id] !== undefined)
      return { ReturnValue: HRESULT.DISP_E_PARAMNOTFOUND, pArgErr: at };
    given[id] = { from: named.get(id) as VARIANT, at };
  }
  return inOrder(parameters, given, value, request);
}

/** An argument, and its place in rgvarg. */
interface Given {
  readonly from: VARIANT;
  readonly at: number;
}

function inOrder(
  parameters: readonly AutomationParameter[],
  given: readonly (Given | undefined)[],
  value: (from: VARIANT) => unknown,
  request: InvokeRequest,
): BoundArguments {
  const boxes = new Map<number, ByRef>();
  const args: unknown[] = [];
  for (const [i, parameter] of parameters.entries()) {
    const argument = given[i];
    if (argument === undefined || isMissing(argument.from)) {
      if (parameter.optional !== true) return omitted(argument);
      args.push(undefined);
      continue;
    }
    const converted = convert(value(argument.from), parameter.type);
    if (converted === MISMATCH) return { ReturnValue: HRESULT.DISP_E_TYPEMISMATCH, pArgErr: argument.at };
    const box: ByRef = { value: converted };
    if (parameter.byRef === true) boxes.set(argument.at, box);
    args.push(parameter.byRef === true ? box : converted);
  }
  return { args, rgVarRef: () => written(request, boxes) };
}

/** One that is not there at all makes the count wrong; one that is marked as left out does not. */
const omitted = (argument: Given | undefined): BoundArguments =>
  argument === undefined
    ? { ReturnValue: HRESULT.DISP_E_BADPARAMCOUNT }
    : { ReturnValue: HRESULT.DISP_E_PARAMNOTOPTIONAL, pArgErr: argument.at };

/** The arguments by reference as the method leaves them, each of the type that the client gave it. */
const written = ({ rgVarRef, rgVarRefIdx }: InvokeRequest, boxes: ReadonlyMap<number, ByRef>): (VARIANT | null)[] =>
  rgVarRef.map((reference, i) => {
    const box = boxes.get(rgVarRefIdx[i] ?? -1);
    return box === undefined || reference === null ? reference : variant(box.value as never, reference.vt);
  });

/** [MS-OAUT] 3.1.4.4.1. */
function inconsistency({ pDispParams, rgVarRef, rgVarRefIdx }: InvokeRequest): number | undefined {
  const all = pDispParams.rgvarg ?? [];
  if ((pDispParams.rgdispidNamedArgs ?? []).length > all.length) return HRESULT.E_INVALIDARG;
  if (rgVarRefIdx.some((index) => index >= all.length || isUsed(all[index]))) return HRESULT.E_INVALIDARG;
  const byReference = (from: VARIANT | null | undefined): boolean => from != null && (from.vt & VT_BYREF) !== 0;
  return all.some(byReference) || !rgVarRef.every(byReference) ? HRESULT.DISP_E_BADVARTYPE : undefined;
}

const isUsed = (from: VARIANT | null | undefined): boolean => from != null && from.vt !== 0;

const isMissing = ({ vt, value }: VARIANT): boolean => vt === MISSING.vt && value === MISSING.value;

/** An object of this server that comes back is that object again, and not a reference to it. */
function ownObject(value: unknown, call: ObjectCall): unknown {
  if (typeof value !== 'object' || value === null || !('std' in value)) return value;
  return call.unmarshal(value as Parameters<ObjectCall['unmarshal']>[0]) ?? value;
}

const MISMATCH = Symbol('cannot be converted');

/** [MS-OAUT] 3.1.4.4.4: what a server may do, within reason. */
function convert(value: unknown, type: AutomationParameter['type']): unknown {
  if (type === undefined) return value;
  if (typeof value === 'object' || value === undefined) return MISMATCH;
  if (type === 'string') return String(value);
  if (type === 'boolean') return typeof value === 'string' ? MISMATCH : Boolean(value);
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  return Number.isNaN(number) ? MISMATCH : number;
}
