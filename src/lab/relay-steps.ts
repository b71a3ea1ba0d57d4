import { RPC_C_AUTHN } from '../codec/rpce/index.js';
import { type Application, isWindows } from '../hardening/machine.js';
import { activationAsClient } from '../hardening/machine-policy.js';
import { expectedStop, luredOnly, type RelayVariant, relayBetween, Witness } from '../relay/index.js';
import { DEFAULT_PROFILE } from '../rpc/index.js';
import { compare, MODEL, type StepContext } from './expectations.js';
import type { LabHost } from './host.js';
import type { Lab } from './lab.js';
import { variantsOf } from './references.js';
import type { StepOf } from './scenario.js';

const TIMEOUT = 10_000;

/** A man in the middle, in each of the variants that the step names. */
export async function runRelay(lab: Lab, given: StepOf<'relay'>, { title, expect }: StepContext): Promise<void> {
  for (const variant of variantsOf(given) as RelayVariant[]) {
    const victim = victimOf(lab, given);
    const server = lab.host(variant.reflection ? given.victim : given.server);
    const outcome = await oneRelay(lab, given, { variant, server, victim });
    const { asOf, registry } = server.policy;
    const expected = expectedStop(variant, { asOf, registry, victimLevel: victim.level }) ?? 'succeeded';
    lab.relays.push({ variant, server: server.name, asOf, outcome, expected });
    const id = `relay.${variant.id}.${server.name}.${asOf}`;
    const what = title ?? `a relay to ${server.name} as of ${asOf} that ${variant.title}`;
    const actual = outcome.stoppedAt ?? 'succeeded';
    const { variants, ...others } = expect;
    // What the scenario says of the variant itself counts; the model of the hardening speaks where it says nothing.
    const by = variants === undefined ? others.by : (tableOf(variants, variant) ?? 'nothing: it is not in the table');
    if (by === undefined) lab.found({ id, title: what, section: MODEL, expected, actual });
    compare(
      lab,
      id,
      what,
      { ...others, ...(by !== undefined && { by }) },
      {
        outcome: outcome.outcome,
        by: outcome.stoppedAt ?? 'nobody',
        event: outcome.evidence.event?.id ?? 'none',
      },
    );
  }
}

/** By NTLM and by SPNEGO alike, unless the table has a row for each. */
const tableOf = (table: Readonly<Record<string, string>>, { id }: RelayVariant): string | undefined =>
  table[id] ?? table[id.replace(/-spnego$/, '')];

interface Cast {
  readonly variant: RelayVariant;
  readonly server: LabHost;
  readonly victim: ReturnType<typeof victimOf>;
}

async function oneRelay(lab: Lab, given: StepOf<'relay'>, { variant, server, victim }: Cast) {
  const { world } = lab;
  const witness = new Witness();
  const deaf = server.audience.add(witness);
  try {
    return await relayBetween({
      variant,
      network: world.network,
      victim,
      attacker: { address: lab.host(given.attacker).address, port: world.resolverPort },
      server: server.endpoint,
      witness,
      badSignatureStatus: DEFAULT_PROFILE.badSignatureStatus,
      other: otherOf(lab, given, server),
      random: lab.random(`relay ${lab.relays.length}`),
      clock: world.clock,
      timers: world.timers,
      timeout: TIMEOUT,
    });
  } finally {
    deaf();
  }
}

/** A victim authenticates to an attacker who has nobody to pass that on to. */
export async function runLure(lab: Lab, given: StepOf<'lure'>, { title, expect, path }: StepContext): Promise<void> {
  const { world } = lab;
  const found = await luredOnly({
    network: world.network,
    victim: { ...victimOf(lab, given), authType: RPC_C_AUTHN.WINNT },
    attacker: { address: lab.host(given.attacker).address, port: world.resolverPort },
    random: lab.random(`lure ${path.join('.')}`),
    clock: world.clock,
    timers: world.timers,
    timeout: TIMEOUT,
  });
  const what = title ?? `${given.victim} is lured to ${given.attacker}`;
  const outcome = found.authenticated ? 'succeeded' : 'stopped';
  compare(lab, `lure.${given.victim}`, what, { outcome: 'succeeded', ...expect }, { outcome, level: found.level });
}

function victimOf(lab: Lab, given: StepOf<'lure'>) {
  const host = lab.host(given.victim);
  const application = lab.applicationOf(host, given.application);
  const level = levelOf(host, application);
  return {
    address: host.address,
    level,
    profile: host.profileOf(application, level),
    credentials: host.credentialsOf(lab.userOf(host, application)),
  };
}

function levelOf(host: LabHost, application: Application): number {
  if (isWindows(host.machine)) return activationAsClient(host.machine, application).level;
  return host.levelOfOther(application.activationLevel ?? 'default');
}

/** Somebody else of the domain, who has activated what an attacker knows a reference to. */
function otherOf(lab: Lab, given: StepOf<'relay'>, server: LabHost) {
  const victim = lab.host(given.victim);
  const user = lab.userOf(victim, lab.applicationOf(victim, given.application));
  const other = server.machine.accounts.find((account) => account.user !== user)?.user ?? user;
  return server.credentialsOf(other);
}
