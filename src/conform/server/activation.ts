import type { ActivationMethod } from '../../client/activate.js';
import { activationOutcome } from '../../client/outcome.js';
import {
  type ActivationReply,
  type COMVERSION,
  IActivation,
  IID_IUnknown,
  IRemoteSCMActivator,
  packActivationRequest,
  RemoteActivation,
  RemoteCreateInstance,
  RemoteGetClassObject,
  unpackActivationReply,
  unpackRemoteActivationReply,
} from '../../codec/dcom/index.js';
import { RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { readUuid } from '../../codec/uuid.js';
import type { Protection } from '../../rpc/core/protection.js';
import { Mismatch, type Received, receivedText } from '../core/index.js';
import { type Association, decoded, type Handshake } from './association.js';
import type { Target } from './target.js';

export const ACTIVATION_METHODS: readonly ActivationMethod[] = [
  'RemoteActivation',
  'RemoteGetClassObject',
  'RemoteCreateInstance',
];

/** A class that nobody has registered: drawn at random for this suite. */
export const NO_CLASS = '7b1e62f0-5a0e-4d7f-9d57-3f6a1b0d9c11';

const OPNUMS = {
  RemoteActivation: RemoteActivation.opnum,
  RemoteGetClassObject: RemoteGetClassObject.opnum,
  RemoteCreateInstance: RemoteCreateInstance.opnum,
} as const;

/** What an activation asks for, other than the class of the run. */
export interface Wanted {
  readonly clsid?: string;
  readonly iids?: readonly string[];
  readonly version?: COMVERSION;
  readonly flags?: number;
  readonly protseqs?: readonly number[];
}

/** The interface of a method that activates. */
export const activatorOf = (method: ActivationMethod) =>
  method === 'RemoteActivation' ? IActivation : IRemoteSCMActivator;

/** An activation of the class of the run, marshalled. */
export function activationCall(
  target: Target,
  method: ActivationMethod,
  { clsid = target.options.clsid, iids = [IID_IUnknown], ...wanted }: Wanted = {},
): { readonly opnum: number; readonly stub: Buffer } {
  const version = wanted.version ?? { MajorVersion: 5, MinorVersion: 7 };
  const cid = readUuid(target.environment.random(16));
  const orpcthis = { version, flags: wanted.flags ?? (method === 'RemoteActivation' ? 0 : 1), cid };
  const protocolSequences = wanted.protseqs ?? [7];
  const opnum = OPNUMS[method];
  if (method === 'RemoteActivation') {
    const parameters = { Clsid: clsid, ClientImpLevel: 2, Mode: 0 };
    const pIIDs = [...iids];
    const request = { ORPCthis: orpcthis, ...parameters, pIIDs, aRequestedProtseqs: [...protocolSequences] };
    return { opnum, stub: RemoteActivation.request.encode(request) };
  }
  const contextId = readUuid(target.environment.random(16));
  const pActProperties = packActivationRequest({ clsid, iids, clientVersion: version, contextId, protocolSequences });
  const { request } = method === 'RemoteGetClassObject' ? RemoteGetClassObject : RemoteCreateInstance;
  return { opnum, stub: request.encode({ orpcthis, pActProperties }) };
}

/**
 * A connection to the activator of a method, authenticated at a level; `logonLevel` where the mechanism is to agree on
 * what another level needs. Throws as `authenticate` does.
 */
export async function activator(
  target: Target,
  method: ActivationMethod,
  authType: number,
  level: number,
  { logonLevel = level, ...more }: Partial<Handshake> & { readonly logonLevel?: number } = {},
): Promise<{ readonly association: Association; readonly protection: Protection }> {
  const association = await target.connect();
  const context = await target.logon(authType, logonLevel);
  const protection = await association.authenticate(activatorOf(method), { context, level, ...more });
  return { association, protection };
}

/** What came of an activation: the object, or the refusal in words. */
export type Activated = { readonly reply: ActivationReply } | Refused;

interface Refused {
  readonly refused: string;
  readonly status?: number;
  /** Whether a PDU says so; else the server has only ended the handshake or the connection. */
  readonly said: boolean;
}

/** A handshake that the server has ended, as the refusal that it is. Throws what is something else. */
export function refusedHandshake(error: unknown): Refused {
  if (error instanceof Mismatch) return { refused: error.actual, said: false };
  throw error;
}

/** The outcome of an activation from its answer; a fault, a bind_nak and the end of the connection refuse it. */
export async function activatedBy(
  association: Association,
  method: ActivationMethod,
  first: Received,
  protection: Protection | undefined,
): Promise<Activated> {
  if (first.kind === 'silence') throw new Mismatch('an answer to an activation', receivedText(first));
  if (first.kind !== 'pdu' || first.pdu.PTYPE !== 'response') {
    const status = first.kind === 'pdu' && first.pdu.PTYPE === 'fault' ? first.pdu.status : undefined;
    return { refused: receivedText(first), said: first.kind === 'pdu', ...(status !== undefined && { status }) };
  }
  const { stub } = await association.answer(first, protection);
  const [outcome, reply] = readReply(method, stub);
  if (!outcome.accepted)
    return { refused: outcome.text, said: true, ...(outcome.status !== undefined && { status: outcome.status }) };
  if (reply === undefined) throw new Mismatch('an object', 'success, and none');
  return { reply };
}

function readReply(method: ActivationMethod, stub: Buffer) {
  if (method === 'RemoteActivation') {
    const answer = decoded(RemoteActivation, stub);
    return [activationOutcome(answer), unpackRemoteActivationReply(answer, [IID_IUnknown])] as const;
  }
  const answer = decoded(method === 'RemoteGetClassObject' ? RemoteGetClassObject : RemoteCreateInstance, stub);
  return [activationOutcome(answer), unpackActivationReply(answer.ppActProperties)] as const;
}

/** One activation over an association, protected as its context has it. */
export async function activateOver(
  target: Target,
  { association, protection }: { readonly association: Association; readonly protection: Protection | undefined },
  method: ActivationMethod,
  wanted: Wanted = {},
): Promise<Activated> {
  const { opnum, stub } = activationCall(target, method, wanted);
  return activatedBy(association, method, await association.ask(opnum, stub, { protection }), protection);
}

/** One activation from its connection on; a handshake that the server ends refuses it too. */
export async function activateAt(
  target: Target,
  method: ActivationMethod,
  authType: number,
  level: number,
): Promise<Activated> {
  if (level === RPC_C_AUTHN_LEVEL.NONE) {
    const association = await target.bound(activatorOf(method));
    return activateOver(target, { association, protection: undefined }, method);
  }
  const opened = await activator(target, method, authType, level).catch(refusedHandshake);
  return 'refused' in opened ? opened : activateOver(target, opened, method);
}

/** The object of an activation. Throws `Mismatch` where it was refused. */
export function mustBeAccepted(outcome: Activated): ActivationReply {
  if ('refused' in outcome) throw new Mismatch('the activation to be accepted', outcome.refused);
  return outcome.reply;
}

/**
 * Rejects with `Mismatch` where an activation was accepted. The end of a connection is a refusal only if the server is
 * still there.
 */
export async function mustBeRefused(target: Target, outcome: Activated): Promise<Refused> {
  if ('reply' in outcome) throw new Mismatch('the activation to be refused', 'it is accepted');
  if (!outcome.said) await target.mustBeThere();
  return outcome;
}
