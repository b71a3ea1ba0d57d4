import type { LabActivation, TimelineCell } from '../../lab/index.js';
import type { Column, Style } from '../table.js';

/** One row for each server and each group of clients that fare alike with it. */
export interface TimelineRow {
  readonly phase: string;
  /** RequireIntegrityActivationAuthenticationLevel; values of which nothing changes share a row. */
  readonly registry: string;
  readonly clients: string;
  /** How the clients authenticate, where they were told to; ways in which nothing changes share a row. */
  readonly auth?: string;
  /** By what the application asks for. */
  readonly outcomes: readonly string[];
}

export const TIMELINE_LEGEND =
  'ok: accepted; ↑: Windows raised the level by itself; 10036: refused by the policy, with that event in the server’s log; ' +
  'policy: refused without an event; access: refused by access control, which lets nobody in without a name';

/** The outcome of an activation in one word. */
export function timelineWord({ outcome, refusedBy, event, raised }: LabActivation): string {
  if (outcome === 'accepted') return raised ? 'ok ↑' : 'ok';
  if (refusedBy === 'activation policy') return event === undefined ? 'policy' : String(event.id);
  return refusedBy === 'access control' ? 'access' : (refusedBy ?? 'refused');
}

/** Phase by phase, with servers and clients that fare alike in one row. */
export function timelineRows(cells: readonly TimelineCell[]): TimelineRow[] {
  const asked = askedOf(cells);
  const words = (of: readonly TimelineCell[]): string[] => asked.map((level) => wordOf(of, level));
  const several = new Set(cells.map(({ activation }) => activation.server)).size > 1;
  const serverOf = ({ phase, activation: { server } }: TimelineCell): string =>
    several ? `${phase} (${server})` : phase;
  const inServer = (phase: string, ofPhase: readonly TimelineCell[]): TimelineRow[] => {
    const byRegistry = groups(ofPhase, ({ registry }) => String(registry));
    const alike = groups(byRegistry, ([, row]) =>
      JSON.stringify(groups(row, ({ client }) => client).map(([client, own]) => [client, words(own)])),
    );
    return alike.flatMap(([, members]) => {
      const registry = members.map(([value]) => value).join(', ');
      const [, first] = members[0] as (typeof members)[number];
      const byClient = groups(first, ({ client }) => client);
      return groups(byClient, ([, row]) => words(row).join('|')).map(([, clients]) => ({
        phase,
        registry,
        clients: names(clients.map(([client]) => client)),
        outcomes: words((clients[0] as (typeof clients)[number])[1]),
      }));
    });
  };
  return groups(cells, serverOf).flatMap(([phase, ofPhase]) => {
    const byAuth = groups(ofPhase, ({ auth = '' }) => auth).map(([auth, own]) => [auth, inServer(phase, own)] as const);
    return groups(byAuth, ([, rows]) => JSON.stringify(rows)).flatMap(([, alike]) => {
      const auth = alike.map(([value]) => value).join(', ');
      const [, rows] = alike[0] as (typeof alike)[number];
      return auth === '' ? rows : rows.map((row) => ({ ...row, auth }));
    });
  });
}

const askedOf = (cells: readonly TimelineCell[]): string[] => [...new Set(cells.map(({ asked }) => asked))];

/** What came of one level, with its changes where it was tried again; empty where it was not. */
const wordOf = (cells: readonly TimelineCell[], level: string): string =>
  inTurn(cells.filter(({ asked }) => asked === level).map(({ activation }) => timelineWord(activation)));

/** What came one after the other, without repetitions. */
export const inTurn = (outcomes: readonly string[]): string =>
  outcomes.filter((outcome, index) => outcome !== outcomes[index - 1]).join(', then ');

export function timelineColumns(cells: readonly TimelineCell[]): Column<TimelineRow>[] {
  return [
    { title: 'server as of', value: ({ phase }) => phase },
    { title: 'Require…', value: ({ registry }) => registry },
    { title: 'clients', value: ({ clients }) => clients },
    ...(cells.some(({ auth }) => auth !== undefined)
      ? [{ title: 'by', value: ({ auth = '' }: TimelineRow) => auth }]
      : []),
    ...askedOf(cells).map(
      (title, index): Column<TimelineRow> => ({
        title: title.replace('PKT_', ''),
        value: ({ outcomes }) => outcomes[index] ?? '',
        style: ({ outcomes }) => styleOf(outcomes[index] ?? ''),
      }),
    ),
  ];
}

const styleOf = (word: string): Style => {
  if (word === '' || /^ok( ↑)?$/.test(word)) return 'green';
  return word === 'access' ? 'yellow' : 'red';
};

/** `windows-2021-06, 2021-09`: what names begin with is said once. */
function names(clients: readonly string[]): string {
  let before = '';
  return clients
    .map((client) => {
      const [, family = '', rest = ''] = /^(windows-)?(.*)$/.exec(client) ?? [];
      const shown = family !== '' && family === before ? rest : client;
      before = family;
      return shown;
    })
    .join(', ');
}

/** In the order in which the keys first come. */
function groups<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = found.get(key);
    if (group === undefined) found.set(key, [item]);
    else group.push(item);
  }
  return [...found];
}
