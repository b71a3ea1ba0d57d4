import { name } from '../values.js';
import { NOTHING, verb } from './verb.js';

export const reboot = verb({
  schema: name.describe('restarts a host'),
  expect: NOTHING,
  references: (host, names, { path }) => void names.host(host, path),
  run: (lab, host) => lab.host(host).restart(),
});
