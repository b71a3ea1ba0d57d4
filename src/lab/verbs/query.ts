import { z } from 'zod';
import { AUTH_TYPES } from '../../client/credentials.js';
import { outcomeOfError } from '../../client/outcome.js';
import { Refused } from '../../client/refused.js';
import { WmiNamespace } from '../../client/wmi.js';
import { authnLevelName, shortAuthnLevelName } from '../../codec/status/authn.js';
import { hresultName } from '../../codec/status/explain.js';
import { CLSID_WbemLevel1Login, IID_IWbemLevel1Login } from '../../codec/wmi/index.js';
import { type ActivationDone, activate } from '../activation.js';
import { compare, MODEL } from '../expectations.js';
import type { LabHost } from '../host.js';
import { level, name, refuser, serverEvent } from '../values.js';
import { verb } from './verb.js';

/** What a query came to: how many rows, or what refused it after the activation. */
interface Asked {
  readonly rows: number;
  readonly result: string;
}

export const query = verb({
  schema: z
    .strictObject({
      from: name,
      application: name.optional(),
      on: name,
      wql: z.string(),
      namespace: z.string().default('root\\cimv2'),
      user: name.optional(),
      level: level.optional().describe('instead of the application’s'),
      auth: z.enum(['ntlm', 'spnego', 'none']).optional(),
    })
    .describe('a WMI query: activation, login and rows'),
  expect: z.strictObject({
    outcome: z.enum(['accepted', 'refused']).optional().describe('of the activation'),
    refusedBy: refuser.optional(),
    event: serverEvent.optional(),
    level: level.optional().describe('of the activation, as it went over the wire'),
    rows: z.number().int().nonnegative().optional(),
    result: z.string().optional().describe('of the call that failed, by its name; S_OK where none did'),
  }),
  references(given, names, { path }) {
    names.client(given.from, given.application, path, 'from');
    const host = names.host(given.on, [...path, 'on']);
    if (host !== undefined && host.serves?.includes('wmi') !== true)
      names.wrong([...path, 'on'], `${given.on} serves no WMI; give it \`serves: [wmi]\``);
    if (given.user !== undefined) names.user(given.from, given.user, [...path, 'user']);
  },
  async run(lab, given, { title, expect }) {
    const [from, on] = [lab.host(given.from), lab.host(given.on)];
    const application = lab.applicationOf(from, given.application);
    const wish = {
      ...{ from, on, application, anonymous: false },
      user: given.user ?? lab.userOf(from, application),
      clsid: CLSID_WbemLevel1Login,
      iid: IID_IWbemLevel1Login,
      ...(given.level !== undefined && { level: given.level }),
      ...(given.auth !== undefined && { authType: AUTH_TYPES[given.auth] }),
    };
    const done = await activate(lab, wish, true);
    const { activation, expected, actual } = done;
    const id = `query.${from.name}.${on.name}.${shortAuthnLevelName(activation.level)}`;
    const what = title ?? `${from.name} queries ${on.name} at ${authnLevelName(activation.level)}`;
    lab.found({ id, title: what, section: MODEL, expected, actual });
    const { rows, result } = await ask(done, from, given);
    compare(lab, id, what, expect, {
      outcome: activation.outcome,
      refusedBy: activation.refusedBy ?? 'nobody',
      event: activation.event?.id ?? 'none',
      level: activation.level,
      rows,
      result,
    });
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
