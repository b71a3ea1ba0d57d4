import { CONNECT_RESULT, IOPCAsyncIO2, IOPCAsyncIO3, OPC_DS } from '../../../codec/opc/index.js';
import type { Milliseconds } from '../../../security/index.js';
import { HRESULT } from '../../com.js';
import { type ComInterface, comInterface, comMethod } from '../class.js';
import { dataOf, masterOf } from './callback-data.js';
import { pause } from './device.js';
import type { Group } from './group.js';
import type { GroupItem, ItemState } from './group-items.js';
import { counted, errorsOf } from './results.js';
import { readItems, writeItems } from './sync-io.js';
import { type Wanted, wantedOf } from './writing.js';

/** Transactions of one group at a time; further ones are refused. */
const MAX_PENDING = 1_000;

/** IOPCAsyncIO2 and IOPCAsyncIO3: the answer comes as a call of IOPCDataCallback. */
export function asyncIo(group: Group): [iid: string, methods: ComInterface][] {
  const { methods } = IOPCAsyncIO3;
  const pending = new Map<number, { cancelled: boolean; readonly transaction: number }>();
  let lastCancelId = 0;

  /** Begins a transaction after the answer to its call. Gives its cancel id, or why there is none. */
  const begin = (transaction: number, run: () => Promise<() => void>): { readonly id: number } | number => {
    if (group.subscriptions.length === 0) return CONNECT_RESULT.CONNECT_E_NOCONNECTION;
    if (pending.size >= MAX_PENDING) return HRESULT.E_OUTOFMEMORY;
    lastCancelId = (lastCancelId + 1) >>> 0 || 1;
    const [id, task] = [lastCancelId, { cancelled: false, transaction }];
    pending.set(id, task);
    void (async () => {
      await pause(group.host, 0);
      const send = await run();
      pending.delete(id);
      if (!task.cancelled) send();
    })();
    return { id };
  };

  /** The transaction of those items that there are; the others fail at once. */
  const some = (
    handles: readonly number[],
    transaction: number,
    run: (known: readonly { readonly each: GroupItem; readonly index: number }[]) => Promise<() => void>,
  ) => {
    const found = handles.map((handle) => group.item(handle));
    const errors = found.map((each) => (typeof each === 'number' ? each : HRESULT.S_OK));
    const known = found.flatMap((each, index) => (typeof each === 'number' ? [] : [{ each, index }]));
    if (known.length === 0) return { pdwCancelID: 0, ...errorsOf(errors) };
    const begun = begin(transaction, () => run(known));
    if (typeof begun === 'number') return { pdwCancelID: 0, ppErrors: null, ReturnValue: begun };
    return { pdwCancelID: begun.id, ...errorsOf(errors) };
  };

  /** The items when their turn comes. One that has been removed by then has an error, and still its client's handle. */
  const dataNow = async (
    items: readonly GroupItem[],
    transaction: number,
    maxAge: Milliseconds | readonly Milliseconds[],
  ) => {
    const states = await readItems(group, handlesOf(items), maxAge);
    const changes = items.map((each, index) => ({ each, state: states[index] as ItemState }));
    return dataOf(transaction, group.state.clientHandle, changes);
  };

  const read = (handles: readonly number[], transaction: number, maxAge: readonly Milliseconds[]) =>
    some(handles, transaction, async (known) => {
      const items = known.map(({ each }) => each);
      const ages = known.map(({ index }) => maxAge[index] ?? 0);
      return tell('OnReadComplete', await dataNow(items, transaction, ages));
    });

  const write = (handles: readonly number[], transaction: number, values: readonly Wanted[]) =>
    some(handles, transaction, async (known) => {
      const items = known.map(({ each }) => each);
      const wanted = known.map(({ index }) => values[index] as Wanted);
      const pErrors = await writeItems(group, handlesOf(items), wanted);
      const hrMastererr = masterOf(pErrors.every((error) => error === HRESULT.S_OK));
      const pClienthandles = items.map(({ clientHandle }) => clientHandle);
      const hGroup = group.state.clientHandle;
      return tell('OnWriteComplete', { dwTransid: transaction, hGroup, hrMastererr, pClienthandles, pErrors });
    });

  const refresh = (transaction: number, maxAge: Milliseconds) => {
    const active = [...group.items.values()].filter((each) => each.active);
    if (!group.state.active || active.length === 0) return { pdwCancelID: 0, ReturnValue: HRESULT.E_FAIL };
    const begun = begin(transaction, async () => tell('OnDataChange', await dataNow(active, transaction, maxAge)));
    if (typeof begun === 'number') return { pdwCancelID: 0, ReturnValue: begun };
    return { pdwCancelID: begun.id, ReturnValue: HRESULT.S_OK };
  };

  type Told = Parameters<(typeof group.subscriptions)[number]['send']>;
  const tell =
    (method: Told[0], input: Told[1]): (() => void) =>
    () => {
      if (group.gone || group.space.losesCallbacks(group.now)) return;
      for (const subscription of group.subscriptions) subscription.send(method, input);
    };

  const none = { pdwCancelID: 0, ppErrors: null, ReturnValue: HRESULT.E_INVALIDARG };
  const common = [
    comMethod(methods.Read, (given) =>
      counted(given, given.phServer) ? read(given.phServer, given.dwTransactionID, []) : none,
    ),
    comMethod(methods.Write, (given) => {
      if (!counted(given, given.phServer, given.pItemValues)) return none;
      return write(
        given.phServer,
        given.dwTransactionID,
        given.pItemValues.map((value) => ({ value })),
      );
    }),
    comMethod(methods.Refresh2, ({ dwSource, dwTransactionID }) => {
      if (dwSource !== OPC_DS.CACHE && dwSource !== OPC_DS.DEVICE)
        return { pdwCancelID: 0, ReturnValue: HRESULT.E_INVALIDARG };
      return refresh(dwTransactionID, dwSource === OPC_DS.DEVICE ? 0 : Number.POSITIVE_INFINITY);
    }),
    comMethod(methods.Cancel2, ({ dwCancelID }) => {
      const task = pending.get(dwCancelID);
      if (task === undefined || task.cancelled) return { ReturnValue: HRESULT.E_FAIL };
      task.cancelled = true;
      tell('OnCancelComplete', { dwTransid: task.transaction, hGroup: group.state.clientHandle })();
      return { ReturnValue: HRESULT.S_OK };
    }),
    comMethod(methods.SetEnable, ({ bEnable }) => {
      if (group.subscriptions.length === 0) return { ReturnValue: CONNECT_RESULT.CONNECT_E_NOCONNECTION };
      const was = group.enabled;
      group.enabled = bEnable;
      if (bEnable && !was) group.restart();
      else group.retime();
      return { ReturnValue: HRESULT.S_OK };
    }),
    comMethod(methods.GetEnable, () => ({ pbEnable: group.enabled, ReturnValue: HRESULT.S_OK })),
  ];
  const newer = [
    comMethod(methods.ReadMaxAge, (given) => {
      if (!counted(given, given.phServer, given.pdwMaxAge)) return none;
      return read(given.phServer, given.dwTransactionID, given.pdwMaxAge);
    }),
    comMethod(methods.WriteVQT, (given) => {
      if (!counted(given, given.phServer, given.pItemVQT)) return none;
      return write(given.phServer, given.dwTransactionID, given.pItemVQT.map(wantedOf));
    }),
    comMethod(methods.RefreshMaxAge, ({ dwMaxAge, dwTransactionID }) => refresh(dwTransactionID, dwMaxAge)),
  ];
  return [
    [IOPCAsyncIO2.uuid, comInterface(...common)],
    [IOPCAsyncIO3.uuid, comInterface(...common, ...newer)],
  ];
}

const handlesOf = (items: readonly GroupItem[]): number[] => items.map(({ handle }) => handle);
