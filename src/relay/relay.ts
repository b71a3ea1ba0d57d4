import { randomBytes } from 'node:crypto';
import { DcomClient } from '../client/dcom-client.js';
import type { ClientProfile } from '../client/profile.js';
import { CLIENT_PROFILES } from '../client/profiles.js';
import { Refused } from '../client/refused.js';
import type { ActivationReply } from '../codec/dcom/index.js';
import { IDispatch } from '../codec/oaut/index.js';
import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import type { PolicyProfile } from '../hardening/profile.js';
import type { Registry } from '../hardening/registry.js';
import type { AsOf } from '../hardening/timeline.js';
import { formatEndpoint } from '../net/channel.js';
import { TransportError } from '../net/error.js';
import { DEFAULT_PROFILE, type RpcProfile } from '../rpc/index.js';
import { type Milliseconds, type RandomBytes, Secret } from '../security/index.js';
import { CLASSES } from '../server/classes/index.js';
import { type DcomServer, startServer } from '../server/server.js';
import { Attacker, CLSID_MMC20, type Stage } from './attacker.js';
import { assertConfined, confine } from './confined.js';
import { Lure } from './lure.js';
import { type RelayVariant, relayVariant } from './variants.js';
import { type Verdict, verdict } from './verdict.js';
import { Victim } from './victim.js';
import { Witness } from './witness.js';

export interface RelayOptions {
  /** One of `RELAY_VARIANTS` or `LEFT_OPEN` by its id, or one of a test's own. */
  readonly variant: RelayVariant | string;
  /** The server's patch level. */
  readonly asOf: AsOf;
  readonly registry?: Registry;
  readonly policy?: Partial<PolicyProfile>;
  readonly profile?: RpcProfile;
  /** The exporter's own least level; CONNECT where absent, as with Windows. */
  readonly exporterLevel?: number;
  /** Loopback addresses of the three hosts; 127.0.0.10, 127.0.0.66 and 127.0.0.2 where absent. */
  readonly addresses?: { readonly victim?: string; readonly attacker?: string; readonly server?: string };
  readonly victim?: {
    /** What client it is; Windows before the hardening where absent. */
    readonly profile?: ClientProfile;
    readonly level?: number;
    /**
     * Whether its host refuses challenges that its own server gave out. No source of this project says what Windows
     * does over RPC; false where absent.
     */
    readonly refusesOwnChallenges?: boolean;
  };
  readonly random?: RandomBytes;
  readonly clock?: () => Milliseconds;
  readonly timeout?: Milliseconds;
  /** Takes a recording of the server's side as pcapng, block by block. */
  readonly record?: (block: Buffer) => void;
}

/** What came of one variant on one server. */
export interface RelayOutcome extends Verdict {
  readonly variant: string;
  readonly asOf: AsOf;
  /** How far it came. */
  readonly stage: Stage;
}

const ADDRESSES = { victim: '127.0.0.10', attacker: '127.0.0.66', server: '127.0.0.2' };
const USER = { domain: 'LAB', user: 'victim' };
const OTHER = { domain: 'LAB', user: 'operator' };
/** A command that would be harmless even if somebody ran it; nobody does. */
const COMMAND = ['cmd.exe', 'C:\\', '/c echo relayed', '7'] as const;
const TIMEOUT: Milliseconds = 5_000;

/**
 * Starts a simulated server, lures a simulated victim, and relays its authentication from one to the other, to show
 * what of it the server's patch level stops. The server is always one that this function has started: there is no way
 * to name another. Rejects with `RelayRefused` for addresses that are not loopback.
 */
