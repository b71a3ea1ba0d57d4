import { type Authentication, clientSecurity } from '../../../../src/client/credentials.js';
import {
  IActivation,
  IRemoteSCMActivator,
  packActivationRequest,
  RemoteActivation,
  RemoteCreateInstance,
  RemoteGetClassObject,
} from '../../../../src/codec/dcom/index.js';
import { RPC_C_AUTHN } from '../../../../src/codec/rpce/index.js';
import { RawConnection } from '../../../../src/conform/core/raw-connection.js';
import { Association, contextOf, type Interface } from '../../../../src/conform/server/association.js';
import { SYSTEM_ENVIRONMENT } from '../../../../src/net/environment.js';
import type { Protection } from '../../../../src/rpc/core/protection.js';
import { TicketTable } from '../../../../src/security/index.js';
import type { DcomServer } from '../../../../src/server/server.js';
import { countingRandom } from '../../../support/associations.js';
import { labKdc, SERVICE, serverKeys, serviceTicket } from '../../../support/kerberos.js';
import { authentication, CLSID, IID_IUnknown, orpcthis, serve } from '../../../support/live.js';

/** An activation: where it is asked for, and with which octets. */
export interface Activating {
  readonly name: string;
  readonly at: Interface;
  readonly opnum: number;
  readonly stub: Buffer;
}

const pActProperties = packActivationRequest({ clsid: CLSID, iids: [IID_IUnknown] });
const [classic, modern] = [orpcthis(), orpcthis({ flags: 1 })];

export const METHODS: readonly Activating[] = [
  {
    name: 'RemoteActivation',
    at: IActivation,
    opnum: RemoteActivation.opnum,
    stub: RemoteActivation.request.encode({
      ...{
        ORPCthis: classic,
        Clsid: CLSID,
        ClientImpLevel: 2,
        Mode: 0,
        pIIDs: [IID_IUnknown],
        aRequestedProtseqs: [7],
      },
    }),
  },
  {
    name: 'RemoteGetClassObject',
    at: IRemoteSCMActivator,
    opnum: RemoteGetClassObject.opnum,
    stub: RemoteGetClassObject.request.encode({ orpcthis: modern, pActProperties }),
  },
  {
    name: 'RemoteCreateInstance',
    at: IRemoteSCMActivator,
    opnum: RemoteCreateInstance.opnum,
    stub: RemoteCreateInstance.request.encode({ orpcthis: modern, pActProperties }),
  },
];

const kdc = labKdc();

/** A real server as of a date, with NTLM, SPNEGO and Kerberos. */
export const serverAsOf = (asOf: string): Promise<DcomServer> => serve({ asOf, kerberos: { keys: serverKeys() } });

export const MECHANISMS = ['NTLM', 'SPNEGO over NTLM', 'SPNEGO over Kerberos', 'Kerberos'] as const;
export type Mechanism = (typeof MECHANISMS)[number];

let drawn = 0;
let tickets: TicketTable | undefined;

/** A client of a mechanism; the same user, with his password or with a ticket. */
export function clientOf(mechanism: Mechanism, level: number): Authentication {
  const random = countingRandom(++drawn);
  if (mechanism === 'NTLM') return { ...authentication({ level }), random };
  if (mechanism === 'SPNEGO over NTLM')
    return { ...authentication({ level, authType: RPC_C_AUTHN.GSS_NEGOTIATE }), random };
  tickets ??= new TicketTable([serviceTicket(kdc, undefined, SERVICE, Date.now())]);
  const held = tickets;
  const authType = mechanism === 'Kerberos' ? RPC_C_AUTHN.GSS_KERBEROS : RPC_C_AUTHN.GSS_NEGOTIATE;
  const find = (service: string, now: number) => held.find(service, now);
  return { authType, level, target: SERVICE, random, tickets: { find, obtain: async () => undefined } };
}

/** One connection that has an authenticated context, and whose next octets are for a manipulation to send. */
export interface Scene extends Activating {
  readonly server: DcomServer;
  readonly association: Association;
  readonly mechanism: Mechanism;
  readonly level: number;
  readonly protection: Protection;
}

export async function connected(server: DcomServer): Promise<Association> {
  const { address: host, port } = server.address;
  const connection = await RawConnection.open({ host, port }, { ...SYSTEM_ENVIRONMENT, patience: 5_000 });
  return new Association(connection, Date.now);
}

/** A security context of a client, built on a connection as context `authContextId`. */
export async function built(
  association: Association,
  { at, mechanism, level }: { at: Interface; mechanism: Mechanism; level: number },
  {
    by = 'bind',
    authContextId = 0,
    flags,
  }: { by?: 'bind' | 'alter_context'; authContextId?: number; flags?: number } = {},
): Promise<Protection> {
  const security = await clientSecurity(clientOf(mechanism, level), authContextId);
  if (security === undefined) throw new Error('a level with authentication is wanted');
  const { context } = security;
  const how = { context, level, authContextId, ...(flags !== undefined && { flags }) };
  return association.handshake([contextOf(at)], how, by);
}
