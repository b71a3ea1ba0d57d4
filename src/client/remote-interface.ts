import {
  type IRemUnknown,
  type REMQIRESULT,
  RemAddRef,
  RemQueryInterface,
  RemRelease,
  SORF_NOPING,
  type STDOBJREF,
} from '../codec/dcom/index.js';
import type { InterfaceDef, Operation } from '../codec/ndr/index.js';
import type { Network } from '../net/network.js';
import type { ExporterConnection } from './exporter-connection.js';
import { assertMayCall } from './may-call.js';
import { resultOutcome } from './outcome.js';
import type { PingSet } from './ping-set.js';
import { Refused } from './refused.js';

/** An object exporter that a client is connected to. */
export interface Exporter {
  readonly oxid: bigint;
  readonly ipidRemUnknown: string;
  readonly remoteUnknown: typeof IRemUnknown;
  readonly connection: ExporterConnection;
  /** The network that the connection goes over. */
  readonly network: Network;
  /** Keeps its objects alive. */
  readonly pings: PingSet;
}

/** What a client asks for when it needs references; what Windows asks for in captures. */
const REFERENCES = 5;

/** One interface of one remote object, with the references that the client holds of it ([MS-DCOM] 3.2.1 "IPID table"). */
export class RemoteInterface {
  readonly exporter: Exporter;
  readonly iid: string;
  readonly std: STDOBJREF;
  #references: number;
  #pinged = false;

  constructor(exporter: Exporter, iid: string, std: STDOBJREF) {
    this.exporter = exporter;
    this.iid = iid;
    this.std = std;
    this.#references = std.cPublicRefs;
    if ((std.flags & SORF_NOPING) !== 0) return;
    exporter.pings.hold(std.oid);
    this.#pinged = true;
  }

  /** Public references that the client holds. */
  get references(): number {
    return this.#references;
  }

  /**
   * Calls a method. Throws `MethodCallRefused` for a host that is neither loopback nor simulated, before anything is
   * sent, unless the method is one of those that WMI and OPC are asked with.
   */
  async call<I extends object, O>(
    definition: InterfaceDef,
    operation: Operation<I, O>,
    input: Omit<I, 'ORPCthis'>,
  ): Promise<O> {
    const { connection, network } = this.exporter;
    assertMayCall(connection.remote, network, { definition, operation });
    return connection.call(definition, this.std.ipid, operation, input);
  }

  /** [MS-DCOM] 3.2.4.4.3. Rejects with `Refused` where the object does not have the interface. */
  async queryInterface(iid: string): Promise<RemoteInterface> {
    const [found] = await this.queryInterfaces([iid]);
    if (found instanceof RemoteInterface) return found;
    throw found ?? new Error(`no answer for interface ${iid}`);
  }

  /** The same for several interfaces in one call: each is there, or was refused. */
  async queryInterfaces(iids: readonly string[]): Promise<(RemoteInterface | Refused)[]> {
    const wanted = iids.map((iid) => iid.toLowerCase());
    const { connection, remoteUnknown, ipidRemUnknown } = this.exporter;
    const { ppQIResults, ReturnValue } = await connection.call(remoteUnknown, ipidRemUnknown, RemQueryInterface, {
      ripid: this.std.ipid,
      cRefs: REFERENCES,
      iids: wanted,
    });
    return wanted.map((iid, index) => this.#queried(iid, ppQIResults?.[index], ReturnValue));
  }

  #queried(iid: string, result: REMQIRESULT | undefined, overall: number): RemoteInterface | Refused {
    const hresult = result?.hResult ?? overall;
    if (result !== undefined && hresult === 0) return new RemoteInterface(this.exporter, iid, result.std);
    return new Refused(`interface ${iid}`, resultOutcome(hresult));
  }

  /** [MS-DCOM] 3.2.4.4.1: more public references. Rejects with `Refused`. */
  async addRef(cPublicRefs = REFERENCES): Promise<void> {
    const { connection, remoteUnknown, ipidRemUnknown } = this.exporter;
    const { pResults, ReturnValue } = await connection.call(remoteUnknown, ipidRemUnknown, RemAddRef, {
      InterfaceRefs: [{ ipid: this.std.ipid, cPublicRefs, cPrivateRefs: 0 }],
    });
    const hresult = ReturnValue !== 0 ? ReturnValue : (pResults[0] ?? 0);
    if (hresult !== 0) throw new Refused(`references to interface ${this.iid}`, resultOutcome(hresult));
    this.#references += cPublicRefs;
  }

  /** [MS-DCOM] 3.2.4.4.2: gives all references back; the object is not pinged for this interface any more. */
  async release(): Promise<void> {
    if (this.#pinged) this.exporter.pings.letGo(this.std.oid);
    this.#pinged = false;
    const cPublicRefs = this.#references;
    if (cPublicRefs === 0) return;
    this.#references = 0;
    const { connection, remoteUnknown, ipidRemUnknown } = this.exporter;
    await connection.call(remoteUnknown, ipidRemUnknown, RemRelease, {
      InterfaceRefs: [{ ipid: this.std.ipid, cPublicRefs, cPrivateRefs: 0 }],
    });
  }
}
