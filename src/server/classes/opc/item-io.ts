import { IOPCItemIO, OPC_ACCESS, OPC_RESULT } from '../../../codec/opc/index.js';
import { HRESULT } from '../../com.js';
import { type ComInterface, comInterface, comMethod, type ObjectHost } from '../class.js';
import type { AddressSpace } from './address-space.js';
import { waitForDevice } from './device.js';
import { failed, stateOf } from './group-items.js';
import { itemNamed } from './properties.js';
import { counted, errorsOf, overall } from './results.js';
import { listsOf } from './sync-io.js';
import { wantedOf, write } from './writing.js';

/** IOPCItemIO: items by their identifiers, without a group. There is no cache: every read is of the device. */
export function itemIo(space: AddressSpace, host: ObjectHost): ComInterface {
  const { methods } = IOPCItemIO;
  const find = async (ids: readonly (string | null)[]) => {
    const found = ids.map((id) => itemNamed(space, id));
    await waitForDevice(
      { space, host },
      found.flatMap((item) => (typeof item === 'number' ? [] : [item.id])),
    );
    return found;
  };
  return comInterface(
    comMethod(methods.Read, async (given) => {
      if (!counted(given, given.pszItemIDs, given.pdwMaxAge)) {
        const none = { ppvValues: null, ppwQualities: null, ppftTimeStamps: null, ppErrors: null };
        return { ...none, ReturnValue: HRESULT.E_INVALIDARG };
      }
      const items = await find(given.pszItemIDs);
      const now = host.clock();
      const states = items.map((item) => {
        if (typeof item === 'number') return failed(item, now);
        if ((item.rights & OPC_ACCESS.READABLE) === 0) return failed(OPC_RESULT.OPC_E_BADRIGHTS, now);
        return stateOf({ requested: 0 }, space.sample(item, now));
      });
      return { ...listsOf(states), ReturnValue: overall(states.map(({ hresult }) => hresult)) };
    }),
    comMethod(methods.WriteVQT, async (given) => {
      if (!counted(given, given.pszItemIDs, given.pItemVQT))
        return { ppErrors: null, ReturnValue: HRESULT.E_INVALIDARG };
      const items = await find(given.pszItemIDs);
      return errorsOf(
        items.map((item, index) =>
          typeof item === 'number'
            ? item
            : write(space, item, wantedOf(given.pItemVQT[index] as (typeof given.pItemVQT)[number]), host.clock()),
        ),
      );
    }),
  );
}
