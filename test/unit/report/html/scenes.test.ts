import { describe, expect, test } from 'vitest';
import { type Stream, scenesOf } from '../../../../src/report/html/scenes.js';

const stream = (hosts: string, start: number, end: number, file = 'a.pcapng'): Stream => ({
  file,
  hosts: hosts.split(' ') as [string, string],
  start,
  end,
});

describe('streams are of one scene', () => {
  test('where they share a host and overlap in time: the legs of a relay, a call and its call back', () => {
    expect(scenesOf([stream('victim attacker', 0, 5), stream('attacker server', 1, 4)])).toEqual([0, 0]);
    expect(scenesOf([stream('client server', 0, 5), stream('server client', 2, 3)])).toEqual([0, 0]);
  });

  test('not where one begins after the other has ended', () => {
    expect(scenesOf([stream('client server', 0, 1), stream('client server', 2, 3)])).toEqual([0, 1]);
  });

  test('not where they have no host in common, or are of different captures', () => {
    expect(scenesOf([stream('a b', 0, 5), stream('c d', 0, 5)])).toEqual([0, 1]);
    expect(scenesOf([stream('a b', 0, 5), stream('a b', 0, 5, 'b.pcapng')])).toEqual([0, 1]);
  });

  test('as long as their hosts fit beside each other', () => {
    const clients = Array.from({ length: 9 }, (_, index) => stream(`client${index} server`, index, 100));
    expect(scenesOf(clients)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1]);
  });
});
