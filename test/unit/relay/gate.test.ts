import { expect, test } from 'vitest';
import { encodePdu, type Pdu } from '../../../src/codec/rpce/index.js';
import { gate } from '../../../src/relay/gate.js';
import { Mailbox } from '../../../src/relay/mailbox.js';

const pdu = (call_id: number): Buffer => encodePdu({ PTYPE: 'co_cancel', pfc_flags: 3, call_id });
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A gate whose `before` waits for `keys`, with what comes through it. */
function watched() {
  const keys = new Mailbox<void>();
  const seen: string[] = [];
  const events = gate(
    {
      data: (bytes) => seen.push(`call ${bytes.readUInt32LE(12)}`),
      closed: (error) => seen.push(`closed${error === undefined ? '' : `: ${error.message}`}`),
    },
    {
      before: (held: Pdu) => {
        seen.push(`before ${held.call_id}`);
        return keys.take();
      },
      interrupted: (error) => {
        seen.push('interrupted');
        keys.fail(error);
      },
      destroy: () => seen.push('destroyed'),
    },
  );
  return { events, keys, seen };
}

test('holds back each PDU until it may go on, in order, however the octets come', async () => {
  const { events, keys, seen } = watched();
  for (const octet of Buffer.concat([pdu(1), pdu(2)])) events.data(Buffer.from([octet]));
  await settled();
  expect(seen).toEqual(['before 1']);
  keys.put();
  await settled();
  expect(seen).toEqual(['before 1', 'call 1', 'before 2']);
  keys.put();
  await settled();
  expect(seen.at(-1)).toBe('call 2');
});

test('the end comes behind what was sent before it', async () => {
  const { events, keys, seen } = watched();
  keys.put();
  events.data(pdu(1));
  events.closed();
  await settled();
  expect(seen).toEqual(['interrupted', 'before 1', 'call 1', 'closed']);
});

test('a peer that goes while it is waited for ends the connection once', async () => {
  const { events, seen } = watched();
  events.data(pdu(1));
  await settled();
  events.closed(new Error('reset'));
  await settled();
  expect(seen).toEqual(['before 1', 'interrupted', 'closed: reset', 'destroyed']);
});

test('octets that are no PDU pass, for the association to refuse', async () => {
  const { events, seen } = watched();
  const broken = pdu(5);
  broken.writeUInt16LE(8, 8);
  events.data(broken);
  await settled();
  expect(seen).toEqual(['call 5']);
});

test('a mailbox gives what was put before it failed, and then its first failure', async () => {
  const box = new Mailbox<number>();
  box.put(1);
  box.fail(new Error('first'));
  box.fail(new Error('second'));
  expect(await box.take()).toBe(1);
  await expect(box.take()).rejects.toThrow('first');
});
