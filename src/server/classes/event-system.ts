import { HRESULT } from '../com.js';
import { automationClass } from './automation.js';
import { AutomationError } from './automation-members.js';
import type { ComClass, ObjectCall } from './class.js';

const recorded =
  (member: string) =>
  (call: ObjectCall, ...args: readonly unknown[]): void =>
    call.record({ member, arguments: args });

/** [MS-COMEV] 1.9; impacket activates the class by it. */
const IID_IEventSystem = '4e14fb9f-2e22-11d1-9964-00c04fbbb345';

/** COM+ EventSystem over IDispatch: what is stored or removed is written down, and nothing is found. */
export const eventSystem: ComClass = automationClass(
  '4e14fba2-2e22-11d1-9964-00c04fbbb345',
  'EventSystem',
  () => ({
    Query: () => {
      throw new AutomationError('the event store of this server is empty', HRESULT.E_NOTIMPL);
    },
    Store: recorded('Store'),
    Remove: recorded('Remove'),
    EventObjectChangeEventClassID: { get: () => '{D0565000-9DF4-11D1-A281-00C04FCA0AA7}' },
  }),
  {},
  [IID_IEventSystem],
);
