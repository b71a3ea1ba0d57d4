import * as dcom from '../../../codec/dcom/constants.js';
import { interfaceUuids } from '../../../codec/interfaces.js';
import * as opc from '../../../codec/opc/constants.js';
import { BIND_TIME_FEATURES_PREFIX } from '../../../codec/rpce/index.js';
import { type Endian, uuidToBytes } from '../../../codec/uuid.js';
import * as wmi from '../../../codec/wmi/constants.js';
import { TRANSFER_SYNTAXES } from '../../../rpc/index.js';
import { className } from '../../decode/class-names.js';

/** [MS-DCOM] 1.9: what COM itself, and OLE on it, are made of. */
const COM_RANGE = /^[0-9a-f]{8}-0000-0000-c000-000000000046$/;
const IS_UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const CONSTANTS = [dcom, opc, wmi]
  .flatMap((module) => Object.values(module) as unknown[])
  .filter((value): value is string => typeof value === 'string' && IS_UUID.test(value));

const KNOWN: ReadonlySet<string> = new Set([
  ...interfaceUuids(),
  ...CONSTANTS,
  ...Object.values(TRANSFER_SYNTAXES).map(({ uuid }) => uuid),
]);

/** Interfaces, classes and transfer syntaxes that many have: they say nothing of whose network it is. */
export const isKnownUuid = (uuid: string): boolean =>
  KNOWN.has(uuid) ||
  COM_RANGE.test(uuid) ||
  uuid.startsWith(BIND_TIME_FEATURES_PREFIX) ||
  className(uuid) !== undefined;

/** Octets with which a known UUID starts, enough of them that hardly another one does. */
export const startsKnownUuid = (octets: Uint8Array, endian: Endian): boolean =>
  octets.length >= LEAST &&
  [...KNOWN].some((uuid) => uuidToBytes(uuid, endian).subarray(0, octets.length).equals(octets));

const LEAST = 8;
