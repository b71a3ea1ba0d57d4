import { z } from 'zod';
import { checkOptions, functionOption, optionsOf, timeOption } from '../../hardening/options.js';
import { suiteOptions } from '../core/suite-options.js';
import type { ClientSuiteOptions } from './suite.js';

const client = z.union(
  [functionOption('runs the client once'), z.object()],
  'expected a function that runs the client once, or a ClientUnderTest',
);
const CLIENT_SUITE = {
  ...suiteOptions,
  client,
  account: z.strictObject({ domain: z.string(), user: z.string(), password: z.string() }),
  addresses: z.array(z.string()),
  limit: timeOption,
} satisfies Record<keyof ClientSuiteOptions, z.ZodType>;
const OPTIONS = optionsOf(CLIENT_SUITE).extend({ client });

/** Throws `OptionError` for the first option that is wrong, by its name. */
export const checkSuiteOptions = (given: ClientSuiteOptions): void => checkOptions('clientSuite', OPTIONS, given);
