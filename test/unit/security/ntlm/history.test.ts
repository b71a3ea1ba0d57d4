import { describe, expect, test } from 'vitest';
import { LogonHistory } from '../../../../src/security/ntlm/history.js';

const HOUR = 3_600_000;
const SID = 'S-1-5-21-1-2-3-1104';
const NAME = 'LAB\\op';

describe('an account with a threshold of two wrong responses within a minute, locked for ten', () => {
  const lockout = { threshold: 2, window: 60_000, duration: 600_000 };
  const failing = (...failures: number[]): LogonHistory => {
    const history = new LogonHistory(lockout);
    for (const time of failures) history.failed(SID, time);
    return history;
  };

  test('is locked until the ten minutes are over, and not in that moment', () => {
    const history = failing(0, 1);
    expect(() => history.requireUnlocked(SID, NAME, 600_000)).toThrow('LAB\\op: the account is locked');
    expect(() => history.requireUnlocked(SID, NAME, 600_001)).not.toThrow();
  });

  test('counts a wrong response that is exactly a minute old, and no older one', () => {
    expect(() => failing(0, 60_000).requireUnlocked(SID, NAME, 60_000)).toThrow(/locked/);
    expect(() => failing(0, 60_001).requireUnlocked(SID, NAME, 60_001)).not.toThrow();
  });

  test('counts anew once it was locked', () => {
    const history = new LogonHistory({ ...lockout, duration: 10_000 });
    for (const time of [0, 1, 10_002]) history.failed(SID, time);
    expect(() => history.requireUnlocked(SID, NAME, 10_002)).not.toThrow();
  });
});

describe('a response to a challenge', () => {
  const challenge = Buffer.alloc(8, 1);
  const response = (n: number): Buffer => {
    const octets = Buffer.alloc(24);
    octets.writeUInt32LE(n);
    return octets;
  };

  test('is refused a second time for 36 hours', () => {
    const history = new LogonHistory();
    history.requireFresh(challenge, response(1), 0);
    expect(() => history.requireFresh(challenge, response(1), 36 * HOUR)).toThrow('a replayed AUTHENTICATE_MESSAGE');
    expect(() => history.requireFresh(challenge, response(1), 36 * HOUR + 1)).not.toThrow();
  });

  test('is another one where the challenge is', () => {
    const history = new LogonHistory();
    history.requireFresh(challenge, response(1), 0);
    expect(() => history.requireFresh(Buffer.alloc(8, 2), response(1), 0)).not.toThrow();
  });

  test('is remembered while fewer than 4,096 are, and makes room then', () => {
    const remembering = (count: number): LogonHistory => {
      const history = new LogonHistory();
      for (let n = 0; n < count; n++) history.requireFresh(challenge, response(n), 0);
      return history;
    };
    expect(() => remembering(4095).requireFresh(challenge, response(0), 0)).toThrow(/replayed/);
    expect(() => remembering(4096).requireFresh(challenge, response(0), 0)).not.toThrow();
    expect(() => remembering(4096).requireFresh(challenge, response(1), 0)).toThrow(/replayed/);
  });
});
