import type { ComClass } from './class.js';
import { eventSystem } from './event-system.js';
import { genericClass } from './generic.js';
import { mmc20 } from './mmc20.js';
import { AddressSpace, opcClasses, SAMPLE_PLANT } from './opc/index.js';
import { shellBrowserWindow, shellWindows } from './shell.js';
import { wmiClass } from './wmi/index.js';

/** The classes that come with the server, by the name that the command line gives them. */
export const CLASSES = {
  generic: genericClass,
  mmc20,
  shellwindows: shellWindows,
  shellbrowserwindow: shellBrowserWindow,
  eventsystem: eventSystem,
  wmi: wmiClass(),
} as const satisfies Record<string, ComClass>;

/** `opc` is not one class: an OPC server, with those that list it. */
export type ClassName = keyof typeof CLASSES | 'opc';
export const CLASS_NAMES = [...Object.keys(CLASSES), 'opc'] as ClassName[];

/** The CLSID that a name stands for; of an OPC server that of the sample. The generic class has none. */
export const clsidNamed = (name: string): string | undefined =>
  name === 'opc' ? SAMPLE_PLANT.clsid : (CLASSES as Readonly<Record<string, ComClass>>)[name]?.clsid;

/** The classes of names, in their order; OPC servers have the address spaces that are given, or the sample's. */
export const classesNamed = (names: readonly ClassName[], spaces: readonly AddressSpace[] = []): ComClass[] =>
  names.flatMap((name): ComClass[] => {
    if (name !== 'opc') return [CLASSES[name]];
    return opcClasses(spaces.length === 0 ? [new AddressSpace(SAMPLE_PLANT)] : spaces);
  });

export * from './automation.js';
export type { AutomationParameter, ByRef } from './automation-arguments.js';
export * from './automation-members.js';
export * from './class.js';
export * from './connection-points.js';
export { enumerator } from './enumerators.js';
export * from './wmi/index.js';
