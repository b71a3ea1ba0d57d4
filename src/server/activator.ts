import {
  type ActivatedInterface,
  type ActivationReply,
  type ActivationRequest,
  IActivation,
  IRemoteSCMActivator,
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
import { PFC, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { type ServerDecision, serverDecision } from '../hardening/decision.js';
import type { PolicyProfile } from '../hardening/profile.js';
import type { Registry } from '../hardening/registry.js';
import type { PatchLevel } from '../hardening/timeline.js';
import type { Endpoint } from '../net/channel.js';
import { RpcFault } from '../rpc/index.js';
import type { Milliseconds } from '../security/index.js';
import type { Activation, RefusedBy } from './activation-log.js';
import { exporterBindings, resolverBindings } from './bindings.js';
import { HRESULT, versionMatches } from './com.js';
import { stdObjref } from './exporter.js';
import { INITIAL_REFERENCES, type ObjectTable } from './objects.js';
import { type CallContext, method, type Service, service } from './service.js';

export interface ActivatorOptions {
  readonly asOf: PatchLevel;
  readonly registry: Registry;
  readonly policy: Partial<PolicyProfile>;
  readonly objects: ObjectTable;
  /** Port of the object exporter. */
  readonly exporterPort: () => number;
  /** Least level that the exporter names in its answers. */
  readonly authnHint: number;
  /** Whether callers without a name may activate; Windows since XP SP2 does not let them. */
  readonly allowAnonymous: boolean;
  readonly clock: () => Milliseconds;
  readonly report: (activation: Activation) => void;
}

type Method = Activation['method'];

/** What an activation comes to: a reply, or the result that says why not. */
type Verdict = { readonly reply: ActivationReply } | { readonly hresult: number };

/** IActivation and IRemoteSCMActivator with the hardening in front: [MS-DCOM] 3.1.2.5.2. */
export function activators(options: ActivatorOptions): Service[] {
  const activator = new Activator(options);
  const guard =
    <I>(operation: Operation<I, unknown>, plain: (input: I) => ActivationRequest | undefined) =>
    (context: CallContext): void =>
      activator.guard(
        operation.name as Method,
        () => plain(operation.request.decode(context.call.stub, { little: context.call.littleEndian }).value),
        context,
      );
  const ofProperties = ({ pActProperties }: Pick<Infer<typeof RemoteCreateInstance.request>, 'pActProperties'>) =>
    unpackActivationRequest(pActProperties);
  const orpcthat = { flags: 0 };

  const byProperties = (
    name: Method,
    request: ActivationRequest | undefined,
    version: Infer<typeof RemoteCreateInstance.request>['orpcthis']['version'],
    context: CallContext,
  ) => {
    const verdict = activator.activate(name, request, version, context);
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
            const verdict = activator.activate('RemoteActivation', request, input.ORPCthis.version, context);
            return 'hresult' in verdict
              ? remoteActivationFailure(request.iids.length, verdict.hresult)
              : packRemoteActivationReply(verdict.reply);
          },
          { guard: guard(RemoteActivation, unpackRemoteActivation) },
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
          { guard: guard(RemoteGetClassObject, ofProperties) },
        ),
        method(
          RemoteCreateInstance,
          (input, context) =>
            byProperties('RemoteCreateInstance', ofProperties(input), input.orpcthis.version, context),
          { guard: guard(RemoteCreateInstance, ofProperties) },
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

  activate(
    name: Method,
    request: ActivationRequest | undefined,
    version: { MajorVersion: number; MinorVersion: number },
    context: CallContext,
  ): Verdict {
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
    const reply = this.#create(request as ActivationRequest, context.server);
    const status = reply === undefined ? HRESULT.E_OUTOFMEMORY : HRESULT.S_OK;
    const how =
      reply === undefined ? ({ outcome: 'refused', refusedBy: 'limit' } as const) : ({ outcome: 'accepted' } as const);
    this.#report(name, request, context, decision, { ...how, status, form: 'response' });
    return reply === undefined ? { hresult: status } : { reply };
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
    version: { MajorVersion: number; MinorVersion: number },
    { call }: CallContext,
  ): { hresult: number; refusedBy: RefusedBy; reason: string } | undefined {
    if (!this.#options.allowAnonymous && (call.security?.identity.anonymous ?? true)) {
      // Note <61>: MachineLaunchRestriction and MachineAccessRestriction give the Win32 error, not an HRESULT.
      return {
        hresult: HRESULT.ERROR_ACCESS_DENIED,
        refusedBy: 'access control',
        reason: 'nobody without a name may activate here',
      };
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
    return undefined;
  }

  #create(request: ActivationRequest, server: Endpoint): ActivationReply | undefined {
    const { objects, exporterPort, authnHint } = this.#options;
    const object = objects.create(request.clsid);
    if (object === undefined) return undefined;
    const interfaces = request.iids.map((iid): ActivatedInterface => {
      const std = stdObjref(objects, objects.export(object, iid), INITIAL_REFERENCES);
      return { iid, hresult: HRESULT.S_OK, objref: { flags: 1, iid, std, saResAddr: resolverBindings(server) } };
    });
    return {
      oxid: objects.oxid,
      ipidRemUnknown: objects.ipidRemUnknown,
      bindings: exporterBindings(server.address, exporterPort()),
      authnHint,
      interfaces,
    };
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
