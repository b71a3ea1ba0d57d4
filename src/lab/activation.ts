import type { ActivationMethod } from '../client/activate.js';
import { DcomClient, type DcomClientOptions, type RemoteInterface } from '../client/dcom-client.js';
import { ACCEPTED, type CallOutcome } from '../client/outcome.js';
import { outcomeOf } from '../client/steps.js';
import { IID_IClassFactory, IID_IDispatch } from '../codec/oaut/index.js';
import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { effectiveAuthnLevel } from '../codec/status/authn.js';
import { type Application, accountOf, isWindows } from '../hardening/machine.js';
import { activationAsClient, activationAsServer, clientEventOf } from '../hardening/machine-policy.js';
import type { RefusalEvent } from '../rpc/index.js';
import type { Activation, FailedLogon } from '../server/activation/log.js';
import { authenticates, type LabHost } from './host.js';
import type { Lab } from './lab.js';
import type { LabActivation } from './run-types.js';
import { SentSecurity } from './sent-security.js';
import { type ActivationVerdict, verdictText } from './verdict.js';

/** What a client is to do. */
export interface ActivationWish {
  readonly from: LabHost;
  readonly application: Application;
  readonly user: string;
  readonly on: LabHost;
  readonly clsid: string;
  /** Instead of what the application asks for. */
  readonly level?: number | 'default';
  readonly authType?: number;
  readonly anonymous: boolean;
  /** How the client names the server; of an address there is no service name, and so no ticket. */
  readonly by?: 'name' | 'address';
  /** The client's own where absent. */
  readonly method?: ActivationMethod | undefined;
  /** The interface that is asked for; IDispatch where absent. */
  readonly iid?: string;
}

export interface ActivationDone {
  readonly activation: LabActivation;
  /** What the model of the hardening and the access checks make of it, in the words of `actual`. */
  readonly expected: string;
  readonly actual: string;
  /** Where the object is kept. */
  readonly kept?: { readonly client: DcomClient; readonly object: RemoteInterface };
}

const TIMEOUT = 10_000;

/** One activation over the network, seen from both ends; the client's event is logged where its machine has it. */
export async function activate(lab: Lab, wish: ActivationWish, keep = false): Promise<ActivationDone> {
  const { from, application, on, clsid, anonymous } = wish;
  const requested = wish.level ?? application.activationLevel ?? 'default';
  const decision = isWindows(from.machine)
    ? activationAsClient(from.machine, application, { requested, anonymous })
    : undefined;
  const level = decision?.level ?? from.levelOfOther(requested);
  const profile = from.profileOf(application, level);
  const authType = authenticates(level) ? (wish.authType ?? profile.authType) : RPC_C_AUTHN.NONE;
  const sent = new SentSecurity();
  let answered: CallOutcome | undefined;
  const client = new DcomClient({
    ...clientOptions(lab, wish),
    onStep: ({ step, outcome }) => {
      if (step === 'activation') answered = outcome;
    },
    profile,
    authType,
    octets: sent.octets,
    ...(anonymous ? {} : { credentials: from.credentialsOf(wish.user), ...ticketsOf(lab, wish) }),
  });
  const clientEvent = decision && clientEventOf(decision, application, { clsid: braced(clsid), target: on.name });
  const time = lab.world.clock();
  if (clientEvent !== undefined) from.log.record(from.machine, clientEvent, time);

  const seen: Activation[] = [];
  const failed: FailedLogon[] = [];
  const refused: RefusalEvent[] = [];
  let mechanism: string | undefined;
  const deaf = on.audience.add({
    onActivation: (activation) => void seen.push(activation),
    onFailedLogon: (logon) => void failed.push(logon),
    association: (event) => {
      if (event.type === 'authenticated') mechanism = event.security.info.mechanism;
      if (event.type === 'fault' || event.type === 'bind_nak') refused.push(event);
    },
  });
  const { outcome, object } = await attempt(client, wish, keep, () => answered);
  deaf();
  if (object === undefined) await client.close();

  const [server] = seen;
  const refusal = server ?? failed[0] ?? refused[0];
  const activation: LabActivation = {
    time,
    client: from.name,
    server: on.name,
    clientAddress: from.address,
    serverAddress: on.address,
    clsid,
    requested,
    anonymous,
    authType: sent.authType ?? authType,
    level: sent.level ?? level,
    mechanism,
    raised: decision?.raised ?? false,
    outcome: outcome.accepted ? 'accepted' : 'refused',
    refusedBy: outcome.accepted ? undefined : (refusal?.refusedBy ?? outcome.refusedBy),
    reason: server?.reason ?? failed[0]?.reason ?? refused[0]?.why ?? outcome.text,
    seen: outcome,
    event: server?.event?.id === 10036 ? server.event : undefined,
    clientEvent,
  };
  lab.activations.push(activation);
  return {
    activation,
    expected: verdictText(expectedOf(wish, authType === RPC_C_AUTHN.NONE ? RPC_C_AUTHN_LEVEL.NONE : level)),
    actual: verdictText({
      level: activation.level,
      refusedBy: activation.refusedBy,
      event: activation.event !== undefined,
    }),
    ...(object && { kept: { client, object } }),
  };
}

