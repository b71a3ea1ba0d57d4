import { z } from 'zod';
import { enforcementOf } from '../../hardening/machine-policy.js';
import { compare } from '../expectations.js';
import { name } from '../values.js';
import { verb } from './verb.js';

export const check = verb({
  schema: z.strictObject({ host: name }).describe('looks at a host'),
  expect: z.strictObject({
    objects: z.number().int().optional().describe('that are alive'),
    enforces: z.boolean().optional(),
    invocations: z.array(name).optional().describe('members that clients asked its objects for'),
    events: z.array(z.number().int()).optional().describe('ids in its log'),
  }),
  references({ host }, names, { path, expect, expectPath }) {
    if (names.host(host, [...path, 'host']) === undefined) return;
    for (const key of ['objects', 'invocations'] as const)
      if (expect[key] !== undefined) names.server(host, [...expectPath, key]);
  },
  run(lab, given, { title, expect }) {
    const host = lab.host(given.host);
    compare(lab, `check.${given.host}`, title ?? given.host, expect, {
      enforces: enforcementOf(host.machine).enabled,
      events: host.log.entries.map(({ event }) => event.id),
      ...(host.serves && {
        objects: host.server.objects,
        invocations: host.server.invocations.map(({ member }) => member),
      }),
    });
  },
});
