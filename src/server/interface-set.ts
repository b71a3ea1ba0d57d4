import { type RpcInterface, versionFits } from '../rpc/index.js';
import type { Services } from './endpoint.js';
import type { Service } from './service.js';

/** The services of an endpoint by the UUID of their interface. */
export function interfaceSet(services: readonly Service[]): Services {
  const byUuid = new Map(services.map((item) => [item.rpc.uuid, item]));
  return {
    size: services.length,
    find: (uuid, version) => known(byUuid.get(uuid), version),
    method: (uuid, opnum) => byUuid.get(uuid)?.methods.get(opnum),
  };
}

const known = (service: Service | undefined, version: number): RpcInterface | undefined =>
  service !== undefined && versionFits(service.rpc.version, version) ? service.rpc : undefined;

/** The highest opnum that a request can name, so that an interface without a declaration refuses each by itself. */
const ANY_OPNUM = 0x10000;

/**
 * The services of an object exporter: its own, and every interface that an object of it was asked for, whose methods
 * nobody has written.
 */
export function exporterSet(services: readonly Service[], hasIid: (iid: string) => boolean): Services {
  const own = interfaceSet(services);
  return {
    // What objects offer is not counted: the limit on presentation contexts would grow with what clients ask for.
    size: own.size,
    find: (uuid, version) =>
      own.find(uuid, version) ?? (hasIid(uuid) ? { name: uuid, uuid, version, operationCount: ANY_OPNUM } : undefined),
    method: own.method,
  };
}
