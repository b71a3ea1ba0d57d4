import { describe, expect, test } from 'vitest';
import { OR_INVALID_OID, OR_INVALID_SET, PING_PERIOD } from '../../../src/codec/dcom/index.js';
import type { ComClass } from '../../../src/server/classes/index.js';
import { type PingSetOptions, PingSets } from '../../../src/server/objects/ping-sets.js';
import { ObjectTable, type ObjectTableOptions } from '../../../src/server/objects/table.js';
import { countingRandom } from '../../support/associations.js';

const IID_IUnknown = '00000000-0000-0000-c000-000000000046';
const TIMEOUT = 3 * PING_PERIOD;
const NOT_ENOUGH_MEMORY = 8;
const NOBODY = 0xdeadn;
const [PEER, OTHER] = ['10.0.0.1', '10.0.0.9'];

/** The tables of a server and a clock that a test moves. */
function tables(options: Partial<PingSetOptions & ObjectTableOptions> = {}) {
  const random = countingRandom(1);
  const objects = new ObjectTable({ random, ...options });
  const pings = new PingSets({ objects, random, ...options });
  let released = 0;
  const create = (now = 0, com: Partial<ReturnType<ComClass['create']>> = {}, peer = PEER): bigint => {
    const object = objects.create(
      'clsid',
      { name: 'x', queryInterface: () => new Map(), released: () => released++, ...com },
      now,
      peer,
    );
    if (object === undefined) throw new Error('too many objects');
    objects.query(object, IID_IUnknown);
    return object.oid;
  };
  const makeSet = (add: bigint[], now = 0, sequence = 1, peer = PEER) =>
    pings.complexPing({ setId: 0n, sequence, add, remove: [] }, now, peer);
  const change = (setId: bigint, sequence: number, add: bigint[], remove: bigint[] = [], now = 0) =>
    pings.complexPing({ setId, sequence, add, remove }, now, PEER).status;
  /** What the server does every ten seconds. */
  const tick = (now: number): number => {
    pings.expire(now);
    return objects.reclaim(now).length;
  };
  return { objects, pings, create, makeSet, change, tick, released: () => released };
}

describe('ComplexPing: [MS-DCOM] 3.1.2.5.1.3', () => {
  test('SETID 0 makes a set of the OIDs that there are, and leaves the others out', () => {
    const { create, makeSet, pings, objects } = tables();
    const oid = create();
    const { setId, status } = makeSet([oid, NOBODY]);
    expect([status, setId === 0n, pings.size]).toEqual([0, false, 1]);
    expect(objects.has(oid)).toBe(true);
    expect(makeSet([]).setId).not.toBe(setId);
  });

  test('a SETID that there is not: OR_INVALID_SET, for SimplePing too', () => {
    const { change, pings } = tables();
    expect(change(77n, 1, [])).toBe(OR_INVALID_SET);
    expect(pings.ping(77n, 0)).toBe(OR_INVALID_SET);
  });

  test('adding an OID that there is not: OR_INVALID_OID, and the timer is not reset; removing one is no error', () => {
    const { create, makeSet, change, tick } = tables();
    const { setId } = makeSet([create()]);
    expect(change(setId, 2, [NOBODY], [], TIMEOUT - 1)).toBe(OR_INVALID_OID);
    expect(change(setId, 3, [], [NOBODY])).toBe(0);
    tick(TIMEOUT);
    expect(change(setId, 4, [])).toBe(OR_INVALID_SET);
  });

  test('a ping with a lower sequence number changes nothing and succeeds; the same number and higher ones count', () => {
    const { create, makeSet, change, tick, objects } = tables();
    const [one, two] = [create(), create()];
    const { setId } = makeSet([one], 0, 5);
    expect(change(setId, 4, [two], [one], TIMEOUT - 1)).toBe(0);
    tick(TIMEOUT);
    expect(change(setId, 6, [])).toBe(OR_INVALID_SET);
    const other = makeSet([one], TIMEOUT, 5);
    expect(change(other.setId, 5, [NOBODY])).toBe(OR_INVALID_OID);
    expect(change(other.setId, 5, [two], [], TIMEOUT + 1)).toBe(0);
    expect(change(other.setId, 6, [], [one], TIMEOUT + 2)).toBe(0);
    expect(objects.has(two)).toBe(true);
  });

  test('too many sets, and too many OIDs in one: ERROR_NOT_ENOUGH_MEMORY, and nothing is made', () => {
    const { create, makeSet, change, pings } = tables({ maxSets: 2, maxObjectsInSet: 2 });
    const oids = [create(), create(), create()];
    expect(makeSet(oids).status).toBe(NOT_ENOUGH_MEMORY);
    const { setId } = makeSet(oids.slice(0, 2));
    expect(change(setId, 2, oids.slice(2))).toBe(NOT_ENOUGH_MEMORY);
    makeSet([]);
    expect([makeSet([]).status, pings.size]).toEqual([NOT_ENOUGH_MEMORY, 2]);
  });
});

