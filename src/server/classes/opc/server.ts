import {
  fileTimeFromMilliseconds,
  IConnectionPointContainer,
  IEnumString,
  IEnumUnknown,
  IOPCBrowse,
  IOPCBrowseServerAddressSpace,
  IOPCCommon,
  IOPCGroupStateMgt,
  IOPCItemIO,
  IOPCItemProperties,
  IOPCServer,
  IOPCShutdown,
  OPC_ENUM,
  OPC_RESULT,
} from '../../../codec/opc/index.js';
import { HRESULT } from '../../com.js';
import {
  type ComInterface,
  type ComObject,
  comInterface,
  comMethod,
  handOut,
  type ObjectCall,
  type ObjectHost,
} from '../class.js';
import { ConnectionPoint, connectionPointContainer } from '../connection-points.js';
import { enumerator } from '../enumerators.js';
import type { AddressSpace } from './address-space.js';
import { browse, browseServerAddressSpace } from './browse.js';
import { common, errorText } from './common.js';
import { Group, type GroupState, revised } from './group.js';
import { groupInterfaces } from './group-interfaces.js';
import { itemIo } from './item-io.js';
import { itemProperties } from './properties.js';

/** Groups, and items in them, of one object of the server. */
const MAX_GROUPS = 1_000;
const MAX_ITEMS = 100_000;

/** One object of an OPC server: the groups of one client. */
export class OpcServer {
  readonly object: ComObject;
  readonly #space: AddressSpace;
  readonly #host: ObjectHost;
  readonly #groups = new Map<number, Group>();
  /** Removed while a client still held references. */
  readonly #removed = new Set<Group>();
  readonly #shutdown: ConnectionPoint;
  readonly #timers: { stop(): void }[] = [];
  readonly #unwatch: () => void;
  #lastGroup = 0;

