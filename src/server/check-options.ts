import { z } from 'zod';
import { EventLog } from '../hardening/event-log.js';
import {
  asOfOption,
  checkOptions,
  environmentOptions,
  functionOption,
  levelOption,
  objectOption,
  optionsOf,
  partOf,
  policyOption,
  portOption,
  registryOption,
  timeOption,
} from '../hardening/options.js';
import { parseEndpoint } from '../net/channel.js';
import { DEFAULT_LIMITS, DEFAULT_TOTALS, RPC_PROFILES } from '../rpc/index.js';
import { parseAccount, WINDOWS_SERVER_POLICY } from '../security/index.js';
import { CLASS_NAMES } from './classes/index.js';
import type { ExportOptions } from './export-objects.js';
import type { KdcServerOptions } from './kdc.js';
import { EXTRA_INTERFACES, type ServerOptions } from './options.js';
import { dcomProfile } from './profile.js';

const count = z.number().int().min(1);
const names = (known: readonly string[]): string => `no such name; there are ${known.join(', ')}`;
const profileNames = Object.keys(RPC_PROFILES);

/** The value is a secret, or contains one. */
const ACCOUNT = "expected 'DOMAIN\\user:password', or { domain, user, password or ntHash, sid }";

const account = z.union(
  [
    z.string().refine((text) => isAccount(text), ACCOUNT),
    z.strictObject({
      domain: z.string().optional(),
      user: z.string().min(1),
      password: z.string().optional(),
      ntHash: z.union([z.string(), z.instanceof(Uint8Array)]).optional(),
      sid: z.string().optional(),
    }),
  ],
  ACCOUNT,
);

const SERVER = {
  listen: z.string().refine((text) => parseEndpoint(text, 0) !== undefined, 'expected ADDRESS:PORT or [IPV6]:PORT'),
  asOf: asOfOption,
  registry: registryOption,
  eventLog: z.instanceof(EventLog, { error: 'expected an EventLog' }),
  policy: policyOption,
  platform: z.enum(['windows', 'other']),
  accounts: z.array(account),
  names: partOf({}, ['netbiosName', 'netbiosDomain', 'dnsName', 'dnsDomain', 'dnsForest', 'version']),
  ntlm: partOf(WINDOWS_SERVER_POLICY, ['lockout']),
  kerberos: z.looseObject({}),
  access: partOf({}, ['machineLaunch', 'machineAccess', 'defaultLaunch', 'defaultAccess', 'launch', 'access']),
  allowAnonymous: z.boolean(),
  classes: z.array(z.union([z.enum(CLASS_NAMES), objectOption('create', 'a class')], names(CLASS_NAMES))),
  addresses: partOf({}, ['hosts', 'exporterPort', 'resolverPort', 'securityServices', 'principal']),
  exporterPort: portOption,
  sessions: partOf({}, ['ids', 'console']),
  requireClientContext: z.boolean(),
  unpingedTimeout: timeOption,
  exporterLevel: z.number().int().min(1).max(6),
  profile: z.union([z.enum(profileNames), partOf(RPC_PROFILES['windows-server-2022'] ?? {})], names(profileNames)),
  dcom: partOf(dcomProfile('')),
  limits: partOf(DEFAULT_LIMITS),
  totals: partOf(DEFAULT_TOTALS),
  interfaces: z.array(z.enum(EXTRA_INTERFACES)),
  services: z.array(z.object({ rpc: z.object() }, 'expected what `service` makes')),
  maxConnections: count,
  maxObjects: count,
  ...environmentOptions,
  logger: objectOption('error', 'a logger'),
  record: functionOption('takes a block of a recording'),
  observers: z.array(z.object()),
  callBack: partOf({}, [
    'account',
    'level',
    'authType',
    'tickets',
    'service',
    'resolvesUnsecured',
    'throughNat',
    'connectTimeout',
    'timeout',
  ]),
  onActivation: functionOption('told of an activation'),
  onEvent: functionOption('told of an event'),
  onInvocation: functionOption('told of a call of an object'),
  onRefusedCall: functionOption('told of a refused call'),
  onCallBack: functionOption('told of a call back'),
  onFailedLogon: functionOption('told of a failed logon'),
} satisfies Record<keyof ServerOptions, z.ZodType>;

const SERVER_OPTIONS = optionsOf(SERVER);

const SHARED: Record<Exclude<keyof ExportOptions, 'authnHint'>, true> = {
  ...{ listen: true, accounts: true, names: true, ntlm: true, kerberos: true, access: true, allowAnonymous: true },
  ...{ addresses: true, exporterLevel: true, profile: true, limits: true, asOf: true, callBack: true },
  ...{ unpingedTimeout: true, maxObjects: true, maxConnections: true, random: true, clock: true },
  ...{ monotonic: true, timers: true },
  ...{ network: true, logger: true, record: true, observers: true, onRefusedCall: true, onFailedLogon: true },
};
const EXPORT_OPTIONS = SERVER_OPTIONS.pick(SHARED).extend({ authnHint: levelOption.optional() });

/** Throws `OptionError` for the first option that is wrong, by its name. */
export const checkServerOptions = (given: ServerOptions): void => checkOptions('startServer', SERVER_OPTIONS, given);

/** Throws `OptionError` for the first option that is wrong, by its name. */
export const checkExportOptions = (given: ExportOptions): void => checkOptions('exportObjects', EXPORT_OPTIONS, given);

const realm = z.string().min(1);
const KDC = {
  ...{ realm, domain: z.string(), name: z.string(), listen: z.string(), accounts: z.array(account) },
  machines: z.array(
    z.strictObject({ name: z.string(), hosts: z.array(z.string()), etypes: z.array(z.number()).optional() }),
  ),
  maxTicketLife: timeOption,
  onRequest: functionOption('told of a request'),
  logger: SERVER.logger,
  ...environmentOptions,
} satisfies Record<keyof KdcServerOptions, z.ZodType>;
const KDC_OPTIONS = optionsOf(KDC).extend({ realm, accounts: KDC.accounts });

/** Throws `OptionError` for the first option that is wrong, by its name. */
export const checkKdcOptions = (given: KdcServerOptions): void => checkOptions('startKdc', KDC_OPTIONS, given);

function isAccount(text: string): boolean {
  try {
    parseAccount(text);
    return true;
  } catch {
    return false;
  }
}
