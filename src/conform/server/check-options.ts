import { z } from 'zod';
import { checkOptions, optionsOf, timeOption } from '../../hardening/options.js';
import { suiteOptions } from '../core/suite-options.js';
import type { ServerSuiteOptions } from './suite.js';

const host = z.string().min(1);
const SERVER_SUITE = {
  ...suiteOptions,
  host,
  credentials: z.looseObject({}),
  clsid: z.string(),
  patience: timeOption,
  checkMilliseconds: timeOption,
  slow: z.boolean(),
} satisfies Record<keyof ServerSuiteOptions, z.ZodType>;
const OPTIONS = optionsOf(SERVER_SUITE).extend({ host });

/** Throws `OptionError` for the first option that is wrong, by its name. */
export const checkSuiteOptions = (given: ServerSuiteOptions): void => checkOptions('serverSuite', OPTIONS, given);