describe('reclamation, on the clock of the test: [MS-DCOM] 3.1.2.6, 3.1.1.6.2', () => {
  test('an object whose client stops pinging goes three ping periods after the last ping, not before', () => {
    const { create, makeSet, pings, tick, released, objects } = tables();
    const { setId } = makeSet([create()]);
    expect(pings.ping(setId, PING_PERIOD)).toBe(0);
    expect(tick(PING_PERIOD + TIMEOUT - 1)).toBe(0);
    expect(tick(PING_PERIOD + TIMEOUT)).toBe(1);
    expect([released(), objects.objects, objects.interfaces, pings.size]).toEqual([1, 0, 0, 0]);
  });

  test('an object that is pinged every period lives for a day', () => {
    const { create, makeSet, pings, tick, objects } = tables();
    const oid = create();
    const { setId } = makeSet([oid]);
    for (let now = 0; now < 24 * 3_600_000; now += PING_PERIOD) {
      expect(pings.ping(setId, now)).toBe(0);
      tick(now + PING_PERIOD - 1);
    }
    expect(objects.has(oid)).toBe(true);
  });

  test('an object that was called within the last ping period is spared until that has passed', () => {
    const { create, makeSet, tick, objects } = tables();
    makeSet([create(TIMEOUT - 1000)]);
    expect(tick(TIMEOUT)).toBe(0);
    expect(tick(TIMEOUT - 1000 + PING_PERIOD - 1)).toBe(0);
    expect(tick(TIMEOUT - 1000 + PING_PERIOD)).toBe(1);
    expect(objects.objects).toBe(0);
  });

  test('an object of two sets lives as long as one of them', () => {
    const { create, makeSet, pings, tick } = tables();
    const oid = create();
    makeSet([oid]);
    const { setId } = makeSet([oid]);
    pings.ping(setId, TIMEOUT - 1);
    expect(tick(TIMEOUT)).toBe(0);
    expect(tick(2 * TIMEOUT - 1)).toBe(1);
  });

  test('an object that was never pinged has eight minutes, or what the server gives it', () => {
    const { create, tick } = tables();
    create();
    expect([tick(8 * 60_000 - 1), tick(8 * 60_000)]).toEqual([0, 1]);
    const short = tables({ unpingedTimeout: 1000 });
    short.create();
    expect([short.tick(999), short.tick(1000)]).toEqual([0, 1]);
  });

  test('an object that needs no pings is not reclaimed', () => {
    const { create, tick } = tables();
    create(0, { noPing: true });
    expect(tick(365 * 24 * 3_600_000)).toBe(0);
  });

  test('an object that was released may stand in a set until the set goes', () => {
    const { create, makeSet, tick, objects, released } = tables();
    const oid = create();
    makeSet([oid]);
    const found = objects.query(
      objects.create('y', { name: 'y', queryInterface: () => undefined }, 0, PEER) as never,
      IID_IUnknown,
    );
    if (found !== undefined) objects.release(found, 5, 0, 'S-1-5-7');
    expect([objects.objects, tick(TIMEOUT), released()]).toEqual([1, 1, 1]);
  });

  test('the objects in all sets together are bounded, and those that leave make room', () => {
    const { create, makeSet, change, tick } = tables({ maxHeld: 3 });
    const [a, b] = [create(), create()];
    const first = makeSet([a, b]);
    expect(makeSet([a, b]).status).toBe(NOT_ENOUGH_MEMORY);
    const second = makeSet([a]);
    expect([second.status, change(second.setId, 2, [b])]).toEqual([0, NOT_ENOUGH_MEMORY]);
    expect(change(first.setId, 2, [], [a])).toBe(0);
    expect(change(second.setId, 2, [b])).toBe(0);
    tick(TIMEOUT);
    const later = create(TIMEOUT);
    expect(makeSet([later, later, later], TIMEOUT).status).toBe(0);
  });

  test('an object that throws when it is released is told about, and is gone', () => {
    const failed: unknown[] = [];
    const { create, makeSet, tick, objects } = tables({ failed: (error) => failed.push(error) });
    const mistake = new Error('not closed');
    makeSet([
      create(0, {
        released: () => {
          throw mistake;
        },
      }),
    ]);
    expect([tick(TIMEOUT), failed, objects.objects]).toEqual([1, [mistake], 0]);
  });

  test('10,000 objects in one ping set live and go together', () => {
    const { create, makeSet, pings, tick, objects } = tables();
    const oids = Array.from({ length: 10_000 }, () => create());
    const { setId } = makeSet(oids);
    for (let now = 0; now <= 10 * PING_PERIOD; now += PING_PERIOD) pings.ping(setId, now);
    expect([tick(10 * PING_PERIOD), objects.objects]).toEqual([0, 10_000]);
    expect([tick(10 * PING_PERIOD + TIMEOUT), objects.objects, pings.size]).toEqual([10_000, 0, 0]);
  });
});

describe('a peer that takes all that there is takes it from nobody else', () => {
  test('of ping sets, which come again once its own are gone', () => {
    const { makeSet, tick } = tables({ maxSets: 16 });
    const made = Array.from({ length: 20 }, () => makeSet([]).status);
    expect(made.filter((status) => status === 0)).toHaveLength(14);
    expect(makeSet([], TIMEOUT - 1, 1, OTHER).status).toBe(0);
    tick(TIMEOUT);
    expect(makeSet([], TIMEOUT).status).toBe(0);
  });

  test('of places in them: a set that is refused leaves nothing held', () => {
    const { create, makeSet } = tables({ maxHeld: 8 });
    const oids = Array.from({ length: 8 }, () => create());
    expect([makeSet(oids).status, makeSet(oids.slice(0, 7)).status]).toEqual([NOT_ENOUGH_MEMORY, 0]);
    expect(makeSet(oids.slice(0, 1), 0, 1, OTHER).status).toBe(0);
  });

  test('of objects and their interfaces, which come again once its own are gone', () => {
    for (const most of [{ maxObjects: 8 }, { maxInterfaces: 8 }]) {
      const { create, tick, objects } = tables(most);
      for (let n = 0; n < 7; n++) create();
      expect(() => create()).toThrow('too many objects');
      create(0, {}, OTHER);
      tick(10 * TIMEOUT);
      expect([objects.objects, create() > 0n]).toEqual([0, true]);
    }
  });
});
