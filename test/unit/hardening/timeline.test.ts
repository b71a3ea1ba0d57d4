import { describe, expect, test } from 'vitest';
import { PolicyInputError } from '../../../src/codec/input-error.js';
import { eventBuild, logsEvents } from '../../../src/hardening/builds.js';
import { PHASES, patchLevel } from '../../../src/hardening/timeline.js';

describe('the timeline of KB5004442', () => {
  test.each([
    ['2021-06-07', 'before', 'not present', 'none', false],
    ['2021-06-08', 'phase-1', 'opt in', 'default', false],
    ['2021-08-31', 'phase-1', 'opt in', 'default', false],
    ['2021-09-01', 'events', 'opt in', 'default', true],
    ['2022-06-13', 'events', 'opt in', 'default', true],
    ['2022-06-14', 'phase-2', 'opt out', 'default', true],
    ['2022-11-07', 'phase-2', 'opt out', 'default', true],
    ['2022-11-08', 'client-raise', 'opt out', 'all', true],
    ['2023-03-13', 'client-raise', 'opt out', 'all', true],
    ['2023-03-14', 'phase-3', 'always', 'all', true],
    ['2031-01-01', 'phase-3', 'always', 'all', true],
  ])('%s is in phase "%s": server %s, client %s, events %s', (date, id, server, client, events) => {
    expect(patchLevel(date)).toMatchObject({ date, phase: { id, server, client, events } });
  });

  test('the postponed dates of the first plan begin no phase', () => {
    expect(PHASES.map((phase) => phase.from)).toEqual([
      '0000-01-01',
      '2021-06-08',
      '2021-09-01',
      '2022-06-14',
      '2022-11-08',
      '2023-03-14',
    ]);
  });
});

describe('a patch level', () => {
  test.each([
    ['2021-05', '2021-05-01', 'before'],
    ['2021-09', '2021-09-01', 'events'],
    ['2022-06', '2022-06-01', 'events'],
    ['2022-07', '2022-07-01', 'phase-2'],
  ])('the month %s alone means its first day', (text, date, id) => {
    expect(patchLevel(text)).toMatchObject({ date, phase: { id } });
  });

  test('a month in which a phase begins later says so', () => {
    expect(patchLevel('2022-06').note).toBe(
      '2022-06 is read as 2022-06-01, before the update of 2022-06-14; write 2022-06-14 for that',
    );
    expect(patchLevel('2021-09').note).toBeUndefined();
    expect(patchLevel('2022-06-01').note).toBeUndefined();
  });

  test('a patch level that is already parsed stays as it is', () => {
    const level = patchLevel('2022-06-14');
    expect(patchLevel(level)).toBe(level);
  });

  test.each(['', 'yesterday', '2022', '14.06.2022', '2022-6-14', '2022-06-14T00:00', '2022-06-14 x'])(
    '%j is refused as no date',
    (text) => {
      expect(() => patchLevel(text)).toThrow(PolicyInputError);
      expect(() => patchLevel(text)).toThrow(/^not a date: '.*'; expected YYYY-MM-DD or YYYY-MM, such as 2022-06-14$/);
    },
  );

  test.each(['2022-13', '2022-00-01', '2022-02-30', '2023-02-29', '2022-06-31'])(
    '%s is refused as impossible',
    (text) => {
      expect(() => patchLevel(text)).toThrow(`no such date: '${text}'`);
    },
  );

  test('29 February exists in a leap year', () => {
    expect(patchLevel('2024-02-29').date).toBe('2024-02-29');
  });
});

describe('the builds that log events 10036 to 10038', () => {
  test.each([
    ['Windows Server 2022', '2021-09-26', '2021-09-27'],
    ['Windows 10 2004', '2021-08-31', '2021-09-01'],
    ['Windows 10 20H2', '2021-08-31', '2021-09-01'],
    ['Windows 10 21H1', '2021-08-31', '2021-09-01'],
    ['Windows 10 1909', '2021-08-25', '2021-08-26'],
    ['Windows Server 2019', '2021-08-25', '2021-08-26'],
    ['Windows 10 1809', '2021-08-25', '2021-08-26'],
    ['Windows Server 2016', '2021-09-13', '2021-09-14'],
    ['Windows 10 1607', '2021-09-13', '2021-09-14'],
    ['Windows Server 2012 R2', '2021-10-11', '2021-10-12'],
    ['Windows 8.1', '2021-10-11', '2021-10-12'],
    ['Windows 11 22H2', '2022-09-29', '2022-09-30'],
  ])('%s does not log on %s and logs from %s', (windows, before, since) => {
    expect(logsEvents(before, windows)).toBe(false);
    expect(logsEvents(since, windows)).toBe(true);
  });

  test.each(['Windows Server 2008 SP2', 'Windows Server 2008 R2', 'Windows 7', 'Windows Server 2012'])(
    '%s enforces but is not listed as logging',
    (windows) => {
      expect(logsEvents('2023-03-14', windows)).toBe(false);
    },
  );

  test('without a version, events exist from September 2021 on', () => {
    expect(logsEvents('2021-08-31')).toBe(false);
    expect(logsEvents('2021-09')).toBe(true);
  });

  test('a version is found by id or name in any case; an unknown one lists the known names', () => {
    expect(eventBuild('SERVER-2019')).toBe(eventBuild('windows 10 1809'));
    expect(() => eventBuild('Windows 95')).toThrow(
      /^unknown Windows version 'Windows 95'; known: Windows Server 2022, Windows 10 2004, .*, Windows Server 2008 SP2$/,
    );
  });
});
