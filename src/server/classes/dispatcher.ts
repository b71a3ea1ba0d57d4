import {
  DISPATCH_METHOD,
  DISPATCH_PROPERTYGET,
  DISPATCH_PROPERTYPUT,
  DISPATCH_PROPERTYPUTREF,
  DISPATCH_zeroArgErr,
  DISPATCH_zeroExcepInfo,
  DISPATCH_zeroVarResult,
  DISPID_UNKNOWN,
  DISPID_VALUE,
  GetIDsOfNames,
  GetTypeInfo,
  GetTypeInfoCount,
  IID_IDispatch,
  Invoke,
  type InvokeAnswer,
  invokeResponse,
  type JsValue,
  NO_EXCEPTION,
  variant,
} from '../../codec/oaut/index.js';
import { UUID_NULL } from '../../codec/uuid.js';
import { HRESULT } from '../com.js';
import { type AutomationParameter, bindArguments, type InvokeRequest } from './automation-arguments.js';
import {
  AutomationError,
  type AutomationIds,
  type AutomationMember,
  type AutomationMembers,
} from './automation-members.js';
import { type ComInterface, type ComObject, comInterface, comMethod, type ObjectCall } from './class.js';

/** [MS-OAUT] 3.1.4.3: more names than these are no request. */
const MAX_NAMES = 16_384;

/** IDispatch over members by name: [MS-OAUT] 3.1.4. */
export class Dispatcher {
  readonly #name: string;
  readonly #members: readonly AutomationMember[];
  readonly #names: readonly string[];
  readonly #ids: readonly number[];
  readonly methods: ComInterface;

