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
import type { Environment } from '../net/environment.js';
import type { Milliseconds } from '../security/index.js';
import { checkActivateOptions } from './check-options.js';
import { RpcConnection } from './connection.js';
import { ContextConnection } from './context-connection.js';
import { type Authentication, clientSecurity } from './credentials.js';
import { activationOutcome, type CallOutcome, outcomeOfError } from './outcome.js';

/** The three ways to activate, [MS-DCOM] 3.1.2.5.2. */
export type ActivationMethod = 'RemoteActivation' | 'RemoteGetClassObject' | 'RemoteCreateInstance';

/** One activation, from the connection to its end. */
export interface ActivateOptions extends ActivationRequest, Partial<Environment> {
  /** A numeric address, or a name. */
  readonly host: string;
  /** 135 where absent. */
  readonly port?: number;
  /** RemoteCreateInstance where absent. */
  readonly method?: ActivationMethod;
  /** How to authenticate, or at level NONE not at all. */
  readonly authentication: Authentication;
  /** Milliseconds to wait for each answer; 10,000 where absent. Then `TransportError`. */
  readonly timeout?: Milliseconds;
  /** Told of everything that goes over the connection. */
  readonly octets?: (from: 'client' | 'server', bytes: Uint8Array) => void;
}

/** What came of an activation: its outcome, and the object where it was accepted. */
export interface ActivationResult {
  readonly outcome: CallOutcome;
  /** Present where the activation was accepted. */
  readonly reply: ActivationReply | undefined;
}

/** ORPCTHIS.flags of an activation, as Windows and impacket send it: ORPCF_LOCAL has no meaning there. */
const ACTIVATION_FLAGS = 1;
const MODE_INSTANCE = 0;

/**
 * Activates a class on a server: one connection, one call. A failure on the way is an outcome, not an exception.
 * Rejects with `OptionError`, which names the option, for a mistake.
 */
export async function activate(options: ActivateOptions): Promise<ActivationResult> {
  checkActivateOptions(options);
  const { method = 'RemoteCreateInstance', authentication } = options;
  let connection: RpcConnection | undefined;
  try {
    const security = await clientSecurity(authentication);
    connection = await RpcConnection.open({ ...options, port: options.port ?? 135 });
    const contexts = new ContextConnection({ connection, security });
    return await activateOver(contexts, {
      ...options,
      method,
      flags: method === 'RemoteActivation' ? 0 : ACTIVATION_FLAGS,
      authnLevel: options.authnLevel ?? authentication.level,
      random: authentication.random,
    });
  } catch (error) {
    return { outcome: outcomeOfError(error), reply: undefined };
  } finally {
    connection?.close();
  }
}

export interface ActivationCall extends ActivationRequest, Pick<Environment, 'random'> {
  readonly method: ActivationMethod;
  /** ORPCTHIS.flags. */
  readonly flags: number;
}

/**
 * [MS-DCOM] 3.2.4.1.1.2: one activation over a connection to a server's activators. Rejects with `RpcFault`,
 * `ContextRejected`, `SecurityError` or `TransportError`.
 */
export async function activateOver(contexts: ContextConnection, call: ActivationCall): Promise<ActivationResult> {
  const { method, iids, flags, random } = call;
  const orpcthis = { version: call.clientVersion ?? COM_VERSION_5_7, flags, cid: readUuid(random(16)) };
  if (method === 'RemoteActivation') {
    const response = await contexts.call(IActivation, RemoteActivation, { ORPCthis: orpcthis, ...parametersOf(call) });
    const outcome = activationOutcome(response);
    return { outcome, reply: outcome.accepted ? unpackRemoteActivationReply(response, iids) : undefined };
  }
  const pActProperties = packActivationRequest({ contextId: readUuid(random(16)), ...call });
  const response =
    method === 'RemoteGetClassObject'
      ? await contexts.call(IRemoteSCMActivator, RemoteGetClassObject, { orpcthis, pActProperties })
      : await contexts.call(IRemoteSCMActivator, RemoteCreateInstance, { orpcthis, pActProperties });
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
