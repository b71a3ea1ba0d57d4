import { z } from 'zod';
import { CLIENT_PROFILE_NAMES } from '../client/profiles.js';
import { CLASS_NAMES } from '../server/classes/index.js';
import { opcServerSchema } from '../server/classes/opc/index.js';
import { date, level, name, registry } from './values.js';

const application = z.strictObject({
  path: name.describe('of its program, as an event names it'),
  pid: z.number().int().positive(),
  user: name.optional().describe('whose process it is; the first account where absent'),
  coInitializeSecurity: level.optional().describe('dwAuthnLevel, where it calls CoInitializeSecurity'),
  level: level
    .optional()
    .describe('the level that it puts into an activation; the default of its process where absent'),
  appId: name.optional(),
  appIdAuthenticationLevel: level.optional().describe('AuthenticationLevel of its AppID'),
});

/** One host of a scenario. */
export const host = z.strictObject({
  address: z.union([z.ipv4(), z.ipv6()], 'no IPv4 or IPv6 address'),
  windows: name.optional().describe('a version, such as Windows Server 2019'),
  system: name.optional().describe('a system that is not Windows'),
  updates: z.array(date).default([]).describe('release dates of the updates that are installed'),
  registry: registry.optional(),
  workgroup: name.optional().describe('it is in a workgroup; in the scenario’s domain where absent'),
  accounts: z.array(name).default([]).describe('its own accounts, beside those of the domain'),
  applications: z.record(name, application).default({}),
  client: z
    .enum(CLIENT_PROFILE_NAMES as [string, ...string[]])
    .optional()
    .describe('how it behaves as a client; a Windows host as Windows of its updates'),
  serves: z
    .array(z.enum(CLASS_NAMES as [string, ...string[]]))
    .optional()
    .describe('the classes of its DCOM server'),
  opc: opcServerSchema.optional().describe('what its OPC server has, where it serves opc; a sample plant where absent'),
  kdc: z.boolean().default(false).describe('the KDC of the domain, whose hosts then have Kerberos; one host of it'),
  encryptionTypes: z
    .array(z.enum(['aes256', 'aes128', 'rc4']))
    .min(1)
    .optional()
    .describe(
      'what its account has keys of, and what it asks for as a client, the preferred one first; all where absent',
    ),
  enforces: z
    .boolean()
    .default(false)
    .describe('a server that is not Windows, whose maker has it require PKT_INTEGRITY'),
});

export type HostData = z.output<typeof host>;
