import { z } from 'zod';
import { outcomeOfError } from '../../client/outcome.js';
import { Refused } from '../../client/refused.js';
import { WmiNamespace } from '../../client/wmi.js';
import { hresultName } from '../../codec/status/explain.js';
import { CLSID_WbemLevel1Login, IID_IWbemLevel1Login } from '../../codec/wmi/index.js';
import type { ActivationDone } from '../activation.js';
import {
  activateInStep,
  activationExpectation,
  clientAs,
  clientAt,
  observedOf,
  serviceReferences,
  wishOf,
} from '../client-step.js';
import { compare } from '../expectations.js';
import type { LabHost } from '../host.js';
import { verb } from './verb.js';

/** What a query came to: how many rows, or what refused it after the activation. */
interface Asked {
  readonly rows: number;
  readonly result: string;
}

export const query = verb({
  schema: z
    .strictObject({ ...clientAt, wql: z.string(), namespace: z.string().default('root\\cimv2'), ...clientAs })
    .describe('a WMI query: activation, login and rows'),
  expect: z.strictObject({
    ...activationExpectation,
    rows: z.number().int().nonnegative().optional(),
    result: z.string().optional().describe('of the call that failed, by its name; S_OK where none did'),
  }),
  references: (given, names, { path }) => serviceReferences(given, names, path, 'wmi'),
  async run(lab, given, { title, expect }) {
    const wish = { ...wishOf(lab, given), clsid: CLSID_WbemLevel1Login, iid: IID_IWbemLevel1Login };
    const step = { verb: 'query', does: 'queries', title, refusedBy: expect.refusedBy, keep: true };
    const done = await activateInStep(lab, wish, step);
    const { rows, result } = await ask(done, wish.from, given);
    compare(lab, done.id, done.title, expect, { ...observedOf(done), rows, result });
  },
});

async function ask(
  { kept }: ActivationDone,
  { random }: LabHost,
  { wql, namespace }: { readonly wql: string; readonly namespace: string },
): Promise<Asked> {
  if (kept === undefined) return { rows: 0, result: 'not asked' };
  const { client, object } = kept;
  let rows = 0;
  try {
    const wmi = await WmiNamespace.login(client, object, { namespace, random });
    for await (const _ of wmi.query(wql, { smart: true })) rows++;
    await wmi.close();
    return { rows, result: 'S_OK' };
  } catch (error) {
    const { status, text } = error instanceof Refused ? error.outcome : outcomeOfError(error);
    return { rows, result: status === undefined ? text : hresultName(status) };
  } finally {
    await object.release().catch(() => undefined);
    await client.close();
  }
}
