import { type Command, Option } from 'commander';
import { didYouMean } from '../../codec/near.js';
import { eventLine } from '../../hardening/events.js';
import type { Registry } from '../../hardening/registry.js';
import { patchLevel } from '../../hardening/timeline.js';
import {
  ALL_VARIANTS,
  expectedStop,
  type RelayOutcome,
  RelayRefused,
  type RelayVariant,
  relay,
  relayVariant,
} from '../../relay/index.js';
import type { RecordParts } from '../../report/record.js';
import type { Result } from '../../report/result.js';
import type { Column } from '../../report/table.js';
import { type Output, output, UsageError } from '../io.js';
import { type JudgedOptions, judgedOptions, Verdicts } from '../judged.js';
import { registryOption } from '../options.js';
import { StatusLine } from '../progress.js';
import { relayRecord } from './record.js';

/** One date in each phase of KB5004442. */
const DATES = ['2021-05', '2021-06-08', '2022-06-14', '2022-11-08', '2023-03-14'];

interface Options extends JudgedOptions {
  readonly variant?: readonly string[];
  readonly asOf?: readonly string[];
  readonly registry?: Registry;
  readonly on?: string;
}

export const relayCommand = (command: Command): Command =>
  judgedOptions(command)
    .addOption(new Option('--variant <id...>', 'only these variants of the relay; all where absent'))
    .addOption(new Option('--as-of <date...>', 'patch levels of the server; one in each phase where absent'))
    .addOption(registryOption())
    .addOption(new Option('--on <address>', 'one loopback address for victim, attacker and server'))
    .addHelpText(
      'after',
      `
Victim, attacker and server are simulated, and on loopback. Nobody else can be relayed, and nothing is run. Exit code 1
means that a variant did not end as KB5004442 and the specifications say.

Variants (each with -spnego too):
${ALL_VARIANTS.filter(({ id }) => !id.endsWith('-spnego'))
  .map(({ id, title }) => `  ${id}  ${title}`)
  .join('\n')}

Examples:
  dcom-harness relay
  dcom-harness relay --variant connect upgrade --as-of 2021-05 2023-03-14 --json
  dcom-harness relay --variant kerberos-same-service kerberos-other-host --as-of 2021-05
  dcom-harness relay --as-of 2022-06-14 --registry RequireIntegrityActivationAuthenticationLevel=0`,
    )
    .action(run);

interface Cell {
  readonly outcome: RelayOutcome;
  readonly expected: string;
}

interface Row {
  readonly variant: RelayVariant;
  readonly cells: readonly Cell[];
}

async function run(options: Options): Promise<void> {
  const out = output(options);
  const verdicts = new Verdicts(out, options, { suite: 'relay' });
  const dates = options.asOf ?? DATES;
  for (const date of dates) patchLevel(date);
  const variants = options.variant?.map(variantOf) ?? ALL_VARIANTS;
  const rows: Row[] = [];
  const status = new StatusLine(false);
  try {
    for (const [index, variant] of variants.entries()) {
      status.draw(`[${index + 1}/${variants.length}] ${variant.id}`);
      const cells: Cell[] = [];
      for (const asOf of dates) cells.push(await cellOf(variant, asOf, options));
      rows.push({ variant, cells });
    }
  } finally {
    status.clear();
  }
  await verdicts.tell(rows.flatMap(resultsOf), {
    records: () => rows.flatMap(({ variant, cells }) => cells.map((cell) => recordOf(variant, cell))),
    text: () => show(out, rows, dates),
    nothing: 'no variant',
  });
}

const recordOf = (variant: RelayVariant, { outcome, expected }: Cell): RecordParts => [
  'relay',
  relayRecord(variant, outcome.asOf, outcome, expected),
];

const resultsOf = ({ variant, cells }: Row): Result[] =>
  cells.map((cell): Result => {
    const { date } = patchLevel(cell.outcome.asOf);
    return {
      id: `relay.${variant.id}.${date}`,
      title: `a relay to a server as of ${date} that ${variant.title}`,
      section: variant.section,
      level: 'WINDOWS',
      outcome: asExpected(cell) ? 'pass' : 'fail',
      expected: cell.expected,
      actual: `${verdictOf(cell)}${asExpected(cell) ? '' : ` (${cell.outcome.reason})`}`,
      pdus: [],
    };
  });

function variantOf(id: string): RelayVariant {
  const variant = relayVariant(id);
  if (variant === undefined) {
    const near = didYouMean(
      id,
      ALL_VARIANTS.map((each) => each.id),
    );
    throw new UsageError(`--variant: no such variant of the relay: '${id}'${near} (see relay --help)`);
  }
  return variant;
}

async function cellOf(variant: RelayVariant, asOf: string, { registry = {}, on }: Options): Promise<Cell> {
  const addresses = on === undefined ? {} : { victim: on, attacker: on, server: on };
  const expected = expectedStop(variant, { asOf, registry }) ?? 'succeeded';
  try {
    return { outcome: await relay({ variant, asOf, registry, addresses }), expected };
  } catch (error) {
    if (error instanceof RelayRefused) throw new UsageError(error.message);
    throw error;
  }
}

const verdictOf = ({ outcome }: Cell): string => outcome.refusedBy ?? 'succeeded';
const asExpected = (cell: Cell): boolean => verdictOf(cell) === cell.expected;

function show(out: Output, rows: readonly Row[], dates: readonly string[]): void {
  const column = (date: string, index: number): Column<Row> => ({
    title: date,
    value: ({ cells }) => textOf(cells[index] as Cell),
    style: ({ cells }) => (cells[index]?.outcome.outcome === 'stopped' ? 'green' : 'red'),
  });
  out.text('The relay of a victim’s authentication, and what stops it, by the server’s patch level:\n');
  out.table(rows, [{ title: 'variant', value: ({ variant }) => variant.id }, ...dates.map(column)]);
  out.text(`\nWhy, as of ${dates.at(-1)}:\n`);
  for (const { variant, cells } of rows) {
    const { outcome } = cells.at(-1) as Cell;
    const { event, closed } = outcome.evidence;
    const logged =
      event === undefined ? '' : `\n  event: ${eventLine(event, { time: Date.now(), computer: 'SERVER' })}`;
    const end = closed === undefined ? '' : ', and the connection is closed';
    out.text(`${variant.id}: ${variant.title}\n  ${outcome.reason} (${outcome.evidence.text}${end})${logged}`);
  }
}

const textOf = (cell: Cell): string =>
  asExpected(cell) ? verdictOf(cell) : `${verdictOf(cell)} (KB5004442: ${cell.expected})`;
