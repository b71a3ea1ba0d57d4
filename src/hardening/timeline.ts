import { PolicyInputError } from '../codec/input-error.js';

/** How far a Windows machine is patched: a date, and the phase of KB5004442 that it falls in. */
export interface PatchLevel {
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly phase: Phase;
  /** What a reader could take differently, in one line. */
  readonly note?: string;
}

/** A patch level, or the text of one as `--as-of` takes it. */
export type AsOf = PatchLevel | string;

/**
 * The patch level of a date (`2022-06-14`) or month (`2022-09`). A month means its first day, without exception:
 * `2021-05` is before the hardening, and the phase of September 2021, which the sources give no day for, is taken to
 * begin on the first. A month in which a phase begins later (`2022-06`) is therefore still before that phase, which
 * `note` says. Throws `PolicyInputError` for anything else.
 */
export function patchLevel(asOf: AsOf): PatchLevel {
  if (typeof asOf !== 'string') return asOf;
  const text = asOf.trim();
  const match = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(text);
  if (match === null) {
    throw new PolicyInputError(`not a date: '${asOf}'; expected YYYY-MM-DD or YYYY-MM, such as 2022-06-14`);
  }
  const [, year, month, day] = match;
  const date = `${year}-${month}-${day ?? '01'}`;
  if (!exists(date)) throw new PolicyInputError(`no such date: '${asOf}'`);
  const later =
    day === undefined ? PHASES.find((phase) => phase.from.startsWith(text) && phase.from > date) : undefined;
  const phase = PHASES.findLast((candidate) => candidate.from <= date) as Phase;
  return later === undefined
    ? { date, phase }
    : {
        date,
        phase,
        note: `${text} is read as ${date}, before the update of ${later.from}; write ${later.from} for that`,
      };
}

// Date normalises 2022-02-30 to 2 March, so a date exists if it comes back as it went in.
function exists(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

/** What decides whether a server enforces: nobody, the registry with either default, or nothing any more. */
export type ServerRule = 'not present' | 'opt in' | 'opt out' | 'always';
/** Which activation levels a Windows client raises by itself. */
export type ClientRule = 'none' | 'default' | 'all';

/** One phase of KB5004442, from its first day on. */
export interface Phase {
  readonly id: string;
  /** First day, YYYY-MM-DD. */
  readonly from: string;
  readonly title: string;
  readonly server: ServerRule;
  readonly client: ClientRule;
  /** Whether events 10036 to 10038 exist; `EVENT_BUILDS` is exact to the build. */
  readonly events: boolean;
  readonly source: string;
}

/** Oldest first. The plan that KB5004442 first announced (end of 2021, beginning of 2022) was postponed and is not here. */
export const PHASES: readonly Phase[] = [
  {
    id: 'before',
    from: '0000-01-01',
    title: 'before the hardening',
    server: 'not present',
    client: 'none',
    events: false,
    source: 'CVE-2021-26414',
  },
  {
    id: 'phase-1',
    from: '2021-06-08',
    title: 'servers can enforce PKT_INTEGRITY, off by default; clients raise their default activation level',
    server: 'opt in',
    client: 'default',
    events: false,
    source: 'KB5004442; CVE-2021-26414, frequently asked questions',
  },
  {
    id: 'events',
    from: '2021-09-01',
    title: 'compatibility fixes, and the events 10036, 10037 and 10038',
    server: 'opt in',
    client: 'default',
    events: true,
    source: 'KB5004442; DCOM authentication hardening: what you need to know',
  },
  {
    id: 'phase-2',
    from: '2022-06-14',
    title: 'servers enforce by default; the registry can still turn it off',
    server: 'opt out',
    client: 'default',
    events: true,
    source: 'KB5004442',
  },
  {
    id: 'client-raise',
    from: '2022-11-08',
    title: 'clients raise every activation that is not anonymous',
    server: 'opt out',
    client: 'all',
    events: true,
    source: 'KB5004442',
  },
  {
    id: 'phase-3',
    from: '2023-03-14',
    title: 'servers always enforce; the registry is ignored',
    server: 'always',
    client: 'all',
    events: true,
    source: 'KB5004442',
  },
];

/**
 * First security update (October 2022) with which Windows clients call object exporters at PKT_INTEGRITY or above:
 * CVE-2022-37978, [MS-DCOM] note <37>. A change of its own, not a phase of KB5004442.
 */
export const ORPC_CLIENT_RAISE_FROM = '2022-10-11';
