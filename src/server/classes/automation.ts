import { IID_IDispatch } from '../../codec/oaut/index.js';
import type { AutomationIds, AutomationMembers } from './automation-members.js';
import type { ComClass, ComObject } from './class.js';
import { Dispatcher } from './dispatcher.js';

/**
 * An object that scripts can drive: IDispatch over the members that are given. `dual` are IIDs of its own interfaces
 * that derive from IDispatch; their further methods are not implemented.
 */
export function automationObject(
  name: string,
  members: AutomationMembers,
  ids: AutomationIds = {},
  dual: readonly string[] = [],
): ComObject {
  const dispatcher = new Dispatcher(name, members, ids);
  const iids = new Set([IID_IDispatch, ...dual]);
  return { name, queryInterface: (iid) => (iids.has(iid) ? dispatcher.methods : undefined) };
}

/** A class of such objects. Members that keep state are made anew for each object. */
export const automationClass = (
  clsid: string,
  name: string,
  members: () => AutomationMembers,
  ids: AutomationIds = {},
  dual: readonly string[] = [],
): ComClass => ({
  clsid,
  name,
  create: () => automationObject(name, members(), ids, dual),
});
