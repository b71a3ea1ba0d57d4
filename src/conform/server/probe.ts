import {
  type ActivationReply,
  IActivation,
  IObjectExporter,
  IRemoteSCMActivator,
  ServerAlive2,
} from '../../codec/dcom/index.js';
import { ept } from '../../codec/epm/index.js';
import { mgmt } from '../../codec/mgmt/index.js';
import { RESULT, RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { type Facts, Wire } from '../core/index.js';
import { activateAt, activateOver, activator, NO_CLASS } from './activation.js';
import { contextOf, type Interface } from './association.js';
import { featuresOf } from './rpce/features.js';
import { SIMPLE_CALLS, STUB_CALLS } from './simple-calls.js';
import { type Found, NTLM, type SimpleCall, SPNEGO, type Target } from './target.js';

/** What a target has, by the names that checks need: see `FACTS`. */
export interface Probed {
  readonly facts: Facts;
  readonly found: Found;
}

/** What a check may need, and what a report says of a target that lacks it. */
export const FACTS = {
  rpc: 'the target answers no call that is known here',
  stub: 'the target answers no call with parameters that is known here',
  oxid: 'the target has no IObjectExporter',
  epm: 'the target has no endpoint mapper on this port',
  mgmt: 'the target has no management interface on this port',
  activator: 'the target has no IRemoteSCMActivator',
  'old-activator': 'the target has no IActivation',
  ndr64: 'the target does not take NDR64',
  features: 'the target negotiates no bind time features',
  account: 'no account was given (--user)',
  ntlm: 'the target does not take the account over NTLM',
  spnego: 'the target does not take the account over SPNEGO',
  activation: 'the target activates no object for the account',
  'several-classes': 'the target activates any class, whatever it is called',
} as const;

/** Name of what a check may need. */
export type Fact = keyof typeof FACTS;

const INTERFACES: readonly (readonly [Fact, Interface])[] = [
  ['oxid', IObjectExporter],
  ['epm', ept],
  ['mgmt', mgmt],
  ['activator', IRemoteSCMActivator],
  ['old-activator', IActivation],
];

const NOTHING: Found = {
  simple: undefined,
  stubCall: undefined,
  authType: NTLM,
  activated: undefined,
  comVersion: undefined,
};

/** Finds out what a target is, before anything is asked of it that it may not have. Never rejects. */
export async function probe(targetWith: (found: Found, wire: Wire) => Target): Promise<Probed> {
  const facts: Record<string, true | string> = { ...FACTS };
  let found: Found = NOTHING;
  /** One step of the probe, with a target of its own; what goes wrong in it is what the target has not. */
  const step = async <T>(fact: Fact, run: (target: Target) => Promise<T | undefined>): Promise<T | undefined> => {
    const target = targetWith(found, new Wire(0));
    try {
      const gave = await run(target);
      if (gave !== undefined) facts[fact] = true;
      return gave;
    } catch (error) {
      facts[fact] = `${FACTS[fact]}: ${(error as Error).message}`;
      return undefined;
    } finally {
      await target.close();
    }
  };
  for (const [fact, wanted] of INTERFACES) {
    await step(fact, async (target) => (await takes(target, wanted, 'ndr20')) || undefined);
  }
  const simple = await step('rpc', (target) => answeredCall(target, facts, SIMPLE_CALLS));
  found = { ...found, simple, stubCall: await step('stub', (target) => answeredCall(target, facts, STUB_CALLS)) };
  if (simple === undefined) return { facts, found };
  await step('ndr64', async (target) => (await takes(target, simple.interface, 'ndr64')) || undefined);
  await step('features', async (target) => {
    const association = await target.connect();
    const [first] = (await association.bind([featuresOf(simple.interface, 0, 3)])).results;
    return first?.result === RESULT.negotiate_ack || undefined;
  });
  if (facts.oxid === true) {
    const comVersion = await step('oxid', async (target) => {
      const association = await target.bound(IObjectExporter);
      return (await association.invoke(ServerAlive2, {})).pComVersion;
    });
    found = { ...found, comVersion };
  }
  const { credentials } = targetWith(found, new Wire(0)).options;
  if (credentials === undefined) {
    for (const fact of ['ntlm', 'spnego', 'activation'] as const) facts[fact] = FACTS.account;
    return { facts, found };
  }
  facts.account = true;
  await step('ntlm', (target) => authenticates(target, NTLM));
  await step('spnego', (target) => authenticates(target, SPNEGO));
  found = { ...found, authType: facts.ntlm === true ? NTLM : SPNEGO };
  if (facts.ntlm !== true && facts.spnego !== true) facts.account = `the target refuses the account; ${facts.ntlm}`;
  if (facts.activator !== true || facts.account !== true) {
    facts.activation = facts.activator !== true ? (facts.activator as string) : (facts.account as string);
    return { facts, found };
  }
  const activated = await step('activation', activate);
  await step('several-classes', async (target) => 'refused' in (await activateNobodys(target)) || undefined);
  return { facts, found: { ...found, activated } };
}

/** Whether a bind of one interface with one transfer syntax is accepted. */
async function takes(target: Target, wanted: Interface, syntax: 'ndr20' | 'ndr64'): Promise<boolean> {
  const association = await target.connect();
  const { results } = await association.bind([contextOf(wanted, 0, syntax)]);
  return results[0]?.result === RESULT.acceptance;
}

const FACT_OF = new Map(INTERFACES.map(([fact, { uuid }]) => [uuid, fact]));

/** The first of the calls that the target answers. */
async function answeredCall(
  target: Target,
  facts: Facts,
  calls: readonly SimpleCall[],
): Promise<SimpleCall | undefined> {
  for (const call of calls) {
    if (facts[FACT_OF.get(call.interface.uuid) as Fact] !== true) continue;
    const association = await target.bound(call.interface);
    call.check((await association.call(call.opnum, call.stub)).stub);
    return call;
  }
  return undefined;
}

async function authenticates(target: Target, authType: number): Promise<true> {
  const { simple } = target;
  const level = RPC_C_AUTHN_LEVEL.PKT_INTEGRITY;
  const association = await target.connect();
  const context = await target.logon(authType, level);
  const protection = await association.authenticate(simple.interface, { context, level });
  await target.works(association, { protection });
  return true;
}

/** A class that nobody has registered; simulated servers may stand in for any. */
const activateNobodys = async (target: Target) =>
  activateOver(
    target,
    await activator(target, 'RemoteCreateInstance', target.authType, RPC_C_AUTHN_LEVEL.PKT_INTEGRITY),
    'RemoteCreateInstance',
    { clsid: NO_CLASS },
  );

/** What the class of the run gives at PKT_INTEGRITY. */
async function activate(target: Target): Promise<ActivationReply> {
  const outcome = await activateAt(target, 'RemoteCreateInstance', target.authType, RPC_C_AUTHN_LEVEL.PKT_INTEGRITY);
  if ('refused' in outcome) throw new Error(outcome.refused);
  return outcome.reply;
}
