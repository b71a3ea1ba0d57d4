import { z } from 'zod';
import { RPC_C_AUTHN } from '../../codec/rpce/index.js';
import { luredOnly } from '../../relay/index.js';
import { compare } from '../expectations.js';
import { level, name } from '../values.js';
import { RELAY_TIMEOUT, victimOf } from '../victim.js';
import { verb } from './verb.js';

export const lure = verb({
  schema: z
    .strictObject({ victim: name, application: name.optional(), attacker: name })
    .describe('a victim authenticates to an attacker, who passes nothing on'),
  expect: z.strictObject({
    outcome: z.enum(['succeeded', 'stopped']).optional(),
    level: level.optional().describe('what went over the wire'),
  }),
  references: (given, names, { path }) => names.lured(given, path),
  async run(lab, given, { title, expect, path }) {
    const { world } = lab;
    const found = await luredOnly({
      network: world.network,
      victim: { ...victimOf(lab, given), authType: RPC_C_AUTHN.WINNT },
      attacker: { address: lab.host(given.attacker).address, port: world.resolverPort },
      random: lab.random(`lure ${path.join('.')}`),
      clock: world.clock,
      monotonic: world.monotonic,
      timers: world.timers,
      timeout: RELAY_TIMEOUT,
    });
    const what = title ?? `${given.victim} is lured to ${given.attacker}`;
    const outcome = found.authenticated ? 'succeeded' : 'stopped';
    compare(lab, `lure.${given.victim}`, what, { outcome: 'succeeded', ...expect }, { outcome, level: found.level });
  },
});
