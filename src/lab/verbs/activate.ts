import { z } from 'zod';
import { AUTH_TYPES } from '../../client/credentials.js';
import { authnLevelName, shortAuthnLevelName } from '../../codec/status/authn.js';
import { activate as activation } from '../activation.js';
import { compare, MODEL } from '../expectations.js';
import { clsid, level, name, refuser, serverEvent } from '../values.js';
import { POLICY_LAYERS } from '../verdict.js';
import { verb } from './verb.js';

export const activate = verb({
  schema: z
    .strictObject({
      from: name,
      application: name.optional(),
      on: name,
      class: clsid.default(clsid.parse('generic')),
      user: name.optional(),
      level: level.optional().describe('instead of the application’s'),
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
    const [from, on] = [lab.host(given.from), lab.host(given.on)];
    const application = lab.applicationOf(from, given.application);
    const wish = {
      from,
      on,
      application,
      user: given.user ?? lab.userOf(from, application),
      clsid: given.class,
      anonymous: given.anonymous,
      by: given.by,
      ...(given.level !== undefined && { level: given.level }),
      ...(given.auth !== undefined && { authType: AUTH_TYPES[given.auth] }),
    };
    const { activation: done, expected, actual, kept } = await activation(lab, wish, given.as !== undefined);
    if (given.as !== undefined && kept !== undefined) lab.objects.set(given.as, kept);
    const id = `activate.${from.name}.${on.name}.${shortAuthnLevelName(done.level)}`;
    const what = title ?? `${from.name} activates on ${on.name} at ${authnLevelName(done.level)}`;
    const { refusedBy } = done;
    // What others refuse, as the scenario expects, never comes to the policy.
    const elsewhere = refusedBy !== undefined && refusedBy === expect.refusedBy && !POLICY_LAYERS.has(refusedBy);
    if (!elsewhere) lab.found({ id, title: what, section: MODEL, expected, actual });
    compare(lab, id, what, expect, {
      outcome: done.outcome,
      refusedBy: refusedBy ?? 'nobody',
      event: done.event?.id ?? 'none',
      clientEvent: done.clientEvent?.id ?? 'none',
      level: done.level,
      mechanism: done.mechanism ?? 'none',
    });
  },
});
