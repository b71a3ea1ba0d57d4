import type { JsValue } from '../../codec/oaut/index.js';
import { UsageError } from '../io.js';

/** The value of a text as a type; undefined if the text is not of that type. */
const TYPES: Readonly<Record<string, (text: string) => JsValue | undefined>> = {
  text: (text) => text,
  number: (text) => (text.trim() === '' || !Number.isFinite(Number(text)) ? undefined : Number(text)),
  boolean: (text) => ({ true: true, false: false })[text],
};

export const ARGUMENT_HELP = 'each is a text, or number:21.5, boolean:true, text:number:1';

/** An argument of `--invoke`, as it is on the command line. Throws `UsageError` for one that is not of the type that it names. */
export function invokeArgument(given: string): JsValue {
  const [, type = '', text = ''] = /^([a-z]+):(.*)$/s.exec(given) ?? [];
  const typed = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (typed === undefined) return given;
  const value = typed(text);
  if (value === undefined) throw new UsageError(`--invoke: ${given}: '${text}' is no ${type}`);
  return value;
}
