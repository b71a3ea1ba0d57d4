import {
  type ActivatedInterface,
  type ActivationReply,
  type ActivationRequest,
  type COMVERSION,
  IActivation,
  IRemoteSCMActivator,
  MODE_GET_CLASS_OBJECT,
  packActivationReply,
  packRemoteActivationReply,
  RemoteActivation,
  RemoteCreateInstance,
  RemoteGetClassObject,
  unpackActivationRequest,
  unpackRemoteActivation,
} from '../codec/dcom/index.js';
import { CodecError } from '../codec/error.js';
import type { Infer, Operation } from '../codec/ndr/index.js';
import { FAULT, PFC, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { type ServerDecision, serverDecision } from '../hardening/decision.js';
import type { PolicyProfile } from '../hardening/profile.js';
import type { Registry } from '../hardening/registry.js';
import type { PatchLevel } from '../hardening/timeline.js';
import type { Endpoint } from '../net/channel.js';
import { RpcFault } from '../rpc/index.js';
import type { Milliseconds } from '../security/index.js';
import { type AccessPermissions, launchRefusal } from './access.js';
import type { Activation, RefusedBy } from './activation-log.js';
import { exporterBindings } from './bindings.js';
import type { ComClass } from './classes/class.js';
import { classFactory } from './classes/class-factory.js';
import { HRESULT, versionMatches } from './com.js';
import type { ObjectExporter } from './object-exporter.js';
import type { ObjectTable } from './objects.js';
import { type CallContext, method, type Service, service } from './service.js';

export interface ActivatorOptions {
  readonly asOf: PatchLevel;
  readonly registry: Registry;
  readonly policy: Partial<PolicyProfile>;
  readonly objects: ObjectTable;
  readonly exporter: ObjectExporter;
  /** The class of a CLSID; undefined where nobody has written it. */
  readonly classOf: (clsid: string) => ComClass | undefined;
  readonly access: AccessPermissions;
  /** Port of the object exporter. */
  readonly exporterPort: () => number;
  /** Least level that the exporter names in its answers. */
  readonly authnHint: number;
  readonly clock: () => Milliseconds;
  readonly report: (activation: Activation) => void;
}

type Method = Activation['method'];

/** An activation as it was asked for. */
interface Asked {
  readonly name: Method;
  readonly request: ActivationRequest | undefined;
  readonly version: COMVERSION;
  /** The class factory instead of an object. */
  readonly factory: boolean;
}

/** What an activation comes to: a reply, or the result that says why not. */
type Verdict = { readonly reply: ActivationReply } | { readonly hresult: number };

/** IActivation and IRemoteSCMActivator with the hardening in front: [MS-DCOM] 3.1.2.5.2. */
export function activators(options: ActivatorOptions): Service[] {
  const activator = new Activator(options);
  const checks = <I>(operation: Operation<I, unknown>, plain: (input: I) => ActivationRequest | undefined) => ({
    guard: (context: CallContext): void => {
      const { stub, littleEndian } = context.call;
      const read = () => plain(operation.request.decode(stub, { little: littleEndian }).value);
      activator.guard(operation.name as Method, read, context);
    },
    unreadable: (context: CallContext, { message }: CodecError) =>
      activator.unreadable(operation.name as Method, message, context),
  });
  const ofProperties = ({ pActProperties }: Pick<Infer<typeof RemoteCreateInstance.request>, 'pActProperties'>) =>
    unpackActivationRequest(pActProperties);
  const orpcthat = { flags: 0 };

  const byProperties = (
    name: Method,
    request: ActivationRequest | undefined,
    version: COMVERSION,
    context: CallContext,
  ) => {
    const verdict = activator.activate({ name, request, version, factory: name === 'RemoteGetClassObject' }, context);
    if ('hresult' in verdict) return { orpcthat, ppActProperties: null, ReturnValue: verdict.hresult };
    return { orpcthat, ppActProperties: packActivationReply(verdict.reply), ReturnValue: HRESULT.S_OK };
  };

  return [
    service(
      IActivation,
      [
        method(
          RemoteActivation,
          (input, context) => {
            const request = unpackRemoteActivation(input);
            const factory = input.Mode === MODE_GET_CLASS_OBJECT;
            const { version } = input.ORPCthis;
            const verdict = activator.activate({ name: 'RemoteActivation', request, version, factory }, context);
            return 'hresult' in verdict
              ? remoteActivationFailure(request.iids.length, verdict.hresult)
              : packRemoteActivationReply(verdict.reply);
          },
          checks(RemoteActivation, unpackRemoteActivation),
        ),
      ],
      // [MS-DCOM] 3.1.2.5.2: these two interfaces are spoken in NDR20 only.
      { transferSyntaxes: ['ndr20'] },
    ),
    service(
      IRemoteSCMActivator,
      [
        method(
          RemoteGetClassObject,
          (input, context) =>
            byProperties('RemoteGetClassObject', ofProperties(input), input.orpcthis.version, context),
          checks(RemoteGetClassObject, ofProperties),
        ),
        method(
          RemoteCreateInstance,
          (input, context) =>
            byProperties('RemoteCreateInstance', ofProperties(input), input.orpcthis.version, context),
          checks(RemoteCreateInstance, ofProperties),
        ),
      ],
      { transferSyntaxes: ['ndr20'] },
    ),
  ];
}

/** [MS-DCOM] 3.1.2.5.2.3.1: phr has the failure, and every interface's own result is 0. */
const remoteActivationFailure = (interfaces: number, hresult: number): Infer<typeof RemoteActivation.response> => ({
  ORPCthat: { flags: 0 },
  pOxid: 0n,
  ppdsaOxidBindings: null,
  pipidRemUnknown: '00000000-0000-0000-0000-000000000000',
  pAuthnHint: 0,
  pServerVersion: { MajorVersion: 5, MinorVersion: 7 },
  phr: hresult,
  ppInterfaceData: new Array<null>(interfaces).fill(null),
  pResults: new Array<number>(interfaces).fill(0),
  ReturnValue: 0,
});

/** Why an object that may be made is not. */
const FAILURES: Readonly<Record<number, string>> = {
  [HRESULT.E_NOINTERFACE]: 'the class has none of the interfaces that were asked for',
  [HRESULT.E_OUTOFMEMORY]: 'there are too many objects',
};

class Activator {
  readonly #options: ActivatorOptions;

  constructor(options: ActivatorOptions) {
    this.#options = options;
  }

  /**
   * The policy, before anything of the request is looked at: it stands where Windows has the security callback of the
   * interface. What was asked for is read only to be reported.
   */
  guard(name: Method, read: () => ActivationRequest | undefined, context: CallContext): void {
    const decision = this.#decide(name, context);
    if (decision.outcome !== 'refused') return;
    const refusal = decision.refusal ?? {
      form: 'fault',
      status: HRESULT.ERROR_ACCESS_DENIED,
      didNotExecute: false,
      disconnect: false,
    };
    const status = refusal.form === 'fault' ? refusal.status : refusal.hresult;
    this.#report(name, attempt(read), context, decision, {
      outcome: 'refused',
      refusedBy: 'activation policy',
      status,
      form: refusal.form,
    });
    if (refusal.form === 'fault') {
      throw new RpcFault(status, {
        flags: refusal.didNotExecute ? PFC.DID_NOT_EXECUTE : 0,
        disconnect: refusal.disconnect,
      });
    }
  }

  /** The policy has let it through, and nobody can tell what it asks for. */
  unreadable(name: Method, reason: string, context: CallContext): void {
    const how = { outcome: 'refused', refusedBy: 'codec', status: FAULT.BAD_STUB_DATA, form: 'fault' } as const;
    this.#report(name, undefined, context, { ...this.#decide(name, context), reason }, how);
  }

  activate({ name, request, version, factory }: Asked, context: CallContext): Verdict {
    const decision = this.#decide(name, context);
    if (decision.outcome === 'refused') {
      // The guard has reported it; the profile asks for a result instead of a fault.
      return { hresult: decision.refusal?.form === 'response' ? decision.refusal.hresult : HRESULT.E_ACCESSDENIED };
    }
    const refused = this.#refuse(request, version, context);
    if (refused !== undefined) {
      const { hresult, refusedBy, reason } = refused;
      this.#report(
        name,
        request,
        context,
        { ...decision, reason },
        { outcome: 'refused', refusedBy, status: hresult, form: 'response' },
      );
      return { hresult };
    }
    const created = this.#create(request as ActivationRequest, factory, context.server);
    const status = 'hresult' in created ? created.hresult : HRESULT.S_OK;
    const refusedBy = status === HRESULT.E_OUTOFMEMORY ? 'limit' : 'class';
    const how =
      status === HRESULT.S_OK ? ({ outcome: 'accepted' } as const) : ({ outcome: 'refused', refusedBy } as const);
    const reason = status === HRESULT.S_OK ? decision.reason : FAILURES[status];
    this.#report(
      name,
      request,
      context,
      { ...decision, reason: reason ?? decision.reason },
      { ...how, status, form: 'response' },
    );
    return created;
  }

  #decide(name: Method, { call }: CallContext): ServerDecision {
    const { asOf, registry, policy } = this.#options;
    const { security } = call;
    return serverDecision({
      asOf,
      registry,
      authType: security?.authType ?? RPC_C_AUTHN.NONE,
      level: security?.level ?? RPC_C_AUTHN_LEVEL.NONE,
      anonymous: security?.identity.anonymous ?? true,
      method: name,
      profile: policy,
    });
  }

  /** [MS-DCOM] 3.1.2.5.2.3, in its order: permissions, version, class. */
  #refuse(
    request: ActivationRequest | undefined,
    version: COMVERSION,
    { call }: CallContext,
  ): { hresult: number; refusedBy: RefusedBy; reason: string } | undefined {
    const list = launchRefusal(this.#options.access, request?.clsid ?? '', call.security?.identity);
    if (list !== undefined) {
      const who = call.security === undefined ? 'a caller without authentication' : 'this caller';
      // Note <61>: the machine's lists give the Win32 error; a class's own gives the HRESULT.
      const hresult = list === 'LaunchPermission' ? HRESULT.E_ACCESSDENIED : HRESULT.ERROR_ACCESS_DENIED;
      return { hresult, refusedBy: 'access control', reason: `${list} does not let ${who} in` };
    }
    if (!versionMatches(version)) {
      const reason = `COM version ${version.MajorVersion}.${version.MinorVersion} is not 5.0 to 5.7`;
      return { hresult: HRESULT.RPC_E_VERSION_MISMATCH, refusedBy: 'version', reason };
    }
    if (request === undefined || request.iids.length === 0) {
      return {
        hresult: HRESULT.E_INVALIDARG,
        refusedBy: 'class',
        reason: 'the request names no class or no interface',
      };
    }
    if (this.#options.classOf(request.clsid) === undefined) {
      return {
        hresult: HRESULT.REGDB_E_CLASSNOTREG,
        refusedBy: 'class',
        reason: `class ${request.clsid} is not registered here`,
      };
    }
    return undefined;
  }

  /** The object, or its class factory, with each interface that was asked for and that it has. */
  #create(
    request: ActivationRequest,
    factory: boolean,
    server: Endpoint,
  ): { reply: ActivationReply } | { hresult: number } {
    const { objects, exporter, exporterPort, authnHint } = this.#options;
    const comClass = this.#options.classOf(request.clsid) as ComClass;
    const com = factory ? classFactory(comClass) : comClass.create();
    const interfaces = request.iids.map((iid): ActivatedInterface => {
      const found = exporter.export(com, request.clsid, iid);
      if (found === undefined) return { iid, hresult: HRESULT.E_NOINTERFACE, objref: null };
      return { iid, hresult: HRESULT.S_OK, objref: exporter.objref(found, server) };
    });
    if (interfaces.every(({ objref }) => objref === null)) {
      exporter.discardUnused(com);
      return { hresult: objects.full ? HRESULT.E_OUTOFMEMORY : HRESULT.E_NOINTERFACE };
    }
    const bindings = exporterBindings(server.address, exporterPort());
    return { reply: { oxid: objects.oxid, ipidRemUnknown: objects.ipidRemUnknown, bindings, authnHint, interfaces } };
  }

  #report(
    name: Method,
    request: ActivationRequest | undefined,
    { call, client }: CallContext,
    decision: ServerDecision,
    how: Pick<Activation, 'outcome' | 'refusedBy' | 'status' | 'form'>,
  ): void {
    const { security } = call;
    const { identity } = security ?? {};
    this.#options.report({
      time: this.#options.clock(),
      method: name,
      clsid: request?.clsid,
      iids: request?.iids ?? [],
      client,
      authType: security?.authType ?? RPC_C_AUTHN.NONE,
      level: security?.level ?? RPC_C_AUTHN_LEVEL.NONE,
      identity,
      reason: decision.reason,
      ...how,
      ...(decision.unconfirmed === undefined ? {} : { unconfirmed: decision.unconfirmed }),
      ...(decision.event === undefined || identity === undefined
        ? {}
        : {
            event: {
              id: decision.event,
              domain: identity.domain,
              user: identity.user,
              sid: identity.sid,
              clientAddress: client.address,
            },
          }),
    });
  }
}

/** A request that cannot be read is reported without its contents. */
function attempt(read: () => ActivationRequest | undefined): ActivationRequest | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}