  constructor(name: string, members: AutomationMembers, ids: AutomationIds) {
    this.#name = name;
    this.#members = Object.values(members);
    this.#names = Object.keys(members).map((item) => item.toLowerCase());
    this.#ids = idsOf(Object.keys(members), ids);
    this.methods = comInterface(
      comMethod(GetTypeInfoCount, () => ({ pctinfo: 0, ReturnValue: HRESULT.S_OK })),
      comMethod(GetTypeInfo, ({ iTInfo }) => ({
        ppTInfo: null,
        ReturnValue: iTInfo === 0 ? HRESULT.E_NOTIMPL : HRESULT.DISP_E_BADINDEX,
      })),
      comMethod(GetIDsOfNames, ({ riid, rgszNames }) => this.#idsOf(riid, rgszNames)),
      comMethod(Invoke, async (request, call) => {
        const answer =
          request.riid === UUID_NULL
            ? await this.#invoke(request, call)
            : { ReturnValue: HRESULT.DISP_E_UNKNOWNINTERFACE };
        const { ORPCthat: _, ...response } = invokeResponse({ rgVarRef: request.rgVarRef, ...answer });
        return { ...response, ...unwanted(request.dwFlags) };
      }),
    );
  }

  /** The first name is a member, further ones are its parameters: their DISPIDs are their places. */
  #idsOf(riid: string, names: readonly (string | null)[]): { rgDispId: number[]; ReturnValue: number } {
    const unknown = names.map(() => DISPID_UNKNOWN);
    if (riid !== UUID_NULL) return { rgDispId: unknown, ReturnValue: HRESULT.DISP_E_UNKNOWNINTERFACE };
    if (names.length > MAX_NAMES) return { rgDispId: unknown, ReturnValue: HRESULT.E_INVALIDARG };
    if (names.length === 0) return { rgDispId: [], ReturnValue: HRESULT.S_OK };
    const [first = '', ...rest] = names.map((name) => (name ?? '').toLowerCase());
    const index = first === '' ? -1 : this.#names.indexOf(first);
    const parameters = parametersOf(this.#members[index])?.map(({ name }) => name.toLowerCase()) ?? [];
    const rgDispId = [this.#ids[index] ?? DISPID_UNKNOWN, ...rest.map((name) => parameters.indexOf(name))];
    return { rgDispId, ReturnValue: rgDispId.includes(DISPID_UNKNOWN) ? HRESULT.DISP_E_UNKNOWNNAME : HRESULT.S_OK };
  }

  async #invoke(request: InvokeRequest, call: ObjectCall): Promise<InvokeAnswer> {
    const { dispIdMember, dwFlags } = request;
    const byId = dispIdMember === DISPID_VALUE ? this.#names.indexOf('') : this.#ids.indexOf(dispIdMember);
    const member = this.#members[byId];
    const way = member && wayOf(member, dwFlags);
    if (way === undefined) return { ReturnValue: HRESULT.DISP_E_MEMBERNOTFOUND };
    const bound = bindArguments(request, way.parameters, call);
    if ('ReturnValue' in bound) return bound;
    if (way.count !== undefined && bound.args.length !== way.count)
      return { ReturnValue: HRESULT.DISP_E_BADPARAMCOUNT };
    try {
      const value = await way.perform(call, bound.args);
      return { rgVarRef: bound.rgVarRef(), ...this.#result(value, call) };
    } catch (error) {
      if (!(error instanceof AutomationError)) throw error;
      const { message: bstrDescription, scode } = error;
      return { exception: { bstrSource: this.#name, bstrDescription, scode } };
    }
  }

  #result(value: unknown, call: ObjectCall): InvokeAnswer {
    if (!isComObject(value)) return { result: value as JsValue };
    const objref = call.marshal(value, IID_IDispatch);
    return objref === undefined ? { ReturnValue: HRESULT.E_NOINTERFACE } : { result: objref };
  }
}

/** The DISPIDs that are given, and for other members their places, out of the way of the former. */
function idsOf(names: readonly string[], ids: AutomationIds): number[] {
  const taken = new Set(Object.values(ids));
  const free = (place: number): number => (taken.has(place) ? OUT_OF_THE_WAY + place : place);
  return names.map((name, index) => (Object.hasOwn(ids, name) ? (ids[name] as number) : free(index + 1)));
}

const OUT_OF_THE_WAY = 10_000;

/** The results that the client has no use for, as nothing: [MS-OAUT] 3.1.4.4. */
const unwanted = (flags: number) => ({
  ...((flags & DISPATCH_zeroVarResult) === 0 ? {} : { pVarResult: variant(undefined) }),
  ...((flags & DISPATCH_zeroExcepInfo) === 0 ? {} : { pExcepInfo: NO_EXCEPTION }),
  ...((flags & DISPATCH_zeroArgErr) === 0 ? {} : { pArgErr: 0 }),
});

/** One way to use a member. */
interface Way {
  /** Undefined where arguments are taken as they come. */
  readonly parameters: readonly AutomationParameter[] | undefined;
  /** How many arguments there must be, where `parameters` do not say. */
  readonly count?: number;
  perform(call: ObjectCall, args: readonly unknown[]): unknown;
}

const GET = DISPATCH_PROPERTYGET | DISPATCH_METHOD;
const PUT = DISPATCH_PROPERTYPUT | DISPATCH_PROPERTYPUTREF;

/** [MS-OAUT] 3.1.4.4 asks for one flag; scripts ask for a method or a property at once, and take what there is. */
function wayOf(member: AutomationMember, flags: number): Way | undefined {
  const get = (flags & GET) !== 0;
  if (typeof member === 'function') {
    return get ? { parameters: undefined, perform: (call, args) => member(call, ...args) } : undefined;
  }
  if ('invoke' in member) {
    const parameters = parametersOf(member);
    return get ? { parameters, perform: (call, args) => member.invoke(call, ...args) } : undefined;
  }
  const { put, get: read } = member;
  if ((flags & PUT) !== 0) {
    return put && { parameters: undefined, count: 1, perform: (call, [value]) => put(value, call) };
  }
  return get && read ? { parameters: undefined, count: 0, perform: (call) => read(call) } : undefined;
}

const parametersOf = (member: AutomationMember | undefined): readonly AutomationParameter[] | undefined =>
  typeof member === 'object' && 'parameters' in member
    ? member.parameters.map((item) => (typeof item === 'string' ? { name: item } : item))
    : undefined;

const isComObject = (value: unknown): value is ComObject =>
  typeof value === 'object' &&
  value !== null &&
  'queryInterface' in value &&
  typeof value.queryInterface === 'function';
