/** OPCSERVERSTATE. */
export const OPC_STATUS = { RUNNING: 1, FAILED: 2, NOCONFIG: 3, SUSPENDED: 4, TEST: 5, COMM_FAULT: 6 } as const;
/** OPCDATASOURCE. */
export const OPC_DS = { CACHE: 1, DEVICE: 2 } as const;
/** OPCBROWSETYPE. */
export const OPC_BROWSE = { BRANCH: 1, LEAF: 2, FLAT: 3 } as const;
/** OPCNAMESPACETYPE. */
export const OPC_NS = { HIERARCHIAL: 1, FLAT: 2 } as const;
/** OPCBROWSEDIRECTION. */
export const OPC_BROWSE_DIRECTION = { UP: 1, DOWN: 2, TO: 3 } as const;
/** OPCEUTYPE. */
export const OPC_EU = { NOENUM: 0, ANALOG: 1, ENUMERATED: 2 } as const;
/** OPCENUMSCOPE. */
export const OPC_ENUM = {
  PRIVATE_CONNECTIONS: 1,
  PUBLIC_CONNECTIONS: 2,
  ALL_CONNECTIONS: 3,
  PRIVATE: 4,
  PUBLIC: 5,
  ALL: 6,
} as const;
/** OPCBROWSEFILTER. */
export const OPC_BROWSE_FILTER = { ALL: 1, BRANCHES: 2, ITEMS: 3 } as const;
/** dwFlagValue of an OPCBROWSEELEMENT. */
export const OPC_BROWSE_ELEMENT = { HASCHILDREN: 1, ISITEM: 2 } as const;
/** dwAccessRights. */
export const OPC_ACCESS = { READABLE: 1, WRITEABLE: 2 } as const;

/** The quality word: its lower octet says quality, substatus and limit; the upper one is the vendor's. */
export const OPC_QUALITY = {
  BAD: 0x00,
  CONFIG_ERROR: 0x04,
  NOT_CONNECTED: 0x08,
  DEVICE_FAILURE: 0x0c,
  SENSOR_FAILURE: 0x10,
  LAST_KNOWN: 0x14,
  COMM_FAILURE: 0x18,
  OUT_OF_SERVICE: 0x1c,
  WAITING_FOR_INITIAL_DATA: 0x20,
  UNCERTAIN: 0x40,
  LAST_USABLE: 0x44,
  SENSOR_CAL: 0x50,
  EGU_EXCEEDED: 0x54,
  SUB_NORMAL: 0x58,
  GOOD: 0xc0,
  LOCAL_OVERRIDE: 0xd8,
} as const;
export const OPC_QUALITY_MASK = 0xc0;
export const OPC_STATUS_MASK = 0xfc;
export const OPC_LIMIT_MASK = 0x03;

/** `GOOD`, `SENSOR_FAILURE`, with the limit where there is one: `GOOD, high limit`. */
export function qualityName(quality: number): string {
  const status = quality & OPC_STATUS_MASK;
  const known = Object.entries(OPC_QUALITY).find(([, code]) => code === status)?.[0];
  const limit = ['', ', low limit', ', high limit', ', constant'][quality & OPC_LIMIT_MASK] ?? '';
  return `${known ?? `0x${status.toString(16).padStart(2, '0')}`}${limit}`;
}

/** The properties that an item can have. */
export const OPC_PROPERTY = {
  DATATYPE: 1,
  VALUE: 2,
  QUALITY: 3,
  TIMESTAMP: 4,
  ACCESS_RIGHTS: 5,
  SCAN_RATE: 6,
  EU_TYPE: 7,
  EU_INFO: 8,
  EU_UNITS: 100,
  DESCRIPTION: 101,
  HIGH_EU: 102,
  LOW_EU: 103,
} as const;

/** Implemented categories of servers. */
export const CATID_OPCDAServer10 = '63d5f430-cfe4-11d1-b2c8-0060083ba1fb';
export const CATID_OPCDAServer20 = '63d5f432-cfe4-11d1-b2c8-0060083ba1fb';
export const CATID_OPCDAServer30 = 'cc603642-66d7-48f1-b69a-b625e73652d7';

/** The list of the OPC servers of a machine, which comes as a DCOM server of its own. */
export const CLSID_OpcServerList = '13486d51-4821-11d2-a494-3cb306c10000';
/** Windows' own list of categories, for clients that do without OpcEnum. */
export const CLSID_StdComponentCategoriesMgr = '0002e005-0000-0000-c000-000000000046';
