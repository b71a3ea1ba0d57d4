import {
  IActivation,
  IObjectExporter,
  IRemoteSCMActivator,
  IRemUnknown,
  IRemUnknown2,
  isActivation,
} from '../../../codec/dcom/index.js';
import { CodecError } from '../../../codec/error.js';
import { interfaceName, operationName } from '../../../codec/interfaces.js';
import type { RequestPdu } from '../../../codec/rpce/index.js';
import type { ObservedMessage } from '../../../rpc/index.js';
import type { AnsweredCall } from '../middle/answer.js';
import type { History, OpenedConnection, SentPdu } from './history.js';

/** A call that the client made, with its last fragment. */
export interface MadeCall {
  /** Its place in the history. */
  readonly at: number;
  readonly connection: OpenedConnection;
  readonly pdu: RequestPdu;
  readonly bytes: Buffer;
  readonly call: AnsweredCall;
  readonly message: ObservedMessage;
  /** `IRemoteSCMActivator::RemoteCreateInstance`, `00000143-…::3`. */
  readonly name: string;
  /** RPC_C_AUTHN_LEVEL_*. */
  readonly level: number;
}

/** The calls of an attempt in their order. */
export const callsOf = (history: History): MadeCall[] => history.pdus.flatMap((sent) => callOf(sent) ?? []);

function callOf({ at, connection, from, bytes, pdu, observed }: SentPdu): MadeCall | undefined {
  const message = observed?.message;
  const call = observed?.call?.kept;
  if (from !== 'client' || message?.kind !== 'request' || call === undefined || pdu?.PTYPE !== 'request')
    return undefined;
  const operation = operationName(call.interface, call.opnum) ?? call.opnum;
  const name = `${interfaceName(call.interface)}::${operation}`;
  return { ...{ at, connection, pdu, bytes, call, message, name }, level: message.security.level ?? 1 };
}

/** The parameters of a call; undefined where they are not declared here, or cannot be read. */
export function parametersOf<T extends object>({ call }: Pick<MadeCall, 'call'>): T | undefined {
  const { operation, request, transferSyntax, littleEndian } = call;
  try {
    return operation?.request.decode(request, { syntax: transferSyntax, little: littleEndian }).value as T | undefined;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return undefined;
  }
}

export const isActivationCall = ({ call }: Pick<MadeCall, 'call'>): boolean => isActivation(call.interface, call.opnum);

/** ORPC calls: those that name an object. */
export const isObjectCall = ({ call }: Pick<MadeCall, 'call'>): boolean =>
  call.object !== undefined && call.interface !== IRemoteSCMActivator.uuid && call.interface !== IActivation.uuid;

const is =
  (opnum: number, ...uuids: readonly string[]) =>
  ({ call }: Pick<MadeCall, 'call'>): boolean =>
    uuids.includes(call.interface) && call.opnum === opnum;

const UNKNOWNS = [IRemUnknown.uuid, IRemUnknown2.uuid] as const;

export const isServerAlive = is(3, IObjectExporter.uuid);
export const isServerAlive2 = is(5, IObjectExporter.uuid);
export const isResolveOxid = is(0, IObjectExporter.uuid);
export const isResolveOxid2 = is(4, IObjectExporter.uuid);
export const isSimplePing = is(1, IObjectExporter.uuid);
export const isComplexPing = is(2, IObjectExporter.uuid);
export const isRemQueryInterface = is(3, ...UNKNOWNS);
export const isRemAddRef = is(4, ...UNKNOWNS);
export const isRemRelease = is(5, ...UNKNOWNS);

/** Calls of methods: what is neither of IRemUnknown nor of the resolver. */
export const isMethodCall = (made: Pick<MadeCall, 'call'>): boolean =>
  isObjectCall(made) && !(UNKNOWNS as readonly string[]).includes(made.call.interface);
