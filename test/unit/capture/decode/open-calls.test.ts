import { describe, expect, test } from 'vitest';
import { OpenCalls } from '../../../../src/capture/decode/open-calls.js';

describe('calls that wait for their answer', () => {
  test('beyond the limit the oldest call of all streams gives way, not one of the oldest stream', () => {
    const calls = new OpenCalls<string>(3);
    expect(calls.open(1, 1, 'a')).toBeUndefined();
    expect(calls.open(2, 1, 'b')).toBeUndefined();
    expect(calls.open(1, 2, 'c')).toBeUndefined();
    expect(calls.close(1, 1)).toBe('a');
    expect(calls.open(3, 1, 'd')).toBeUndefined();
    expect(calls.open(3, 2, 'e')).toBe('b');
    expect(calls.open(3, 3, 'f')).toBe('c');
    expect([calls.end(1), calls.end(2), calls.end(3)]).toEqual([[], [], ['d', 'e', 'f']]);
  });

  test('a call_id that is used again ends the call that had it; what a stream had is free when it ends', () => {
    const calls = new OpenCalls<string>(2);
    calls.open(1, 7, 'a');
    calls.open(1, 8, 'b');
    expect(calls.open(1, 7, 'c')).toBe('a');
    expect(calls.end(1)).toEqual(['b', 'c']);
    expect([calls.open(2, 1, 'd'), calls.open(2, 2, 'e')]).toEqual([undefined, undefined]);
    expect(calls.get(2, 1)).toBe('d');
    expect(calls.get(1, 7)).toBeUndefined();
  });
});
