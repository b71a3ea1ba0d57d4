import { afterEach, describe, expect, test } from 'vitest';
import { IRemoteSCMActivator, RemoteCreateInstance } from '../../../src/codec/dcom/index.js';
import { EventLog } from '../../../src/hardening/event-log.js';
import type { AssociationEvent } from '../../../src/rpc/index.js';
import { CLASSES, type ComClass } from '../../../src/server/classes/index.js';
import type { DcomServer, ServerOptions } from '../../../src/server/server.js';
import { activates, bind, CLSID, faultOf, LEVEL, serve } from '../../support/live.js';

const BY_RESPONSE = { refusal: { form: 'response', hresult: 0x80070005 } } as const;
const BAD_STUB_DATA = 0x6f7;

let server: DcomServer;
const faults: AssociationEvent[] = [];
afterEach(async () => {
  faults.length = 0;
  await server.close().catch(() => undefined);
});

async function start(options: ServerOptions = {}): Promise<void> {
  const observer = { association: (event: AssociationEvent) => void (event.type === 'fault' && faults.push(event)) };
  server = await serve({ observers: [observer], ...options });
}

/** A class of which `refusal` is all that there is. */
const refusing = (refuses: NonNullable<ComClass['refuses']>): ComClass => ({
  ...CLASSES.generic,
  clsid: CLSID,
  refuses,
});

describe('an activation is logged once, by whoever refused it', () => {
  test('the policy, told by the result in the answer', async () => {
    await start({ policy: BY_RESPONSE });
    expect((await activates(server, { level: LEVEL.CONNECT })).outcome).toMatchObject({ status: 0x80070005 });
    expect(server.activations).toMatchObject([
      { refusedBy: 'activation policy', form: 'response', status: 0x80070005, clsid: CLSID },
    ]);
    expect([server.events.length, faults]).toEqual([1, []]);
  });

  test('the same, of a request that nobody can read: there is no answer to tell it by', async () => {
    await start({ policy: BY_RESPONSE });
    const { raw, connection } = await bind(server.address, IRemoteSCMActivator, { level: LEVEL.CONNECT });
    expect((await faultOf(raw(RemoteCreateInstance.opnum, Buffer.alloc(3)))).status).toBe(BAD_STUB_DATA);
    connection.close();
    expect(server.activations).toMatchObject([
      { refusedBy: 'activation policy', form: 'fault', status: BAD_STUB_DATA, event: { id: 10036 } },
    ]);
    expect([server.events.length, faults]).toEqual([1, []]);
  });

  test('the policy, told by a fault', async () => {
    await start();
    await activates(server, { level: LEVEL.CONNECT });
    expect(server.activations).toMatchObject([{ refusedBy: 'activation policy', form: 'fault' }]);
    expect([server.events.length, faults]).toEqual([1, []]);
  });

  test('a class, told by a fault: no event of the association says it again', async () => {
    await start({ classes: [refusing(() => ({ form: 'fault', status: 5, reason: 'as it was captured' }))] });
    await activates(server);
    expect(server.activations).toMatchObject([{ refusedBy: 'class', form: 'fault', status: 5 }]);
    expect(faults).toEqual([]);
  });

  test('a class that throws: its mistake is for whoever runs the server', async () => {
    const comClass: ComClass = {
      ...CLASSES.generic,
      clsid: CLSID,
      create: () => {
        throw new RangeError('no object today');
      },
    };
    await start({ classes: [comClass] });
    await activates(server);
    expect(server.activations).toMatchObject([{ refusedBy: 'class', reason: 'the class threw: no object today' }]);
    expect(faults).toEqual([]);
    await expect(server.close()).rejects.toThrow('no object today');
  });
});

describe('the event log that a server is given', () => {
  test('is where its events go, numbered on from what is in it', async () => {
    const eventLog = new EventLog();
    for (let start = 0; start < 2; start++) {
      server = await serve({ eventLog });
      await activates(server, { level: LEVEL.CONNECT });
      await server.close();
    }
    expect(eventLog.entries.map(({ event, at }) => [event.id, at.computer, at.recordId])).toEqual([
      [10036, 'HARNESS', 1],
      [10036, 'HARNESS', 2],
    ]);
    expect(server.events).toEqual(eventLog.entries);
  });

  test('is its own where none is given', async () => {
    await start();
    await activates(server, { level: LEVEL.CONNECT });
    expect(server.events).toMatchObject([{ event: { id: 10036 }, at: { recordId: 1 } }]);
  });
});
