import { z } from 'zod';
import { activateInStep, clientAs, clientAt, observedOf, wishOf } from '../client-step.js';
import { compare } from '../expectations.js';
import { clsid, level, name, refuser, serverEvent } from '../values.js';
import { verb } from './verb.js';

export const activate = verb({
  schema: z
    .strictObject({
      ...clientAt,
      class: clsid.default(clsid.parse('generic')),
      ...clientAs,
      method: z
        .enum(['RemoteActivation', 'RemoteGetClassObject', 'RemoteCreateInstance'])
        .optional()
        .describe('how it activates; as the client does by itself where absent'),
      auth: z.enum(['ntlm', 'spnego', 'kerberos', 'none']).optional(),
      by: z.enum(['name', 'address']).default('name').describe('how it names the server; an address has no ticket'),
      anonymous: z.boolean().default(false).describe('a null session'),
      as: name.optional().describe('keeps the object, under this name'),
    })
    .describe('one activation'),
  expect: z.strictObject({
    outcome: z.enum(['accepted', 'refused']).optional(),
    refusedBy: refuser.optional().describe('who refused'),
    event: serverEvent.optional(),
    clientEvent: z.union([z.literal(10037), z.literal(10038), z.literal('none')], '10037, 10038 or none').optional(),
    level: level.optional().describe('what went over the wire'),
    mechanism: z.enum(['NTLM', 'Kerberos']).optional().describe('what the server authenticated it by'),
  }),
  references(given, names, { path }) {
    names.client(given.from, given.application, path, 'from');
    names.server(given.on, [...path, 'on']);
    if (given.user !== undefined) names.user(given.from, given.user, [...path, 'user']);
    if (given.as !== undefined) names.keep(given.as, [...path, 'as']);
  },
  async run(lab, given, { title, expect }) {
    const { anonymous, by, method } = given;
    const wish = { ...wishOf(lab, given), clsid: given.class, anonymous, by, method };
    const { refusedBy } = expect;
    const step = { verb: 'activate', does: 'activates on', title, refusedBy, keep: given.as !== undefined };
    const done = await activateInStep(lab, wish, step);
    if (given.as !== undefined && done.kept !== undefined) lab.objects.set(given.as, done.kept);
    compare(lab, done.id, done.title, expect, {
      ...observedOf(done),
      clientEvent: done.activation.clientEvent?.id ?? 'none',
      mechanism: done.activation.mechanism ?? 'none',
    });
  },
});
