import {
  type ActivatedInterface,
  type ActivationReply,
  type ActivationRequest,
  activationPropertiesOf,
  type COMVERSION,
} from '../../codec/dcom/index.js';
import { CodecError } from '../../codec/error.js';
import { FAULT, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import type { RefusedBy } from '../../codec/status/refused-by.js';
import { type ServerDecision, serverDecision } from '../../hardening/decision.js';
import { serverEventOf } from '../../hardening/machine-policy.js';
import type { PolicyProfile, RefusalForm } from '../../hardening/profile.js';
import type { Registry } from '../../hardening/registry.js';
import type { PatchLevel } from '../../hardening/timeline.js';
import type { Environment } from '../../net/environment.js';
import { type AccessPermissions, launchRefusal, machineLaunchRefusal } from '../access.js';
import type { ComClass, ObjectHost } from '../classes/class.js';
import { classFactory } from '../classes/class-factory.js';
import { HRESULT, versionRefusal } from '../com.js';
import { UNSPECIFIED } from '../endpoint/dispatch.js';
import { type CallContext, LoggedFault } from '../endpoint/service.js';
import type { ServerBindings } from '../objects/bindings.js';
import { leftOut, notLetIn } from '../objects/caller.js';
import type { ObjectExporter } from '../objects/exporter.js';
import type { ObjectTable } from '../objects/table.js';
import { type DcomProfile, faultOptions } from '../profile.js';
import {
  type ActivationRefusal,
  type AskedFor,
  departures,
  type LogonSessions,
  malformed,
  propertyRefusal,
} from './checks.js';
import type { Activation } from './log.js';

export interface ActivatorOptions extends Pick<Environment, 'clock'> {
  readonly asOf: PatchLevel;
  readonly registry: Registry;
  readonly policy: Partial<PolicyProfile>;
  readonly platform: 'windows' | 'other';
  readonly objects: ObjectTable;
  readonly exporter: ObjectExporter;
  /** The class of a CLSID; undefined where nobody has written it. */
  readonly classOf: (clsid: string) => ComClass | undefined;
  readonly access: AccessPermissions;
  readonly dcom: DcomProfile;
  readonly sessions: LogonSessions;
  readonly requireClientContext: boolean;
  readonly bindings: ServerBindings;
  /** Port of the object exporter. */
  readonly exporterPort: () => number;
  /** Least level that the exporter names in its answers. */
  readonly authnHint: number;
  readonly report: (activation: Activation) => void;
  /** Lent to the objects that are made. */
  readonly host: ObjectHost;
}

export type Method = Activation['method'];

/** An activation as it was asked for. */
export interface Asked extends AskedFor {
  readonly name: Method;
  readonly version: COMVERSION;
  /** The class factory instead of an object. */
  readonly factory: boolean;
}

/** What an activation comes to: a reply, or the result that says why not. */
export type Verdict = { readonly reply: ActivationReply } | { readonly hresult: number };

/** What the policy says of a call, once: it goes with the call to whoever reads and answers it. */
export interface Decided {
  readonly decision: ServerDecision;
  /** By whom and with which result it is refused, where the profile asks for one instead of a fault. */
  readonly refused?: { readonly refusedBy: RefusedBy; readonly hresult: number };
}

/** What refuses a call before its parameters are read. */
interface Gate {
  readonly refusedBy: RefusedBy;
  readonly reason: string;
  readonly refusal: RefusalForm;
}

type How = Pick<Activation, 'outcome' | 'refusedBy' | 'status' | 'form'>;

const outcomeOf = (created: { reply: ActivationReply } | ActivationRefusal): How =>
  'reply' in created
    ? { outcome: 'accepted', status: HRESULT.S_OK, form: 'response' }
    : {
        outcome: 'refused',
        refusedBy: created.refusedBy,
        status: created.hresult,
        form: created.form ?? 'response',
      };

/** Decides about activations, carries them out and reports them: [MS-DCOM] 3.1.2.5.2.3. */
export class Activator {
  readonly #options: ActivatorOptions;

  constructor(options: ActivatorOptions) {
    this.#options = options;
  }

  /**
   * The policy and the machine's access lists, before anything of the request is looked at: they stand where Windows
   * has the security callback of the interface. The request is read only to be reported. A refusal that the answer
   * tells waits for the parameters.
   */
  decide(name: Method, read: () => ActivationRequest | undefined, context: CallContext): Decided {
    const policy = this.#decide(name, context);
    const gate = this.#gate(policy, context);
    if (gate === undefined) return { decision: policy };
    const { refusedBy, reason, refusal } = gate;
    const decision = { ...policy, reason };
    if (refusal.form === 'response') return { decision, refused: { refusedBy, hresult: refusal.hresult } };
    const { form, status } = refusal;
    this.#report({ name, request: attempt(read) }, context, decision, { outcome: 'refused', refusedBy, status, form });
    throw new LoggedFault(status, { detail: reason, ...faultOptions(refusal) });
  }

  #gate({ refusal, reason }: ServerDecision, { call }: CallContext): Gate | undefined {
    if (refusal !== undefined) return { refusedBy: 'activation policy', reason, refusal };
    const list = machineLaunchRefusal(this.#options.access, call.security?.identity);
    if (list === undefined) return undefined;
    return { refusedBy: 'access control', reason: notLetIn(list, call), refusal: this.#options.dcom.accessRefusal };
  }

  /** Nobody can tell what it asks for; the policy may have refused it before. */
  unreadable(name: Method, why: string, context: CallContext, { decision, refused }: Decided): void {
    const how = { outcome: 'refused', form: 'fault', status: FAULT.BAD_STUB_DATA } as const;
    const asked = { name, request: undefined };
    const { refusedBy } = refused ?? {};
    if (refusedBy !== undefined) this.#report(asked, context, decision, { ...how, refusedBy });
    else this.#report(asked, context, { ...decision, reason: why }, { ...how, refusedBy: 'codec' });
  }

  activate(asked: Asked, context: CallContext, { decision, refused }: Decided): Verdict {
    if (refused !== undefined) {
      const { refusedBy, hresult } = refused;
      this.#report(asked, context, decision, { outcome: 'refused', refusedBy, status: hresult, form: 'response' });
      return { hresult };
    }
    const created = this.#refuse(asked, context) ?? this.#created(asked, context);
    const reason = 'reason' in created ? created.reason : decision.reason;
    this.#report(asked, context, { ...decision, reason }, outcomeOf(created));
    if ('form' in created)
      throw new LoggedFault(created.hresult, { detail: reason, ...(created.mistake && { mistake: created.mistake }) });
    return created;
  }

  #decide(name: Method, { call }: CallContext): ServerDecision {
    const { asOf, registry, policy, platform } = this.#options;
    const { security } = call;
    return serverDecision({
      asOf,
      registry,
      authType: security?.authType ?? RPC_C_AUTHN.NONE,
      level: security?.level ?? RPC_C_AUTHN_LEVEL.NONE,
      anonymous: security?.identity.anonymous ?? true,
      method: name,
      platform,
      profile: policy,
    });
  }

  /** [MS-DCOM] 3.1.2.5.2.3, in its order: permissions, version, class, and what the properties ask for. */
  #refuse(asked: Asked, { call }: CallContext): ActivationRefusal | undefined {
    const { request, version, pActProperties } = asked;
    const list = launchRefusal(this.#options.access, request?.clsid ?? '', call.security?.identity);
    if (list !== undefined) {
      // The machine's lists come first, in `decide`; of a class's own and the default one note <61> has the HRESULT.
      return { hresult: HRESULT.E_ACCESSDENIED, refusedBy: 'access control', reason: notLetIn(list, call) };
    }
    const other = versionRefusal(version, this.#options.dcom.minorVersionsBelow7);
    if (other !== undefined) return { ...other, refusedBy: 'version' };
    const bad = malformed(asked);
    if (bad !== undefined || request === undefined) return bad;
    const comClass = this.#options.classOf(request.clsid);
    if (comClass === undefined) {
      const reason = `class ${request.clsid} is not registered here`;
      return { hresult: HRESULT.REGDB_E_CLASSNOTREG, refusedBy: 'class', reason };
    }
    const properties = activationPropertiesOf(pActProperties ?? null);
    const { sessions, requireClientContext } = this.#options;
    const refused = propertyRefusal({ request, properties, comClass, sessions, requireClientContext });
    if (refused !== undefined) return refused;
    const level = call.security?.level ?? RPC_C_AUTHN_LEVEL.NONE;
    const own = comClass.refuses?.({ method: asked.name, level });
    if (own === undefined) return undefined;
    const { status: hresult, reason, form } = own;
    return { hresult, refusedBy: 'class', reason, ...(form === 'fault' && { form }) };
  }

  /** A class that throws refuses, and its mistake goes on to whoever runs the server. */
  #created({ request, factory }: Asked, context: CallContext): { reply: ActivationReply } | ActivationRefusal {
    try {
      return this.#create(request as ActivationRequest, factory, context);
    } catch (error) {
      const mistake = error as Error;
      const reason = `the class threw: ${mistake.message}`;
      return { hresult: UNSPECIFIED, refusedBy: 'class', reason, form: 'fault', mistake };
    }
  }

  /** The object, or its class factory, with each interface that was asked for and that it has. */
  #create(
    request: ActivationRequest,
    factory: boolean,
    { client, server }: Pick<CallContext, 'client' | 'server'>,
  ): { reply: ActivationReply } | ActivationRefusal {
    const { objects, exporter, exporterPort, authnHint, host } = this.#options;
    const comClass = this.#options.classOf(request.clsid) as ComClass;
    const com = factory ? classFactory(comClass, host) : comClass.create(host);
    const interfaces = request.iids.map((iid): ActivatedInterface => {
      const found = exporter.export(com, request.clsid, iid, client.address);
      if (found === undefined) return { iid, hresult: HRESULT.E_NOINTERFACE, objref: null };
      return { iid, hresult: HRESULT.S_OK, objref: exporter.objref(found, server) };
    });
    if (interfaces.every(({ objref }) => objref === null)) {
      exporter.discardUnused(com);
      if (objects.isFullFor(client.address))
        return { hresult: HRESULT.E_OUTOFMEMORY, refusedBy: 'limit', reason: 'there are too many objects' };
      const reason = 'the class has none of the interfaces that were asked for';
      return { hresult: HRESULT.E_NOINTERFACE, refusedBy: 'class', reason };
    }
    const bindings = this.#options.bindings.exporter(server.address, exporterPort());
    const reply = { oxid: objects.oxid, ipidRemUnknown: objects.ipidRemUnknown, bindings, interfaces };
    return { reply: { ...reply, authnHint: Math.max(authnHint, comClass.leastLevel ?? 0) } };
  }

  #report(
    asked: AskedFor & Pick<Asked, 'name'>,
    { call, client }: CallContext,
    decision: ServerDecision,
    how: How,
  ): void {
    const { name, request, objectName } = asked;
    const unsigned = leftOut(call);
    const odd = [...departures(asked), ...(unsigned === undefined ? [] : [unsigned])];
    const { security } = call;
    const { identity } = security ?? {};
    const event = identity && serverEventOf(decision, identity, client.address);
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
      ...(objectName === undefined ? {} : { objectName }),
      ...(odd.length === 0 ? {} : { departures: odd }),
      ...(decision.unconfirmed === undefined ? {} : { unconfirmed: decision.unconfirmed }),
      ...(event === undefined ? {} : { event }),
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
