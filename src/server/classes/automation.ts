import {
  DISPATCH_METHOD,
  DISPATCH_PROPERTYGET,
  DISPATCH_PROPERTYPUT,
  DISPATCH_PROPERTYPUTREF,
  DISPID_PROPERTYPUT,
  DISPID_UNKNOWN,
  DISPID_VALUE,
  type DISPPARAMS,
  type EXCEPINFO,
  fromVariant,
  GetIDsOfNames,
  GetTypeInfo,
  GetTypeInfoCount,
  IDispatch,
  Invoke,
  type VARIANT,
  VT_DISPATCH,
  variant,
} from '../../codec/oaut/index.js';
import { UUID_NULL } from '../../codec/uuid.js';
import { HRESULT } from '../com.js';
import { type ComClass, type ComInterface, type ComObject, comInterface, comMethod, type ObjectCall } from './class.js';

/** A property: what it is, or how it is read and written. */
export interface AutomationProperty {
  readonly get?: (call: ObjectCall) => unknown;
  readonly put?: (value: unknown, call: ObjectCall) => void;
}

/** A method: gets its arguments in the order of the call, gives any value or another object. */
export type AutomationMethod = (call: ObjectCall, ...args: readonly unknown[]) => unknown;

/** Members by name, in the order of their DISPIDs from 1 on. Names are compared without case; `''` is the default member. */
export type AutomationMembers = Readonly<Record<string, AutomationMethod | AutomationProperty>>;

/** Thrown by a member: becomes DISP_E_EXCEPTION with an EXCEPINFO ([MS-OAUT] 3.1.4.4). */
export class AutomationError extends Error {
  readonly scode: number;

  constructor(description: string, scode: number = HRESULT.E_FAIL) {
    super(description);
    this.name = 'AutomationError';
    this.scode = scode;
  }
}

/** An object that scripts can drive: IDispatch over the members that are given. */
export function automationObject(name: string, members: AutomationMembers): ComObject {
  const dispatcher = new Dispatcher(name, members);
  return { name, queryInterface: (iid) => (iid === IDispatch.uuid ? dispatcher.methods : undefined) };
}

/** A class of such objects. Members that keep state are made anew for each object. */
export const automationClass = (clsid: string, name: string, members: () => AutomationMembers): ComClass => ({
  clsid,
  name,
  create: () => automationObject(name, members()),
});

interface Result {
  readonly ReturnValue: number;
  readonly pVarResult?: VARIANT;
  readonly pExcepInfo?: EXCEPINFO;
}

const NO_EXCEPTION: EXCEPINFO = {
  wCode: 0,
  bstrSource: null,
  bstrDescription: null,
  bstrHelpFile: null,
  dwHelpContext: 0,
  scode: 0,
};
class Dispatcher {
  readonly #name: string;
  readonly #members: readonly (AutomationMethod | AutomationProperty)[];
  readonly #names: readonly string[];
  readonly methods: ComInterface;

  constructor(name: string, members: AutomationMembers) {
    this.#name = name;
    this.#members = Object.values(members);
    this.#names = Object.keys(members).map((item) => item.toLowerCase());
    this.methods = comInterface(
      comMethod(GetTypeInfoCount, () => ({ pctinfo: 0, ReturnValue: HRESULT.S_OK })),
      comMethod(GetTypeInfo, () => ({ ppTInfo: null, ReturnValue: HRESULT.E_NOTIMPL })),
      comMethod(GetIDsOfNames, ({ riid, rgszNames }) => this.#idsOf(riid, rgszNames)),
      comMethod(Invoke, async ({ riid, dispIdMember, dwFlags, pDispParams, rgVarRef }, call) => {
        const result =
          riid === UUID_NULL
            ? await this.#invoke(dispIdMember, dwFlags, pDispParams, call)
            : { ReturnValue: HRESULT.DISP_E_UNKNOWNINTERFACE };
        return { pVarResult: variant(undefined), pExcepInfo: NO_EXCEPTION, pArgErr: 0, rgVarRef, ...result };
      }),
    );
  }

  /** The first name is a member; further ones would be its parameters, which have no names here. */
  #idsOf(riid: string, names: readonly (string | null)[]): { rgDispId: number[]; ReturnValue: number } {
    if (riid !== UUID_NULL) {
      return { rgDispId: names.map(() => DISPID_UNKNOWN), ReturnValue: HRESULT.DISP_E_UNKNOWNINTERFACE };
    }
    const [first = '', ...parameters] = names;
    const id = this.#names.indexOf((first ?? '').toLowerCase()) + 1;
    const rgDispId = [id === 0 ? DISPID_UNKNOWN : id, ...parameters.map(() => DISPID_UNKNOWN)];
    return { rgDispId, ReturnValue: rgDispId.includes(DISPID_UNKNOWN) ? HRESULT.DISP_E_UNKNOWNNAME : HRESULT.S_OK };
  }

