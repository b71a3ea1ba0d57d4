import { expect, test } from 'vitest';
import { parseExpectations } from '../../../../src/cli/serve/expectations.js';
import { judgeServer } from '../../../../src/cli/serve/results.js';
import type { DcomServer } from '../../../../src/server/server.js';
import { Heard } from '../../../support/heard.js';

const CALL = { interface: 'f309ad18-d86a-11d0-a075-00c04fb68820', opnum: 6, refusedBy: 'exporter level' };
const ACCEPTED = { outcome: 'accepted', client: { address: '127.0.0.1' } };
const VERDICTS = { tell: async () => undefined };

const notesOf = async (calls: number, ...expectations: string[]): Promise<string[]> => {
  const out = new Heard();
  const server = { activations: [ACCEPTED], refusedCalls: Array.from({ length: calls }, () => CALL) };
  const expect = expectations.flatMap(parseExpectations);
  const options = { tap: false, json: false, allowNone: false, expect };
  await judgeServer(out, VERDICTS as never, { ...server } as unknown as DcomServer, options, { nothing: '' });
  return out.notes;
};

test('refused calls that nobody judges are said, with what judges them', async () => {
  expect(await notesOf(1, 'accepted=1')).toEqual([
    'note: 1 refused call is not judged (IWbemLevel1Login::NTLMLogin, refused by exporter level); --expect refused-calls=0 does',
  ]);
  expect(await notesOf(2, 'accepted=1')).toEqual([
    'note: 2 refused calls are not judged (the first: IWbemLevel1Login::NTLMLogin, refused by exporter level); --expect refused-calls=0 does',
  ]);
});

test('refused calls that are judged, or are none, are not said', async () => {
  expect(await notesOf(1, 'accepted=1', 'refused-calls = 0')).toEqual([]);
  expect(await notesOf(0, 'accepted=1')).toEqual([]);
});
