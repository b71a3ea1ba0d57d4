import { acceptedContext, RpcConnection } from '../../client/connection.js';
import { type Authentication, clientSecurity, type Logon } from '../../client/credentials.js';
import { ACCEPTED, activationOutcome, type CallOutcome, faultOutcome, outcomeOfError } from '../../client/outcome.js';
import {
  IActivation,
  IObjectExporter,
  IRemoteSCMActivator,
  type RemoteCreateInstance,
  ServerAlive,
  ServerAlive2,
} from '../../codec/dcom/index.js';
import { CodecError } from '../../codec/error.js';
import type { Infer } from '../../codec/ndr/index.js';
import {
  DREP_BIG,
  DREP_LITTLE,
  findVerificationTrailer,
  RPC_C_AUTHN,
  RPC_C_AUTHN_LEVEL,
} from '../../codec/rpce/index.js';
import { type Environment, environmentOf } from '../../net/environment.js';
import { TRANSFER_SYNTAXES } from '../../rpc/index.js';
import type { CapturedCall } from '../decode/captured-call.js';
import { checkReplayOptions } from './check-options.js';
import { type ReplayTickets, ticketsFor } from './kerberos-calls.js';

/** A captured token cannot be used again: the account to authenticate with has to be given. */
export interface ReplayOptions extends Logon, ReplayTickets, Partial<Environment> {
  /** A numeric address, or a name. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** Instead of the captured authentication level. */
  readonly level?: number;
  /** Instead of the captured authentication type. */
  readonly authType?: number;
  /** Milliseconds to wait for each answer; 10,000 where absent. */
  readonly timeout?: number;
}

/** A captured call, sent again. */
export interface ReplayedCall {
  readonly call: CapturedCall;
  /** Undefined where the capture does not have the answer, or it cannot be read. */
  readonly captured: CallOutcome | undefined;
  readonly replayed: CallOutcome;
  /** Type and level that it was sent with. */
  readonly authType: number;
  readonly level: number;
}

/** What is replayed: whether a server is there, and activations. Methods of objects are not called. */
const REPLAYED = new Set([
  ...[IActivation, IRemoteSCMActivator].flatMap(({ uuid, operations }) =>
    [...operations.keys()].map((opnum) => `${uuid} ${opnum}`),
  ),
  ...[ServerAlive, ServerAlive2].map(({ opnum }) => `${IObjectExporter.uuid} ${opnum}`),
]);

/** Why a call whose parameters nobody can read is left out. */
export const SEALED = 'its stub is encrypted, and no password or hash was given that opens it';

/** Whether a captured call is one that can be sent again; if not, why. */
export function whyNotReplayed(call: CapturedCall): string | undefined {
  if (call.presentation === undefined) return 'its bind is not in the capture, so its interface is not known';
  if (!REPLAYED.has(`${call.presentation.interface.uuid} ${call.opnum}`))
    return 'neither an activation nor ServerAlive';
  if (call.stubState === 'sealed') return SEALED;
  if (call.security.level === undefined) return 'its authentication level is not in the capture';
  return undefined;
}

/**
 * Sends one captured call again, on a connection and an association of its own. Rejects with `OptionError`, which names
 * the option, for a mistake.
 */
export async function replayCall(call: CapturedCall, options: ReplayOptions): Promise<ReplayedCall> {
  checkReplayOptions(options);
  const authentication = authenticationOf(call, options);
  const { authType, level } = authentication;
  const done = (replayed: CallOutcome): ReplayedCall => ({
    call,
    captured: capturedOutcome(call),
    replayed,
    authType,
    level,
  });
  let connection: RpcConnection | undefined;
  try {
    connection = await RpcConnection.open({
      ...options,
      association: { packedDrep: call.littleEndian ? DREP_LITTLE : DREP_BIG },
    });
    return done(await send(connection, call, authentication));
  } catch (error) {
    return done(outcomeOfError(error));
  } finally {
    connection?.close();
  }
}

/** As it was captured, unless told otherwise. A call that had no authentication stays without, except at another level. */
function authenticationOf(call: CapturedCall, options: ReplayOptions): Authentication {
  const captured = call.security.level ?? RPC_C_AUTHN_LEVEL.NONE;
  const anonymous = captured === RPC_C_AUTHN_LEVEL.NONE;
  const isActivation = call.presentation?.interface.uuid !== IObjectExporter.uuid;
  const level = isActivation ? (options.level ?? captured) : captured;
  const authType = options.authType ?? (anonymous ? RPC_C_AUTHN.WINNT : (call.security.authType ?? RPC_C_AUTHN.WINNT));
  return {
    authType: level === RPC_C_AUTHN_LEVEL.NONE ? RPC_C_AUTHN.NONE : authType,
    level,
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    ...ticketsFor(options, call),
    target: options.service ?? `RPCSS/${options.host}`,
    random: environmentOf(options).random,
  };
}

async function send(
  connection: RpcConnection,
  call: CapturedCall,
  authentication: Authentication,
): Promise<CallOutcome> {
  const { interface: abstract_syntax, transferSyntax = 'ndr20' } = call.presentation as NonNullable<
    typeof call.presentation
  >;
  const elements = [{ p_cont_id: 0, abstract_syntax, transfer_syntaxes: [TRANSFER_SYNTAXES[transferSyntax]] }];
  const security = await clientSecurity(authentication);
  const results = await connection.bind(elements, security);
  const sent = withoutTrailer(call.stub);
  const { stub, littleEndian } = await connection.raw(call.opnum, sent, {
    // It names call_id and presentation context, which are others now: a new one goes in its place.
    verificationTrailer: sent.length < call.stub.length,
    contextId: acceptedContext(elements, results),
    ...(security === undefined ? {} : { authContextId: 0 }),
    ...(call.object === undefined ? {} : { object: call.object }),
  });
  const value = call.operation?.response.decode(stub, { syntax: transferSyntax, little: littleEndian }).value;
  return outcomeOfValue(call, value);
}

/** Octets from the end in which a verification trailer is looked for. */
const TRAILER_SEARCHED = 1024;

/** [MS-RPCE] 2.2.2.13: the stub data alone. Octets that only look like a trailer stay. */
function withoutTrailer(stub: Buffer): Buffer {
  try {
    const found = findVerificationTrailer(stub, Math.max(0, stub.length - TRAILER_SEARCHED));
    return found === undefined ? stub : stub.subarray(0, found.offset);
  } catch (error) {
    if (error instanceof CodecError) return stub;
    throw error;
  }
}

/** What the capture says that the call came to. */
export function capturedOutcome(call: CapturedCall): CallOutcome | undefined {
  if (call.answer === undefined) return undefined;
  if (call.answer.kind === 'fault') return faultOutcome(call.answer.status);
  return call.answer.value === undefined ? undefined : outcomeOfValue(call, call.answer.value);
}

function outcomeOfValue(call: CapturedCall, value: unknown): CallOutcome {
  if (call.presentation?.interface.uuid === IObjectExporter.uuid) return ACCEPTED;
  return activationOutcome(value as Infer<typeof RemoteCreateInstance.response>);
}
