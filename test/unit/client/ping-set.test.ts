import { describe, expect, test } from 'vitest';
import { Automation } from '../../../src/client/automation.js';
import { DcomClient } from '../../../src/client/dcom-client.js';
import { type PingChange, type Pinging, PingSet } from '../../../src/client/ping-set.js';
import { CLIENT_PROFILES } from '../../../src/client/profiles.js';
import { PING_PERIOD } from '../../../src/codec/dcom/index.js';
import { SYSTEM_TIMERS, type Timers } from '../../../src/net/timers.js';
import { CLASSES } from '../../../src/server/classes/index.js';
import { authentication, CLSID, IID_IDispatch, serve } from '../../support/live.js';

const OR_INVALID_OID = 0x777;
const OR_INVALID_SET = 0x778;

/** A resolver that writes down what it is asked, and answers with what is given. */
function resolver(answers: { status?: number } = {}) {
  const asked: (PingChange | bigint)[] = [];
  const pinging: Pinging = {
    simplePing: async (setId) => {
      asked.push(setId);
      return answers.status ?? 0;
    },
    complexPing: async (change) => {
      asked.push(change);
      return { setId: change.setId === 0n ? 77n : change.setId, status: answers.status ?? 0 };
    },
  };
  return { asked, pinging, answers };
}

describe('a ping set ([MS-DCOM] 3.2.6.1)', () => {
  test('asks for a set with the first objects, with sequence number 1 and SETID 0', async () => {
    const { asked, pinging } = resolver();
    const set = new PingSet(pinging);
    set.hold(1n);
    set.hold(2n);
    expect(await set.ping()).toBe('ComplexPing');
    expect(asked).toEqual([{ setId: 0n, sequence: 1, add: [1n, 2n], remove: [] }]);
    expect(set.setId).toBe(77n);
  });

  test('gives a sign of life while nothing changes', async () => {
    const { asked, pinging } = resolver();
    const set = new PingSet(pinging);
    set.hold(1n);
    await set.ping();
    expect(await set.ping()).toBe('SimplePing');
    expect(asked[1]).toBe(77n);
  });

  test('tells what came and went since the last one, with the next sequence number', async () => {
    const { asked, pinging } = resolver();
    const set = new PingSet(pinging);
    set.hold(1n);
    await set.ping();
    set.letGo(1n);
    set.hold(2n);
    expect(await set.ping()).toBe('ComplexPing');
    expect(asked[1]).toEqual({ setId: 77n, sequence: 2, add: [2n], remove: [1n] });
  });

  test('an object that the server no longer has does not cost the others their set: a new one is made at once', async () => {
    const { asked, pinging, answers } = resolver();
    const set = new PingSet({
      ...pinging,
      complexPing: async (change) => {
        const answer = await pinging.complexPing(change);
        return change.add.includes(9n) && change.setId !== 0n ? { ...answer, status: OR_INVALID_OID } : answer;
      },
    });
    set.hold(1n);
    await set.ping();
    set.hold(9n);
    expect(await set.ping()).toBe('ComplexPing');
    expect(asked.slice(1)).toEqual([
      { setId: 77n, sequence: 2, add: [9n], remove: [] },
      { setId: 0n, sequence: 1, add: [1n, 9n], remove: [] },
    ]);
    expect(await set.ping()).toBe('SimplePing');
    answers.status = OR_INVALID_OID;
    expect(await set.ping()).toBe('failed');
  });

  test('an object is held until its last interface is released', async () => {
    const { pinging } = resolver();
    const set = new PingSet(pinging);
    set.hold(1n);
    set.hold(1n);
    set.letGo(1n);
    expect(set.size).toBe(1);
    set.letGo(1n);
    expect(set.size).toBe(0);
  });

  test('nothing is asked where nothing is held, and a set that became empty is forgotten', async () => {
    const { asked, pinging } = resolver();
    const set = new PingSet(pinging);
    expect(await set.ping()).toBe('nothing to ping');
    set.hold(1n);
    await set.ping();
    set.letGo(1n);
    expect(await set.ping()).toBe('ComplexPing');
    expect(await set.ping()).toBe('nothing to ping');
    expect(asked).toHaveLength(2);
    expect(set.setId).toBe(0n);
  });

  test('a set that the server has forgotten is made anew, with all that is held', async () => {
    const { asked, pinging, answers } = resolver();
    const set = new PingSet(pinging);
    set.hold(1n);
    await set.ping();
    answers.status = OR_INVALID_SET;
    expect(await set.ping()).toBe('failed');
    delete answers.status;
    expect(await set.ping()).toBe('ComplexPing');
    expect(asked.at(-1)).toEqual({ setId: 0n, sequence: 1, add: [1n], remove: [] });
  });

  test('a change that failed is told again', async () => {
    const { asked, pinging, answers } = resolver();
    const set = new PingSet(pinging);
    set.hold(1n);
    answers.status = 5;
    expect(await set.ping()).toBe('failed');
    delete answers.status;
    await set.ping();
    expect(asked[1]).toEqual(asked[0]);
  });
});

describe('pings of a client', () => {
  test('keep its objects alive on the server, by a timer of its own that close stops', async () => {
    let now = 1_700_000_000_000;
    const server = await serve({ classes: [CLASSES.mmc20], clock: () => now });
    const periods: number[] = [];
    let stopped = 0;
    const timers: Timers = {
      ...SYSTEM_TIMERS,
      every(period) {
        periods.push(period);
        return {
          stop: () => {
            stopped++;
          },
        };
      },
    };
    const { credentials, random } = authentication({});
    const { address: host, port } = server.address;
    const profile = CLIENT_PROFILES['windows-2023-03'];
    const client = new DcomClient({ host, port, profile, random, timers, ...(credentials && { credentials }) });
    const object = await client.activate(CLSID, IID_IDispatch);
    expect(periods).toEqual([PING_PERIOD]);
    for (let period = 0; period < 10; period++) {
      await client.ping();
      now += PING_PERIOD;
    }
    const automation = new Automation({ unmarshal: (objref) => client.unmarshal(objref) });
    expect(await automation.invoke(object, 'VersionMajor')).toBe(3);
    expect(server.objects).toBe(1);
    await client.close();
    expect(stopped).toBe(1);
    await server.close();
  });
});
