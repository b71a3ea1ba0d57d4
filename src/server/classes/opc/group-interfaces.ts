import type { ComInterface } from '../class.js';
import { asyncIo } from './async-io.js';
import type { Group } from './group.js';
import { groupStateMgt } from './group-state.js';
import { itemDeadbandMgt, itemMgt } from './item-mgt.js';
import { syncIo } from './sync-io.js';

/** The interfaces of a group, by IID. */
export const groupInterfaces = (group: Group): [iid: string, methods: ComInterface][] => [
  ...groupStateMgt(group),
  ...itemMgt(group),
  ...itemDeadbandMgt(group),
  ...syncIo(group),
  ...asyncIo(group),
];
