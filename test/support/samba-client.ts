import { randomBytes } from 'node:crypto';
import { propose, RpcConnection } from '../../src/client/connection.js';
import { clientSecurity } from '../../src/client/credentials.js';
import { ept, type ept_entry_t, ept_lookup, RPC_C_EP_ALL_ELTS, RPC_C_VERS_ALL } from '../../src/codec/epm/index.js';
import { NULL_CONTEXT_HANDLE } from '../../src/codec/ndr/index.js';
import { type ClientAssociationOptions, type ClientSecurityOptions, RpcFault } from '../../src/rpc/index.js';
import { Secret } from '../../src/security/index.js';
import { DC } from './samba-dc.js';

export const LEVELS = { CONNECT: 2, CALL: 3, PKT: 4, PKT_INTEGRITY: 5, PKT_PRIVACY: 6 } as const;
export const MECHANISMS = { NTLM: 10, SPNEGO: 9 } as const;

export interface LogOn {
  readonly level: number;
  readonly authType?: number;
  readonly password?: string;
  readonly authContextId?: number;
}

/** Credentials of the domain's administrator. */
export const credentials = (password: string = DC.password) => ({
  domain: DC.domain,
  user: DC.user,
  secret: Secret.password(password),
});

export async function logOn({ level, authType = MECHANISMS.NTLM, password, authContextId = 0 }: LogOn) {
  const authentication = {
    authType,
    level,
    credentials: credentials(password),
    random: randomBytes,
    target: 'host/dc1',
  };
  return (await clientSecurity(authentication, authContextId)) as ClientSecurityOptions;
}

/** Connections of one test, all ended after it. */
export class Connections {
  readonly #host: string;
  readonly #open: RpcConnection[] = [];

  constructor(host: string) {
    this.#host = host;
  }

  async open(
    association: ClientAssociationOptions = {},
    options: Partial<Parameters<typeof RpcConnection.open>[0]> = {},
  ): Promise<RpcConnection> {
    const connection = await RpcConnection.open({ host: this.#host, port: 135, association, ...options });
    this.#open.push(connection);
    return connection;
  }

  /** A connection that is bound to the endpoint mapper as context 0. */
  async mapper(security?: ClientSecurityOptions, association?: ClientAssociationOptions): Promise<RpcConnection> {
    const connection = await this.open(association);
    await connection.bind(propose(ept), security);
    return connection;
  }

  close(): void {
    for (const connection of this.#open.splice(0)) connection.close();
  }
}

export const MAPPER = { contextId: 0 } as const;
export const SECURED = { contextId: 0, authContextId: 0 } as const;

/** An ept_lookup of everything, from the start or from where a handle stands. */
export const everything = (max_ents: number, entry_handle = NULL_CONTEXT_HANDLE) => ({
  inquiry_type: RPC_C_EP_ALL_ELTS,
  object: null,
  Ifid: null,
  vers_option: RPC_C_VERS_ALL,
  entry_handle,
  max_ents,
});

/** The whole endpoint map in one answer, which fills several fragments. */
export async function wholeMap(
  connection: RpcConnection,
  options: Parameters<RpcConnection['call']>[2] = MAPPER,
): Promise<readonly ept_entry_t[]> {
  return (await connection.call(ept_lookup, everything(500), options)).entries;
}

/** The status of the fault that a call ends with. */
export async function faultOf(call: Promise<unknown>): Promise<number> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RpcFault) return error.status;
  throw new Error('no fault', { cause: error });
}
