import { type AutomationMembers, automationClass, automationObject } from './automation.js';
import type { ComClass, ObjectCall } from './class.js';

/**
 * MMC20.Application: the class that the relay of CVE-2021-26414 is shown with. ExecuteShellCommand writes down who
 * asked for which command, and runs nothing.
 */
export const mmc20: ComClass = automationClass('49b2791a-b1ae-4c90-9b8e-e860ba07f889', 'MMC20.Application', () => ({
  Document: { get: () => automationObject('Document', document()) },
  Visible: flag(),
  UserControl: flag(),
  Quit: (call: ObjectCall) => call.record({ member: 'Quit', arguments: [] }),
  VersionMajor: { get: () => 3 },
  VersionMinor: { get: () => 0 },
}));

const document = (): AutomationMembers => ({
  ActiveView: { get: () => automationObject('View', view) },
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