/** What every client of the lab shares. */
export function clientOptions(
  lab: Lab,
  { from, on }: Pick<ActivationWish, 'from' | 'on'>,
): Omit<DcomClientOptions, 'profile'> {
  const { network } = from;
  return {
    host: on.endpoint.address,
    port: on.endpoint.port,
    random: from.random,
    timers: lab.world.timers,
    clock: lab.world.clock,
    monotonic: lab.world.monotonic,
    timeout: TIMEOUT,
    network,
  };
}

/** Kerberos where the domain has it and the server has a name in it, as Windows chooses; else there is NTLM. */
function ticketsOf({ kerberos }: Lab, { from, on, user, by = 'name' }: ActivationWish) {
  const members = [from, on].every(({ machine }) => 'domain' in machine.membership);
  if (kerberos === undefined || !members) return {};
  return { tickets: kerberos.ticketsOf(from, user), ...(by === 'name' && { service: kerberos.serviceOf(on.name) }) };
}

async function attempt(
  client: DcomClient,
  { clsid, method, iid = method === 'RemoteGetClassObject' ? IID_IClassFactory : IID_IDispatch }: ActivationWish,
  keep: boolean,
  answered: () => CallOutcome | undefined,
): Promise<{ outcome: CallOutcome; object?: RemoteInterface }> {
  if (!keep) return client.activation({ clsid, iids: [iid], ...(method && { method }) });
  try {
    return { outcome: ACCEPTED, object: await client.activate(clsid, iid, method) };
  } catch (error) {
    // An activation that was accepted stays so, whatever becomes of the way to its object.
    return { outcome: answered() ?? outcomeOf(error) };
  }
}

/** What the model of the hardening and the access checks make of an activation that asks for a level. */
function expectedOf({ on, user, anonymous }: ActivationWish, asked: number): ActivationVerdict {
  const level = effectiveAuthnLevel(asked);
  if (authenticates(level) && !anonymous && accountOf(on.machine, user) === undefined)
    return { level, refusedBy: 'authentication', event: false };
  const { outcome, event } = activationAsServer(on.machine, { level, anonymous });
  if (outcome === 'refused') return { level, refusedBy: 'activation policy', event: event !== undefined };
  // Nobody without a name may activate, unless an access list says so ([MS-DCOM] note <61>).
  if (outcome === 'not covered' || anonymous) return { level, refusedBy: 'access control', event: false };
  return { level, refusedBy: undefined, event: event !== undefined };
}

const braced = (clsid: string): string => `{${clsid.toUpperCase()}}`;
