import { IID_IDispatch } from '../../codec/oaut/index.js';
import type { AutomationIds, AutomationMembers } from './automation-members.js';
import type { ComClass, ComObject } from './class.js';
import { Dispatcher } from './dispatcher.js';

/** An object that scripts can drive: IDispatch over the members that are given. */
export function automationObject(name: string, members: AutomationMembers, ids: AutomationIds = {}): ComObject {
  const dispatcher = new Dispatcher(name, members, ids);
  return { name, queryInterface: (iid) => (iid === IID_IDispatch ? dispatcher.methods : undefined) };
}

/** A class of such objects. Members that keep state are made anew for each object. */
export const automationClass = (
  clsid: string,
  name: string,
  members: () => AutomationMembers,
  ids: AutomationIds = {},
): ComClass => ({
  clsid,
  name,
  create: () => automationObject(name, members(), ids),
});
