import type { OBJREF } from '../codec/dcom/index.js';
import {
  DISPATCH_METHOD,
  DISPATCH_PROPERTYGET,
  DISPATCH_PROPERTYPUT,
  type EXCEPINFO,
  fromVariant,
  GetIDsOfNames,
  IDispatch,
  Invoke,
  invokeRequest,
  type JsValue,
} from '../codec/oaut/index.js';
import { hresultName } from '../codec/status/explain.js';
import { UUID_NULL } from '../codec/uuid.js';
import { RemoteInterface } from './remote-interface.js';

/** What a member gives: a value, another object, or such in arrays. */
export type AutomationValue = JsValue | RemoteInterface | readonly AutomationValue[];

/** An invalid path, or one that goes on behind a value that has no members. */
export class PathError extends TypeError {
  override readonly name = 'PathError';
}

/** The members of a path such as `Document.ActiveView`. Throws `PathError`. */
export function membersOf(path: string): string[] {
  const names = path.split('.');
  if (names.includes('')) throw new PathError(`'${path}' is not a path of members`);
  return names;
}

/** A member that is not there, or did not do what it was asked ([MS-OAUT] 3.1.4.3, 3.1.4.4). */
export class DispatchError extends Error {
  /** `Document.ActiveView`: the path up to the member that failed. */
  readonly member: string;
  readonly hresult: number;
  /** With DISP_E_EXCEPTION. */
  readonly exception: EXCEPINFO | undefined;
  /** Which argument is in error, in the order of the call; with DISP_E_TYPEMISMATCH and DISP_E_PARAMNOTFOUND. */
  readonly argument: number | undefined;

  constructor(member: string, hresult: number, more: { exception?: EXCEPINFO; argument?: number } = {}) {
    const { exception, argument } = more;
    const by = exception?.bstrSource ? ` in ${exception.bstrSource}` : '';
    const said = exception?.bstrDescription ? `: ${exception.bstrDescription}` : '';
    const which = argument === undefined ? '' : `, argument ${argument + 1}`;
    super(`${member}: ${hresultName(hresult)}${by}${said}${which}`);
    this.name = 'DispatchError';
    this.member = member;
    this.hresult = hresult;
    this.exception = exception;
    this.argument = argument;
  }
}

/** Makes an interface of a reference that an answer carries; `DcomClient.unmarshal`. */
export type Unmarshal = (objref: OBJREF) => Promise<RemoteInterface>;

/** How an object is called by the names of its members. */
export interface AutomationOptions {
  /** Makes an object of a reference that a member gives back. */
  readonly unmarshal: Unmarshal;
  /** LCID; en-US where absent. */
  readonly lcid?: number;
}

const LOCALE_EN_US = 0x0409;
const DISP_E_EXCEPTION = 0x80020009;
const WITH_ARGUMENT: ReadonlySet<number> = new Set([0x80020004, 0x80020005]);
/** Scripts do not tell a method from a property, and let the object choose; so PowerShell asks in captures. */
const METHOD_OR_PROPERTY = DISPATCH_METHOD | DISPATCH_PROPERTYGET;

/** Drives objects by the names of their members, as scripts do. */
export class Automation {
  readonly #options: AutomationOptions;

  constructor(options: AutomationOptions) {
    this.#options = options;
  }

  /**
   * `invoke(application, 'Document.ActiveView.ExecuteShellCommand', …)`: gets the objects on the path, calls the last
   * member with the arguments, and releases what it met on the way. Rejects with `DispatchError`, or as
   * `RemoteInterface.call` does.
   */
  async invoke(object: RemoteInterface, path: string, ...args: readonly JsValue[]): Promise<AutomationValue> {
    return this.#walk(object, path, (owner, member) => this.#member(owner, member, path, METHOD_OR_PROPERTY, args));
  }

  /** Sets a property: the last member of the path. */
  async put(object: RemoteInterface, path: string, value: JsValue): Promise<void> {
    await this.#walk(object, path, (owner, member) => this.#member(owner, member, path, DISPATCH_PROPERTYPUT, [value]));
  }

  /** [MS-OAUT] 3.1.4.3: DISPIDs of a member and of its parameters. */
  async idsOf(object: RemoteInterface, names: readonly string[]): Promise<readonly number[]> {
    const { rgDispId, ReturnValue } = await object.call(IDispatch, GetIDsOfNames, {
      riid: UUID_NULL,
      rgszNames: [...names],
      lcid: this.#lcid,
    });
    if (ReturnValue !== 0) throw new DispatchError(names[0] ?? '', ReturnValue);
    return rgDispId;
  }

  get #lcid(): number {
    return this.#options.lcid ?? LOCALE_EN_US;
  }

  async #walk<T>(
    start: RemoteInterface,
    path: string,
    last: (owner: RemoteInterface, member: string) => Promise<T>,
  ): Promise<T> {
    const names = membersOf(path);
    const member = names.pop() as string;
    const met: RemoteInterface[] = [];
    try {
      let owner = start;
      for (const [index, name] of names.entries()) {
        const so = names.slice(0, index + 1).join('.');
        const value = await this.#member(owner, name, so, METHOD_OR_PROPERTY, []);
        if (!(value instanceof RemoteInterface)) throw new PathError(`${so} is no object, so it has no members`);
        met.push(value);
        owner = value;
        if (value.iid === IDispatch.uuid) continue;
        // VT_UNKNOWN: an object that may be an automation object all the same.
        owner = await value.queryInterface(IDispatch.uuid);
        met.push(owner);
      }
      return await last(owner, member);
    } finally {
      for (const each of met.reverse()) await each.release();
    }
  }

  async #member(
    owner: RemoteInterface,
    name: string,
    path: string,
    dwFlags: number,
    args: readonly JsValue[],
  ): Promise<AutomationValue> {
    const [dispIdMember] = await this.idsOf(owner, [name]).catch((error: unknown) => {
      throw error instanceof DispatchError ? new DispatchError(path, error.hresult) : error;
    });
    const { ORPCthis: _, ...request } = invokeRequest({
      ORPCthis: { version: { MajorVersion: 0, MinorVersion: 0 }, flags: 0, cid: UUID_NULL },
      dispIdMember: dispIdMember as number,
      dwFlags,
      lcid: this.#lcid,
      args,
    });
    const { pVarResult, pExcepInfo, pArgErr, ReturnValue } = await owner.call(IDispatch, Invoke, request);
    if (ReturnValue !== 0) {
      throw new DispatchError(path, ReturnValue, {
        ...(ReturnValue === DISP_E_EXCEPTION ? { exception: pExcepInfo } : {}),
        // pArgErr counts within rgvarg, where the arguments stand in reverse.
        ...(WITH_ARGUMENT.has(ReturnValue) ? { argument: args.length - 1 - pArgErr } : {}),
      });
    }
    return this.#unmarshalled(fromVariant(pVarResult));
  }

  async #unmarshalled(value: JsValue): Promise<AutomationValue> {
    if (isObjref(value)) return this.#options.unmarshal(value);
    if (Array.isArray(value)) {
      const all: AutomationValue[] = [];
      for (const each of value as readonly JsValue[]) all.push(await this.#unmarshalled(each));
      return all;
    }
    return value;
  }
}

const isObjref = (value: JsValue): value is OBJREF =>
  typeof value === 'object' && value !== null && 'iid' in value && 'flags' in value;
