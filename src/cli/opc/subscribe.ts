import type { OpcClient } from '../../client/opc/client.js';
import type { OpcGroup } from '../../client/opc/group.js';
import { opcValue } from '../../client/opc/value.js';
import { Refused } from '../../client/refused.js';
import { IOPCDataCallback } from '../../codec/opc/index.js';
import { hresultName } from '../../codec/status/explain.js';
import { isLoopback } from '../../net/loopback.js';
import { type DataChange, dataSink } from '../../server/classes/opc/index.js';
import { exportObjects } from '../../server/export-objects.js';
import { UsageError } from '../io.js';
import type { OpcContext } from './actions.js';
import { tellValue } from './values.js';

/** Prints changes as they come, until enough have, time is over, or Ctrl-C. */
export async function subscribe(context: OpcContext, opc: OpcClient, items: readonly string[]): Promise<void> {
  const { out, options } = context;
  const exported = await exportObjects(placeOf(context));
  const end = ending(options);
  try {
    const group = await opc.addGroup({
      items,
      rate: options.rate,
      ...(options.deadband && { deadband: options.deadband }),
    });
    tellGroup(context, group);
    let left = options.count ?? Number.POSITIVE_INFINITY;
    const sink = dataSink({
      changed: (change) => {
        for (const value of valuesOf(change, items)) {
          if (left <= 0) return;
          tellValue(out, 'opc-change', value);
          if (--left <= 0) end.now();
        }
      },
    });
    const unadvise = await group.advise(exported.export(sink, IOPCDataCallback.uuid)).catch((error: unknown) => {
      const advice = error instanceof Refused ? ADVICE.get(error.outcome.status) : undefined;
      if (advice !== undefined) out.note(advice);
      throw error;
    });
    await end.reached;
    await unadvise();
    await group.remove();
    await opc.close();
  } finally {
    for (const { reason, level } of exported.refusedCalls)
      out.note(`a call back at level ${level} was refused: ${reason}`);
    for (const { reason } of exported.failedLogons) out.note(`the server could not log on here: ${reason}`);
    await exported.close();
  }
}

/** What to do about an Advise that a server has refused. */
const ADVICE: ReadonlyMap<number | undefined, string> = new Map([
  [
    0x800706ba,
    'the server reached nobody where this client says its object is: --listen and --advertise set that, and firewalls have to let the server in',
  ],
  [
    0x80070005,
    'the server could not log on where this client is: it calls back by its own account, which --user has to name',
  ],
]);

/** Where the server calls back. Nobody else can tell by which address this machine is reached from another. */
function placeOf({ target, options }: OpcContext) {
  const { listen, advertise, user } = options;
  if (listen === undefined && target.host !== 'localhost' && !isLoopback(target.host))
    throw new UsageError(
      `subscribe needs --listen ADDRESS:0, an address of this machine that ${target.host} can reach`,
    );
  return {
    ...(listen !== undefined && { listen }),
    ...(advertise && { addresses: { hosts: advertise } }),
    accounts: user === undefined ? [] : [user],
  };
}

function tellGroup({ out, options }: OpcContext, group: OpcGroup): void {
  if (group.rate !== options.rate) out.note(`note: the server updates every ${group.rate} ms`);
  for (const { item, hresult } of group.items) {
    if (hresult === 0) continue;
    if (out.json) out.record('opc-refused-item', { item, hresult, result: hresultName(hresult) });
    else out.line(`${item}: refused, ${hresultName(hresult)}`);
    process.exitCode = 1;
  }
}

const valuesOf = (change: DataChange, items: readonly string[]) =>
  change.phClientItems.map((handle, index) =>
    opcValue(items[handle] ?? `item ${handle}`, {
      value: change.pvValues[index] ?? null,
      quality: change.pwQualities[index] ?? 0,
      time: change.pftTimeStamps[index] ?? 0n,
      hresult: change.pErrors[index] ?? 0,
    }),
  );

function ending({ for: seconds }: { readonly for?: number }) {
  let now: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => {
    now = resolve;
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, now);
  const timer = seconds === undefined ? undefined : setTimeout(now, seconds * 1_000);
  void reached.then(() => clearTimeout(timer));
  return { reached, now };
}
