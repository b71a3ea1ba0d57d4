import type { ComClass } from './class.js';
import { eventSystem } from './event-system.js';
import { genericClass } from './generic.js';
import { mmc20 } from './mmc20.js';
import { shellBrowserWindow, shellWindows } from './shell.js';

/** The classes that come with the server, by the name that the command line gives them. */
export const CLASSES = {
  generic: genericClass,
  mmc20,
  shellwindows: shellWindows,
  shellbrowserwindow: shellBrowserWindow,
  eventsystem: eventSystem,
} as const satisfies Record<string, ComClass>;

export type ClassName = keyof typeof CLASSES;
export const CLASS_NAMES = Object.keys(CLASSES) as ClassName[];

export * from './automation.js';
export type { AutomationParameter, ByRef } from './automation-arguments.js';
export * from './automation-members.js';
export * from './class.js';
export * from './connection-points.js';
export { enumerator } from './enumerators.js';
