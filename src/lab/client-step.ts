import { z } from 'zod';
import { AUTH_TYPES } from '../client/credentials.js';
import { authnLevelName, shortAuthnLevelName } from '../codec/status/authn.js';
import { type ActivationDone, type ActivationWish, activate } from './activation.js';
import { MODEL } from './expectations.js';
import type { Lab } from './lab.js';
import type { Names } from './names.js';
import type { Path } from './scenario-file.js';
import { level, name, refuser, serverEvent } from './values.js';
import { POLICY_LAYERS } from './verdict.js';

/** Who activates, and where. */
export const clientAt = { from: name, application: name.optional(), on: name };

/** As whom and how, where that is not what the application does by itself. */
export const clientAs = {
  user: name.optional(),
  level: level.optional().describe('instead of the application’s'),
  auth: z.enum(['ntlm', 'spnego', 'none']).optional(),
};

/** What a step that begins with an activation can tell of that. */
export const activationExpectation = {
  outcome: z.enum(['accepted', 'refused']).optional().describe('of the activation'),
  refusedBy: refuser.optional(),
  event: serverEvent.optional(),
  level: level.optional().describe('of the activation, as it went over the wire'),
};

interface Given extends z.output<z.ZodObject<typeof clientAt>> {
  readonly user?: string | undefined;
  readonly level?: number | undefined;
  readonly auth?: keyof typeof AUTH_TYPES | undefined;
}

/** A client of what a host has to serve: `opc`, `wmi`. */
export function serviceReferences(given: Given, names: Names, path: Path, service: 'opc' | 'wmi'): void {
  names.client(given.from, given.application, path, 'from');
  const host = names.host(given.on, [...path, 'on']);
  if (host !== undefined && host.serves?.includes(service) !== true)
    names.wrong([...path, 'on'], `${given.on} serves no ${service.toUpperCase()}; give it \`serves: [${service}]\``);
  if (given.user !== undefined) names.user(given.from, given.user, [...path, 'user']);
}

/** An activation as a step wishes it, but for the class. */
export function wishOf(lab: Lab, given: Given): Omit<ActivationWish, 'clsid'> {
  const from = lab.host(given.from);
  const application = lab.applicationOf(from, given.application);
  return {
    ...{ from, on: lab.host(given.on), application, anonymous: false },
    user: given.user ?? lab.userOf(from, application),
    ...(given.level !== undefined && { level: given.level }),
    ...(given.auth !== undefined && { authType: AUTH_TYPES[given.auth] }),
  };
}

/** How an activation of a step is named, and what the scenario expects of it. */
export interface ActivationStep {
  /** Of the step, which begins the id of its findings. */
  readonly verb: string;
  /** In words, before the name of the server: `queries`. */
  readonly does: string;
  readonly title: string | undefined;
  readonly refusedBy: unknown;
  /** Whether the object is kept. */
  readonly keep: boolean;
}

/** Activates. What KB5004442 says of it is a finding by itself, unless another layer refuses, as the scenario expects. */
export async function activateInStep(
  lab: Lab,
  wish: ActivationWish,
  { verb, does, title, refusedBy: expectedRefuser, keep }: ActivationStep,
): Promise<ActivationDone & { readonly id: string; readonly title: string }> {
  const done = await activate(lab, wish, keep);
  const { activation, expected, actual } = done;
  const [from, on] = [wish.from.name, wish.on.name];
  const id = `${verb}.${from}.${on}.${shortAuthnLevelName(activation.level)}`;
  const what = title ?? `${from} ${does} ${on} at ${authnLevelName(activation.level)}`;
  const { refusedBy } = activation;
  const elsewhere = refusedBy !== undefined && refusedBy === expectedRefuser && !POLICY_LAYERS.has(refusedBy);
  if (!elsewhere) lab.found({ id, title: what, section: MODEL, expected, actual });
  return { ...done, id, title: what };
}

/** What came of the activation, by the names of `activationExpectation`. */
export const observedOf = ({ activation }: Pick<ActivationDone, 'activation'>) => ({
  outcome: activation.outcome,
  refusedBy: activation.refusedBy ?? 'nobody',
  event: activation.event?.id ?? 'none',
  level: activation.level,
});
