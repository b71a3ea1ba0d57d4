import { z } from 'zod';
import { OptionError, PolicyInputError } from '../codec/input-error.js';
import { DEFAULT_POLICY } from './profile.js';
import { REGISTRY_VALUES } from './registry.js';
import { type AsOf, patchLevel } from './timeline.js';

/**
 * Holds what a function is given against what it takes, before it does anything. Throws `OptionError` for an option
 * that there is not, or a value that the option cannot have: the first such mistake, by its name.
 */
export function checkOptions(call: string, options: z.ZodObject, given: unknown): void {
  const result = options.safeParse(given);
  if (result.success) return;
  const { issues } = result.error;
  const issue = (issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]) as z.core.$ZodIssue;
  const path = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys') throw new OptionError(call, path, issue.message);
  const [strange = ''] = issue.keys;
  const part = issue.path.length === 0 ? options : undefined;
  const known = part === undefined ? '' : `; there are ${Object.keys(part.shape).join(', ')}`;
  throw new OptionError(call, [...issue.path, strange].join('.'), `no such option${known}`);
}

/** A function, and what it is for. */
export const functionOption = (what: string) =>
  z.custom<unknown>((value) => typeof value === 'function', `expected a function: ${what}`);

/** An object of some class, known by one of its methods. */
export const objectOption = (method: string, what: string) =>
  z.custom<unknown>(
    (value) => typeof (value as Record<string, unknown> | null)?.[method] === 'function',
    `expected ${what}`,
  );

/** A part of something that has a default, such as limits: none but its names. */
export const partOf = (whole: object, more: readonly string[] = []) =>
  z.strictObject(Object.fromEntries([...Object.keys(whole), ...more].map((name) => [name, z.unknown().optional()])));

/** Options of which each may be absent, and beside which there are none. */
export const optionsOf = <Shape extends Record<string, z.ZodType>>(shape: Shape) =>
  z.strictObject(Object.fromEntries(Object.entries(shape).map(([name, type]) => [name, type.optional()])));

export const portOption = z.number().int().min(0).max(0xffff);

/** Milliseconds. */
export const timeOption = z.number().positive();

/** RPC_C_AUTHN_LEVEL_*. */
const LEVEL = 'expected a number from 0 to 6, as RPC_C_AUTHN_LEVEL names them';
export const levelOption = z.number(LEVEL).int(LEVEL).min(0, LEVEL).max(6, LEVEL);

/** RPC_C_AUTHN_*. */
const AUTH_TYPE = 'expected a number from 0 to 255, as RPC_C_AUTHN names them';
export const authTypeOption = z.number(AUTH_TYPE).int(AUTH_TYPE).min(0, AUTH_TYPE).max(0xff, AUTH_TYPE);

/** What a function has of the world around it. */
export const environmentOptions = {
  network: objectOption('listen', 'a network'),
  timers: objectOption('after', 'timers'),
  clock: functionOption('milliseconds since 1970'),
  monotonic: functionOption('milliseconds that only grow'),
  random: functionOption('so many octets'),
};

/** Some of what no source confirms. */
export const policyOption = partOf(DEFAULT_POLICY, ['windows']);

export const dwordOption = z.number().int().min(0).max(0xffffffff);

/** By the names of the registry values that decide. */
export const registryOption = z.strictObject(
  Object.fromEntries(REGISTRY_VALUES.map(({ name }) => [name, dwordOption.optional()])),
);

/** A date, as `patchLevel` takes it. */
export const asOfOption = z
  .custom<AsOf>((value) => typeof value === 'string' || isPatchLevel(value), 'expected a date')
  .superRefine((asOf, context) => {
    try {
      patchLevel(asOf);
    } catch (error) {
      if (!(error instanceof PolicyInputError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
    }
  });

const isPatchLevel = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'date' in value && 'phase' in value;
