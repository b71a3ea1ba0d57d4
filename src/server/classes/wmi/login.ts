import { RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import {
  CLSID_WbemLevel1Login,
  EstablishPosition,
  IID_IWbemLevel1Login,
  IID_IWbemLoginClientID,
  IID_IWbemLoginHelper,
  IID_IWbemServices,
  NTLMLogin,
  RequestChallenge,
  SetClientInfo,
  SetEvent,
  WBEMLogin,
  WBEMSTATUS,
} from '../../../codec/wmi/index.js';
import { HRESULT } from '../../com.js';
import { type ComClass, type ComInterface, comInterface, comMethod, handOut, type ObjectHost } from '../class.js';
import { WmiError } from './error.js';
import type { CimRepository } from './repository.js';
import { services } from './services.js';
import { admit, resulting } from './session.js';

/** [MS-WMI] note <19>: what Windows since XP asks of every call. */
const LEAST_LEVEL = RPC_C_AUTHN_LEVEL.PKT;
const MAX_NAMESPACE = 1_024;

/** The class WbemLevel1Login over a repository: what WMI clients activate. */
export function wbemLevel1Login(repository: () => CimRepository): ComClass {
  return {
    clsid: CLSID_WbemLevel1Login,
    name: 'WbemLevel1Login',
    leastLevel: LEAST_LEVEL,
    create: (host) => {
      const interfaces = interfacesOf(repository, host);
      return { name: 'WbemLevel1Login', queryInterface: (iid) => interfaces.get(iid) };
    },
  };
}

function interfacesOf(repository: () => CimRepository, host: ObjectHost): ReadonlyMap<string, ComInterface> {
  return new Map([
    [IID_IWbemLevel1Login, login(repository, host)],
    [IID_IWbemLoginClientID, comInterface(comMethod(SetClientInfo, () => ({ ReturnValue: HRESULT.S_OK })))],
    // [MS-WMI] 3.1.4.9.1: it should do nothing.
    [IID_IWbemLoginHelper, comInterface(comMethod(SetEvent, () => ({ ReturnValue: HRESULT.S_OK })))],
  ]);
}

/** [MS-WMI] 3.1.4.1. */
function login(repository: () => CimRepository, host: ObjectHost): ComInterface {
  return comInterface(
    // 1: a locale that is not known is ignored ([MS-WMI] 3.1.4.1.1).
    comMethod(EstablishPosition, () => ({ LocaleVersion: 1, ReturnValue: HRESULT.S_OK })),
    comMethod(RequestChallenge, () => ({
      reserved3: new Uint8Array(16),
      ReturnValue: WBEMSTATUS.WBEM_E_NOT_SUPPORTED,
    })),
    comMethod(WBEMLogin, () => ({ reserved5: null, ReturnValue: HRESULT.E_NOTIMPL })),
    comMethod(NTLMLogin, ({ wszNetworkResource, lFlags }, call) =>
      resulting({ ppNamespace: null }, () => {
        if (lFlags !== 0) throw new WmiError('WBEM_E_INVALID_PARAMETER', `lFlags ${lFlags} is not 0`);
        if (wszNetworkResource === null || wszNetworkResource.length > MAX_NAMESPACE)
          throw new WmiError('WBEM_E_INVALID_PARAMETER', 'no namespace');
        const namespace = repository().find(wszNetworkResource);
        admit(namespace, call, 'enable');
        const { pointer, ReturnValue } = handOut(call, services(namespace, repository(), host), IID_IWbemServices);
        return { ppNamespace: pointer, ReturnValue };
      }),
    ),
  );
}
