import { classOf } from '../../capture/decode/wanted-class.js';
import {
  AT_CONNECT,
  type KnownRelays,
  relayCaptured,
  WHAT_IF_VARIANTS,
  type WhatIf,
  type WhatIfCell,
  type WhatIfOptions,
  whyNotRelayed,
} from '../../capture/replay/relay.js';
import { didYouMean } from '../../codec/near.js';
import { isSignedLevel, shortAuthnLevelName } from '../../codec/status/authn.js';
import { eventLine } from '../../hardening/events.js';
import type { Registry } from '../../hardening/registry.js';
import { type PatchLevel, patchLevel } from '../../hardening/timeline.js';
import { formatEndpoint } from '../../net/channel.js';
import type { Result } from '../../report/result.js';
import type { Column } from '../../report/table.js';
import { captureFiles } from '../files.js';
import { type Output, UsageError } from '../io.js';
import { type JudgedOptions, Verdicts } from '../judged.js';
import { AUTH_TYPES } from '../options.js';
import { StatusLine } from '../progress.js';
import { sceneRecord } from '../relay/record.js';
import { classText, PLACE_COLUMNS, placeRecord, replayEach, type SecretsGiven, writeReplayReport } from './files.js';

/** Before the hardening, and since it cannot be turned off. */
const DATES = ['2021-05', '2023-03-14'];

export interface ReplayRelayOptions extends SecretsGiven, JudgedOptions {
  readonly dates?: readonly PatchLevel[];
  readonly registry?: Registry;
  readonly variant?: readonly string[];
  readonly level?: number;
  readonly auth?: string;
  readonly seed?: string;
}

interface Row extends WhatIf {
  readonly file: string;
}

/** Puts the man in the middle between each captured client and a server of each date: only on a simulated network. */
export async function replayRelay(out: Output, paths: readonly string[], options: ReplayRelayOptions): Promise<void> {
  const { level, auth, registry, seed = '1' } = options;
  for (const id of options.variant ?? []) checkVariant(id);
  const dates = options.dates ?? DATES.map(patchLevel);
  const verdicts = new Verdicts(out, options, { suite: 'replay', inputs: captureFiles(paths) });
  const known: KnownRelays = new Map();
  const how: WhatIfOptions = {
    ...{ dates, seed },
    ...(options.variant && { variants: options.variant }),
    ...(registry && { registry }),
    ...(level !== undefined && { level }),
    ...(auth !== undefined && { authType: AUTH_TYPES[auth] as number }),
  };
  const rows = await replayEach(out, verdicts, paths, options, whyNotRelayed, async ({ file, calls }) => {
    const found: Row[] = [];
    const status = new StatusLine(false);
    try {
      for (const [index, call] of calls.entries()) {
        status.draw(`[${index + 1}/${calls.length}] ${file} frame ${call.frame}`);
        const relayed = await relayCaptured(call, how, known);
        found.push(...relayed.map((row) => ({ file, ...row })));
      }
    } finally {
      status.clear();
    }
    return found;
  });
  if (rows.length === 0) throw new UsageError('no activation was found that could be relayed');
  const results = rows.flatMap((row) => resultsOf(row, dates));
  await verdicts.tell(results, {
    records: () => rows.flatMap(recordsOf).map((record) => ['relay-what-if', record]),
    text: () => show(out, rows, dates),
    nothing: 'nothing of what was captured can be relayed',
  });
  await writeReplayReport(out, paths, options, results);
}

function checkVariant(id: string): void {
  if (WHAT_IF_VARIANTS.includes(id)) return;
  if (id.startsWith('known-reference'))
    throw new UsageError(`--variant ${id} activates nothing, so a captured activation has no part in it (see relay)`);
  throw new UsageError(
    `--variant: no such variant: '${id}'${didYouMean(id, WHAT_IF_VARIANTS)} (see replay relay --help)`,
  );
}

const verdictOf = ({ outcome }: WhatIfCell): string =>
  outcome.outcome === 'succeeded' ? 'relayed' : `stopped: ${outcome.refusedBy}`;
const expectationOf = ({ expected }: WhatIfCell): string =>
  expected === undefined ? 'relayed' : `stopped: ${expected}`;
const dateOf = ({ asOf }: WhatIfCell): string => patchLevel(asOf).date;
const methodOf = ({ call }: WhatIf): string => call.operation?.name ?? String(call.opnum);

/** The server of the newest date is to stop it; the others are to do what KB5004442 and the specifications have. */
function resultsOf(row: Row, dates: readonly PatchLevel[]): Result[] {
  const { file, call, variant, level, cells, nothing } = row;
  const common = { section: variant?.section ?? '[MS-DCOM] 3.1.2.5.2', level: 'WINDOWS', pdus: [] } as const;
  const id = `replay.${file}.${call.frame}.relay`;
  const title = `frame ${call.frame}: ${methodOf(row)} of ${classText(call)} at ${shortAuthnLevelName(level)}`;
  if (nothing !== undefined) {
    const skipped = { outcome: 'skip', expected: '', actual: 'nothing to relay', reason: nothing } as const;
    return [{ ...common, ...skipped, id, title }];
  }
  const newest = dates.map(({ date }) => date).reduce((a, b) => (a > b ? a : b));
  return cells.map((cell) => {
    const actual = verdictOf(cell);
    const must = dateOf(cell) === newest && cell.expected === undefined ? 'stopped' : expectationOf(cell);
    return {
      ...common,
      id: `${id}.${variant?.id}.${dateOf(cell)}`,
      title: `${title}, relayed ${variant?.id} as of ${dateOf(cell)}`,
      outcome: actual === must ? 'pass' : 'fail',
      expected: must,
      actual: `${actual} (${cell.outcome.reason})`,
    };
  });
}

