/**
 * A value from a person (a date, a registry value, a Windows version) does not exist; the message says in one line what
 * does.
 */
export class PolicyInputError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PolicyInputError';
  }
}

/** An option that does not exist, or has a value that it cannot have. */
export class OptionError extends PolicyInputError {
  /** The name of the option, with dots where it is a part of one: `registry.LegacyAuthenticationLevel`. */
  readonly option: string;

  /** `call`: the function that was given the option. */
  constructor(call: string, option: string, why: string) {
    super(`${call}: ${option === '' ? '' : `${option}: `}${why}`);
    this.name = 'OptionError';
    this.option = option;
  }
}
