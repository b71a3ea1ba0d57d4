import { z } from 'zod';
import { installUpdate } from '../../hardening/machine.js';
import { date, name } from '../values.js';
import { NOTHING, verb } from './verb.js';

export const update = verb({
  schema: z.strictObject({ host: name, date, restart: z.boolean().default(true) }).describe('installs an update'),
  expect: NOTHING,
  references({ host, date: day }, names, { path }) {
    names.windows(host, [...path, 'host']);
    names.installed(host, [day], [...path, 'date']);
  },
  async run(lab, given, { path }) {
    const host = lab.host(given.host);
    // An update cannot be installed before it is released.
    lab.sleepUntil(Date.parse(`${given.date}T12:00:00Z`), path);
    host.machine = installUpdate(host.machine, given.date);
    if (given.restart) await host.restart();
  },
});
