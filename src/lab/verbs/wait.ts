import { duration } from '../values.js';
import { NOTHING, verb } from './verb.js';

export const wait = verb({
  schema: duration.describe('lets time pass'),
  expect: NOTHING,
  run: (lab, milliseconds) => lab.world.wait(milliseconds),
});
