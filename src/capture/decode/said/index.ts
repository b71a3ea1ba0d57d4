import type { Operation } from '../../../codec/ndr/index.js';
import { OPC } from './opc.js';
import type { Said } from './says.js';
import { shortened } from './text.js';
import { WMI } from './wmi.js';

export { SmartBuffers } from './smart-buffers.js';

const SAID: ReadonlyMap<Operation, Said> = new Map([...WMI, ...OPC]);

/** What a request asks for, in one line: a query, an object, a method with its arguments. Undefined where there is nothing to say. */
export const requestText = (operation: Operation | undefined, input: unknown): string | undefined =>
  textOf(operation && SAID.get(operation)?.request, input);

/** What an answer gives, likewise. */
export const answerText = (operation: Operation | undefined, output: unknown): string | undefined =>
  textOf(operation && SAID.get(operation)?.answer, output);

function textOf(say: ((value: never) => string | undefined) | undefined, value: unknown): string | undefined {
  const text = value === undefined ? undefined : say?.(value as never);
  return text === undefined || text === '' ? undefined : shortened(text);
}
