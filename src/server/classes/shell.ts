import { automationClass, automationObject } from './automation.js';
import type { AutomationMembers } from './automation-members.js';
import type { ComClass, ComObject, ObjectCall } from './class.js';

/** DISPIDs by which captured clients of Windows servers call the members. */
const APPLICATION_IDS = { ShellExecute: 0x60030001 };
const FOLDER_VIEW_IDS = { Application: 0x60020000 };
const WINDOW_IDS = { Document: 203 };

const OPTIONAL = ['vArgs', 'vDir', 'vOperation', 'vShow'].map((name) => ({ name, optional: true }));

/** Shell.Application; ShellExecute(File, Arguments, Directory, Operation, Show) is written down, and runs nothing. */
const application = (): ComObject =>
  automationObject(
    'Shell.Application',
    {
      ShellExecute: {
        parameters: [{ name: 'File', type: 'string' }, ...OPTIONAL],
        invoke: (call, ...args) => call.record({ member: 'ShellExecute', arguments: args }),
      },
      ServiceStart: (call: ObjectCall, ...args: readonly unknown[]) => {
        call.record({ member: 'ServiceStart', arguments: args });
        return false;
      },
    },
    APPLICATION_IDS,
  );

/** The document of a shell window, whose Application everybody is after. */
const folderView = (): ComObject =>
  automationObject('FolderView', { Application: { get: application } }, FOLDER_VIEW_IDS);

const window = (): AutomationMembers => ({
  Document: { get: folderView },
  Application: { get: application },
  Quit: (call: ObjectCall) => call.record({ member: 'Quit', arguments: [] }),
  Name: { get: () => 'File Explorer' },
});

const item = (): ComObject => automationObject('ShellWindow', window(), WINDOW_IDS);

/** ShellWindows: a collection of one window; Item is also its default member. */
export const shellWindows: ComClass = automationClass('9ba05972-f6a8-11cf-a442-00a0c90a8f39', 'ShellWindows', () => ({
  Item: item,
  Count: { get: () => 1 },
  '': item,
}));

/** ShellBrowserWindow: such a window by itself. */
export const shellBrowserWindow: ComClass = automationClass(
  'c08afd90-f2a1-11d1-8455-00a0c91f3880',
  'ShellBrowserWindow',
  window,
  WINDOW_IDS,
);
