import { OptionError } from './input-error.js';

/** All options of `O`, so that one that is new cannot be forgotten. */
export type OptionNames<O> = Readonly<Record<keyof O, true>>;

/** Throws `OptionError` for an option that there is not; `call` is the function that it was given to. */
export function knownOptions<O extends object>(call: string, given: O, names: OptionNames<O>): void {
  const strange = Object.keys(given).find((name) => !Object.hasOwn(names, name));
  if (strange !== undefined)
    throw new OptionError(call, strange, `no such option; there are ${Object.keys(names).join(', ')}`);
}
