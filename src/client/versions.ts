import type { COMVERSION } from '../codec/dcom/index.js';

/** [MS-DCOM] 1.7: both sides speak the lower version. */
export const lower = (a: COMVERSION, b: COMVERSION): COMVERSION =>
  a.MajorVersion === b.MajorVersion && a.MinorVersion <= b.MinorVersion ? a : b;

/** [MS-DCOM] 3.2.4.1.1.2: servers below 5.6 have only the older activation interface. */
export const below56 = (version: COMVERSION | undefined): boolean =>
  version !== undefined && version.MajorVersion === 5 && version.MinorVersion < 6;
