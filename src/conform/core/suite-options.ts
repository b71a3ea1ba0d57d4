import { z } from 'zod';
import { environmentOptions, functionOption, portOption } from '../../hardening/options.js';

/** What both suites are given. */
export const suiteOptions = {
  ...environmentOptions,
  only: z.array(z.string()),
  skip: z.array(z.string()),
  port: portOption,
  seed: z.union([z.string(), z.number()], 'expected a text or a number'),
  record: functionOption('takes a block of a recording'),
  told: functionOption('told of a result'),
};
