import { fileTimeFromMilliseconds, IOPCSyncIO, IOPCSyncIO2, OPC_DS } from '../../../codec/opc/index.js';
import type { Milliseconds } from '../../../security/index.js';
import { HRESULT } from '../../com.js';
import { type ComInterface, comInterface, comMethod } from '../class.js';
import { waitForDevice } from './device.js';
import type { Group } from './group.js';
import { failed, type ItemState, readDevice } from './group-items.js';
import { counted, errorsOf, overall } from './results.js';
import { type Wanted, wantedOf, write } from './writing.js';

/** IOPCSyncIO and IOPCSyncIO2. */
export function syncIo(group: Group): [iid: string, methods: ComInterface][] {
  const { methods } = IOPCSyncIO2;
  const none = { ppErrors: null, ReturnValue: HRESULT.E_INVALIDARG };
  const common = [
    comMethod(methods.Read, async (given) => {
      const { phServer, dwSource } = given;
      if (!counted(given, phServer) || (dwSource !== OPC_DS.CACHE && dwSource !== OPC_DS.DEVICE))
        return { ppItemValues: null, ...none };
      const states = await readItems(group, phServer, dwSource === OPC_DS.DEVICE ? 0 : Number.POSITIVE_INFINITY);
      const ppErrors = states.map(({ hresult }) => hresult);
      const ppItemValues = states.map(({ value, quality, time }, index) => ({
        hClient: group.items.get(phServer[index] as number)?.clientHandle ?? 0,
        ftTimeStamp: fileTimeFromMilliseconds(time),
        wQuality: quality,
        vDataValue: value,
      }));
      return { ppItemValues, ppErrors, ReturnValue: overall(ppErrors) };
    }),
    comMethod(methods.Write, async (given) => {
      if (!counted(given, given.phServer, given.pItemValues)) return none;
      return errorsOf(
        await writeItems(
          group,
          given.phServer,
          given.pItemValues.map((value) => ({ value })),
        ),
      );
    }),
  ];
  const newer = [
    comMethod(methods.ReadMaxAge, async (given) => {
      if (!counted(given, given.phServer, given.pdwMaxAge))
        return { ppvValues: null, ppwQualities: null, ppftTimeStamps: null, ...none };
      const states = await readItems(group, given.phServer, given.pdwMaxAge);
      return { ...listsOf(states), ReturnValue: overall(states.map(({ hresult }) => hresult)) };
    }),
    comMethod(methods.WriteVQT, async (given) => {
      if (!counted(given, given.phServer, given.pItemVQT)) return none;
      return errorsOf(await writeItems(group, given.phServer, given.pItemVQT.map(wantedOf)));
    }),
  ];
  return [
    [IOPCSyncIO.uuid, comInterface(...common)],
    [IOPCSyncIO2.uuid, comInterface(...common, ...newer)],
  ];
}

/** Values, qualities, times and errors as lists of their own. */
export const listsOf = (states: readonly ItemState[]) => ({
  ppvValues: states.map(({ value }) => value),
  ppwQualities: states.map(({ quality }) => quality),
  ppftTimeStamps: states.map(({ time }) => fileTimeFromMilliseconds(time)),
  ppErrors: states.map(({ hresult }) => hresult),
});

/** Reads items: from the cache where that is no older than `maxAge`, else from the device. */
export async function readItems(
  group: Group,
  handles: readonly number[],
  maxAge: Milliseconds | readonly Milliseconds[],
): Promise<ItemState[]> {
  const age = group.now - group.updated;
  const oldest = (index: number): Milliseconds => (typeof maxAge === 'number' ? maxAge : (maxAge[index] ?? 0));
  const found = handles.map((handle, index) => ({
    each: group.item(handle),
    device: oldest(index) < age || oldest(index) === 0,
  }));
  await waitForDevice(
    group,
    found.flatMap(({ each, device }) => (typeof each === 'number' || !device ? [] : [each.item.id])),
  );
  const { now } = group;
  return found.map(({ each, device }) => {
    if (typeof each === 'number') return failed(each, now);
    return device ? readDevice(group.space, each, now) : group.cached(each);
  });
}

export async function writeItems(
  group: Group,
  handles: readonly number[],
  wanted: readonly Wanted[],
): Promise<number[]> {
  const found = handles.map((handle) => group.item(handle));
  await waitForDevice(
    group,
    found.flatMap((each) => (typeof each === 'number' ? [] : [each.item.id])),
  );
  return found.map((each, index) =>
    typeof each === 'number' ? each : write(group.space, each.item, wanted[index] as Wanted, group.now),
  );
}