  constructor(space: AddressSpace, host: ObjectHost) {
    this.#space = space;
    this.#host = host;
    const begun = space.begin(host.clock());
    this.#shutdown = new ConnectionPoint({ iid: IOPCShutdown.uuid, container: () => this.object });
    const interfaces: ReadonlyMap<string, ComInterface> = new Map([
      [IOPCServer.uuid, this.#methods()],
      [IOPCCommon.uuid, common()],
      [IConnectionPointContainer.uuid, connectionPointContainer([this.#shutdown])],
      [IOPCItemProperties.uuid, itemProperties(space, host.clock)],
      [IOPCBrowseServerAddressSpace.uuid, browseServerAddressSpace(space)],
      [IOPCBrowse.uuid, browse(space, host.clock)],
      [IOPCItemIO.uuid, itemIo(space, host)],
    ]);
    this.object = {
      name: space.data.progId,
      queryInterface: (iid) => interfaces.get(iid),
      released: () => this.#dispose(),
    };
    this.#unwatch = space.watchShutdowns((at, reason) => {
      const wait = Math.max(0, begun + at - host.clock());
      this.#timers.push(host.timers.after(wait, () => this.#requestShutdown(reason)));
    });
  }

  #dispose(): void {
    this.#unwatch();
    for (const timer of this.#timers) timer.stop();
    for (const group of [...this.#groups.values(), ...this.#removed]) group.dispose();
    this.#groups.clear();
    this.#removed.clear();
    void this.#shutdown.close();
  }

  #requestShutdown(szReason: string): void {
    // Whether a client obeys is its own affair; what became of the call stands in the log.
    for (const { remote } of this.#shutdown.sinks)
      void remote.call(IOPCShutdown, IOPCShutdown.methods.ShutdownRequest, { szReason }).catch(() => undefined);
  }

  #methods(): ComInterface {
    const { methods } = IOPCServer;
    return comInterface(
      comMethod(methods.AddGroup, (given, call) => this.#addGroup(given, call)),
      comMethod(methods.GetErrorString, ({ dwError }) => errorText(dwError)),
      comMethod(methods.GetGroupByName, ({ szName, riid }, call) => {
        const found = this.#named(szName);
        if (found === undefined) return { ppUnk: null, ReturnValue: HRESULT.E_INVALIDARG };
        const ppUnk = found.marshal(call, riid) ?? null;
        return { ppUnk, ReturnValue: ppUnk === null ? HRESULT.E_NOINTERFACE : HRESULT.S_OK };
      }),
      comMethod(methods.GetStatus, () => ({ ppServerStatus: this.#status(), ReturnValue: HRESULT.S_OK })),
      comMethod(methods.RemoveGroup, ({ hServerGroup, bForce }) => ({
        ReturnValue: this.#removeGroup(hServerGroup, bForce),
      })),
      comMethod(methods.CreateGroupEnumerator, ({ dwScope, riid }, call) => this.#enumerate(dwScope, riid, call)),
    );
  }

  #addGroup(
    given: {
      readonly szName: string;
      readonly bActive: boolean;
      readonly dwRequestedUpdateRate: number;
      readonly hClientGroup: number;
      readonly pTimeBias: number | null;
      readonly pPercentDeadband: number | null;
      readonly dwLCID: number;
      readonly riid: string;
    },
    call: ObjectCall,
  ) {
    const refused = (ReturnValue: number) => ({ phServerGroup: 0, pRevisedUpdateRate: 0, ppUnk: null, ReturnValue });
    const deadband = given.pPercentDeadband ?? 0;
    if (!(deadband >= 0 && deadband <= 100)) return refused(HRESULT.E_INVALIDARG);
    if (given.szName !== '' && this.#named(given.szName) !== undefined) return refused(OPC_RESULT.OPC_E_DUPLICATENAME);
    const group = this.#create({
      name: given.szName,
      active: given.bActive,
      rate: revised(given.dwRequestedUpdateRate, this.#space.data.rate),
      clientHandle: given.hClientGroup,
      timeBias: given.pTimeBias ?? 0,
      deadband,
      lcid: given.dwLCID,
    });
    if (group === undefined) return refused(HRESULT.E_OUTOFMEMORY);
    const ppUnk = group.marshal(call, given.riid);
    if (ppUnk === undefined) {
      this.#groups.delete(group.handle);
      group.dispose();
      return refused(HRESULT.E_NOINTERFACE);
    }
    const { rate } = group.state;
    return {
      phServerGroup: group.handle,
      pRevisedUpdateRate: rate,
      ppUnk,
      ReturnValue: rate === given.dwRequestedUpdateRate ? HRESULT.S_OK : OPC_RESULT.OPC_S_UNSUPPORTEDRATE,
    };
  }

  #create(state: GroupState): Group | undefined {
    if (this.#groups.size + this.#removed.size >= MAX_GROUPS) return undefined;
    const handle = ++this.#lastGroup;
    const name = state.name === '' ? this.#freeName(handle) : state.name;
    const group = new Group({
      space: this.#space,
      host: this.#host,
      interfaces: groupInterfaces,
      handle,
      state: { ...state, name },
      isTaken: (wanted) => this.#named(wanted) !== undefined,
      clone: (clone) => this.#create(clone),
      room: () => MAX_ITEMS - [...this.#groups.values()].reduce((all, { items }) => all + items.size, 0),
      released: () => {
        if (this.#removed.delete(group)) group.dispose();
      },
    });
    this.#groups.set(handle, group);
    return group;
  }

  #named(name: string): Group | undefined {
    return [...this.#groups.values()].find(({ state }) => state.name === name);
  }

  #freeName(from: number): string {
    let number = from;
    while (this.#named(`Group${number}`) !== undefined) number++;
    return `Group${number}`;
  }

  /** opcda.idl: a group that is still held goes with its last reference, unless that is forced. */
  #removeGroup(handle: number, force: boolean): number {
    const group = this.#groups.get(handle);
    if (group === undefined) return OPC_RESULT.OPC_E_INVALIDHANDLE;
    this.#groups.delete(handle);
    if (force || !group.held) {
      group.dispose();
      return HRESULT.S_OK;
    }
    this.#removed.add(group);
    return OPC_RESULT.OPC_S_INUSE;
  }

  #enumerate(scope: number, riid: string, call: ObjectCall) {
    const refused = (ReturnValue: number) => ({ ppUnk: null, ReturnValue });
    if (scope < OPC_ENUM.PRIVATE_CONNECTIONS || scope > OPC_ENUM.ALL) return refused(HRESULT.E_INVALIDARG);
    if (riid !== IEnumString.uuid && riid !== IEnumUnknown.uuid) return refused(HRESULT.E_NOINTERFACE);
    const isPublic = scope === OPC_ENUM.PUBLIC || scope === OPC_ENUM.PUBLIC_CONNECTIONS;
    const groups = isPublic ? [] : [...this.#groups.values()];
    const found =
      riid === IEnumString.uuid
        ? enumerator(
            IEnumString,
            groups.map(({ state }) => state.name),
          )
        : enumerator(IEnumUnknown, groups, (group, by) => group.marshal(by, IOPCGroupStateMgt.uuid) ?? null);
    const { pointer: ppUnk, ReturnValue } = handOut(call, found, riid);
    return { ppUnk, ReturnValue: ppUnk !== null && groups.length === 0 ? HRESULT.S_FALSE : ReturnValue };
  }

  #status() {
    const now = this.#host.clock();
    return {
      ftStartTime: fileTimeFromMilliseconds(this.#space.begin(now)),
      ftCurrentTime: fileTimeFromMilliseconds(now),
      ftLastUpdateTime: fileTimeFromMilliseconds(now),
      dwServerState: this.#space.state(now),
      dwGroupCount: this.#groups.size,
      // No server says anything else than that it does not know.
      dwBandWidth: 0xffffffff,
      wMajorVersion: 3,
      wMinorVersion: 0,
      wBuildNumber: 1,
      szVendorInfo: this.#space.data.vendor,
    };
  }
}
