import type { OBJREF } from '../../codec/dcom/index.js';
import { type JsValue, type VARIANT, variant } from '../../codec/oaut/index.js';
import {
  IConnectionPoint,
  IConnectionPointContainer,
  IOPCDataCallback,
  IOPCGroupStateMgt,
  IOPCItemMgt,
  IOPCServer,
  IOPCSyncIO,
  OPC_DS,
} from '../../codec/opc/index.js';
import type { Milliseconds } from '../../security/index.js';
import type { DcomClient } from '../dcom-client.js';
import type { RemoteInterface } from '../remote-interface.js';
import { given, succeeded } from './given.js';
import { type OpcValue, opcValue } from './value.js';

/** What a client asks of a group: its name, its update rate in milliseconds and its deadband in percent. */
export interface GroupWish {
  readonly items: readonly string[];
  /** 1,000 ms where absent. */
  readonly rate?: Milliseconds;
  /** In percent of an item's range. */
  readonly deadband?: number;
  /** VT_* that the values are wanted in; each item's own where absent. */
  readonly type?: number;
  /** What the client calls the group in its callbacks. */
  readonly clientHandle?: number;
}

/** An item of a group; `hresult` says why it is none. */
export interface GroupMember {
  readonly item: string;
  readonly handle: number;
  readonly type: number;
  readonly rights: number;
  readonly hresult: number;
}

/** A group of a server. The client's handle of an item is its place in `items`. */
export class OpcGroup {
  readonly items: readonly GroupMember[];
  /** What the server made of the rate that was asked for. */
  readonly rate: Milliseconds;
  readonly #dcom: DcomClient;
  readonly #server: RemoteInterface;
  readonly #group: RemoteInterface;
  readonly #handle: number;

  private constructor(
    dcom: DcomClient,
    server: RemoteInterface,
    group: RemoteInterface,
    added: { readonly handle: number; readonly rate: Milliseconds; readonly items: readonly GroupMember[] },
  ) {
    this.#dcom = dcom;
    this.#server = server;
    this.#group = group;
    this.#handle = added.handle;
    this.rate = added.rate;
    this.items = added.items;
  }

  /** The group and its items, active. */
  static async add(dcom: DcomClient, server: RemoteInterface, wish: GroupWish): Promise<OpcGroup> {
    const { items, rate = 1_000, deadband, type = 0, clientHandle = 1 } = wish;
    const answer = await server.call(IOPCServer, IOPCServer.methods.AddGroup, {
      szName: '',
      bActive: true,
      dwRequestedUpdateRate: rate,
      hClientGroup: clientHandle,
      pTimeBias: null,
      pPercentDeadband: deadband ?? null,
      dwLCID: 0x409,
      riid: IOPCGroupStateMgt.uuid,
    });
    const group = await dcom.unmarshal(given('AddGroup', answer, answer.ppUnk));
    const management = await group.queryInterface(IOPCItemMgt.uuid);
    const pItemArray = items.map((szItemID, hClient) => ({
      szAccessPath: '',
      szItemID,
      bActive: true,
      hClient,
      pBlob: null,
      vtRequestedDataType: type,
    }));
    const added = await management.call(IOPCItemMgt, IOPCItemMgt.methods.AddItems, { pItemArray });
    succeeded('AddItems', added);
    await management.release();
    const members = items.map((item, index): GroupMember => {
      const result = added.ppAddResults?.[index];
      return {
        item,
        handle: result?.hServer ?? 0,
        type: result?.vtCanonicalDataType ?? 0,
        rights: result?.dwAccessRights ?? 0,
        hresult: added.ppErrors?.[index] ?? 0,
      };
    });
    const { phServerGroup: handle, pRevisedUpdateRate } = answer;
    return new OpcGroup(dcom, server, group, { handle, rate: pRevisedUpdateRate, items: members });
  }

  /** What its items are; those that the server does not know come with their error. */
  async read(source: 'cache' | 'device' = 'device'): Promise<OpcValue[]> {
    const known = this.#known();
    const states = new Map<GroupMember, OpcValue>();
    if (known.length > 0) {
      const io = await this.#group.queryInterface(IOPCSyncIO.uuid);
      const dwSource = source === 'cache' ? OPC_DS.CACHE : OPC_DS.DEVICE;
      const phServer = known.map(({ handle }) => handle);
      const answer = await io.call(IOPCSyncIO, IOPCSyncIO.methods.Read, { dwSource, phServer });
      await io.release();
      succeeded('Read', answer);
      for (const [index, member] of known.entries()) {
        const state = answer.ppItemValues?.[index];
        const value = {
          value: state?.vDataValue ?? null,
          quality: state?.wQuality ?? 0,
          time: state?.ftTimeStamp ?? 0n,
          hresult: answer.ppErrors?.[index] ?? 0,
        };
        states.set(member, opcValue(member.item, value));
      }
    }
    return this.items.map((member) => states.get(member) ?? missing(member));
  }

  /** Writes a value to each of its items; gives their results in the order of the items. */
  async write(values: readonly JsValue[]): Promise<number[]> {
    const known = this.#known();
    const results = new Map<GroupMember, number>();
    if (known.length > 0) {
      const io = await this.#group.queryInterface(IOPCSyncIO.uuid);
      const pItemValues = known.map((member): VARIANT => variant(values[this.items.indexOf(member)]));
      const phServer = known.map(({ handle }) => handle);
      const answer = await io.call(IOPCSyncIO, IOPCSyncIO.methods.Write, { phServer, pItemValues });
      await io.release();
      succeeded('Write', answer);
      for (const [index, member] of known.entries()) results.set(member, answer.ppErrors?.[index] ?? 0);
    }
    return this.items.map((member) => results.get(member) ?? member.hresult);
  }

  /** Has the server call an object of this client for every change. Gives what ends that. */
  async advise(sink: OBJREF): Promise<() => Promise<void>> {
    const container = await this.#group.queryInterface(IConnectionPointContainer.uuid);
    const { FindConnectionPoint } = IConnectionPointContainer.methods;
    const found = await container.call(IConnectionPointContainer, FindConnectionPoint, { riid: IOPCDataCallback.uuid });
    const point = await this.#dcom.unmarshal(given('FindConnectionPoint', found, found.ppCP));
    await container.release();
    const { Advise, Unadvise } = IConnectionPoint.methods;
    const answer = await point.call(IConnectionPoint, Advise, { pUnkSink: sink });
    succeeded('Advise', answer);
    return async () => {
      await point.call(IConnectionPoint, Unadvise, { dwCookie: answer.pdwCookie });
      await point.release();
    };
  }

  async remove(): Promise<void> {
    await this.#group.release();
    await this.#server.call(IOPCServer, IOPCServer.methods.RemoveGroup, { hServerGroup: this.#handle, bForce: true });
  }

  #known(): GroupMember[] {
    return this.items.filter(({ hresult }) => hresult === 0);
  }
}

const missing = ({ item, hresult }: GroupMember): OpcValue =>
  opcValue(item, { value: null, quality: 0, time: 0n, hresult });
