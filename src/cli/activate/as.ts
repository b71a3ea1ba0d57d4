import type { ActivationMethod } from '../../client/activate.js';
import { Automation, type AutomationValue, DispatchError, membersOf, PathError } from '../../client/automation.js';
import { Refused, RemoteInterface } from '../../client/dcom-client.js';
import { MethodCallRefused } from '../../client/may-call.js';
import { type CallOutcome, outcomeOfError, resultOutcome } from '../../client/outcome.js';
import type { ClientProfile } from '../../client/profile.js';
import { IID_IDispatch } from '../../codec/oaut/index.js';
import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { authnLevelName } from '../../codec/status/authn.js';
import { formatEndpoint } from '../../net/channel.js';
import { type ClientWish, checkMayCall, clientOf, exitCodeOf, hintAt, profileOf } from '../client.js';
import { type Output, UsageError } from '../io.js';
import { AUTH_TYPES } from '../options.js';

export interface ActivateAsOptions extends ClientWish {
  readonly clsid: string;
  readonly iid: string;
  readonly method?: ActivationMethod;
  readonly invoke?: readonly string[];
}

/** An activation by a client of a profile, with resolution and calls as that client makes them. */
export async function activateAs(
  out: Output,
  target: { host: string; port: number },
  options: ActivateAsOptions,
): Promise<void> {
  const { clsid, method, invoke } = options;
  const profile = profileOf(options);
  if (invoke !== undefined) {
    checkPath(invoke[0]);
    await checkMayCall(target.host, '--invoke');
  }
  const client = clientOf(target, profile, options);
  const sent = levelSent(profile, options);
  const base = { server: formatEndpoint({ address: target.host, port: target.port }), clsid, profile: profile.name };
  const held: RemoteInterface[] = [];
  try {
    const object = await client.activate(clsid, invoke === undefined ? options.iid : IID_IDispatch, method);
    held.push(object);
    report(
      out,
      { ...base, event: 'activation', level: sent },
      `${clsid} as ${profile.name} at ${authnLevelName(sent)}`,
    );
    if (invoke === undefined) return;
    const [path = '', ...args] = invoke;
    const automation = new Automation({ unmarshal: (objref) => client.unmarshal(objref) });
    const given = await automation.invoke(object, path, ...args);
    held.push(...objectsIn(given));
    const value = shown(given);
    report(out, { ...base, event: 'invocation', member: path, result: value }, path, resultText(value));
  } catch (error) {
    if (error instanceof MethodCallRefused || error instanceof PathError)
      throw new UsageError(`--invoke: ${error.message}`);
    const activated = held.length > 0;
    const event = activated ? 'invocation' : 'activation';
    const doing = activated ? (invoke?.[0] ?? '') : `${clsid} as ${profile.name} at ${authnLevelName(sent)}`;
    refused(out, { ...base, event, ...(activated ? { member: doing } : { level: sent }) }, doing, error);
  } finally {
    for (const each of held.reverse()) await each.release().catch(() => undefined);
    await client.close();
  }
}

/** What goes on the wire: without authentication there is no level to raise. */
function levelSent(profile: ClientProfile, { auth, level }: ActivateAsOptions): number {
  const authType = auth === undefined ? profile.authType : AUTH_TYPES[auth];
  return authType === RPC_C_AUTHN.NONE ? RPC_C_AUTHN_LEVEL.NONE : profile.activationLevel(level ?? 'default');
}

function checkPath(path = ''): void {
  try {
    membersOf(path);
  } catch (error) {
    throw new UsageError(`--invoke: ${(error as PathError).message}`);
  }
}

function report(out: Output, record: object, doing: string, said = 'accepted'): void {
  if (out.json) out.record({ ...record, accepted: true });
  else out.text(`${doing}: ${said}`);
}

function refused(out: Output, record: object, doing: string, error: unknown): void {
  const outcome = outcomeOf(error, doing);
  if (out.json) out.record({ ...record, ...outcome });
  else {
    out.text(`${doing}: refused, ${outcome.text}`);
    hintAt(out, outcome);
  }
  process.exitCode = exitCodeOf(outcome);
}

/** Without the path of the member, where that is what was asked for. */
function outcomeOf(error: unknown, path: string): CallOutcome {
  if (error instanceof Refused) return error.outcome;
  if (!(error instanceof DispatchError)) return outcomeOfError(error);
  const known = error.member === path ? `${path}: `.length : 0;
  return { ...resultOutcome(error.hresult), text: error.message.slice(known) };
}

/** The interfaces in what a member gave: the client holds references to each. */
function objectsIn(value: AutomationValue): RemoteInterface[] {
  if (value instanceof RemoteInterface) return [value];
  return Array.isArray(value) ? value.flatMap((each: AutomationValue) => objectsIn(each)) : [];
}

/** What a member gave, for people and programs: an object is told by its interface. */
function shown(value: AutomationValue): unknown {
  if (value instanceof RemoteInterface) return { object: value.iid };
  if (Array.isArray(value)) return value.map((each: AutomationValue) => shown(each));
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : (value ?? null);
}

const resultText = (value: unknown): string =>
  value === null ? 'done, without a result' : typeof value === 'string' ? value : JSON.stringify(value);
