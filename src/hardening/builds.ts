import { PolicyInputError } from './error.js';
import { type AsOf, patchLevel } from './timeline.js';

/** A family of Windows builds that share their updates, and since which update it logs events 10036 to 10038. */
export interface EventBuild {
  readonly id: string;
  readonly names: readonly string[];
  /** Absent where the sources list no update that brings the events. */
  readonly since?: { readonly kb: string; readonly date: string };
}

/**
 * [KB5004442] lists the updates; the article names the same families. Server 2008 and 2012 and Windows 7 enforce the
 * policy, but no update is listed that makes them log.
 */
export const EVENT_BUILDS: readonly EventBuild[] = [
  { id: 'server-2022', names: ['Windows Server 2022'], since: { kb: 'KB5005619', date: '2021-09-27' } },
  {
    id: 'win10-2004',
    // The article adds 22H2, which takes the same updates as the three before it.
    names: ['Windows 10 2004', 'Windows 10 20H2', 'Windows 10 21H1', 'Windows 10 22H2'],
    since: { kb: 'KB5005101', date: '2021-09-01' },
  },
  { id: 'win10-1909', names: ['Windows 10 1909'], since: { kb: 'KB5005103', date: '2021-08-26' } },
  {
    id: 'server-2019',
    names: ['Windows Server 2019', 'Windows 10 1809'],
    since: { kb: 'KB5005102', date: '2021-08-26' },
  },
  {
    id: 'server-2016',
    names: ['Windows Server 2016', 'Windows 10 1607'],
    since: { kb: 'KB5005573', date: '2021-09-14' },
  },
  {
    id: 'server-2012-r2',
    names: ['Windows Server 2012 R2', 'Windows 8.1'],
    since: { kb: 'KB5006714', date: '2021-10-12' },
  },
  { id: 'win11-22h2', names: ['Windows 11 22H2'], since: { kb: 'KB5017389', date: '2022-09-30' } },
  { id: 'server-2012', names: ['Windows Server 2012'] },
  { id: 'server-2008-r2', names: ['Windows Server 2008 R2', 'Windows 7'] },
  { id: 'server-2008', names: ['Windows Server 2008 SP2'] },
];

/** The family of a build by id or name (`server-2019`, `Windows 10 1809`), in any case. Throws `PolicyInputError`. */
export function eventBuild(text: string): EventBuild {
  const wanted = text.trim().toLowerCase();
  const build = EVENT_BUILDS.find(
    ({ id, names }) => id === wanted || names.some((name) => name.toLowerCase() === wanted),
  );
  if (build === undefined) {
    const known = EVENT_BUILDS.flatMap(({ names }) => names).join(', ');
    throw new PolicyInputError(`unknown Windows version '${text}'; known: ${known}`);
  }
  return build;
}

/** Whether a machine at this patch level logs events 10036 to 10038; without a version, as of September 2021. */
export function logsEvents(asOf: AsOf, windows?: string): boolean {
  const { date, phase } = patchLevel(asOf);
  if (windows === undefined) return phase.events;
  const since = eventBuild(windows).since?.date;
  return since !== undefined && date >= since;
}
