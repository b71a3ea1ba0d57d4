import { type Bindings, NCACN_IP_TCP, type SECURITYBINDING } from '../../codec/dcom/index.js';
import { RPC_C_AUTHN } from '../../codec/rpce/index.js';
import type { Endpoint } from '../../net/channel.js';

/** Under which addresses a server offers itself, where these are not simply the one that the client reached. */
export interface AddressOptions {
  /**
   * The hosts of its string bindings, in decreasing order of preference: names, IPv4 and IPv6 addresses, also ones that
   * nobody answers at. Where absent a server's computer name and the address that the client reached, as Windows has
   * it (a single binding breaks j-interop), and for objects of a client that address.
   */
  readonly hosts?: readonly string[];
  /** The port of the object exporter as clients reach it, behind a NAT; the one that it listens on where absent. */
  readonly exporterPort?: number;
  /** The port of the object resolver as clients reach it; the one that it listens on where absent. */
  readonly resolverPort?: number;
  /** RPC_C_AUTHN_* in decreasing order of preference; SPNEGO, then NTLM where absent. */
  readonly securityServices?: readonly number[];
  /** The principal of every security binding, such as `RPCSS/server`; none where absent. */
  readonly principal?: string;
}

const RESOLVER_PORT = 135;
const SERVICES: readonly number[] = [RPC_C_AUTHN.GSS_NEGOTIATE, RPC_C_AUTHN.WINNT];

/** The DUALSTRINGARRAYs of a server: [MS-DCOM] 2.2.19. */
export class ServerBindings {
  readonly #options: AddressOptions;
  readonly #securityBindings: readonly SECURITYBINDING[];

  readonly #names: readonly string[];

  /** `names` are the computer's own, which stand before its address. */
  constructor(options: AddressOptions = {}, names: readonly string[] = []) {
    this.#names = names;
    this.#options = options;
    const { securityServices = SERVICES, principal = '' } = options;
    this.#securityBindings = securityServices.map((wAuthnSvc) => ({ wAuthnSvc, aPrincName: principal }));
  }

  /**
   * Bindings of the object resolver, as ServerAlive2 and OBJREFs give them. [MS-DCOM] 3.1.2.5.1.6 has no endpoints in
   * them; a port other than 135 is named nevertheless, for nobody would find the server without it.
   */
  resolver({ address, port }: Endpoint): Bindings {
    const { resolverPort = port } = this.#options;
    return this.#bindings(address, resolverPort === RESOLVER_PORT ? '' : `[${resolverPort}]`);
  }

  /** Bindings of the object exporter, with its port. */
  exporter(address: string, port: number): Bindings {
    return this.#bindings(address, `[${this.#options.exporterPort ?? port}]`);
  }

  #bindings(reached: string, endpoint: string): Bindings {
    const { hosts = [...this.#names, reached] } = this.#options;
    return {
      stringBindings: hosts.map((host) => ({ wTowerId: NCACN_IP_TCP, aNetworkAddr: `${host}${endpoint}` })),
      securityBindings: this.#securityBindings,
    };
  }
}
