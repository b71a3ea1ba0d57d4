import {
  CATID_OPCDAServer10,
  CATID_OPCDAServer20,
  CATID_OPCDAServer30,
  CLSID_OpcServerList,
  IEnumGUID,
  IOPCEnumGUID,
  IOPCServerList,
  IOPCServerList2,
} from '../../codec/opc/index.js';
import { normaliseUuid } from '../../codec/uuid.js';
import type { DcomClient } from '../dcom-client.js';
import { resultOutcome } from '../outcome.js';
import { Refused } from '../refused.js';
import type { RemoteInterface } from '../remote-interface.js';
import { elementsOf } from './enumerate.js';
import { given } from './given.js';

/** An OPC server of a machine, as OpcEnum lists it. */
export interface ListedOpcServer {
  readonly clsid: string;
  readonly progId: string | null;
  readonly title: string | null;
}

const CATEGORIES = [CATID_OPCDAServer10, CATID_OPCDAServer20, CATID_OPCDAServer30];

/** The OPC Data Access servers of a machine, by its OpcEnum. Rejects with `Refused`, `RpcFault` or `TransportError`. */
export async function opcServers(client: DcomClient): Promise<ListedOpcServer[]> {
  const list = await serverList(client);
  const found: ListedOpcServer[] = [];
  try {
    for await (const clsid of classesOf(client, list)) found.push(await detailsOf(list, clsid));
  } finally {
    await list.release();
  }
  return found;
}

/** The CLSID of a server that is named by it, or by its ProgID. Rejects like `opcServers`. */
export async function opcClass(client: DcomClient, name: string): Promise<string> {
  const clsid = normaliseUuid(name);
  if (clsid !== undefined) return clsid;
  const list = await serverList(client);
  try {
    const { CLSIDFromProgID } = IOPCServerList2.methods;
    const found = await list.call(definitionOf(list), CLSIDFromProgID, { szProgId: name });
    if (found.ReturnValue !== 0) throw new Refused(`ProgID ${name}`, resultOutcome(found.ReturnValue));
    return found.clsid;
  } finally {
    await list.release();
  }
}

const definitionOf = ({ iid }: RemoteInterface) => (iid === IOPCServerList2.uuid ? IOPCServerList2 : IOPCServerList);

/** The newer interface, or the older where there is no newer; some installations have no proxy for the newer one. */
async function serverList(client: DcomClient): Promise<RemoteInterface> {
  try {
    return await client.activate(CLSID_OpcServerList, IOPCServerList2.uuid);
  } catch (error) {
    if (!(error instanceof Refused) || error.outcome.refusedBy !== 'result') throw error;
    return client.activate(CLSID_OpcServerList, IOPCServerList.uuid);
  }
}

async function* classesOf(client: DcomClient, list: RemoteInterface): AsyncGenerator<string> {
  const { EnumClassesOfCategories } = IOPCServerList2.methods;
  const answer = await list.call(definitionOf(list), EnumClassesOfCategories, {
    rgcatidImpl: CATEGORIES,
    rgcatidReq: [],
  });
  const found = await client.unmarshal(given('EnumClassesOfCategories', answer, answer.ppenumClsid));
  const definition = list.iid === IOPCServerList2.uuid ? IOPCEnumGUID : IEnumGUID;
  try {
    yield* elementsOf(found, definition, definition.methods.Next);
  } finally {
    await found.release();
  }
}

async function detailsOf(list: RemoteInterface, clsid: string): Promise<ListedOpcServer> {
  const details =
    list.iid === IOPCServerList2.uuid
      ? await list.call(IOPCServerList2, IOPCServerList2.methods.GetClassDetails, { clsid })
      : await list.call(IOPCServerList, IOPCServerList.methods.GetClassDetails, { clsid });
  return { clsid, progId: details.ppszProgID, title: details.ppszUserType };
}
