import { DcomClient, type DcomClientOptions } from '../../client/dcom-client.js';
import { MethodCallRefused, networkCallingBack } from '../../client/may-call.js';
import { ACCEPTED, type CallOutcome, outcomeOfError } from '../../client/outcome.js';
import { Refused } from '../../client/refused.js';
import type { RemoteInterface } from '../../client/remote-interface.js';
import type { OBJREF } from '../../codec/dcom/index.js';
import { interfaceName } from '../../codec/interfaces.js';
import type { InterfaceDef, Operation } from '../../codec/ndr/index.js';
import type { Endpoint } from '../../net/channel.js';
import type { Environment } from '../../net/environment.js';
import type { Network } from '../../net/network.js';
import type { Milliseconds } from '../../security/index.js';
import { CallBackFailed, type RemoteObject } from '../classes/class.js';

/** What the server tried with an object of a client, and what came of it. */
export interface CallBack {
  readonly time: Milliseconds;
  /** Who handed the object over. */
  readonly client: Endpoint;
  /** Where it was called; undefined where nothing could be reached. */
  readonly target: Endpoint | undefined;
  /** The method; undefined for the way there: resolution, connection, authentication, query for the interface. */
  readonly method: string | undefined;
  readonly interface: string;
  /** RPC_C_AUTHN_LEVEL_* of the call. */
  readonly level: number | undefined;
  readonly outcome: CallOutcome;
}

export interface CallBacksOptions extends Pick<Environment, 'clock'> {
  /** How the server is a client: whose it is, and at which level it calls. */
  readonly client: Omit<DcomClientOptions, 'host' | 'network'> & { readonly network: Network };
  /** Clients at a time whose objects are held; further ones are refused. 1,000 where absent. */
  readonly maxClients?: number;
  readonly report: (callBack: CallBack) => void;
}

const MAX_CLIENTS = 1_000;
const REFUSED = { accepted: false, status: undefined } as const;

/** A client that handed objects over, and how many of them are held. */
interface Peer {
  readonly dcom: DcomClient;
  held: number;
}

/**
 * The server as a client of its clients' objects ([MS-DCOM] 3.2): reaches what an OBJREF names, calls it, pings for it
 * and gives it back. The outcome of each call is reported.
 */
export class CallBacks {
  readonly #options: CallBacksOptions;
  readonly #peers = new Map<string, Peer>();

  constructor(options: CallBacksOptions) {
    this.#options = options;
  }

  /** Clients whose objects are held. */
  get peers(): number {
    return this.#peers.size;
  }

  /** Resolves the object of an OBJREF that a client gave, and asks it for an interface. Rejects with `CallBackFailed`. */
  async reach(objref: OBJREF, iid: string, client: Endpoint): Promise<RemoteObject> {
    const peer = this.#peer(client);
    peer.held++;
    try {
      const found = await this.#told(client, iid, undefined, undefined, async () => {
        const given = await peer.dcom.unmarshal(objref);
        if (given.iid === iid) return given;
        const wanted = await given.queryInterface(iid).finally(() => given.release());
        return wanted;
      });
      return this.#remote(found, client, peer);
    } catch (error) {
      await this.#letGo(peer, client);
      throw error;
    }
  }

  async close(): Promise<void> {
    const peers = [...this.#peers.values()];
    this.#peers.clear();
    await Promise.all(peers.map(({ dcom }) => dcom.close()));
  }

  #peer({ address }: Endpoint): Peer {
    const before = this.#peers.get(address);
    if (before !== undefined) return before;
    if (this.#peers.size >= (this.#options.maxClients ?? MAX_CLIENTS))
      throw new CallBackFailed({ ...REFUSED, refusedBy: 'limit', text: 'too many clients are called back' });
    // Its own address is known to be reached; beside it only this machine's and simulated hosts are called.
    const { client } = this.#options;
    const network = networkCallingBack(client.network, address);
    const dcom = new DcomClient({ ...client, host: address, network });
    const peer = { dcom, held: 0 };
    this.#peers.set(address, peer);
    return peer;
  }

  async #letGo(peer: Peer, { address }: Endpoint): Promise<void> {
    peer.held--;
    if (peer.held > 0 || this.#peers.get(address) !== peer) return;
    this.#peers.delete(address);
    await peer.dcom.close();
  }

  #remote(found: RemoteInterface, client: Endpoint, peer: Peer): RemoteObject {
    let held = true;
    return {
      call: <I extends object, O>(
        definition: InterfaceDef,
        operation: Operation<I, O>,
        input: Omit<I, 'ORPCthis'>,
      ): Promise<O> =>
        this.#told(client, found.iid, operation.name, found, () => found.call(definition, operation, input)),
      release: async () => {
        if (!held) return;
        held = false;
        // A client that is gone has nothing to be given back.
        await found.release().catch(() => undefined);
        await this.#letGo(peer, client);
      },
    };
  }

  /** Does something, and reports what came of it. */
  async #told<T>(
    client: Endpoint,
    iid: string,
    method: string | undefined,
    over: RemoteInterface | undefined,
    run: () => Promise<T>,
  ): Promise<T> {
    const tell = (outcome: CallOutcome, through = over): void =>
      this.#options.report({
        time: this.#options.clock(),
        client,
        target: through?.exporter.connection.remote,
        interface: interfaceName(iid),
        method,
        level: through?.exporter.connection.level,
        outcome,
      });
    try {
      const result = await run();
      tell(ACCEPTED, over ?? (result as unknown as RemoteInterface));
      return result;
    } catch (error) {
      const outcome = outcomeOf(error);
      tell(outcome);
      throw new CallBackFailed(outcome);
    }
  }
}

function outcomeOf(error: unknown): CallOutcome {
  if (error instanceof Refused) return error.outcome;
  if (error instanceof MethodCallRefused) return { ...REFUSED, refusedBy: 'safety rule', text: error.message };
  return outcomeOfError(error);
}