export async function relay(options: RelayOptions): Promise<RelayOutcome> {
  const variant = typeof options.variant === 'string' ? relayVariant(options.variant) : options.variant;
  if (variant === undefined) throw new TypeError(`no such variant of the relay: '${String(options.variant)}'`);
  const { victim, attacker, server: other } = { ...ADDRESSES, ...options.addresses };
  const at = variant.reflection ? victim : other;
  for (const host of [victim, attacker, at]) assertConfined(host);
  const random = options.random ?? randomBytes;
  const secrets = new Map([USER, OTHER].map(({ user }) => [user, Buffer.from(random(16)).toString('hex')]));
  const witness = new Witness();
  const { registry, policy, profile, exporterLevel, clock, record } = options;
  const server = await startServer({
    listen: formatEndpoint({ address: at, port: 0 }),
    asOf: options.asOf,
    accounts: [USER, OTHER].map((account) => ({ ...account, password: secrets.get(account.user) as string })),
    names: { netbiosName: 'SERVER', netbiosDomain: 'LAB' },
    classes: [CLASSES.mmc20],
    random,
    observers: [witness],
    ...(registry && { registry }),
    ...(policy && { policy }),
    ...(profile && { profile }),
    ...(exporterLevel !== undefined && { exporterLevel }),
    ...(clock && { clock }),
    ...(record && { record }),
  });
  try {
    const secretOf = ({ user }: { user: string }) => Secret.password(secrets.get(user) as string);
    const known = variant.knownReference ? await activated(server, secretOf(OTHER), random) : undefined;
    const credentials = { ...USER, secret: secretOf(USER) };
    return await relayTo(server, { ...options, variant, random }, { witness, known, credentials, victim, attacker });
  } finally {
    await server.close();
  }
}

interface Scene {
  readonly witness: Witness;
  readonly known: ActivationReply | undefined;
  readonly credentials: { readonly domain: string; readonly user: string; readonly secret: Secret };
  /** Addresses. */
  readonly victim: string;
  readonly attacker: string;
}

async function relayTo(
  server: DcomServer,
  options: RelayOptions & { readonly variant: RelayVariant; readonly random: RandomBytes },
  scene: Scene,
): Promise<RelayOutcome> {
  const { variant, random, clock = Date.now, timeout = TIMEOUT, profile = DEFAULT_PROFILE } = options;
  const { witness, known, credentials } = scene;
  const network = confine();
  const shared = { network, random, clock, timeout };
  const lure = await Lure.open({ ...shared, host: scene.attacker });
  const victim = new Victim({
    ...shared,
    address: scene.victim,
    profile: options.victim?.profile ?? CLIENT_PROFILES['windows-2021-05'],
    ...(options.victim?.level === undefined ? {} : { level: options.victim.level }),
    authType: variant.authType,
    credentials,
    ...(options.victim?.refusesOwnChallenges ? { refuses: (challenge) => witness.gave(challenge) } : {}),
  });
  const activations: Promise<void>[] = [];
  const attacker = new Attacker({
    ...shared,
    address: scene.attacker,
    target: { host: server.address.address, port: server.address.port },
    variant,
    command: COMMAND,
    async lure() {
      const activation = victim.activateOn(lure.address);
      activations.push(activation);
      return Promise.race([lure.next(), activation.then(unauthenticated)]);
    },
  });
  try {
    const outcome = await attacker.attack(known);
    await Promise.all(activations);
    attacker.close();
    await witness.idle();
    const { stage } = attacker;
    const { badSignatureStatus } = profile;
    const { refusals, closed } = witness;
    const { activations: asked, events, failedLogons, refusedCalls, invocations } = server;
    const seen = { activations: asked, events, failedLogons, refusedCalls, invocations, refusals, closed };
    const found = verdict({ stage, attacker: outcome, server: seen, victim, badSignatureStatus });
    return { variant: variant.id, asOf: options.asOf, stage, ...found };
  } finally {
    attacker.close();
    await lure.close();
  }
}

/** An application that activates without security has nothing to relay. */
function unauthenticated(): never {
  throw new TransportError('the lure', 'the victim did not authenticate');
}

/** What somebody else activated properly, at PKT_INTEGRITY, and the attacker has come to know. */
async function activated(server: DcomServer, secret: Secret, random: RandomBytes): Promise<ActivationReply> {
  const { address: host, port } = server.address;
  const client = new DcomClient({
    ...{ host, port, random },
    profile: CLIENT_PROFILES['windows-2023-03'],
    level: RPC_C_AUTHN_LEVEL.PKT_INTEGRITY,
    credentials: { ...OTHER, secret },
  });
  try {
    const { reply, outcome } = await client.activation({ clsid: CLSID_MMC20, iids: [IDispatch.uuid] });
    if (reply === undefined) throw new Refused('the activation by somebody else', outcome);
    return reply;
  } finally {
    await client.close();
  }
}
