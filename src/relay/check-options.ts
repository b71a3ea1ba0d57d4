import { z } from 'zod';
import { clientProfileOption } from '../client/check-options.js';
import {
  asOfOption,
  checkOptions,
  environmentOptions,
  functionOption,
  levelOption,
  optionsOf,
  partOf,
  policyOption,
  registryOption,
  timeOption,
} from '../hardening/options.js';
import { RPC_PROFILES } from '../rpc/index.js';
import { WINDOWS_CLIENT_POLICY } from '../security/index.js';
import type { RelayOptions } from './relay.js';

const RELAY = {
  ...{ registry: registryOption, policy: policyOption, exporterLevel: levelOption, ...environmentOptions },
  profile: partOf(RPC_PROFILES['windows-server-2022'] ?? {}),
  kerberos: z.looseObject({}),
  addresses: partOf({}, ['victim', 'attacker', 'server']),
  victim: optionsOf({
    ...{ profile: clientProfileOption, level: levelOption, refusesOwnChallenges: z.boolean() },
    ntlm: partOf(WINDOWS_CLIENT_POLICY),
  }),
  wanted: z.looseObject({}),
  timeout: timeOption,
  record: functionOption('takes a block of a recording'),
} satisfies Record<Exclude<keyof RelayOptions, 'variant' | 'asOf'>, z.ZodType>;
const RELAY_OPTIONS = optionsOf(RELAY).extend({
  variant: z.union([z.string(), z.object()], 'expected a variant, or the id of one'),
  asOf: asOfOption,
});

/** Throws `OptionError` for the first option that is wrong, by its name. */
export const checkRelayOptions = (given: RelayOptions): void => checkOptions('relay', RELAY_OPTIONS, given);
