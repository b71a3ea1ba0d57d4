import { automationClass, automationObject } from './automation.js';
import type { AutomationMembers } from './automation-members.js';
import type { ComClass, ObjectCall } from './class.js';

/** DISPIDs of the real objects, as a Windows server's type information gives them in a capture. */
const APPLICATION_IDS = { Quit: 3, Document: 4, Visible: 7, UserControl: 10, VersionMajor: 11, VersionMinor: 12 };
const DOCUMENT_IDS = { Close: 3, ActiveView: 6, Name: 7 };
const VIEW_IDS = { ExecuteShellCommand: 54 };

/**
 * MMC20.Application: the class that the relay of CVE-2021-26414 is shown with. ExecuteShellCommand writes down who
 * asked for which command, and runs nothing.
 */
export const mmc20: ComClass = automationClass(
  '49b2791a-b1ae-4c90-9b8e-e860ba07f889',
  'MMC20.Application',
  () => ({
    Document: { get: () => automationObject('Document', document(), DOCUMENT_IDS) },
    Visible: flag(),
    UserControl: flag(),
    Quit: (call: ObjectCall) => call.record({ member: 'Quit', arguments: [] }),
    VersionMajor: { get: () => 3 },
    VersionMinor: { get: () => 0 },
  }),
  APPLICATION_IDS,
);

const document = (): AutomationMembers => ({
  ActiveView: { get: () => automationObject('View', view, VIEW_IDS) },
  Name: { get: () => 'Console1' },
  Close: (call: ObjectCall) => call.record({ member: 'Close', arguments: [] }),
});

const TEXT = { type: 'string' } as const;

const view: AutomationMembers = {
  ExecuteShellCommand: {
    parameters: ['Command', 'Directory', 'Parameters', 'WindowState'].map((name) => ({ name, ...TEXT })),
    invoke: (call, ...args) => call.record({ member: 'ExecuteShellCommand', arguments: args }),
  },
};

function flag() {
  let value: unknown = false;
  return {
    get: () => value,
    put: (next: unknown) => {
      value = next;
    },
  };
}
