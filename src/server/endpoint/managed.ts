import { RPC_C_AUTHN } from '../../codec/rpce/index.js';
import type { ServerNames } from '../../security/index.js';
import { type EndpointOptions, RpcEndpoint, type Services } from './endpoint.js';
import { management } from './management.js';
import type { Service } from './service.js';

/** An endpoint with its own management interface, which manages the others and itself. */
export function managedEndpoint(
  services: readonly Service[],
  shared: Omit<EndpointOptions, 'services' | 'statistics'>,
  principals: ReadonlyMap<number, string>,
  set: (services: readonly Service[]) => Services,
): RpcEndpoint {
  const statistics = { calls_in: 0, calls_out: 0, pkts_in: 0, pkts_out: 0 };
  const all: Service[] = [...services];
  all.push(management({ interfaces: () => all.map(({ rpc }) => rpc), statistics, principals }));
  return new RpcEndpoint({ ...shared, services: set(all), statistics });
}

/** The server's own account, by which NTLM and SPNEGO know it. */
export function principalsOf({ netbiosName, netbiosDomain = netbiosName }: ServerNames): ReadonlyMap<number, string> {
  const name = `${netbiosDomain}\\${netbiosName}$`;
  return new Map([
    [RPC_C_AUTHN.WINNT, name],
    [RPC_C_AUTHN.GSS_NEGOTIATE, name],
  ]);
}
