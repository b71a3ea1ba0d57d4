import { IID_IRemUnknown2, type OBJREF, REMOTE_UNKNOWN, SORF_NOPING, type STDOBJREF } from '../../codec/dcom/index.js';
import { callName } from '../../codec/interfaces.js';
import { operation } from '../../codec/ndr/index.js';
import { FAULT } from '../../codec/rpce/index.js';
import type { Endpoint } from '../../net/channel.js';
import type { Environment } from '../../net/environment.js';
import { type ServerCall, versionFits } from '../../rpc/index.js';
import { ANONYMOUS_SID, type Identity, type Milliseconds } from '../../security/index.js';
import type { ComMethod, ComObject, ObjectCall } from '../classes/class.js';
import { HRESULT } from '../com.js';
import type { Services } from '../endpoint/endpoint.js';
import {
  type CallContext,
  type Guard,
  type Method,
  method,
  type Service,
  type Unreadable,
} from '../endpoint/service.js';
import type { ServerBindings } from './bindings.js';
import type { CallBacks } from './callbacks.js';
import {
  admissionRefusal,
  type OrpcPolicy,
  type OrpcRefusal,
  type OrpcTarget,
  orpcRefusal,
  refusalFault,
} from './orpc.js';
import { type RefusedCall, refusedCall } from './refused-call.js';
import { type ExportedObject, INITIAL_REFERENCES, type ObjectInterface, type ObjectTable } from './table.js';

/** What a method was asked to do: it was written down, not done. */
export interface Invocation {
  readonly time: Milliseconds;
  /** `MMC20.Application`, `View`: the object whose member it is. */
  readonly object: string;
  readonly member: string;
  readonly arguments: readonly unknown[];
  readonly client: Endpoint;
  readonly identity: Identity | undefined;
  readonly level: number;
}

export interface ObjectExporterOptions extends Pick<Environment, 'clock' | 'monotonic'> {
  readonly objects: ObjectTable;
  readonly policy: OrpcPolicy;
  readonly bindings: ServerBindings;
  readonly resolverPort: () => number;
  /** The least level that a class asks for by itself. */
  readonly leastLevelOf?: (clsid: string) => number | undefined;
  readonly invoked: (invocation: Invocation) => void;
  readonly refused: (call: RefusedCall) => void;
  readonly callBacks: CallBacks;
}

type Asked = Pick<ServerCall, 'interface' | 'opnum' | 'object'>;

/** The highest opnum that a request can name, so that an interface without a declaration refuses each by itself. */
const ANY_OPNUM = 0x10000;
const LEVEL_NONE = 1;

/** The object exporter: which interfaces its endpoint has, and what its objects answer ([MS-DCOM] 3.1.1). */
export class ObjectExporter {
  readonly #options: ObjectExporterOptions;
  readonly #exported = new WeakMap<ComObject, ExportedObject>();

  constructor(options: ObjectExporterOptions) {
    this.#options = options;
  }

