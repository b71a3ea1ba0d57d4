import { z } from 'zod';
import { rebootDue } from '../../hardening/machine.js';
import { enforcementOf } from '../../hardening/machine-policy.js';
import { compare } from '../expectations.js';
import { name } from '../values.js';
import { verb } from './verb.js';

export const check = verb({
  schema: z.strictObject({ host: name }).describe('looks at a host'),
  expect: z.strictObject({
    objects: z.number().int().optional().describe('that are alive'),
    enforces: z.boolean().optional(),
    rebootDue: z.boolean().optional().describe('whether an update or a registry value waits for a restart'),
    invocations: z.array(name).optional().describe('members that clients asked its objects for'),
    events: z.array(z.number().int()).optional().describe('ids in its log'),
  }),
  references({ host }, names, { path, expect, expectPath }) {
    if (names.host(host, [...path, 'host']) === undefined) return;
    if (expect.rebootDue !== undefined) names.windows(host, [...expectPath, 'rebootDue']);
    for (const key of ['objects', 'invocations'] as const)
      if (expect[key] !== undefined) names.server(host, [...expectPath, key]);
  },
  run(lab, given, { title, expect }) {
    const host = lab.host(given.host);
    compare(lab, `check.${given.host}`, title ?? given.host, expect, {
      enforces: enforcementOf(host.machine).enabled,
      rebootDue: rebootDue(host.machine),
      events: host.log.entries.map(({ event }) => event.id),
      ...(host.serves && {
        objects: host.server.objects,
        invocations: host.server.invocations.map(({ member }) => member),
      }),
    });
  },
});
