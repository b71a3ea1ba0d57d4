import { DcomClient } from '../client/dcom-client.js';
import type { ServiceTickets } from '../client/kerberos/logon.js';
import type { CallOutcome } from '../client/outcome.js';
import type { ClientProfile } from '../client/profile.js';
import { CLIENT_PROFILES } from '../client/profiles.js';
import type { ActivationReply } from '../codec/dcom/index.js';
import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import type { Endpoint } from '../net/channel.js';
import type { Environment } from '../net/environment.js';
import { TransportError } from '../net/error.js';
import type { Network } from '../net/network.js';
import { changedNetwork } from '../net/network.js';
import type { Milliseconds, NtlmClientPolicy, NtlmCredentials } from '../security/index.js';
import { Attacker, goalOf, MMC20, type Stage, type WantedClass } from './attacker.js';
import { confine } from './confined.js';
import { Lure } from './lure.js';
import type { RelayVariant, TicketFor } from './variants.js';
import { type Verdict, verdict } from './verdict.js';
import { Victim } from './victim.js';
import type { Witness } from './witness.js';

/** What variants of Kerberos need of the domain. */
export interface RelayKerberos {
  /** The victim's. */
  readonly tickets: ServiceTickets;
  /** The service names that the victim can be made to ask for. */
  readonly services: Readonly<Record<TicketFor, string>>;
}

/** Three hosts of a network, and who is on them. */
export interface RelayScene extends Environment {
  readonly variant: RelayVariant;
  readonly victim: {
    readonly address: string;
    readonly profile: ClientProfile;
    readonly level?: number;
    /** What its application asks the lure for. */
    readonly wanted?: WantedClass;
    readonly credentials: NtlmCredentials;
    /** What its NTLM does otherwise than that of the newest Windows. */
    readonly ntlm?: Partial<NtlmClientPolicy>;
    /** Whether its host refuses challenges that its own server gave out; true where absent (MS08-068). */
    readonly refusesOwnChallenges?: boolean;
  };
  /** A free port of its host where none is given. */
  readonly attacker: {
    readonly address: string;
    readonly port?: number;
    /** What he activates: MMC20.Application where absent, to have it run a command. */
    readonly wanted?: WantedClass;
  };
  /** Where a simulated server's activators are; the witness has to be one of its observers and of its listeners. */
  readonly server: Endpoint;
  readonly witness: Witness;
  /** Where the domain has Kerberos. */
  readonly kerberos?: RelayKerberos;
  /** The user who properly activated the object to which the attacker knows a reference, in the variants that need it. */
  readonly other: NtlmCredentials;
  readonly timeout: Milliseconds;
}

/** How far a relay came, and what came of it. */
export interface SceneOutcome extends Verdict {
  readonly stage: Stage;
}

/** A command that would be harmless even if somebody ran it; nobody does. */
const COMMAND = ['cmd.exe', 'C:\\', '/c echo relayed', '7'] as const;

/** Lures the victim and relays its authentication to the server. Rejects with `RelayRefused` for other than simulated or loopback addresses. */
export async function relayBetween(scene: RelayScene): Promise<SceneOutcome> {
  const { variant, random, clock, monotonic, timers, timeout, witness } = scene;
  const network = confine(scene.network);
  const shared = { network, random, clock, monotonic, timers, timeout };
  const kerberos = kerberosOf(scene);
  // Without it SPNEGO would fall back to NTLM, and the verdict be one on that.
  await kerberos?.tickets.obtain(kerberos.service);
  const known = variant.knownReference ? await activated(scene, network) : undefined;
  if (known !== undefined && 'accepted' in known) return neverBegan(known);
  const lure = await Lure.open({ ...shared, host: scene.attacker.address, port: scene.attacker.port ?? 0 });
  const { refusesOwnChallenges = true, ...host } = scene.victim;
  const victim = new Victim({
    ...shared,
    ...host,
    authType: variant.authType,
    kerberos,
    ...(variant.reflection && refusesOwnChallenges ? { refuses: (challenge) => witness.gave(challenge) } : {}),
  });
  const activations: Promise<void>[] = [];
  const attacker = new Attacker({
    ...shared,
    address: scene.attacker.address,
    target: { host: scene.server.address, port: scene.server.port },
    variant,
    command: COMMAND,
    service: scene.kerberos?.services.target,
    ...(scene.attacker.wanted && { wanted: scene.attacker.wanted }),
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
    const goal = variant.knownReference ? 'invoked' : goalOf(scene.attacker.wanted);
    return { stage, ...verdict({ stage, goal, attacker: outcome, server: witness, victim }) };
  } finally {
    attacker.close();
    await lure.close();
  }
}

/** The tickets of the victim, and the service that its ticket is to be for. Throws `TypeError` where the domain has none. */
function kerberosOf({ variant, kerberos }: RelayScene) {
  if (variant.kerberos === undefined) return undefined;
  if (kerberos === undefined) throw new TypeError(`${variant.id} needs a domain with a KDC`);
  return { tickets: kerberos.tickets, service: kerberos.services[variant.kerberos.ticketFor] };
}

/** Somebody else's activation is no part of the relay; without it there is nothing to relay to. */
const neverBegan = ({ status, text }: CallOutcome): SceneOutcome => ({
  stage: 'lured',
  outcome: 'stopped',
  refusedBy: 'transport',
  reason: `the activation by somebody else, whose object the attacker knows: ${text}`,
  evidence: {
    ...{ status, text, event: undefined, loggedAt: undefined, signature: undefined, logon: undefined },
    ...{ closed: undefined, invocation: undefined, victim: [] },
  },
});

/** An application that activates without security has nothing to relay. */
function unauthenticated(): never {
  throw new TransportError('the lure', 'the victim did not authenticate');
}

/** What somebody else activated properly, at PKT_INTEGRITY, and the attacker has come to know. */
async function activated(scene: RelayScene, network: Network): Promise<ActivationReply | CallOutcome> {
  const { server, victim, other, random, clock, monotonic, timers, timeout } = scene;
  const own = changedNetwork(network, {
    connect: (next, target, accept, patience) => next({ ...target, localAddress: victim.address }, accept, patience),
  });
  const client = new DcomClient({
    ...{ host: server.address, port: server.port, random, clock, monotonic, timers, timeout, network: own },
    profile: CLIENT_PROFILES['windows-2023-03'],
    level: RPC_C_AUTHN_LEVEL.PKT_INTEGRITY,
    credentials: other,
  });
  try {
    const { reply, outcome } = await client.activation(MMC20);
    return reply ?? outcome;
  } finally {
    await client.close();
  }
}
