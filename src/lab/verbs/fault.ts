import { z } from 'zod';
import { FAULT_KINDS, type FaultKind } from '../../net/simulation/index.js';
import { duration, name } from '../values.js';
import { NOTHING, verb } from './verb.js';

export const fault = verb({
  schema: z
    .strictObject({
      kind: z.enum(FAULT_KINDS as [FaultKind, ...FaultKind[]]),
      between: z.tuple([name, name]),
      from: name.optional(),
      after: z.number().int().nonnegative().optional().describe('octets that still pass'),
      for: duration.optional(),
      as: name.optional().describe('a name to heal it by'),
    })
    .describe('something goes wrong on the way between two hosts'),
  expect: NOTHING,
  references({ kind, between, from, for: lasts, as }, names, { path }) {
    names.between(between, [...path, 'between']);
    if (from !== undefined && !between.includes(from))
      names.wrong([...path, 'from'], `not one of ${between.join(', ')}`);
    if (lasts !== undefined && kind !== 'stall') names.wrong([...path, 'for'], 'only a stall ends by itself');
    if (as !== undefined) names.faulted(as, [...path, 'as']);
  },
  run(lab, { kind, between, from, after, for: milliseconds, as }) {
    const injected = lab.simulation.inject({
      kind,
      between,
      ...(from !== undefined && { from }),
      ...(after !== undefined && { after }),
      ...(milliseconds !== undefined && { milliseconds }),
    });
    if (as !== undefined) lab.faults.set(as, injected);
  },
});
