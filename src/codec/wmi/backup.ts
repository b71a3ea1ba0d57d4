import { orpcOperation } from '../dcom/index.js';
import { HRESULT, interfaceDef, u32, wstring } from '../ndr/index.js';
import { IID_IWbemBackupRestore, IID_IWbemBackupRestoreEx } from './constants.js';

export const Backup = orpcOperation({
  name: 'Backup',
  opnum: 3,
  section: '[MS-WMI] 3.1.4.10.1',
  in: { strBackupToFile: wstring, lFlags: u32 },
  out: { ReturnValue: HRESULT },
});

export const Restore = orpcOperation({
  name: 'Restore',
  opnum: 4,
  section: '[MS-WMI] 3.1.4.10.2',
  in: { strRestoreFromFile: wstring, lFlags: u32 },
  out: { ReturnValue: HRESULT },
});

export const Pause = orpcOperation({
  name: 'Pause',
  opnum: 5,
  section: '[MS-WMI] 3.1.4.11.1',
  in: {},
  out: { ReturnValue: HRESULT },
});

export const Resume = orpcOperation({
  name: 'Resume',
  opnum: 6,
  section: '[MS-WMI] 3.1.4.11.2',
  in: {},
  out: { ReturnValue: HRESULT },
});

export const IWbemBackupRestore = interfaceDef({
  name: 'IWbemBackupRestore',
  uuid: IID_IWbemBackupRestore,
  version: { major: 0, minor: 0 },
  section: '[MS-WMI] 3.1.4.10',
  operations: [Backup, Restore],
});

export const IWbemBackupRestoreEx = interfaceDef({
  name: 'IWbemBackupRestoreEx',
  uuid: IID_IWbemBackupRestoreEx,
  version: { major: 0, minor: 0 },
  section: '[MS-WMI] 3.1.4.11',
  operations: [Backup, Restore, Pause, Resume],
});
