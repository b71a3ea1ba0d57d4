import { z } from 'zod';
import { compare } from '../expectations.js';
import { name } from '../values.js';
import { verb } from './verb.js';

export const heal = verb({
  schema: name.describe('takes a fault out'),
  expect: z.strictObject({ outcome: z.literal('happened').optional().describe('a connection has met it') }),
  references: (fault, names, { path }) => names.healed(fault, path),
  run(lab, of, { title, expect }) {
    const fault = lab.faults.get(of);
    fault?.heal();
    const outcome = fault?.happened ? 'happened' : 'did not happen';
    compare(lab, `heal.${of}`, title ?? `the fault ${of}`, expect, { outcome });
  },
});
