import { expect, test } from 'vitest';
import { PduReader } from '../../../../src/capture/pdu/reader.js';
import { Pipe } from '../../../../src/capture/smb/pipe.js';
import { SmbBudget, SmbTables } from '../../../../src/capture/smb/tables.js';
import { SMB2 } from '../../../../src/codec/smb/index.js';
import { retained } from '../../../support/memory.js';
import { pipesOf } from '../../../support/pipes.js';
import { captureOf, pduOf } from '../../../support/segments.js';
import { bodies, SmbTalk } from '../../../support/smb.js';
import { Smb1Talk } from '../../../support/smb1.js';

const LIMIT = 64;
const request = pduOf({ type: 0, body: 20 });

/** Tables of one connection, with all limits at 64. */
function tablesOf(forgotten: () => void = () => {}): { tables: SmbTables; budget: SmbBudget } {
  const limits = { pipes: LIMIT, trees: LIMIT, requests: LIMIT, sessions: LIMIT };
  const budget = new SmbBudget(limits, forgotten);
  const tables = new SmbTables({ budget, deliver: () => {}, losses: () => [0, 0], server: () => 'server ' });
  return { tables, budget };
}

test('of a million tree connects as many as the limit are kept, the newest ones', () => {
  const { tables, budget } = tablesOf();
  const many = 1_000_000;
  for (let id = 0; id < many; id++) tables.connected(`7 ${id}`, { share: `\\\\srv\\${id}`, kind: 'other' }, true);
  expect(budget.sessionTrees.size).toBe(LIMIT);
  const kept = (id: number): boolean => tables.tree(`7 ${id}`) !== undefined;
  expect([0, many / 2, many - LIMIT - 1, many - LIMIT, many - 1].map(kept)).toEqual([false, false, false, true, true]);
});

test('of requests that nobody answers as many as the limit are kept, and what the others wanted to open is closed', () => {
  const { tables } = tablesOf();
  const pipes = Array.from(
    { length: 10_000 },
    () => tables.opening({ share: undefined, kind: 'pipe' }, 'svcctl') as Pipe,
  );
  for (const [id, opens] of pipes.entries()) tables.requests.set(BigInt(id), { command: SMB2.CREATE, opens });
  expect(tables.requests.size).toBe(LIMIT);
  expect(pipes.filter(({ closed }) => !closed)).toEqual(pipes.slice(-LIMIT));
});

test('of pipes that are never closed as many as the limit are kept, in all connections together', () => {
  const budget = tablesOf().budget;
  const connections = Array.from(
    { length: 100 },
    () => new SmbTables({ budget, deliver: () => {}, losses: () => [0, 0], server: () => 'server ' }),
  );
  const pipes = connections.flatMap((tables, connection) =>
    Array.from({ length: 100 }, (_, id) => {
      const pipe = new Pipe({ share: undefined, name: 'svcctl', fid: undefined, opened: true }, true, [0, 0]);
      tables.opened(`${connection} ${id}`, String(id), pipe, true);
      return pipe;
    }),
  );
  expect(connections.reduce((all, tables) => all + tables.pipes.length, 0)).toBe(LIMIT);
  expect(budget.sessionPipes.size).toBe(LIMIT);
  expect(pipes.filter(({ closed }) => !closed)).toEqual(pipes.slice(-LIMIT));
});

test('PDUs that begin in many pipes and never end share the memory of all, and other pipes are read on', async () => {
  const talk = new SmbTalk().connect();
  const begun = pduOf({ type: 0, body: 2000, fragLength: 0xffff });
  for (let id = 1; id <= 200; id++) talk.open('svcctl', id).write(begun, id);
  const { lines } = await pipesOf(talk.open('lsarpc', 201).write(request, 201).sent, { assemblyBytes: 65_536 });
  expect(lines.filter((line) => line.startsWith('cut'))).toHaveLength(200);
  expect(lines).toContain('0 36 > \\PIPE\\lsarpc');
});

/** Names of so many characters, of shares and of pipes. */
const LONG = 15_000;
const NAMES = 600;

test.each([
  [
    'SMB2',
    () => {
      const talk = new SmbTalk();
      for (let id = 1; id <= NAMES; id++) {
        const tree = { tree: id };
        talk.ask(SMB2.TREE_CONNECT, bodies.treeConnect(`\\\\srv\\${'s'.repeat(LONG)}`), { tree: 0 });
        talk.answer(SMB2.TREE_CONNECT, bodies.treeConnected(2), undefined, tree);
        talk.ask(SMB2.CREATE, bodies.create('p'.repeat(LONG)), tree);
      }
      return talk;
    },
  ],
  [
    'SMB1',
    () => {
      const talk = new Smb1Talk().ipc();
      for (let id = 1; id <= NAMES; id++) talk.pipe('p'.repeat(LONG), id);
      return talk;
    },
  ],
])('of names as long as a message no more is kept than is told of them (%s)', (_, talk) => {
  const capture = captureOf(...talk().sent);
  expect(capture.length).toBeGreaterThan(NAMES * LONG);
  const { octets } = retained(() => {
    const reader = new PduReader({ open: () => ({ pdu: () => {} }) });
    reader.push(capture);
    return reader;
  });
  expect(octets).toBeLessThan(NAMES * 4096);
});
