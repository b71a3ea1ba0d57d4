import { z } from 'zod';
import { changedLink, link as way } from '../links.js';
import { name } from '../values.js';
import { NOTHING, verb } from './verb.js';

export const link = verb({
  schema: z
    .strictObject({
      between: z.tuple([name, name]),
      latency: way.shape.latency.nullable(),
      bandwidth: way.shape.bandwidth.nullable(),
      segment: way.shape.segment.nullable(),
    })
    .describe('changes the way between two hosts; null takes back what was said before'),
  expect: NOTHING,
  references: ({ between }, names, { path }) => names.between(between, [...path, 'between']),
  run(lab, { between: [a, b], ...changes }) {
    const { simulation } = lab;
    simulation.link(a, b, changedLink(simulation.linkOf(a, b), changes));
  },
});
