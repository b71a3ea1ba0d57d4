import {
  type COMVERSION,
  ComplexPing,
  type DUALSTRINGARRAY,
  IObjectExporter,
  NCACN_IP_TCP,
  ResolveOxid,
  ResolveOxid2,
  ServerAlive,
  ServerAlive2,
  SimplePing,
} from '../codec/dcom/index.js';
import { FAULT } from '../codec/rpce/index.js';
import { RpcFault } from '../rpc/index.js';
import type { ContextConnection } from './context-connection.js';
import { resultOutcome } from './outcome.js';
import type { Pinging } from './ping-set.js';
import { Refused } from './refused.js';

/** What a client knows of an object exporter: an entry of its OXID table, [MS-DCOM] 3.2.1. */
export interface ResolvedOxid {
  readonly oxid: bigint;
  readonly bindings: DUALSTRINGARRAY;
  readonly ipidRemUnknown: string;
  readonly authnHint: number;
  readonly serverVersion: COMVERSION;
}

/** [MS-DCOM] 3.2.4.1.1.1: the version of a server that does not tell. */
export const COM_VERSION_5_1: COMVERSION = { MajorVersion: 5, MinorVersion: 1 };

export interface Alive {
  readonly version: COMVERSION;
  /** Of the object resolver; undefined where the older method was called. */
  readonly bindings: DUALSTRINGARRAY | undefined;
}

/**
 * [MS-DCOM] 3.2.4.1.1.1: whether the server is there, and which version it has. A server that does not have the method
 * is taken for one of 5.1. Never with authentication, so the connection must have none.
 */
export async function serverAlive(resolver: ContextConnection, method: 'ServerAlive' | 'ServerAlive2'): Promise<Alive> {
  const older: Alive = { version: COM_VERSION_5_1, bindings: undefined };
  if (method === 'ServerAlive') {
    await resolver.call(IObjectExporter, ServerAlive, {});
    return older;
  }
  try {
    const { pComVersion, ppdsaOrBindings } = await resolver.call(IObjectExporter, ServerAlive2, {});
    return { version: pComVersion, bindings: ppdsaOrBindings ?? undefined };
  } catch (error) {
    if (isUnknownOpnum(error)) return older;
    throw error;
  }
}

/** [MS-DCOM] 3.2.4.1.2.2. Rejects with `Refused` where the resolver does not know the OXID. */
export async function resolveOxid(resolver: ContextConnection, oxid: bigint): Promise<ResolvedOxid> {
  const request = { pOxid: oxid, arRequestedProtseqs: [NCACN_IP_TCP] };
  const answer = await resolver.call(IObjectExporter, ResolveOxid2, request).catch(async (error: unknown) => {
    if (!isUnknownOpnum(error)) throw error;
    const older = await resolver.call(IObjectExporter, ResolveOxid, request);
    return { ...older, pComVersion: COM_VERSION_5_1 };
  });
  if (answer.ReturnValue !== 0 || answer.ppdsaOxidBindings === null)
    throw new Refused(`resolution of OXID 0x${oxid.toString(16)}`, resultOutcome(answer.ReturnValue));
  return {
    oxid,
    bindings: answer.ppdsaOxidBindings,
    ipidRemUnknown: answer.pipidRemUnknown,
    authnHint: answer.pAuthnHint,
    serverVersion: answer.pComVersion,
  };
}

/** Both pings, [MS-DCOM] 3.1.2.5.1.2 and 3.1.2.5.1.3. */
export const pinging = (resolver: () => Promise<ContextConnection>): Pinging => ({
  simplePing: async (pSetId) => (await (await resolver()).call(IObjectExporter, SimplePing, { pSetId })).ReturnValue,
  complexPing: async ({ setId, sequence, add, remove }) => {
    const { pSetId, ReturnValue } = await (await resolver()).call(IObjectExporter, ComplexPing, {
      pSetId: setId,
      SequenceNum: sequence & 0xffff,
      AddToSet: add.length === 0 ? null : [...add],
      DelFromSet: remove.length === 0 ? null : [...remove],
    });
    return { setId: pSetId, status: ReturnValue };
  },
});

/** RPC_S_PROCNUM_OUT_OF_RANGE, as the wire has it. */
const isUnknownOpnum = (error: unknown): boolean => error instanceof RpcFault && error.status === FAULT.OP_RNG_ERROR;
