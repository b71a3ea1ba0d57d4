import type { ClientProfile } from '../client/profile.js';
import { CLIENT_PROFILES } from '../client/profiles.js';
import { ntlmClientPolicy } from '../hardening/ntlm-updates.js';
import type { PolicyProfile } from '../hardening/profile.js';
import type { Registry } from '../hardening/registry.js';
import type { AsOf } from '../hardening/timeline.js';
import { formatEndpoint } from '../net/channel.js';
import { type Environment, environmentOf } from '../net/environment.js';
import { DEFAULT_PROFILE, type RpcProfile } from '../rpc/index.js';
import { type Milliseconds, type NtlmClientPolicy, Secret } from '../security/index.js';
import { CLASSES } from '../server/classes/index.js';
import type { KerberosServer } from '../server/options.js';
import { startServer } from '../server/server.js';
import type { WantedClass } from './attacker.js';
import { relayBetween, type SceneOutcome } from './between.js';
import { checkRelayOptions } from './check-options.js';
import { assertConfined } from './confined.js';
import { relayDomain } from './domain.js';
import { relayVariant } from './kerberos-variants.js';
import type { RelayVariant } from './variants.js';
import { Witness } from './witness.js';

/** One relay between this program's own client and server. On a simulated network addresses may be any. */
export interface RelayOptions extends Partial<Environment> {
  /** One of `ALL_VARIANTS` by its id, or one of a test's own. */
  readonly variant: RelayVariant | string;
  /** The server's patch level, and that of the victim's NTLM. */
  readonly asOf: AsOf;
  /** Registry values of the server. */
  readonly registry?: Registry;
  /** What no source confirms of the server's policy. */
  readonly policy?: Partial<PolicyProfile>;
  /** What RPC servers differ in; Windows Server 2022 where absent. */
  readonly profile?: RpcProfile;
  /** How the server takes Kerberos, in the variants that relay it. */
  readonly kerberos?: Omit<KerberosServer, 'keys'>;
  /** The exporter's own least level; CONNECT where absent, as with Windows. */
  readonly exporterLevel?: number;
  /** Loopback or simulated addresses of the three hosts; 127.0.0.10, 127.0.0.66 and 127.0.0.2 where absent. */
  readonly addresses?: { readonly victim?: string; readonly attacker?: string; readonly server?: string };
  /** The account and client whose authentication is passed on; one of this program's own where absent. */
  readonly victim?: {
    /** What client it is; Windows before the hardening where absent. */
    readonly profile?: ClientProfile;
    readonly level?: number;
    /**
     * Whether its host refuses challenges that its own server gave out, as Windows does since MS08-068 (2008). No
     * source says whether this holds for RPC too; true where absent.
     */
    readonly refusesOwnChallenges?: boolean;
    /** What its NTLM does otherwise than the patch level has it. */
    readonly ntlm?: Partial<NtlmClientPolicy>;
  };
  /** A class that the victim asks the lure for, and the attacker the server; MMC20.Application where absent. */
  readonly wanted?: WantedClass;
  /** Milliseconds to wait for each answer; 10,000 where absent. */
  readonly timeout?: Milliseconds;
  /** Takes a recording of the server's side as pcapng, block by block. */
  readonly record?: (block: Buffer) => void;
}

/** What came of one variant on one server. */
export interface RelayOutcome extends SceneOutcome {
  readonly variant: string;
  readonly asOf: AsOf;
}

const ADDRESSES = { victim: '127.0.0.10', attacker: '127.0.0.66', server: '127.0.0.2' };
const USER = { domain: 'LAB', user: 'victim' };
const OTHER = { domain: 'LAB', user: 'operator' };
const TIMEOUT: Milliseconds = 5_000;

/**
 * Starts a simulated server, lures a simulated victim, and relays its authentication from one to the other, to show
 * what of it the server's patch level stops. The server is always one that this function has started: there is no way
 * to name another. Rejects with `RelayRefused` for addresses that are not loopback, and with `OptionError`, which names
 * the option, for a mistake.
 */
export async function relay(options: RelayOptions): Promise<RelayOutcome> {
  checkRelayOptions(options);
  const variant = typeof options.variant === 'string' ? relayVariant(options.variant) : options.variant;
  if (variant === undefined) throw new TypeError(`no such variant of the relay: '${String(options.variant)}'`);
  const { victim, attacker, server: other } = { ...ADDRESSES, ...options.addresses };
  const { network, timers, clock, monotonic, random } = environmentOf(options);
  const at = variant.reflection ? victim : other;
  for (const host of [victim, attacker, at]) assertConfined(host, network);
  const secrets = new Map([USER, OTHER].map(({ user }) => [user, Buffer.from(random(16)).toString('hex')]));
  const credentialsOf = (account: typeof USER) => ({
    ...account,
    secret: Secret.password(secrets.get(account.user) as string),
  });
  const witness = new Witness();
  const accounts = [USER, OTHER].map(credentialsOf);
  await using domain =
    variant.kerberos === undefined
      ? undefined
      : await relayDomain({ server: at, victim }, accounts, { network, timers, clock, monotonic, random });
  const { registry, policy, profile = DEFAULT_PROFILE, exporterLevel, record, wanted, timeout = TIMEOUT } = options;
  const server = await startServer({
    listen: formatEndpoint({ address: at, port: 0 }),
    asOf: options.asOf,
    accounts: [USER, OTHER].map((account) => ({ ...account, password: secrets.get(account.user) as string })),
    names: { netbiosName: 'SERVER', netbiosDomain: 'LAB' },
    classes: wanted === undefined ? [CLASSES.mmc20] : [CLASSES.mmc20, CLASSES.generic],
    ...{ random, network, timers, clock, monotonic, profile },
    observers: [witness],
    onActivation: witness.onActivation,
    onEvent: witness.onEvent,
    onFailedLogon: witness.onFailedLogon,
    onRefusedCall: witness.onRefusedCall,
    onInvocation: witness.onInvocation,
    ...(domain && { kerberos: { ...options.kerberos, keys: domain.keys } }),
    ...(registry && { registry }),
    ...(policy && { policy }),
    ...(exporterLevel !== undefined && { exporterLevel }),
    ...(record && { record }),
  });
  try {
    const found = await relayBetween({
      ...{ variant, network, witness, random, clock, monotonic, timers, timeout },
      victim: {
        profile: CLIENT_PROFILES['windows-2021-05'],
        ntlm: ntlmClientPolicy(options.asOf),
        ...options.victim,
        address: victim,
        credentials: credentialsOf(USER),
        ...(wanted && { wanted }),
      },
      attacker: { address: attacker, ...(wanted && { wanted }) },
      server: server.address,
      other: credentialsOf(OTHER),
      ...(domain && { kerberos: domain }),
    });
    return { variant: variant.id, asOf: options.asOf, ...found };
  } finally {
    await server.close();
  }
}
