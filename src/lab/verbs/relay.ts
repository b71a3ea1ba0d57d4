import { z } from 'zod';
import {
  expectedStop,
  KERBEROS_LEFT_OPEN,
  KERBEROS_VARIANTS,
  LEFT_OPEN,
  RELAY_VARIANTS,
  type RelayScene,
  type RelayVariant,
  relayBetween,
  relayVariant,
  Witness,
} from '../../relay/index.js';
import { compare, MODEL } from '../expectations.js';
import type { LabHost } from '../host.js';
import type { Lab } from '../lab.js';
import { name, refuser, serverEvent } from '../values.js';
import { RELAY_TIMEOUT, victimOf } from '../victim.js';
import { verb } from './verb.js';

const schema = z
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
      .describe(
        'ids of variants (dcom-harness relay --help), or all: of Kerberos where the domain has it, else of NTLM',
      ),
  })
  .describe('a man in the middle passes a victim’s authentication on');

type Given = z.output<typeof schema>;

export const relay = verb({
  schema,
  expect: z.strictObject({
    outcome: z.enum(['succeeded', 'stopped']).optional(),
    refusedBy: refuser.optional().describe('who stopped it'),
    variants: z
      .record(name, refuser)
      .optional()
      .describe('who stops each variant, by its id; nobody where it succeeds'),
    event: serverEvent.optional(),
  }),
  references(given, names, { path, expect, expectPath }) {
    names.lured(given, path);
    names.server(given.server, [...path, 'server']);
    const variants = variantsOf(given, names.hasKdc);
    variants.forEach((variant, index) => {
      if (variant === undefined)
        names.wrong(
          [...path, 'variants', index],
          'no such variant of the relay (dcom-harness relay --help lists them)',
        );
      else if (variant.kerberos !== undefined && !names.hasKdc)
        names.wrong([...path, 'variants', index], 'it relays Kerberos, and no host of the domain has `kdc: true`');
    });
    if (variants.some((variant) => variant?.reflection)) names.server(given.victim, [...path, 'victim']);
    if (variants.some((variant) => variant?.knownReference) && names.domainAccounts < 2)
      names.wrong(['accounts'], 'a known reference needs a second account, who has activated the object');
    const rows = new Set(variants.flatMap((variant) => (variant === undefined ? [] : rowsOf(variant))));
    for (const row of Object.keys(expect.variants ?? {}))
      if (!rows.has(row)) names.wrong([...expectPath, 'variants', row], 'this step does not relay this variant');
  },
  /** A man in the middle, in each of the variants that the step names. */
  async run(lab, given, { title, expect }) {
    for (const variant of variantsOf(given, lab.kerberos !== undefined) as RelayVariant[]) {
      const victim = victimOf(lab, given);
      const server = lab.host(variant.reflection ? given.victim : given.server);
      const outcome = await oneRelay(lab, given, { variant, server, victim });
      const { asOf, registry } = server.policy;
      const expected = expectedStop(variant, { asOf, registry, victimLevel: victim.level }) ?? 'succeeded';
      lab.relays.push({ variant, server: server.name, asOf, outcome, expected });
      const id = `relay.${variant.id}.${server.name}.${asOf}`;
      const what = title ?? `a relay to ${server.name} as of ${asOf} that ${variant.title}`;
      const actual = outcome.refusedBy ?? 'succeeded';
      const { variants, ...others } = expect;
      // The scenario's own word on the variant counts; without one, the model of the hardening decides.
      const refusedBy =
        variants === undefined ? others.refusedBy : (rowOf(variants, variant) ?? 'nothing: it is not in the table');
      if (refusedBy === undefined) lab.found({ id, title: what, section: MODEL, expected, actual });
      compare(
        lab,
        id,
        what,
        { ...others, ...(refusedBy !== undefined && { refusedBy }) },
        {
          outcome: outcome.outcome,
          refusedBy: outcome.refusedBy ?? 'nobody',
          event: outcome.evidence.event?.id ?? 'none',
        },
      );
    }
  },
});

/** The variants that a step means; undefined for an unknown id. */
function variantsOf({ variants }: Given, kerberos: boolean): (RelayVariant | undefined)[] {
  const stopped = kerberos ? KERBEROS_VARIANTS : RELAY_VARIANTS;
  const open = kerberos ? KERBEROS_LEFT_OPEN : LEFT_OPEN;
  if (variants === 'stopped') return [...stopped];
  if (variants === 'left open') return [...open];
  return variants === 'all' ? [...stopped, ...open] : variants.map(relayVariant);
}

/** The rows of a table that say what comes of a variant: its own, or one for NTLM and SPNEGO alike. */
const rowsOf = ({ id }: RelayVariant): readonly string[] => [id, id.replace(/-spnego$/, '')];

const rowOf = (table: Readonly<Record<string, string>>, variant: RelayVariant): string | undefined =>
  rowsOf(variant)
    .map((row) => table[row])
    .find((refusedBy) => refusedBy !== undefined);

interface Cast {
  readonly variant: RelayVariant;
  readonly server: LabHost;
  readonly victim: ReturnType<typeof victimOf>;
}

async function oneRelay(lab: Lab, given: Given, { variant, server, victim }: Cast) {
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
      other: otherOf(lab, given, server),
      ...kerberosOf(lab, given, server),
      random: lab.random(`relay ${lab.relays.length}`),
      clock: world.clock,
      monotonic: world.monotonic,
      timers: world.timers,
      timeout: RELAY_TIMEOUT,
    });
  } finally {
    deaf();
  }
}

/** The tickets of the victim's user, and the names that lead to the server, to another service of it, and to the attacker. */
function kerberosOf(lab: Lab, given: Given, server: LabHost): Partial<Pick<RelayScene, 'kerberos'>> {
  const { kerberos } = lab;
  if (kerberos === undefined) return {};
  const victim = lab.host(given.victim);
  const user = lab.userOf(victim, lab.applicationOf(victim, given.application));
  const services = {
    target: kerberos.serviceOf(server.name),
    'another service': kerberos.serviceOf(server.name, 'HTTP'),
    'another host': kerberos.serviceOf(given.attacker),
  };
  return { kerberos: { tickets: kerberos.ticketsOf(victim, user), services } };
}

/** Somebody else of the domain, who has activated what an attacker knows a reference to. */
function otherOf(lab: Lab, given: Given, server: LabHost) {
  const victim = lab.host(given.victim);
  const user = lab.userOf(victim, lab.applicationOf(victim, given.application));
  const other = server.machine.accounts.find((account) => account.user !== user)?.user ?? user;
  return server.credentialsOf(other);
}
