import { z } from 'zod';
import { AUTH_TYPES } from '../client/credentials.js';
import { OpcClient } from '../client/opc/opc-client.js';
import { IOPCServer } from '../codec/opc/index.js';
import { authnLevelName, shortAuthnLevelName } from '../codec/status/authn.js';
import { SAMPLE_PLANT } from '../server/classes/opc/index.js';
import { type ActivationDone, activate } from './activation.js';
import { MODEL } from './expectations.js';
import type { HostData } from './host-schema.js';
import type { Lab } from './lab.js';
import type { Names } from './names.js';
import type { Path } from './scenario-file.js';
import { level, name, refuser, serverEvent } from './values.js';
import { POLICY_LAYERS } from './verdict.js';

/** What every step of an OPC client says: who, on which server, which items. */
export const opcStep = {
  from: name,
  application: name.optional(),
  on: name,
  items: z.array(name).min(1),
  user: name.optional(),
  level: level.optional().describe('instead of the application’s'),
  auth: z.enum(['ntlm', 'spnego', 'none']).optional(),
};

/** What every step of an OPC client can tell: of the way there, which begins with an activation. */
export const opcExpectation = {
  outcome: z.enum(['accepted', 'refused']).optional(),
  refusedBy: refuser.optional(),
  event: serverEvent.optional(),
  level: level.optional().describe('of the activation, as it went over the wire'),
};

type Given = z.output<z.ZodObject<typeof opcStep>>;

export function opcReferences(given: Given, names: Names, path: Path): void {
  names.client(given.from, given.application, path, 'from');
  const host = names.host(given.on, [...path, 'on']);
  if (host !== undefined && host.serves?.includes('opc') !== true)
    names.wrong([...path, 'on'], `${given.on} serves no OPC; give it \`serves: [opc]\``);
  if (given.user !== undefined) names.user(given.from, given.user, [...path, 'user']);
}

/** An OPC client on its server, and what came of the activation. */
export interface OpcSession {
  readonly id: string;
  readonly title: string;
  readonly done: ActivationDone;
  /** Undefined where the activation was refused. */
  readonly opc: OpcClient | undefined;
  close(): Promise<void>;
}

/** Activates the OPC server of a host; what KB5004442 says of that is checked by itself. */
export async function opcSession(
  lab: Lab,
  given: Given,
  {
    verb,
    title,
    refusedBy,
  }: { readonly verb: string; readonly title: string | undefined; readonly refusedBy: unknown },
): Promise<OpcSession> {
  const [from, on] = [lab.host(given.from), lab.host(given.on)];
  const application = lab.applicationOf(from, given.application);
  const { opc } = lab.scenario.data.hosts[given.on] as HostData;
  const wish = {
    ...{ from, on, application, anonymous: false },
    user: given.user ?? lab.userOf(from, application),
    clsid: (opc ?? SAMPLE_PLANT).clsid,
    iid: IOPCServer.uuid,
    ...(given.level !== undefined && { level: given.level }),
    ...(given.auth !== undefined && { authType: AUTH_TYPES[given.auth] }),
  };
  const done = await activate(lab, wish, true);
  const { activation, expected, actual, kept } = done;
  const id = `${verb}.${from.name}.${on.name}.${shortAuthnLevelName(activation.level)}`;
  const what = title ?? `${from.name} ${verb}s on ${on.name} at ${authnLevelName(activation.level)}`;
  // What another layer refuses, as the scenario expects, never comes to the policy.
  const elsewhere = activation.refusedBy !== undefined && activation.refusedBy === refusedBy;
  if (!elsewhere || POLICY_LAYERS.has(activation.refusedBy ?? 'result'))
    lab.found({ id, title: what, section: MODEL, expected, actual });
  return {
    ...{ id, title: what, done },
    opc: kept && OpcClient.over(kept.client, kept.object),
    close: async () => {
      await kept?.object.release().catch(() => undefined);
      await kept?.client.close();
    },
  };
}

/** What came of the way there, by the names of `opcExpectation`. */
export const observedOf = ({ activation }: ActivationDone) => ({
  outcome: activation.outcome,
  refusedBy: activation.refusedBy ?? 'nobody',
  event: activation.event?.id ?? 'none',
  level: activation.level,
});