  /**
   * The services of its endpoint: those of the exporter itself, which are checked as ORPC calls where `orpc` says so,
   * and every interface that a client was handed.
   */
  services(own: readonly Service[], orpc: ReadonlySet<string>): Services {
    const { objects } = this.#options;
    const byUuid = new Map(own.map((item) => [item.rpc.uuid, item]));
    return {
      // The interfaces of objects are not counted: the limit on presentation contexts would grow with what clients ask
      // for.
      size: own.length,
      find: (uuid, version) => {
        const known = byUuid.get(uuid)?.rpc;
        if (known !== undefined) return versionFits(known.version, version) ? known : undefined;
        return objects.hasIid(uuid) ? { name: uuid, uuid, version, operationCount: ANY_OPNUM } : undefined;
      },
      method: (call) => {
        const service = this.#serviceOf(call, byUuid);
        if (service === undefined) return this.#objectMethod(call);
        const found = service.methods.get(call.opnum);
        if (found === undefined || !orpc.has(service.rpc.uuid)) return found;
        return {
          ...found,
          unreadable: this.#unreadable,
          guard: this.#guard(() => ({
            known: call.object === objects.ipidRemUnknown,
            clsid: undefined,
            remote: true,
          })),
        };
      },
    };
  }

  /**
   * The service of a call, undefined for one of an object. An IPID tells which it is, whatever interface the
   * presentation context of the call is for: aiowmi binds one, calls all others through it, and Windows serves it.
   */
  #serviceOf({ interface: { uuid }, object }: Asked, byUuid: ReadonlyMap<string, Service>): Service | undefined {
    const { objects } = this.#options;
    const bound = byUuid.get(uuid);
    if (object === undefined) return bound;
    if (object === objects.ipidRemUnknown) return REMOTE_UNKNOWN.has(uuid) ? bound : byUuid.get(IID_IRemUnknown2);
    return objects.find(object) === undefined ? bound : undefined;
  }

  /**
   * An object as a client gets it: with references to one of its interfaces. It counts to the share of `peer`, if a peer
   * asked for it. Undefined where it does not have that interface, or there are too many objects.
   */
  export(com: ComObject, clsid: string, iid: string, peer?: string): ObjectInterface | undefined {
    const object = this.#objectOf(com, clsid, peer);
    if (object === undefined) return undefined;
    return this.#options.objects.query(object, iid);
  }

  /** Gives up an object of which no interface was handed out. */
  discardUnused(com: ComObject): void {
    const object = this.#exported.get(com);
    if (object !== undefined && object.interfaces.size === 0) this.#options.objects.discard(object);
  }

  /** The OBJREF of an interface that was handed out. */
  objref(found: ObjectInterface, server: Endpoint): OBJREF {
    const { resolverPort, bindings } = this.#options;
    return {
      flags: 1,
      iid: found.iid,
      std: this.std(found, INITIAL_REFERENCES),
      saResAddr: bindings.resolver({ address: server.address, port: resolverPort() }),
    };
  }

  /** The part of an OBJREF that says which interface it is, [MS-DCOM] 2.2.18.2. */
  std({ object, ipid }: ObjectInterface, cPublicRefs: number): STDOBJREF {
    const flags = object.com.noPing === true ? SORF_NOPING : 0;
    return { flags, cPublicRefs, oxid: this.#options.objects.oxid, oid: object.oid, ipid };
  }

  #objectOf(com: ComObject, clsid: string, peer: string | undefined): ExportedObject | undefined {
    const before = this.#exported.get(com);
    if (before !== undefined && this.#options.objects.has(before.oid)) return before;
    const created = this.#options.objects.create(clsid, com, this.#options.monotonic(), peer);
    if (created !== undefined) this.#exported.set(com, created);
    return created;
  }

  #objectMethod(call: Asked): Method {
    const found = call.object === undefined ? undefined : this.#options.objects.find(call.object);
    const guard = this.#guard(() => ({
      known: found !== undefined,
      clsid: found?.object.clsid,
      remote: false,
      leastLevel: found && this.#options.leastLevelOf?.(found.object.clsid),
    }));
    const known = found?.methods.get(call.opnum);
    if (found === undefined || known === undefined) return this.#notImplemented(guard, found);
    return {
      operation: known.operation,
      guard,
      layout: known.layout,
      unreadable: this.#unreadable,
      // Proxies of classes may be of before the consistency checks.
      strict: false,
      handler: ((input: object, context: CallContext) => this.#run(found, known, input, context)) as Method['handler'],
    };
  }

  async #run(found: ObjectInterface, { handler }: ComMethod, input: object, context: CallContext): Promise<object> {
    const { monotonic } = this.#options;
    found.object.calledAt = monotonic();
    const output = (await handler(input as never, this.#callOf(found, context))) as object;
    // A method may take its time: the object was in use until now.
    found.object.calledAt = monotonic();
    return { ORPCthat: { flags: 0 }, ...output };
  }

  #callOf({ object }: ObjectInterface, context: CallContext): ObjectCall {
    const { call, client, server } = context;
    const { clock, invoked } = this.#options;
    const time = clock();
    const level = call.security?.level ?? LEVEL_NONE;
    return {
      time,
      client,
      security: call.security,
      marshal: (com, iid) => {
        const found = this.export(com, object.clsid, iid, client.address);
        if (found === undefined) this.discardUnused(com);
        return found === undefined ? undefined : this.objref(found, server);
      },
      unmarshal: (objref) => this.#unmarshal(objref, call.security?.identity.sid ?? ANONYMOUS_SID),
      reach: (objref, iid) => this.#options.callBacks.reach(objref, iid, client),
      refused: (refusal) => this.#report(context, refusal),
      record: ({ member, arguments: given }) =>
        invoked({
          time,
          object: object.com.name,
          member,
          arguments: given,
          client,
          identity: call.security?.identity,
          level,
        }),
    };
  }

  /** [MS-DCOM] 3.1.1.5.3: an object that a client hands back; the references of the OBJREF are this server's again. */
  #unmarshal(objref: OBJREF, sid: string): ComObject | undefined {
    if (!('std' in objref) || objref.std.oxid !== this.#options.objects.oxid) return undefined;
    const { ipid, cPublicRefs } = objref.std;
    const found = this.#options.objects.find(ipid);
    if (found === undefined) return undefined;
    this.#options.objects.release(found, cPublicRefs, 0, sid);
    return found.object.com;
  }

  /**
   * Lets nobody do by the remote unknown what he could not do by the object itself: its class decides who has to do with
   * it. Throws the fault that refuses him.
   */
  admit(context: CallContext, { object: { clsid } }: ObjectInterface): void {
    const leastLevel = this.#options.leastLevelOf?.(clsid);
    const refusal = admissionRefusal(context, this.#options.policy, { clsid, leastLevel, remote: true });
    if (refusal === undefined) return;
    this.#report(context, refusal);
    throw refusalFault(refusal);
  }

  #guard(target: () => OrpcTarget): Guard {
    return (context) => {
      const refusal = orpcRefusal(context, this.#options.policy, target());
      if (refusal === undefined) return;
      this.#report(context, refusal);
      throw refusalFault(refusal);
    };
  }

  /** The method of an interface that nobody has written: the checks come first, as for any other. */
  #notImplemented(guard: Guard, found: ObjectInterface | undefined): Method {
    return method(NOT_WRITTEN, () => ({}), {
      guard: (context) => {
        guard(context);
        const { opnum, interface: called } = context.call;
        const reason = `${found?.object.com.name ?? 'the class'} does not implement ${callName(called.uuid, opnum)}`;
        const refusal: OrpcRefusal = { refusedBy: 'operation', hresult: HRESULT.E_NOTIMPL, reason };
        this.#report(context, refusal);
        throw refusalFault(refusal);
      },
    });
  }

  readonly #unreadable: Unreadable = (context, { message }) =>
    this.#report(context, { refusedBy: 'codec', hresult: FAULT.BAD_STUB_DATA, reason: message });

  #report(context: CallContext, refusal: OrpcRefusal): void {
    this.#options.refused(refusedCall(context, refusal, this.#options.clock()));
  }
}

/** Has no parameters that anybody could read: its guard never lets a call through. */
const NOT_WRITTEN = operation({ name: '(not written)', opnum: 0, section: '[MS-DCOM] 3.1.1.5.4', in: {}, out: {} });
