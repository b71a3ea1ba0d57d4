import { describe, expect, test } from 'vitest';
import { PTYPE } from '../../../../src/codec/rpce/index.js';
import { PassiveBudget } from '../../../../src/rpc/index.js';
import { ObservedCalls } from '../../../../src/rpc/passive/calls.js';

/** The calls of some connections that share a budget; each is known by the letter that is kept with it. */
function connections(limit: number) {
  const unanswered: unknown[] = [];
  const budget = new PassiveBudget<string>({ calls: limit, unanswered: ({ kept }) => void unanswered.push(kept) });
  const all = Array.from({ length: 4 }, () => new ObservedCalls(budget.calls, budget.unanswered));
  const security = { authType: 0, level: 1, authContextId: undefined, from: 'none', identity: undefined } as const;
  const part = { first: true, last: true, contextId: 0, opnum: 0, object: undefined, security };
  const request = (connection: number, callId: number, kept: string): void => {
    const call = all[connection]?.take({ ...part, type: PTYPE.request, callId });
    if (call !== undefined) call.kept = kept;
  };
  const response = (connection: number, callId: number): string | undefined =>
    all[connection]?.take({ ...part, type: PTYPE.response, callId })?.kept;
  return { all, unanswered, request, response };
}

describe('calls that wait for their answer', () => {
  test('beyond the limit the oldest call of all connections gives way, not one of the oldest connection', () => {
    const { all, unanswered, request, response } = connections(3);
    request(1, 1, 'a');
    request(2, 1, 'b');
    request(1, 2, 'c');
    expect(response(1, 1)).toBe('a');
    request(3, 1, 'd');
    expect(unanswered).toEqual([]);
    request(3, 2, 'e');
    request(3, 3, 'f');
    expect(unanswered).toEqual(['b', 'c']);
    for (const calls of all) calls.end();
    expect(unanswered).toEqual(['b', 'c', 'd', 'e', 'f']);
  });

  test('a call_id that is used again ends the call that had it; what a connection had is free when it ends', () => {
    const { all, unanswered, request, response } = connections(2);
    request(1, 7, 'a');
    request(1, 8, 'b');
    request(1, 7, 'c');
    expect(unanswered).toEqual(['a']);
    all[1]?.end();
    expect(unanswered).toEqual(['a', 'b', 'c']);
    request(2, 1, 'd');
    request(2, 2, 'e');
    expect(unanswered).toHaveLength(3);
    expect([response(1, 7), response(2, 1)]).toEqual([undefined, 'd']);
  });
});
