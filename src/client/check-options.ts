import { z } from 'zod';
import {
  authTypeOption,
  checkOptions,
  environmentOptions,
  functionOption,
  levelOption,
  objectOption,
  optionsOf,
  partOf,
  portOption,
  timeOption,
} from '../hardening/options.js';
import { WINDOWS_CLIENT_POLICY } from '../security/index.js';
import type { ActivateOptions } from './activate.js';
import type { Authentication, Logon } from './credentials.js';
import type { DcomClientOptions } from './dcom-client.js';
import { CLIENT_PROFILES } from './profiles.js';

/** An address or a name. */
export const hostOption = z.string().min(1, 'expected an address or a name');

/** Who a client is. */
export const logonOptions = {
  credentials: z.looseObject({ user: z.string(), secret: z.object() }, 'expected { domain, user, secret }'),
  tickets: objectOption('obtain', 'what gives Kerberos tickets'),
  service: z.string(),
  ntlm: partOf(WINDOWS_CLIENT_POLICY),
} satisfies Record<keyof Logon, z.ZodType>;

/** What a client does on the wire. */
export const clientProfileOption = partOf(Object.values(CLIENT_PROFILES)[0] as object);

const { credentials, tickets, service, ntlm } = logonOptions;
const AUTHENTICATION = {
  ...{ credentials, tickets, ntlm, authType: authTypeOption, level: levelOption },
  ...{ target: service, random: environmentOptions.random },
} satisfies Partial<Record<keyof Authentication, z.ZodType>>;

const CLIENT = {
  ...{ ...logonOptions, ...environmentOptions },
  ...{
    port: portOption,
    level: levelOption,
    authType: authTypeOption,
    timeout: timeOption,
    connectTimeout: timeOption,
  },
  ...{ throughNat: z.boolean(), resolvesUnsecured: z.boolean() },
  octets: functionOption('told of what goes over the connections'),
  onStep: functionOption('told of a step'),
} satisfies Record<Exclude<keyof DcomClientOptions, 'host' | 'profile'>, z.ZodType>;
const CLIENT_OPTIONS = optionsOf(CLIENT).extend({ host: hostOption, profile: clientProfileOption });

const version = z.object({ MajorVersion: z.number(), MinorVersion: z.number() });
const ACTIVATE = {
  ...{ ...environmentOptions, port: portOption, timeout: timeOption },
  method: z.enum(['RemoteActivation', 'RemoteGetClassObject', 'RemoteCreateInstance']),
  ...{ clientVersion: version, classCtx: z.number(), actvflags: z.number(), authnLevel: levelOption },
  ...{ impersonationLevel: z.number(), protocolSequences: z.array(z.number()), contextId: z.string() },
  serverName: z.string(),
  octets: functionOption('told of what goes over the connection'),
} satisfies Record<Exclude<keyof ActivateOptions, 'host' | 'clsid' | 'iids' | 'authentication'>, z.ZodType>;
const ACTIVATE_OPTIONS = optionsOf(ACTIVATE).extend({
  ...{ host: hostOption, clsid: z.string(), iids: z.array(z.string()) },
  authentication: optionsOf(AUTHENTICATION),
});

/** Throws `OptionError` for the first option that is wrong, by its name. */
export const checkClientOptions = (given: DcomClientOptions): void => checkOptions('DcomClient', CLIENT_OPTIONS, given);

/** Throws `OptionError` for the first option that is wrong, by its name. */
export const checkActivateOptions = (given: ActivateOptions): void => checkOptions('activate', ACTIVATE_OPTIONS, given);
