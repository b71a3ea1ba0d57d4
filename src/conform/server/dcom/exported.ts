import { exporterTargets } from '../../../client/bindings.js';
import {
  type ActivationReply,
  type COMVERSION,
  IRemUnknown2,
  type OBJREF,
  type ORPCTHIS,
  RemQueryInterface,
  RemRelease,
} from '../../../codec/dcom/index.js';
import type { Operation } from '../../../codec/ndr/index.js';
import { RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { hexStatus } from '../../../codec/status/hex.js';
import { readUuid } from '../../../codec/uuid.js';
import type { Protection } from '../../../rpc/core/protection.js';
import { Mismatch, NotApplicable, receivedText } from '../../core/index.js';
import { activateAt, mustBeAccepted } from '../activation.js';
import { type Association, decoded, type Handshake, type Interface } from '../association.js';
import type { Target } from '../target.js';

/** What an ORPC call says of itself, other than what is right. */
export interface Orpc {
  readonly version?: COMVERSION;
  readonly flags?: number;
  /** The IPID; that of the remote unknown where absent. */
  readonly object?: string;
  readonly reserved1?: number;
}

/** An object of the class of the run, and a connection to its exporter. */
export class Exported {
  readonly target: Target;
  readonly reply: ActivationReply;
  readonly association: Association;
  readonly protection: Protection;

  constructor(target: Target, reply: ActivationReply, association: Association, protection: Protection) {
    this.target = target;
    this.reply = reply;
    this.association = association;
    this.protection = protection;
  }

  /** Activates an object, and connects to its exporter with its remote unknown as context 0. Throws `Mismatch`. */
  static async by(target: Target, how: Parameters<typeof Exported.of>[2] = {}): Promise<Exported> {
    return Exported.of(target, await objectOf(target), how);
  }

  /** Connects to the exporter of an object that an activation gave. Throws `Mismatch`. */
  static async of(
    target: Target,
    reply: ActivationReply,
    {
      level = RPC_C_AUTHN_LEVEL.PKT_INTEGRITY,
      wanted = IRemUnknown2,
      ...bind
    }: { level?: number; wanted?: Interface; max_recv_frag?: number } = {},
  ): Promise<Exported> {
    const association = await target.connect(exporterPort(reply));
    const context = await target.logon(target.authType, level);
    const change: Handshake['change'] = (pdu) => (pdu.PTYPE === 'bind' ? { ...pdu, ...bind } : pdu);
    return new Exported(target, reply, association, await association.authenticate(wanted, { context, level, change }));
  }

  /** The reference to the object that the activation gave. */
  get std() {
    return stdOf(this.reply.interfaces[0]?.objref ?? null);
  }

  orpcthis({ version = { MajorVersion: 5, MinorVersion: 7 }, flags = 0, reserved1 }: Orpc = {}): ORPCTHIS {
    const cid = readUuid(this.target.environment.random(16));
    return { version, flags, cid, ...(reserved1 !== undefined && { reserved1 }) };
  }

  /** One ORPC call. Throws `Mismatch` where it is not answered. */
  call<I extends object, O>(operation: Operation<I, O>, input: Omit<I, 'ORPCthis'>, orpc: Orpc = {}): Promise<O> {
    const request = { ORPCthis: this.orpcthis(orpc), ...input } as unknown as I;
    const object = orpc.object ?? this.reply.ipidRemUnknown;
    return this.association.invoke(operation, request, { protection: this.protection, object });
  }

  /** What an ORPC call comes to, as the status of a fault or as its result. Throws `Mismatch` where it is neither. */
  async result<I extends object, O extends { readonly ReturnValue: number }>(
    operation: Operation<I, O>,
    input: Omit<I, 'ORPCthis'>,
    orpc: Orpc = {},
  ): Promise<number> {
    const { association, protection } = this;
    const request = { ORPCthis: this.orpcthis(orpc), ...input } as unknown as I;
    const object = orpc.object ?? this.reply.ipidRemUnknown;
    const first = await association.ask(operation.opnum, operation.request.encode(request), { protection, object });
    if (first.kind === 'pdu' && first.pdu.PTYPE === 'fault') return first.pdu.status;
    if (first.kind !== 'pdu') throw new Mismatch('an answer', receivedText(first));
    return decoded(operation, (await association.answer(first, protection)).stub).ReturnValue;
  }

  /** Queries for interfaces by an IPID; that of the object where absent. */
  query(iids: readonly string[], { ripid = this.std.ipid, cRefs = 1 } = {}) {
    return this.call(RemQueryInterface, { ripid, cRefs, iids: [...iids] });
  }

  /** Releases public references of an interface. */
  async release(ipid: string, cPublicRefs: number): Promise<number> {
    const InterfaceRefs = [{ ipid, cPublicRefs, cPrivateRefs: 0 }];
    return (await this.call(RemRelease, { InterfaceRefs })).ReturnValue;
  }
}

/** An object of the class of the run. Throws `Mismatch` where its activation is refused. */
export async function objectOf(target: Target): Promise<ActivationReply> {
  const { authType } = target;
  return mustBeAccepted(await activateAt(target, 'RemoteCreateInstance', authType, RPC_C_AUTHN_LEVEL.PKT_INTEGRITY));
}

/** Where an object exporter listens on TCP. Throws `Mismatch` where its bindings do not say. */
export function exporterPort({ bindings }: ActivationReply): number {
  const [first] = exporterTargets(bindings);
  if (first === undefined) throw new Mismatch('string bindings with an endpoint over TCP', JSON.stringify(bindings));
  return first.port;
}

/** The STDOBJREF of a reference. Throws `NotApplicable` for one that has none: the class marshals by itself. */
export function stdOf(objref: OBJREF | { readonly raw: Uint8Array } | null | undefined | object) {
  if (objref === null || objref === undefined || !('std' in objref))
    throw new NotApplicable('the class of the run marshals its references by itself');
  return (objref as Extract<OBJREF, { std: unknown }>).std;
}

/** `0x80010110`. */
export const hresultText = (result: number): string => hexStatus(result >>> 0);

/** Throws `Mismatch` if a result is another one. */
export function mustBe(result: number, ...expected: readonly number[]): void {
  if (expected.includes(result)) return;
  throw new Mismatch(expected.map(hresultText).join(' or '), hresultText(result));
}
