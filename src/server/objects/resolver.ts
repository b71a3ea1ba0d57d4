import {
  COM_VERSION_5_7,
  ComplexPing,
  IObjectExporter,
  OR_INVALID_OXID,
  ResolveOxid,
  ResolveOxid2,
  ServerAlive,
  ServerAlive2,
  SimplePing,
} from '../../codec/dcom/index.js';
import { UUID_NULL } from '../../codec/uuid.js';
import type { Endpoint } from '../../net/channel.js';
import type { Environment } from '../../net/environment.js';
import { type AccessPermissions, accessRefusal } from '../access.js';
import { HRESULT } from '../com.js';
import { type CallContext, LoggedFault, method, type Service, service } from '../endpoint/service.js';
import { type DcomProfile, faultOptions } from '../profile.js';
import type { ServerBindings } from './bindings.js';
import { notLetIn } from './caller.js';
import type { PingSets } from './ping-sets.js';
import { type RefusedCall, refusedCall } from './refused-call.js';
import type { ObjectTable } from './table.js';

export interface ResolverOptions extends Pick<Environment, 'clock'> {
  readonly objects: ObjectTable;
  readonly pings: PingSets;
  readonly access: AccessPermissions;
  readonly bindings: ServerBindings;
  readonly exporterPort: () => number;
  readonly authnHint: number;
  /** How it refuses. */
  readonly form: DcomProfile['accessRefusal'];
  /** Told of calls that access control refuses. */
  readonly refused: (call: RefusedCall) => void;
}

/**
 * IObjectExporter: whether the server is there, where its object exporter is, and which objects are still wanted
 * ([MS-DCOM] 3.1.2.5.1). The two ServerAlive methods check nobody's permissions, whatever the patch level.
 */
export function objectResolver(options: ResolverOptions): Service {
  const { objects, pings, access, bindings, exporterPort, authnHint, form, clock, refused: report } = options;

  /** Notes <53>, <54> and <56>: MachineAccessRestriction decides. */
  const refused = (context: CallContext): boolean => {
    const list = accessRefusal(access, undefined, context.call.security?.identity);
    if (list === undefined) return false;
    const reason = notLetIn(list, context.call);
    const hresult = form.form === 'fault' ? form.status : form.hresult;
    report(refusedCall(context, { refusedBy: 'access control', hresult, reason }, clock()));
    if (form.form === 'fault') throw new LoggedFault(form.status, { detail: reason, ...faultOptions(form) });
    return true;
  };
  const failed = (ReturnValue: number) => ({
    ppdsaOxidBindings: null,
    pipidRemUnknown: UUID_NULL,
    pAuthnHint: 0,
    ReturnValue,
  });
  const resolve = (oxid: bigint, context: CallContext) => {
    if (refused(context)) return failed(HRESULT.ERROR_ACCESS_DENIED);
    if (oxid !== objects.oxid) return failed(OR_INVALID_OXID);
    const { address }: Endpoint = context.server;
    return {
      ppdsaOxidBindings: bindings.exporter(address, exporterPort()),
      pipidRemUnknown: objects.ipidRemUnknown,
      pAuthnHint: authnHint,
      ReturnValue: HRESULT.S_OK,
    };
  };

  return service(IObjectExporter, [
    method(ResolveOxid, ({ pOxid }, context) => resolve(pOxid, context)),
    method(SimplePing, ({ pSetId }, context) => ({
      ReturnValue: refused(context) ? HRESULT.ERROR_ACCESS_DENIED : pings.ping(pSetId, context.call.receivedAt),
    })),
    method(ComplexPing, ({ pSetId, SequenceNum, AddToSet, DelFromSet }, context) => {
      if (refused(context)) return { pSetId, pPingBackoffFactor: 0, ReturnValue: HRESULT.ERROR_ACCESS_DENIED };
      const change = { setId: pSetId, sequence: SequenceNum, add: AddToSet ?? [], remove: DelFromSet ?? [] };
      const { setId, status } = pings.complexPing(change, context.call.receivedAt, context.client.address);
      // Note <55>: Windows always answers 0.
      return { pSetId: setId, pPingBackoffFactor: 0, ReturnValue: status };
    }),
    method(ServerAlive, () => ({ ReturnValue: HRESULT.S_OK })),
    method(ResolveOxid2, ({ pOxid }, context) => ({ ...resolve(pOxid, context), pComVersion: COM_VERSION_5_7 })),
    method(ServerAlive2, (_, { server }) => ({
      pComVersion: COM_VERSION_5_7,
      ppdsaOrBindings: bindings.resolver(server),
      ReturnValue: HRESULT.S_OK,
    })),
  ]);
}