function recordsOf(row: Row): object[] {
  const { call, level, authType, mechanism, client, variant, nothing, notes, cells } = row;
  const common = {
    ...placeRecord(row),
    client: formatEndpoint(call.client),
    server: formatEndpoint(call.server),
    operation: call.operation?.name,
    clsid: classOf(call),
    captured_level: call.security.level,
    level,
    auth_type: authType,
    mechanism,
    profile: client,
    ...(notes.length > 0 && { notes }),
  };
  if (nothing !== undefined) return [{ ...common, outcome: 'nothing to relay', reason: nothing }];
  return cells.map(({ expected, asOf, outcome }) => ({
    ...common,
    variant: variant?.id,
    as_of: patchLevel(asOf).date,
    ...sceneRecord(outcome),
    expected: expected ?? 'succeeded',
  }));
}

function show(out: Output, rows: readonly Row[], dates: readonly PatchLevel[]): void {
  const column = ({ date }: PatchLevel, index: number): Column<Row> => ({
    title: date,
    value: ({ cells }) => (cells[index] === undefined ? 'nothing to relay' : textOf(cells[index])),
    style: ({ cells }) => (cells[index]?.outcome.outcome === 'succeeded' ? 'red' : 'green'),
  });
  out.text('Each captured activation, had somebody stood between client and server, by the server’s patch level:\n');
  out.table(rows, [...COLUMNS, ...dates.map(column)]);
  for (const group of grouped(rows)) for (const line of ['', ...groupLines(group)]) out.line(line);
  for (const line of remarks(rows)) out.text(`\n${line}`);
}

const COLUMNS: readonly Column<Row>[] = [
  ...PLACE_COLUMNS,
  { title: 'client', value: ({ call }) => call.client.address },
  { title: 'class', value: ({ call }) => classText(call) || '(encrypted)' },
  {
    title: 'auth',
    value: ({ authType, mechanism }) => {
      const name = AUTH_NAMES.get(authType) ?? String(authType);
      return mechanism === 'Kerberos' && name !== 'kerberos' ? `${name} (Kerberos)` : name;
    },
  },
  { title: 'level', value: ({ level }) => shortAuthnLevelName(level) },
  { title: 'variant', value: ({ variant }) => variant?.id ?? '' },
];

const AUTH_NAMES = new Map(Object.entries(AUTH_TYPES).map(([name, type]) => [type, name]));

const textOf = (cell: WhatIfCell): string => {
  const [found, expected] = [verdictOf(cell), expectationOf(cell)];
  return found === expected ? found : `${found} (KB5004442: ${expected})`;
};

/** The reasons are the same for all that went the same way. */
function grouped(rows: readonly Row[]): Row[][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = [headOf(row), ...row.cells.map(textOf)].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

const headOf = ({ variant, level, nothing }: Row): string =>
  nothing ?? `${variant?.id}, client at ${shortAuthnLevelName(level)}: ${variant?.title}`;

function groupLines(group: readonly Row[]): string[] {
  const [first] = group as [Row];
  const which = group.length === 1 ? `${first.file} frame ${first.call.frame}` : `${group.length} activations`;
  return [`${which}: ${headOf(first)}`, ...reasonsOf(first)];
}

const reasonsOf = ({ cells }: Row): string[] =>
  cells.map((cell) => {
    const { reason, evidence } = cell.outcome;
    const { event, loggedAt } = evidence;
    const logged = event && loggedAt ? `; event: ${eventLine(event, loggedAt)}` : '';
    return `  ${dateOf(cell)}: ${verdictOf(cell)}: ${reason} (${evidence.text})${logged}`;
  });

function remarks(rows: readonly Row[]): string[] {
  const notes = new Map<string, number>();
  for (const { notes: each, variant } of rows)
    if (variant?.id === rows[0]?.variant?.id) for (const note of each) notes.set(note, (notes.get(note) ?? 0) + 1);
  const taken = rows.find(
    ({ level, variant, cells }) =>
      isSignedLevel(level) &&
      variant?.id === AT_CONNECT &&
      cells.some(({ outcome }) => outcome.outcome === 'succeeded'),
  );
  return [
    ...[...notes].map(([note, count]) => `Note: ${note} (${count} ${count === 1 ? 'activation' : 'activations'}).`),
    ...(taken === undefined
      ? []
      : [
          'A client that signs does not by itself protect a server that is not hardened: nothing in NTLM binds the level ' +
            'of the RPC connection, so an attacker who binds at CONNECT himself is taken for the client.',
        ]),
  ];
}
