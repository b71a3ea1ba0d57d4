import {
  type ActivationReply,
  type ActivationRequest,
  COM_VERSION_5_7,
  IActivation,
  IRemoteSCMActivator,
  packActivationRequest,
  RemoteActivation,
  RemoteCreateInstance,
  RemoteGetClassObject,
  unpackActivationReply,
  unpackRemoteActivationReply,
} from '../codec/dcom/index.js';
import { readUuid } from '../codec/uuid.js';
import type { Milliseconds } from '../security/index.js';
import { acceptedContext, type CallOptions, type Connector, propose, RpcConnection } from './connection.js';
import { type Authentication, clientSecurity } from './credentials.js';
import { activationOutcome, type CallOutcome, outcomeOfError } from './outcome.js';

export type ActivationMethod = 'RemoteActivation' | 'RemoteGetClassObject' | 'RemoteCreateInstance';

export interface ActivateOptions extends ActivationRequest {
  readonly host: string;
  /** 135 where absent. */
  readonly port?: number;
  /** RemoteCreateInstance where absent. */
  readonly method?: ActivationMethod;
  readonly authentication: Authentication;
  readonly connector?: Connector;
  readonly clock?: () => Milliseconds;
  readonly timeout?: Milliseconds;
  readonly octets?: (from: 'client' | 'server', bytes: Uint8Array) => void;
}

export interface ActivationResult {
  readonly outcome: CallOutcome;
  /** Present where the activation was accepted. */
  readonly reply: ActivationReply | undefined;
}

/** ORPCTHIS.flags of an activation, as Windows and impacket send it: ORPCF_LOCAL has no meaning there. */
const ACTIVATION_FLAGS = 1;
const MODE_INSTANCE = 0;

/** Activates a class on a server: one connection, one call. What goes wrong on the way is an outcome, not an exception. */
export async function activate(options: ActivateOptions): Promise<ActivationResult> {
  let connection: RpcConnection | undefined;
  try {
    connection = await RpcConnection.open({ ...options, port: options.port ?? 135 });
    return await activateOn(connection, options);
  } catch (error) {
    return { outcome: outcomeOfError(error), reply: undefined };
  } finally {
    connection?.close();
  }
}

async function activateOn(connection: RpcConnection, options: ActivateOptions): Promise<ActivationResult> {
  const { method = 'RemoteCreateInstance', authentication, iids } = options;
  const elements = propose(method === 'RemoteActivation' ? IActivation : IRemoteSCMActivator);
  const security = clientSecurity(authentication);
  const results = await connection.bind(elements, security);
  const call: CallOptions = {
    contextId: acceptedContext(elements, results),
    ...(security === undefined ? {} : { authContextId: 0 }),
  };
  const version = options.clientVersion ?? COM_VERSION_5_7;
  const orpcthis = { version, flags: ACTIVATION_FLAGS, cid: newUuid(authentication) };

  if (method === 'RemoteActivation') {
    const response = await connection.call(
      RemoteActivation,
      { ORPCthis: { ...orpcthis, flags: 0 }, ...parametersOf(options) },
      call,
    );
    const outcome = activationOutcome(response);
    return { outcome, reply: outcome.accepted ? unpackRemoteActivationReply(response, iids) : undefined };
  }
  const pActProperties = packActivationRequest({
    authnLevel: authentication.level,
    contextId: newUuid(authentication),
    ...options,
  });
  const response =
    method === 'RemoteGetClassObject'
      ? await connection.call(RemoteGetClassObject, { orpcthis, pActProperties }, call)
      : await connection.call(RemoteCreateInstance, { orpcthis, pActProperties }, call);
  const outcome = activationOutcome(response);
  return { outcome, reply: outcome.accepted ? unpackActivationReply(response.ppActProperties) : undefined };
}

const parametersOf = ({ clsid, iids, impersonationLevel = 2, protocolSequences = [7] }: ActivationRequest) => ({
  Clsid: clsid,
  ClientImpLevel: impersonationLevel,
  Mode: MODE_INSTANCE,
  pIIDs: [...iids],
  aRequestedProtseqs: [...protocolSequences],
});

const newUuid = ({ random }: Authentication): string => readUuid(random(16));
