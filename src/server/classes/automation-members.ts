import { HRESULT } from '../com.js';
import type { AutomationParameter } from './automation-arguments.js';
import type { ObjectCall } from './class.js';

/** A property: what it is, or how it is read and written. */
export interface AutomationProperty {
  readonly get?: (call: ObjectCall) => unknown;
  readonly put?: (value: unknown, call: ObjectCall) => void;
}

/** A method: gets its arguments in the order of the call, gives any value or another object. */
export type AutomationMethod = (call: ObjectCall, ...args: readonly unknown[]) => unknown;

/** A method with parameters: they have names, are counted, converted, and may be optional or by reference. */
export interface AutomationMethodWithParameters {
  readonly parameters: readonly (string | AutomationParameter)[];
  readonly invoke: AutomationMethod;
}

/** What an object has: a method or a property. */
export type AutomationMember = AutomationMethod | AutomationMethodWithParameters | AutomationProperty;

/** Members by name, in the order of their DISPIDs from 1 on. Names are compared without case; `''` is the default member. */
export type AutomationMembers = Readonly<Record<string, AutomationMember>>;

/** Thrown by a member: becomes DISP_E_EXCEPTION with an EXCEPINFO ([MS-OAUT] 3.1.4.4). */
export class AutomationError extends Error {
  readonly scode: number;

  constructor(description: string, scode: number = HRESULT.E_FAIL) {
    super(description);
    this.name = 'AutomationError';
    this.scode = scode;
  }
}

/** DISPIDs by name, for members whose place is not their DISPID: programs may know those of a real class by heart. */
export type AutomationIds = Readonly<Record<string, number>>;
