import { AUTH_TYPES } from '../client/credentials.js';
import { authnLevelName, shortAuthnLevelName } from '../codec/status/authn.js';
import { installUpdate, reboot, setRegistryValue } from '../hardening/machine.js';
import { enforcementOf } from '../hardening/machine-policy.js';
import type { RegistryName } from '../hardening/registry.js';
import { traceServer } from '../hardening/trace.js';
import type { FaultKind } from '../net/simulation/index.js';
import { activate, invoke } from './activation.js';
import { compare, MODEL, type Observed, type StepContext } from './expectations.js';
import type { LabHost } from './host.js';
import type { Lab } from './lab.js';
import { changedLink } from './links.js';
import { runLure, runRelay } from './relay-steps.js';
import type { LabActivation } from './run-types.js';
import type { StepData, StepOf, Verb } from './scenario.js';
import { runTimeline } from './timeline-step.js';
import { POLICY_LAYERS } from './verdict.js';
import { NotInThisWorld } from './world.js';

type Runner<V extends Verb> = (lab: Lab, given: StepOf<V>, context: StepContext) => void | Promise<void>;

const RUNNERS: { readonly [V in Verb]: Runner<V> } = {
  async update(lab, { host: name, date, restart }, { path }) {
    const host = lab.host(name);
    // An update cannot be installed before it is released.
    lab.sleepUntil(Date.parse(`${date}T12:00:00Z`), path);
    host.machine = installUpdate(host.machine, date);
    if (restart) await restarted(host);
  },
  set(lab, { host: name, values, appId, AuthenticationLevel }) {
    const host = lab.host(name);
    for (const [key, value] of Object.entries(values))
      host.machine = setRegistryValue(host.machine, key as RegistryName, value ?? undefined);
    if (appId !== undefined)
      host.machine = setRegistryValue(host.machine, 'AuthenticationLevel', AuthenticationLevel ?? undefined, { appId });
  },
  reboot: (lab, name) => restarted(lab.host(name)),
  activate: runActivate,
  invoke: runInvoke,
  async release(lab, name) {
    const kept = lab.objects.get(name);
    if (kept === undefined) return;
    lab.objects.delete(name);
    await kept.object.release().catch(() => undefined);
    await kept.client.close();
  },
  lure: runLure,
  relay: runRelay,
  timeline: runTimeline,
  trace: runTrace,
  async wait(lab, milliseconds) {
    await lab.world.wait(milliseconds);
  },
  link(lab, { between: [a, b], ...changes }) {
    const network = simulationOf(lab);
    network.link(a, b, changedLink(network.linkOf(a, b), changes));
  },
  fault(lab, { kind, between, from, after, for: milliseconds, as }) {
    const injected = simulationOf(lab).inject({
      kind: kind as FaultKind,
      between,
      ...(from !== undefined && { from }),
      ...(after !== undefined && { after }),
      ...(milliseconds !== undefined && { milliseconds }),
    });
    if (as !== undefined) lab.faults.set(as, injected);
  },
  heal(lab, name, { title, expect }) {
    const fault = lab.faults.get(name);
    fault?.heal();
    const outcome = fault?.happened ? 'happened' : 'did not happen';
    compare(lab, `heal.${name}`, title ?? `the fault ${name}`, expect, { outcome });
  },
  check: runCheck,
};

/** Runs one step to its end. Throws `ScenarioError` for what such a lab cannot do. */
export async function runStep(lab: Lab, verb: Verb, step: StepData, index: number): Promise<void> {
  const context = { path: ['steps', index, verb], title: step.title, expect: step.expect ?? {} };
  const runner = RUNNERS[verb] as Runner<Verb>;
  try {
    await runner(lab, step[verb] as StepOf<Verb>, context);
    if (!TELLING.includes(verb)) compare(lab, verb, step.title ?? verb, context.expect, {});
  } catch (error) {
    throw error instanceof NotInThisWorld ? lab.error(context.path, error.message) : error;
  }
}

/** The verbs that compare by themselves what is expected with what came. */
const TELLING: readonly Verb[] = ['activate', 'invoke', 'lure', 'relay', 'trace', 'heal', 'check'];

async function restarted(host: LabHost): Promise<void> {
  await host.stop();
  host.machine = reboot(host.machine);
  await host.start();
}

function simulationOf(lab: Lab) {
  const { simulation } = lab.world;
  if (simulation === undefined) throw new NotInThisWorld('only a simulated network has links and faults');
  return simulation;
}

async function runActivate(lab: Lab, given: StepOf<'activate'>, { title, expect }: StepContext): Promise<void> {
  const [from, on] = [lab.host(given.from), lab.host(given.on)];
  const application = lab.applicationOf(from, given.application);
  const { activation, expected, actual, kept } = await activate(
    lab,
    {
      from,
      on,
      application,
      user: given.user ?? lab.userOf(from, application),
      clsid: given.class,
      anonymous: given.anonymous,
      ...(given.level !== undefined && { level: given.level }),
      ...(given.auth !== undefined && { authType: AUTH_TYPES[given.auth] }),
    },
    given.as !== undefined,
  );
  if (given.as !== undefined && kept !== undefined) lab.objects.set(given.as, kept);
  const id = `activate.${from.name}.${on.name}.${shortAuthnLevelName(activation.level)}`;
  const what = title ?? `${from.name} activates on ${on.name} at ${authnLevelName(activation.level)}`;
  // What another layer refuses, as the scenario expects, never comes to the policy.
  const elsewhere = activation.by !== undefined && activation.by === expect.by && !POLICY_LAYERS.has(activation.by);
  if (!elsewhere) lab.found({ id, title: what, section: MODEL, expected, actual });
  compare(lab, id, what, expect, observed(activation));
}

/** What a scenario can expect of an activation, by the names of its keys. */
const observed = (activation: LabActivation): Observed => ({
  outcome: activation.outcome,
  by: activation.by ?? 'nobody',
  event: activation.event?.id ?? 'none',
  clientEvent: activation.clientEvent?.id ?? 'none',
  level: activation.level,
});

async function runInvoke(lab: Lab, given: StepOf<'invoke'>, { title, expect }: StepContext): Promise<void> {
  const kept = lab.objects.get(given.object);
  const what = title ?? `${given.member} of ${given.object}`;
  // An activation that was refused has kept nothing.
  const outcome = kept === undefined ? 'refused' : await invoke(kept, given);
  const id = `invoke.${given.object}.${given.member}`;
  compare(lab, id, what, { outcome: 'accepted', ...expect }, { outcome });
}

function runTrace(lab: Lab, { server: name }: StepOf<'trace'>, { title, expect }: StepContext): void {
  const traced = ({ machine, log }: LabHost) => ({ machine, entries: log.entries });
  const traces = traceServer({ server: traced(lab.host(name)), hosts: [...lab.hosts.values()].map(traced) });
  for (const trace of traces) lab.traced(name, trace);
  const [newest] = traces.slice(-1);
  compare(lab, `trace.${name}`, title ?? `the trace from ${name}`, expect, {
    conclusion: newest?.conclusion,
    application: newest?.application?.path ?? 'none',
    pid: newest?.application?.pid,
  });
}

function runCheck(lab: Lab, { host: name }: StepOf<'check'>, { title, expect }: StepContext): void {
  const host = lab.host(name);
  compare(lab, `check.${name}`, title ?? name, expect, {
    enforces: enforcementOf(host.machine).enabled,
    events: host.log.entries.map(({ event }) => event.id),
    ...(host.serves && {
      objects: host.server.objects,
      invocations: host.server.invocations.map(({ member }) => member),
    }),
  });
}
