import type { InterfaceDef } from '../ndr/index.js';
import { IOPCCommon, IOPCShutdown } from './common.js';
import { IConnectionPoint, IConnectionPointContainer } from './connection-points.js';
import { IOPCDataCallback } from './data-callback.js';
import * as enumerators from './enumerators.js';
import * as group from './group.js';
import * as io from './io.js';
import * as server from './server.js';
import { ICatInformation, IOPCServerList, IOPCServerList2 } from './server-list.js';

const { CONNECTDATA: _, ...ENUMERATORS } = enumerators;

/** Every interface of OPC Data Access, with those of COM that it needs. */
export const OPC_INTERFACES: readonly InterfaceDef[] = [
  IOPCServerList,
  IOPCServerList2,
  ICatInformation,
  IOPCCommon,
  IOPCShutdown,
  ...Object.values(server),
  ...Object.values(group),
  ...Object.values(io),
  IOPCDataCallback,
  IConnectionPointContainer,
  IConnectionPoint,
  ...Object.values(ENUMERATORS),
];
