import type { OBJREF } from '../codec/dcom/index.js';
import { readUuid } from '../codec/uuid.js';
import {
  type CimClass,
  type CimInstance,
  type CimObject,
  type CimValue,
  CLSID_WbemLevel1Login,
  CreateClassEnum,
  CreateInstanceEnum,
  EstablishPosition,
  ExecMethod,
  ExecNotificationQuery,
  ExecQuery,
  GetObject,
  GetSmartEnum,
  IID_IWbemFetchSmartEnum,
  IID_IWbemLevel1Login,
  IWbemFetchSmartEnum,
  IWbemLevel1Login,
  IWbemServices,
  NTLMLogin,
  WBEM_FLAG_FORWARD_ONLY,
  WBEM_FLAG_RETURN_IMMEDIATELY,
  WBEM_INFINITE,
  WBEMSTATUS,
} from '../codec/wmi/index.js';
import { type Environment, SYSTEM_ENVIRONMENT } from '../net/environment.js';
import type { RandomBytes } from '../security/index.js';
import type { DcomClient } from './dcom-client.js';
import type { RemoteInterface } from './remote-interface.js';
import { check, type Fetch, objectIn, plainFetch, smartFetch, WmiFailure } from './wmi-fetch.js';

export { WmiFailure } from './wmi-fetch.js';

/** How a client logs in to a namespace. */
export interface WmiConnectOptions extends Partial<Pick<Environment, 'random'>> {
  /** `root\cimv2` where absent. */
  readonly namespace?: string;
  /** In the order of preference, as `en-US,en`; the server's choice where absent. */
  readonly locale?: string;
}

/** How the objects of an enumerator are fetched. */
export interface EnumerationOptions {
  /** Asks for a smart enumerator, and goes on with a plain one where there is none ([MS-WMI] 3.1.4.6). */
  readonly smart?: boolean;
  /** Objects that one call asks for; 100 where absent. */
  readonly page?: number;
  /** How long a call may wait for objects; for ever where absent. */
  readonly timeout?: number;
}

const SEMISYNCHRONOUS = WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY;
const PAGE = 100;

/** A namespace of a server, as a client of [MS-WMI] 3.2 uses it. Calls reject with `WmiFailure`, or as `RemoteInterface.call`. */
export class WmiNamespace {
  readonly #client: DcomClient;
  readonly #services: RemoteInterface;

  readonly #random: RandomBytes;

  private constructor(client: DcomClient, services: RemoteInterface, random: RandomBytes) {
    this.#client = client;
    this.#random = random;
    this.#services = services;
  }

  /** Activates WbemLevel1Login and logs in to a namespace. Rejects with `Refused`, `RpcFault`, `WmiFailure` or `TransportError`. */
  static async connect(client: DcomClient, options: WmiConnectOptions = {}): Promise<WmiNamespace> {
    const login = await client.activate(CLSID_WbemLevel1Login, IID_IWbemLevel1Login);
    try {
      return await WmiNamespace.login(client, login, options);
    } finally {
      await login.release();
    }
  }

  /** Logs in through an object that was activated, which stays the caller's. Rejects as `connect`. */
  static async login(
    client: DcomClient,
    login: RemoteInterface,
    { namespace = 'root\\cimv2', locale, random = SYSTEM_ENVIRONMENT.random }: WmiConnectOptions = {},
  ): Promise<WmiNamespace> {
    await login.call(IWbemLevel1Login, EstablishPosition, { reserved1: null, reserved2: 0 });
    const { ppNamespace, ReturnValue } = await login.call(IWbemLevel1Login, NTLMLogin, {
      wszNetworkResource: namespace.startsWith('\\\\') || namespace.startsWith('//') ? namespace : `//./${namespace}`,
      wszPreferredLocale: locale ?? null,
      lFlags: 0,
      pCtx: null,
    });
    check('NTLMLogin', ReturnValue);
    return new WmiNamespace(client, await interfaceOf(client, 'NTLMLogin', ppNamespace), random);
  }

