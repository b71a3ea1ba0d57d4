// KB5004442 as its table of dates has it: from which on a server without registry values refuses an activation below
// PKT_INTEGRITY. Not taken from the program's own model, which is compared with it.

const REFUSED = ['CONNECT', 'CALL', 'PKT'];

const phase = (month, date, enforces) => ({ month, date, refuses: (level) => enforces && REFUSED.includes(level) });

export const PHASES = [
  phase('2021-05', '2021-05-11', false),
  phase('2021-06', '2021-06-08', false),
  phase('2022-06', '2022-06-14', true),
  phase('2022-11', '2022-11-08', true),
  phase('2023-03', '2023-03-14', true),
];
