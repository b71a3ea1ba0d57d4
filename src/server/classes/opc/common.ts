import { IOPCCommon } from '../../../codec/opc/index.js';
import { explain, hresultName } from '../../../codec/status/explain.js';
import { HRESULT } from '../../com.js';
import { type ComInterface, comInterface, comMethod } from '../class.js';

/** English (United States), neutral, and the system's default. */
const LOCALES: readonly number[] = [0x409, 0, 0x800];

/** What an HRESULT means, for people; undefined where nobody knows. */
export function errorString(hresult: number): string | undefined {
  const found = explain(`0x${hresult.toString(16)}`)?.meanings[0];
  return found === undefined
    ? undefined
    : `${hresultName(hresult)}${found.text === undefined ? '' : `: ${found.text}`}`;
}

/** GetErrorString, which IOPCServer has too. */
export const errorText = (hresult: number) => {
  const ppString = errorString(hresult) ?? null;
  return { ppString, ReturnValue: ppString === null ? HRESULT.E_INVALIDARG : HRESULT.S_OK };
};

/** IOPCCommon. */
export function common(): ComInterface {
  const { methods } = IOPCCommon;
  let locale = LOCALES[0] as number;
  return comInterface(
    comMethod(methods.SetLocaleID, ({ dwLcid }) => {
      if (!LOCALES.includes(dwLcid)) return { ReturnValue: HRESULT.E_INVALIDARG };
      locale = dwLcid;
      return { ReturnValue: HRESULT.S_OK };
    }),
    comMethod(methods.GetLocaleID, () => ({ pdwLcid: locale, ReturnValue: HRESULT.S_OK })),
    comMethod(methods.QueryAvailableLocaleIDs, () => ({ pdwLcid: [...LOCALES], ReturnValue: HRESULT.S_OK })),
    comMethod(methods.GetErrorString, ({ dwError }) => errorText(dwError)),
    comMethod(methods.SetClientName, ({ szName }, call) => {
      call.record({ member: 'SetClientName', arguments: [szName] });
      return { ReturnValue: HRESULT.S_OK };
    }),
  );
}
