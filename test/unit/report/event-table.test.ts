import { expect, test } from 'vitest';
import { eventTable } from '../../../src/report/event-table.js';

const rows = [
  { time: '2022-06-20T08:00:00.000Z', computer: 'cli', event: 10037, what: 'too low' },
  { time: '2022-06-20T08:00:00.001Z', computer: 'srv\u001b[31m', event: 10036, what: 'refused' },
] as const;

test('events of several hosts are a table of time, computer, event and what happened, safe for a terminal', () => {
  expect(eventTable(rows, { colour: false })).toBe(
    [
      'time                      computer  event  what',
      '2022-06-20T08:00:00.000Z  cli       10037  too low',
      '2022-06-20T08:00:00.001Z  srv\ufffd[31m  10036  refused',
      '',
    ].join('\n'),
  );
});

test('with colours, a refusal stands out from a warning on the client', () => {
  const [first, second] = eventTable(rows, { colour: true }).split('\n').slice(1);
  expect(first).toContain('\u001b[33m10037');
  expect(second).toContain('\u001b[31m10036');
});
