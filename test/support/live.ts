import { type ActivateOptions, type ActivationResult, activate } from '../../src/client/activate.js';
import { acceptedContext, propose, RpcConnection } from '../../src/client/connection.js';
import { type Authentication, clientSecurity } from '../../src/client/credentials.js';
import { IRemoteSCMActivator, type ORPCTHIS, packActivationRequest } from '../../src/codec/dcom/index.js';
import type { InterfaceDef, Operation } from '../../src/codec/ndr/index.js';
import type { Endpoint } from '../../src/net/channel.js';
import { RpcFault } from '../../src/rpc/index.js';
import { Secret } from '../../src/security/index.js';
import { type DcomServer, type ServerOptions, startServer } from '../../src/server/server.js';
import { countingRandom } from './associations.js';

export const ACCOUNT = { domain: 'LAB', user: 'op', password: 'P4ss & w0rd' } as const;
export const CLSID = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';
export const IID_IUnknown = '00000000-0000-0000-c000-000000000046';
export const IID_IDispatch = '00020400-0000-0000-c000-000000000046';

export const LEVEL = { NONE: 1, CONNECT: 2, CALL: 3, PKT: 4, PKT_INTEGRITY: 5, PKT_PRIVACY: 6 } as const;
export const NTLM = 10;
export const SPNEGO = 9;

/** One date of each phase. */
export const PHASES = ['2021-05', '2021-06-08', '2021-09', '2022-06-14', '2022-11-08', '2023-03-14'] as const;

/** A server on a free port of 127.0.0.1 that knows `ACCOUNT`. */
export const serve = (options: ServerOptions = {}): Promise<DcomServer> =>
  startServer({
    listen: '127.0.0.1:0',
    accounts: [ACCOUNT],
    names: { netbiosName: 'HARNESS', netbiosDomain: 'LAB' },
    ...options,
  });

export interface ClientOptions {
  readonly level?: number | undefined;
  readonly authType?: number | undefined;
  /** A null session: authentication without a name. */
  readonly nobody?: boolean | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

export const authentication = ({
  level = 5,
  authType = NTLM,
  nobody,
  user = ACCOUNT.user,
  password,
}: ClientOptions): Authentication => ({
  authType: level === LEVEL.NONE ? 0 : authType,
  level,
  ...(nobody === true
    ? {}
    : { credentials: { domain: 'LAB', user, secret: Secret.password(password ?? ACCOUNT.password) } }),
  target: 'RPCSS/127.0.0.1',
  random: countingRandom(level),
});

/** An activation of `CLSID` by this project's own client. */
export const activates = (
  server: DcomServer,
  options: ClientOptions & Partial<Pick<ActivateOptions, 'clsid' | 'iids' | 'method' | 'clientVersion'>> = {},
): Promise<ActivationResult> => {
  const { level, authType, nobody, user, password, ...more } = options;
  return activate({
    host: server.address.address,
    port: server.address.port,
    clsid: CLSID,
    iids: [IID_IUnknown],
    authentication: authentication({ level, authType, nobody, user, password }),
    ...more,
  });
};

/** A connection that is bound to one interface. */
export interface Bound {
  readonly connection: RpcConnection;
  call<I, O>(operation: Operation<I, O>, input: I, object?: string): Promise<O>;
  /** A call with octets for a stub. */
  raw(opnum: number, stub: Uint8Array, object?: string): Promise<Buffer>;
}

export async function bind(
  to: Endpoint,
  definition: Pick<InterfaceDef, 'uuid' | 'version'>,
  options: ClientOptions = {},
): Promise<Bound> {
  const connection = await RpcConnection.open({ host: to.address, port: to.port, timeout: 5_000 });
  const elements = propose(definition);
  const security = await clientSecurity(authentication(options));
  const results = await connection.bind(elements, security);
  const contextId = acceptedContext(elements, results);
  const how = (object: string | undefined) => ({
    contextId,
    ...(security === undefined ? {} : { authContextId: 0 }),
    ...(object === undefined ? {} : { object }),
  });
  return {
    connection,
    call: (operation, input, object) => connection.call(operation, input, how(object)),
    raw: async (opnum, stub, object) => (await connection.raw(opnum, stub, how(object))).stub,
  };
}

/** The fault that a call ends with; throws where it does not. */
export async function faultOf(call: Promise<unknown>): Promise<RpcFault> {
  const outcome = await call.catch((error: unknown) => error);
  if (outcome instanceof RpcFault) return outcome;
  throw outcome instanceof Error ? outcome : new Error(`no fault, but ${JSON.stringify(outcome)}`);
}

export const orpcthis = (changes: Partial<ORPCTHIS> = {}): ORPCTHIS => ({
  version: { MajorVersion: 5, MinorVersion: 7 },
  flags: 0,
  cid: '12345678-1234-4234-8234-123456789abc',
  ...changes,
});

/** The parameters of RemoteCreateInstance for `CLSID`. */
export const createInstance = (changes: Partial<ORPCTHIS> = {}) => ({
  orpcthis: orpcthis({ flags: 1, ...changes }),
  pActProperties: packActivationRequest({ clsid: CLSID, iids: [IID_IUnknown] }),
});

export const activator = (server: DcomServer, options: ClientOptions = {}): Promise<Bound> =>
  bind(server.address, IRemoteSCMActivator, options);
