import { describe, expect, test } from 'vitest';
import { type AskedOfClass, CLASSES, type ComClass } from '../../../src/server/classes/index.js';
import { activates, CLSID, LEVEL, serve } from '../../support/live.js';

/** A class that notes how it is asked for, and gives `refusal` instead of an object. */
async function activated(refusal: ReturnType<NonNullable<ComClass['refuses']>>, options = {}) {
  const asked: AskedOfClass[] = [];
  const comClass: ComClass = {
    ...CLASSES.generic,
    clsid: CLSID,
    refuses: (how) => {
      asked.push(how);
      return refusal;
    },
  };
  const server = await serve({ classes: [comClass] });
  const { outcome } = await activates(server, options);
  await server.close();
  return { asked, outcome, activations: server.activations };
}

describe('a class that refuses', () => {
  test('with a result is answered with that result', async () => {
    const refusal = { form: 'response', status: 0x80080005, reason: 'its server did not start' } as const;
    const { outcome, activations } = await activated(refusal);
    expect(outcome).toMatchObject({ accepted: false, refusedBy: 'result', status: 0x80080005 });
    expect(activations).toMatchObject([{ outcome: 'refused', refusedBy: 'class', ...refusal }]);
  });

  test('with a fault is answered with that fault', async () => {
    const refusal = { form: 'fault', status: 5, reason: 'as it was captured' } as const;
    const { outcome, activations } = await activated(refusal);
    expect(outcome).toMatchObject({ accepted: false, refusedBy: 'fault', status: 5 });
    expect(activations).toMatchObject([{ outcome: 'refused', refusedBy: 'class', ...refusal }]);
  });

  test('or does not, is told method and level, and the object is made', async () => {
    const { outcome, asked } = await activated(undefined, { level: LEVEL.PKT_PRIVACY });
    expect(outcome.accepted).toBe(true);
    expect(asked).toEqual([{ method: 'RemoteCreateInstance', level: 6 }]);
  });

  test('can refuse its class factory too', async () => {
    const refusal = { form: 'response', status: 0x80070005, reason: 'no' } as const;
    const { outcome, asked } = await activated(refusal, { method: 'RemoteGetClassObject' });
    expect(outcome.status).toBe(0x80070005);
    expect(asked).toEqual([{ method: 'RemoteGetClassObject', level: 5 }]);
  });
});
