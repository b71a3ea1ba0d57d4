import {
  COM_VERSION_5_7,
  IObjectExporter,
  ResolveOxid,
  ResolveOxid2,
  ServerAlive,
  ServerAlive2,
} from '../codec/dcom/index.js';
import type { Endpoint } from '../net/channel.js';
import { exporterBindings, resolverBindings } from './bindings.js';
import { HRESULT } from './com.js';
import type { ObjectTable } from './objects.js';
import { method, type Service, service } from './service.js';

export interface ResolverOptions {
  readonly objects: ObjectTable;
  readonly exporterPort: () => number;
  readonly authnHint: number;
}

/**
 * IObjectExporter: whether the server is there, and where its object exporter is ([MS-DCOM] 3.1.2.5.1). The two
 * ServerAlive methods check nobody's permissions, whatever the patch level.
 */
export function objectResolver({ objects, exporterPort, authnHint }: ResolverOptions): Service {
  const resolve = (oxid: bigint, { address }: Endpoint) =>
    oxid === objects.oxid
      ? {
          ppdsaOxidBindings: exporterBindings(address, exporterPort()),
          pipidRemUnknown: objects.ipidRemUnknown,
          pAuthnHint: authnHint,
          ReturnValue: HRESULT.S_OK,
        }
      : {
          ppdsaOxidBindings: null,
          pipidRemUnknown: '00000000-0000-0000-0000-000000000000',
          pAuthnHint: 0,
          ReturnValue: HRESULT.OR_INVALID_OXID,
        };

  return service(IObjectExporter, [
    method(ResolveOxid, ({ pOxid }, { server }) => resolve(pOxid, server)),
    method(ServerAlive, () => ({ ReturnValue: HRESULT.S_OK })),
    method(ResolveOxid2, ({ pOxid }, { server }) => ({ ...resolve(pOxid, server), pComVersion: COM_VERSION_5_7 })),
    method(ServerAlive2, (_, { server }) => ({
      pComVersion: COM_VERSION_5_7,
      ppdsaOrBindings: resolverBindings(server),
      ReturnValue: HRESULT.S_OK,
    })),
  ]);
}
