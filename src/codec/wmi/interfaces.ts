import type { InterfaceDef } from '../ndr/index.js';
import { IWbemBackupRestore, IWbemBackupRestoreEx } from './backup.js';
import {
  IEnumWbemClassObject,
  IWbemCallResult,
  IWbemFetchSmartEnum,
  IWbemObjectSink,
  IWbemWCOSmartEnum,
} from './enumerator.js';
import { IWbemLevel1Login, IWbemLoginClientID, IWbemLoginHelper } from './login.js';
import { IWbemRefreshingServices, IWbemRemoteRefresher } from './refresher.js';
import { IWbemServices } from './services.js';

/** All interfaces of [MS-WMI] whose calls go over the network. */
export const WMI_INTERFACES: readonly InterfaceDef[] = [
  IWbemLevel1Login,
  IWbemLoginClientID,
  IWbemLoginHelper,
  IWbemServices,
  IEnumWbemClassObject,
  IWbemCallResult,
  IWbemObjectSink,
  IWbemFetchSmartEnum,
  IWbemWCOSmartEnum,
  IWbemBackupRestore,
  IWbemBackupRestoreEx,
  IWbemRefreshingServices,
  IWbemRemoteRefresher,
];
