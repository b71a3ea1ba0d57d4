import { z } from 'zod';
import { CLIENT_PROFILE_NAMES } from '../client/profiles.js';
import { ADVICE, type TraceConclusion } from '../hardening/trace-advice.js';
import { FAULT_KINDS } from '../net/simulation/index.js';
import { CLASS_NAMES } from '../server/classes/index.js';
import { clsid, date, duration, dword, level } from './values.js';

const name = z.string().min(1);
/** RFC 952, with the underscore that NetBIOS has: it names files and the interfaces of recordings too. */
const hostName = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/, 'letters, digits, dots and hyphens');
const registryValue = dword.nullable().describe('a DWORD; null deletes the value');

const registry = z
  .strictObject({
    RequireIntegrityActivationAuthenticationLevel: registryValue.optional(),
    RaiseActivationAuthenticationLevel: registryValue.optional(),
    LegacyAuthenticationLevel: registryValue.optional(),
    DCOMSCMRemoteCallFlags: registryValue.optional(),
  })
  .describe('registry values of the machine');

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

const host = z.strictObject({
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
  enforces: z
    .boolean()
    .default(false)
    .describe('a server that is not Windows, whose maker has it require PKT_INTEGRITY'),
});

const link = z.strictObject({
  latency: duration.optional(),
  bandwidth: z.number().positive().optional().describe('octets a second'),
  segment: z.number().int().positive().optional().describe('octets that arrive at once; 1 for octet by octet'),
});
const pair = z.tuple([name, name]);

const registrySetting = z.union([z.literal('absent'), dword], 'absent or a DWORD');

const LEVELS = ['default', 'NONE', 'CONNECT', 'CALL', 'PKT', 'PKT_INTEGRITY', 'PKT_PRIVACY', 'anonymous'] as const;

const steps = {
  update: z.strictObject({ host: name, date, restart: z.boolean().default(true) }).describe('installs an update'),
  set: z
    .strictObject({
      host: name,
      values: registry.prefault({}),
      appId: name.optional(),
      AuthenticationLevel: level.nullable().optional().describe('of the AppID; null deletes it'),
    })
    .describe('sets or deletes registry values'),
  reboot: name.describe('restarts a host'),
  activate: z
    .strictObject({
      from: name,
      application: name.optional(),
      on: name,
      class: clsid.default(clsid.parse('generic')),
      user: name.optional(),
      level: level.optional().describe('instead of the application’s'),
      auth: z.enum(['ntlm', 'spnego', 'none']).optional(),
      anonymous: z.boolean().default(false).describe('a null session'),
      as: name.optional().describe('keeps the object, under this name'),
    })
    .describe('one activation'),
  invoke: z
    .strictObject({
      object: name,
      member: name,
      arguments: z.array(z.union([z.string(), z.number(), z.boolean()])).default([]),
    })
    .describe('calls a member of an object that is kept, over IDispatch'),
  release: name.describe('gives an object back that is kept'),
  lure: z
    .strictObject({ victim: name, application: name.optional(), attacker: name })
    .describe('a victim authenticates to an attacker, who passes nothing on'),
  relay: z
    .strictObject({
      victim: name,
      application: name.optional(),
      attacker: name,
      server: name,
      variants: z
        .union(
          [z.enum(['all', 'stopped', 'left open']), z.array(name).min(1)],
          'all, stopped, left open, or a list of ids',
        )
        .default(['connect'])
        .describe('ids of variants (dcom-harness relay --help), or all'),
    })
    .describe('a man in the middle passes a victim’s authentication on'),
  timeline: z
    .strictObject({
      server: name,
      clients: z.array(name).min(1),
      phases: z.array(date).min(1),
      registry: z.array(registrySetting).min(1).default(['absent']),
      levels: z
        .array(z.enum(LEVELS))
        .min(1)
        .default([...LEVELS]),
      table: z
        .strictObject({
          enforced: z
            .record(z.string(), z.array(registrySetting))
            .describe('by phase, the values of the registry at which the server enforces'),
          logs: date.describe('the phase from which on it logs event 10036'),
          raises: z
            .record(name, z.enum(['default', 'all']))
            .default({})
            .describe('what a client raises to PKT_INTEGRITY by itself'),
          defaults: z
            .record(name, level)
            .default({})
            .describe('the default level of a client, where that is not CONNECT'),
        })
        .optional()
        .describe('what has to come of it, said independently of the program'),
    })
    .describe('activations at every level, by every client, on a server of every phase and registry value'),
  trace: z.strictObject({ server: name }).describe('from the server’s events to the applications'),
  wait: duration.describe('lets time pass'),
  link: z
    .strictObject({
      between: pair,
      latency: link.shape.latency.nullable(),
      bandwidth: link.shape.bandwidth.nullable(),
      segment: link.shape.segment.nullable(),
    })
    .describe('changes the way between two hosts; null takes back what was said before'),
  fault: z
    .strictObject({
      kind: z.enum(FAULT_KINDS as [string, ...string[]]),
      between: pair,
      from: name.optional(),
      after: z.number().int().nonnegative().optional().describe('octets that still pass'),
      for: duration.optional(),
      as: name.optional().describe('a name to heal it by'),
    })
    .describe('something goes wrong on the way between two hosts'),
  heal: name.describe('takes a fault out'),
  check: z.strictObject({ host: name }).describe('looks at a host'),
};