  async #invoke(
    dispId: number,
    flags: number,
    { rgvarg, rgdispidNamedArgs }: DISPPARAMS,
    call: ObjectCall,
  ): Promise<Result> {
    const member = this.#members[dispId === DISPID_VALUE ? this.#names.indexOf('') : dispId - 1];
    if (member === undefined) return { ReturnValue: HRESULT.DISP_E_MEMBERNOTFOUND };
    const named = (rgdispidNamedArgs ?? []).filter((id) => id !== DISPID_PROPERTYPUT);
    if (named.length > 0) return { ReturnValue: HRESULT.DISP_E_NONAMEDARGS };
    // Arguments stand in reverse order on the wire ([MS-OAUT] 2.2.33).
    const args = [...(rgvarg ?? [])].reverse().map((item) => (item === null ? undefined : fromVariant(item)));
    try {
      const value = await perform(member, flags, args, call);
      return value === NOT_FOUND ? { ReturnValue: HRESULT.DISP_E_MEMBERNOTFOUND } : this.#result(value, call);
    } catch (error) {
      if (error instanceof TypeError && error.message === BAD_COUNT)
        return { ReturnValue: HRESULT.DISP_E_BADPARAMCOUNT };
      if (!(error instanceof AutomationError)) throw error;
      const pExcepInfo = {
        ...NO_EXCEPTION,
        bstrSource: this.#name,
        bstrDescription: error.message,
        scode: error.scode,
      };
      return { ReturnValue: HRESULT.DISP_E_EXCEPTION, pExcepInfo };
    }
  }

  #result(value: unknown, call: ObjectCall): Result {
    if (!isComObject(value)) return { ReturnValue: HRESULT.S_OK, pVarResult: variant(value as never) };
    const objref = call.marshal(value, IDispatch.uuid);
    if (objref === undefined) return { ReturnValue: HRESULT.E_NOINTERFACE };
    return { ReturnValue: HRESULT.S_OK, pVarResult: { vt: VT_DISPATCH, value: objref } };
  }
}

const NOT_FOUND = Symbol('no such way to use the member');
const BAD_COUNT = 'bad number of arguments';

/** [MS-OAUT] 2.2.14: scripts ask for a method or a property at once, and take what there is. */
function perform(
  member: AutomationMethod | AutomationProperty,
  flags: number,
  args: readonly unknown[],
  call: ObjectCall,
): unknown {
  if (typeof member === 'function') {
    return (flags & (DISPATCH_METHOD | DISPATCH_PROPERTYGET)) === 0 ? NOT_FOUND : member(call, ...args);
  }
  if ((flags & (DISPATCH_PROPERTYPUT | DISPATCH_PROPERTYPUTREF)) !== 0) {
    if (member.put === undefined) return NOT_FOUND;
    if (args.length !== 1) throw new TypeError(BAD_COUNT);
    return member.put(args[0], call);
  }
  if ((flags & (DISPATCH_PROPERTYGET | DISPATCH_METHOD)) === 0 || member.get === undefined) return NOT_FOUND;
  if (args.length > 0) throw new TypeError(BAD_COUNT);
  return member.get(call);
}

const isComObject = (value: unknown): value is ComObject =>
  typeof value === 'object' &&
  value !== null &&
  'queryInterface' in value &&
  typeof value.queryInterface === 'function';
