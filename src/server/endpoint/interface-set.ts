import { type RpcInterface, versionFits } from '../../rpc/index.js';
import type { Services } from './endpoint.js';
import type { Service } from './service.js';

/** The services of an endpoint by the UUID of their interface. */
export function interfaceSet(services: readonly Service[]): Services {
  const byUuid = new Map(services.map((item) => [item.rpc.uuid, item]));
  return {
    size: services.length,
    find: (uuid, version) => known(byUuid.get(uuid), version),
    method: ({ interface: { uuid }, opnum }) => byUuid.get(uuid)?.methods.get(opnum),
  };
}

const known = (service: Service | undefined, version: number): RpcInterface | undefined =>
  service !== undefined && versionFits(service.rpc.version, version) ? service.rpc : undefined;