export const VERBS = Object.keys(steps) as (keyof typeof steps)[];

/** Which layer says no, in the server, the client, or between them. */
const layer = z.enum([
  'nobody',
  'activation policy',
  'access control',
  'authentication',
  'signature',
  'security context',
  'exporter',
  'victim',
  'transport',
  'class',
  'version',
  'request',
  'session',
  'limit',
  'codec',
  'bind',
  'fault',
  'object',
]);

const expectation = z
  .strictObject({
    outcome: z.enum(['accepted', 'refused', 'succeeded', 'stopped', 'happened']).optional(),
    by: layer.optional().describe('which layer refused or stopped'),
    variants: z
      .record(name, layer)
      .optional()
      .describe('of a relay: which layer stops each variant, by its id; nobody where it succeeds'),
    event: z
      .union([z.literal(10036), z.literal('none')], '10036 or none')
      .optional()
      .describe('of the server'),
    clientEvent: z.union([z.literal(10037), z.literal(10038), z.literal('none')], '10037, 10038 or none').optional(),
    level: level.optional().describe('what went over the wire'),
    conclusion: z
      .enum(Object.keys(ADVICE) as [TraceConclusion, ...TraceConclusion[]])
      .optional()
      .describe('of a trace'),
    application: name.optional().describe('the path that a trace leads to'),
    pid: z.number().int().optional(),
    objects: z.number().int().optional().describe('on a host'),
    enforces: z.boolean().optional(),
    invocations: z.array(name).optional().describe('members that clients asked a host’s objects for'),
    events: z.array(z.number().int()).optional().describe('ids in a host’s log'),
  })
  .describe('what has to come of the step; what KB5004442 says is checked by itself');

const optional = Object.fromEntries(Object.entries(steps).map(([verb, type]) => [verb, type.optional()])) as {
  [V in keyof typeof steps]: z.ZodOptional<(typeof steps)[V]>;
};

const step = z
  .strictObject({ title: name.optional(), ...optional, expect: expectation.optional() })
  .superRefine((given, context) => {
    const verbs = VERBS.filter((verb) => given[verb] !== undefined);
    const why = `a step is one of ${VERBS.join(', ')}`;
    if (verbs.length !== 1)
      context.addIssue({ code: 'custom', message: verbs.length === 0 ? why : `${why}; not ${verbs.join(' and ')}` });
  });

export const scenarioSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'small letters, digits and hyphens')
      .describe('begins every id of a result'),
    title: name,
    about: z.string().optional(),
    start: date.optional().describe('the day on which it begins; that of the newest update of its hosts where absent'),
    domain: name.default('LAB').describe('NetBIOS name of the domain'),
    accounts: z.array(name).default(['op']).describe('users of the domain; their passwords follow from the seed'),
    password: name
      .optional()
      .describe('of every account, to unseal the recording with; follows from the seed where absent'),
    network: link.default({}),
    hosts: z.record(hostName, host),
    steps: z.array(step).min(1),
  })
  .describe('A scenario of dcom-harness lab');

export type ScenarioData = z.output<typeof scenarioSchema>;
export type HostData = ScenarioData['hosts'][string];
export type StepData = ScenarioData['steps'][number];
export type Expectation = NonNullable<StepData['expect']>;
export type Verb = (typeof VERBS)[number];
/** What a step of a verb says. */
export type StepOf<V extends Verb> = NonNullable<StepData[V]>;

/** The schema for editors, https://json-schema.org/draft/2020-12. */
export const scenarioJsonSchema = (): object => z.toJSONSchema(scenarioSchema, { io: 'input' });

export const verbOf = (given: StepData): Verb => VERBS.find((verb) => given[verb] !== undefined) as Verb;
