import { PolicyInputError } from '../codec/input-error.js';
import type { Registry } from './registry.js';
import { type AsOf, patchLevel } from './timeline.js';

/** A family of Windows builds that share their updates, and since which update it logs events 10036 to 10038. */
export interface EventBuild {
  readonly id: string;
  readonly names: readonly string[];
  /**
   * The update that brings the events, or the day of a release that came after them and so had them from the start:
   * that second kind is an inference, no source lists it. Absent where neither is known.
   */
  readonly since?: { readonly kb?: string; readonly date: string };
}

/**
 * KB5004442 lists the updates; the article names the same families. No update is listed that makes Windows 7 and
 * Server 2008, 2008 R2 and 2012 log. Of Server 2008 the sources are of two minds: the article and [MS-DCOM] note <80>
 * name it among the versions that the hardening reaches, while its extended updates ended, but for Azure, in January
 * 2023, before the phase that cannot be switched off. It is modelled as the article has it.
 */
export const EVENT_BUILDS: readonly EventBuild[] = [
  { id: 'server-2022', names: ['Windows Server 2022'], since: { kb: 'KB5005619', date: '2021-09-27' } },
  {
    id: 'win10-2004',
    // The article adds 22H2; it and 21H2 take the same updates as the three before them.
    names: ['Windows 10 2004', 'Windows 10 20H2', 'Windows 10 21H1', 'Windows 10 21H2', 'Windows 10 22H2'],
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
  { id: 'win11-21h2', names: ['Windows 11 21H2'], since: { date: '2021-10-05' } },
  { id: 'win11-23h2', names: ['Windows 11 23H2', 'Windows Server 23H2'], since: { date: '2023-10-24' } },
  { id: 'win11-24h2', names: ['Windows 11 24H2', 'Windows Server 2025'], since: { date: '2024-10-01' } },
  { id: 'win11-25h2', names: ['Windows 11 25H2'], since: { date: '2025-09-30' } },
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

const BEFORE_2004: ReadonlySet<string> = new Set([
  ...['win10-1909', 'server-2019', 'server-2016', 'server-2012-r2', 'server-2012', 'server-2008-r2', 'server-2008'],
]);

/**
 * Whether this Windows answers DCOM clients whose COM version is below 5.7: those before Windows 10 2004 do. The reports
 * that date it are of Windows 10 2004 and Server 2022; of Windows 11 and later none is known, and they are taken alike.
 */
export const speaksOlderCom = (windows: string): boolean => BEFORE_2004.has(eventBuild(windows).id);

/**
 * Whether a machine at this patch level logs events 10036 to 10038; without a version, as of September 2021. Any value
 * but 0 of DisableAuthenticationLevelHardeningLog switches them off.
 */
export function logsEvents(asOf: AsOf, windows?: string, registry: Registry = {}): boolean {
  if ((registry.DisableAuthenticationLevelHardeningLog ?? 0) !== 0) return false;
  const { date, phase } = patchLevel(asOf);
  if (windows === undefined) return phase.events;
  const since = eventBuild(windows).since?.date;
  return since !== undefined && date >= since;
}