  /** [MS-WMI] 3.1.4.3.18: the objects of a query, fetched as they are asked for. */
  query(text: string, options: EnumerationOptions = {}): AsyncGenerator<CimObject> {
    return this.#enumerate('ExecQuery', options, () =>
      this.#services.call(IWbemServices, ExecQuery, {
        strQueryLanguage: 'WQL',
        strQuery: text,
        lFlags: SEMISYNCHRONOUS,
        pCtx: null,
      }),
    );
  }

  /** [MS-WMI] 3.1.4.3.20: events from now on. It ends when the caller stops, or the time of one call is over. */
  notifications(text: string, options: EnumerationOptions = {}): AsyncGenerator<CimObject> {
    return this.#enumerate('ExecNotificationQuery', { page: 1, ...options }, () =>
      this.#services.call(IWbemServices, ExecNotificationQuery, {
        strQueryLanguage: 'WQL',
        strQuery: text,
        lFlags: SEMISYNCHRONOUS,
        pCtx: null,
      }),
    );
  }

  /** [MS-WMI] 3.1.4.3.16: the instances of a class and of those derived from it. */
  instances(className: string, options: EnumerationOptions = {}): AsyncGenerator<CimObject> {
    return this.#enumerate('CreateInstanceEnum', options, () =>
      this.#services.call(IWbemServices, CreateInstanceEnum, {
        strSuperClass: className,
        lFlags: SEMISYNCHRONOUS,
        pCtx: null,
      }),
    );
  }

  /** [MS-WMI] 3.1.4.3.10: the classes below one, or all where it is empty. */
  classes(superclass = '', options: EnumerationOptions = {}): AsyncGenerator<CimObject> {
    return this.#enumerate('CreateClassEnum', options, () =>
      this.#services.call(IWbemServices, CreateClassEnum, {
        strSuperclass: superclass,
        lFlags: SEMISYNCHRONOUS,
        pCtx: null,
      }),
    );
  }

  /** [MS-WMI] 3.1.4.3.4: a class or an instance by its path. */
  async get(path: string): Promise<CimObject> {
    const { ppObject, ReturnValue } = await this.#services.call(IWbemServices, GetObject, {
      strObjectPath: path,
      lFlags: 0,
      pCtx: null,
      ppObject: null,
    });
    check('GetObject', ReturnValue);
    return objectIn('GetObject', ppObject);
  }

  /**
   * [MS-WMI] 3.1.4.3.22: calls a method of a class or an instance; the parameters are those of its signature, by name.
   * Gives the output parameters, among them ReturnValue.
   */
  async execute(
    path: string,
    method: string,
    parameters: Readonly<Record<string, CimValue>>,
  ): Promise<Readonly<Record<string, CimValue>>> {
    const input = await this.signature(path, method);
    const { ppOutParams, ReturnValue } = await this.#services.call(IWbemServices, ExecMethod, {
      strObjectPath: path,
      strMethodName: method,
      lFlags: 0,
      pCtx: null,
      pInParams: input && parametersObject(input, parameters),
      ppOutParams: null,
    });
    check('ExecMethod', ReturnValue);
    if (ppOutParams === null || ppOutParams === undefined) return {};
    const output = objectIn('ExecMethod', ppOutParams);
    return output.kind === 'instance' ? output.values : {};
  }

  /** The input parameters of a method, as its class declares them; null where it has none. Rejects with `WmiFailure`. */
  async signature(path: string, method: string): Promise<CimClass | null> {
    const className = path.split(/[.=]/, 1)[0] ?? path;
    const found = await this.get(className);
    const methods = found.kind === 'class' ? found.class.methods : [];
    const known = methods.find(({ name }) => name.toLowerCase() === method.toLowerCase());
    if (known === undefined) throw new WmiFailure(method, WBEMSTATUS.WBEM_E_INVALID_METHOD);
    return known.input;
  }

  /** Gives the namespace back; the client stays open. */
  async close(): Promise<void> {
    await this.#services.release();
  }

  async *#enumerate(
    operation: string,
    { smart = false, page = PAGE, timeout = WBEM_INFINITE }: EnumerationOptions,
    open: () => Promise<{ ppEnum: OBJREF | Uint8Array | null; ReturnValue: number }>,
  ): AsyncGenerator<CimObject> {
    const { ppEnum, ReturnValue } = await open();
    check(operation, ReturnValue);
    const enumerator = await interfaceOf(this.#client, operation, ppEnum);
    const fast = smart ? await this.#smart(enumerator) : undefined;
    try {
      const fetch = fast ?? plainFetch(enumerator);
      for (;;) {
        const { objects, status } = await fetch.next(timeout, page);
        yield* objects;
        if (status !== WBEMSTATUS.WBEM_S_NO_ERROR) return;
      }
    } finally {
      await fast?.release();
      await enumerator.release();
    }
  }

  /** Undefined where the enumerator has no smart one. */
  async #smart(enumerator: RemoteInterface): Promise<Fetch | undefined> {
    const [fetch] = await enumerator.queryInterfaces([IID_IWbemFetchSmartEnum]);
    if (fetch === undefined || fetch instanceof Error) return undefined;
    try {
      const { ppSmartEnum, ReturnValue } = await fetch.call(IWbemFetchSmartEnum, GetSmartEnum, {});
      check('GetSmartEnum', ReturnValue);
      const smart = await interfaceOf(this.#client, 'GetSmartEnum', ppSmartEnum);
      return smartFetch(smart, readUuid(this.#random(16)));
    } finally {
      await fetch.release();
    }
  }
}

/** [MS-WMIO] 2.3.3: an instance of the class of the input parameters. */
function parametersObject(input: CimClass, given: Readonly<Record<string, CimValue>>): CimInstance {
  const { methods: _, ...part } = input.class;
  const values = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  const unknown = [...values.keys()].find((name) => !part.properties.some((each) => each.name.toLowerCase() === name));
  if (unknown !== undefined) throw new TypeError(`the method has no parameter ${unknown}`);
  return {
    kind: 'instance',
    class: part,
    className: part.name,
    values: Object.fromEntries(part.properties.map(({ name }) => [name, values.get(name.toLowerCase()) ?? null])),
    qualifiers: [],
  };
}

async function interfaceOf(
  client: DcomClient,
  operation: string,
  objref: OBJREF | Uint8Array | null,
): Promise<RemoteInterface> {
  if (objref === null || objref instanceof Uint8Array) throw new WmiFailure(operation, WBEMSTATUS.WBEM_E_FAILED);
  return client.unmarshal(objref);
}
