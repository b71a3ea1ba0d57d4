import { fromVariant, type JsValue } from '../../codec/oaut/index.js';
import {
  IEnumString,
  IOPCBrowseServerAddressSpace,
  IOPCItemProperties,
  IOPCServer,
  OPC_BROWSE,
  OPC_BROWSE_DIRECTION,
  type OPCSERVERSTATUS,
} from '../../codec/opc/index.js';
import type { DcomClient } from '../dcom-client.js';
import type { RemoteInterface } from '../remote-interface.js';
import { elementsOf } from './enumerate.js';
import { given, succeeded } from './given.js';
import { type GroupWish, OpcGroup } from './group.js';

/** A client of an OPC Data Access server, 2.05a. Its methods reject with `Refused`, `RpcFault` or `TransportError`. */
export class OpcClient {
  readonly #dcom: DcomClient;
  readonly #server: RemoteInterface;

  private constructor(dcom: DcomClient, server: RemoteInterface) {
    this.#dcom = dcom;
    this.#server = server;
  }

  /** Over a server that has been activated, by its IOPCServer. */
  static over(dcom: DcomClient, server: RemoteInterface): OpcClient {
    return new OpcClient(dcom, server);
  }

  /** Activates a server, by its CLSID. */
  static async connect(dcom: DcomClient, clsid: string): Promise<OpcClient> {
    return OpcClient.over(dcom, await dcom.activate(clsid, IOPCServer.uuid));
  }

  async status(): Promise<OPCSERVERSTATUS> {
    const answer = await this.#server.call(IOPCServer, IOPCServer.methods.GetStatus, {});
    succeeded('GetStatus', answer);
    return answer.ppServerStatus as OPCSERVERSTATUS;
  }

  /** The identifiers of items: below a branch where one is named, and those that fit a filter. */
  async *browse(options: { readonly branch?: string; readonly filter?: string } = {}): AsyncGenerator<string> {
    const { branch = '', filter = '' } = options;
    const { methods } = IOPCBrowseServerAddressSpace;
    const browsing = await this.#server.queryInterface(IOPCBrowseServerAddressSpace.uuid);
    try {
      const to = { dwBrowseDirection: OPC_BROWSE_DIRECTION.TO, szString: branch };
      const moved = await browsing.call(IOPCBrowseServerAddressSpace, methods.ChangeBrowsePosition, to);
      // A flat server has no position, and is always at its root.
      if (branch !== '') succeeded(`branch ${branch}`, moved);
      const answer = await browsing.call(IOPCBrowseServerAddressSpace, methods.BrowseOPCItemIDs, {
        dwBrowseFilterType: OPC_BROWSE.FLAT,
        szFilterCriteria: filter,
        vtDataTypeFilter: 0,
        dwAccessRightsFilter: 0,
      });
      const found = await this.#dcom.unmarshal(given('BrowseOPCItemIDs', answer, answer.ppIEnumString));
      for await (const id of elementsOf(found, IEnumString, IEnumString.methods.RemoteNext)) yield id ?? '';
      await found.release();
    } finally {
      await browsing.release();
    }
  }

  /** The properties of an item that the server has, by their descriptions. */
  async properties(item: string): Promise<ReadonlyMap<string, JsValue>> {
    const { methods } = IOPCItemProperties;
    const asked = await this.#server.queryInterface(IOPCItemProperties.uuid);
    try {
      const known = await asked.call(IOPCItemProperties, methods.QueryAvailableProperties, { szItemID: item });
      succeeded(item, known);
      const ids = known.ppPropertyIDs ?? [];
      const got = await asked.call(IOPCItemProperties, methods.GetItemProperties, {
        szItemID: item,
        pdwPropertyIDs: ids,
      });
      succeeded(item, got);
      const entries = ids.map((_, index): [string, JsValue] => [
        known.ppDescriptions?.[index] ?? '',
        fromVariant(got.ppvData?.[index]),
      ]);
      return new Map(entries);
    } finally {
      await asked.release();
    }
  }

  /** A group of items, which can be read, written and listened to. */
  addGroup(wish: GroupWish): Promise<OpcGroup> {
    return OpcGroup.add(this.#dcom, this.#server, wish);
  }

  async close(): Promise<void> {
    await this.#server.release();
  }
}
