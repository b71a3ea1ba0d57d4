import type { Bindings } from '../codec/dcom/dual-string-array.js';
import type { Endpoint } from '../net/channel.js';

/** Protocol sequence identifier of ncacn_ip_tcp: C706 appendix I, [MS-DCOM] 2.2.19.3. */
export const NCACN_IP_TCP = 7;

/** What security bindings offer, in the order of Windows Server without a domain: SPNEGO, NTLM. */
const SECURITY_BINDINGS = [9, 10].map((wAuthnSvc) => ({ wAuthnSvc, aPrincName: '' }));

const RESOLVER_PORT = 135;

/**
 * Bindings of the object resolver, as ServerAlive2 and OBJREFs give them: the address that the client reached, and the
 * port only where it is not 135, which a binding without a port means.
 */
export const resolverBindings = ({ address, port }: Endpoint): Bindings =>
  bindings(port === RESOLVER_PORT ? address : `${address}[${port}]`);

/** Bindings of the object exporter, with its port. */
export const exporterBindings = (address: string, port: number): Bindings => bindings(`${address}[${port}]`);

const bindings = (aNetworkAddr: string): Bindings => ({
  stringBindings: [{ wTowerId: NCACN_IP_TCP, aNetworkAddr }],
  securityBindings: SECURITY_BINDINGS,
});
