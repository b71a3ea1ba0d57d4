import { OptionError } from './input-error.js';

/** All options of `O`, so that one that is new cannot be forgotten. */
export type OptionNames<O> = Readonly<Record<keyof O, true>>;

/** Throws `OptionError` for an option that there is not; `call` is the function that it was given to. */
export function knownOptions<O extends object>(call: string, given: O, names: OptionNames<O>): void {
  if (typeof given !== 'object' || given === null)
    throw new OptionError(call, '', `expected an object, received ${given === null ? 'null' : typeof given}`);
  const strange = Object.keys(given).find((name) => !Object.hasOwn(names, name));
  if (strange !== undefined)
    throw new OptionError(call, strange, `no such option; there are ${Object.keys(names).join(', ')}`);
}

/** The same for functions that are told of something; an object of a class may have members of its own beside them. */
export function knownHandlers<H extends object>(call: string, given: H, names: OptionNames<H>): void {
  if (Object.getPrototypeOf(given) === Object.prototype) knownOptions(call, given, names);
}
