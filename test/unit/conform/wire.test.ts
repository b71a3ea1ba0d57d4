import { expect, test } from 'vitest';
import { wireText } from '../../../src/conform/core/wire.js';

test('a bind_ack without results is said to have none', () => {
  const pdu = '05000c03 10000000 2000 0000 01000000 d016d016 01000000 0000 0000 00000000';
  const octets = Buffer.from(pdu.replaceAll(' ', ''), 'hex');
  expect(wireText(octets)).toBe('bind_ack, call 1, flags 0x03, no results, 32 octets');
});
