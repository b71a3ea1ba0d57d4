import type { ActivationMethod } from '../../client/activate.js';
import { Automation, type AutomationValue, DispatchError, membersOf, PathError } from '../../client/automation.js';
import { RemoteInterface } from '../../client/dcom-client.js';
import { MethodCallRefused } from '../../client/may-call.js';
import { ACCEPTED, type CallOutcome, resultOutcome } from '../../client/outcome.js';
import type { ClientProfile } from '../../client/profile.js';
import { type ClientStep, outcomeOf } from '../../client/steps.js';
import { IID_IDispatch } from '../../codec/oaut/index.js';
import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { authnLevelName } from '../../codec/status/authn.js';
import { formatEndpoint } from '../../net/channel.js';
import { members, type RecordParts } from '../../report/record.js';
import { withNames } from '../class-text.js';
import {
  type ClientWish,
  checkMayCall,
  clientOf,
  exitCodeOf,
  hintAt,
  noteRaise,
  profileOf,
  verdictOf,
} from '../client.js';
import { type Output, UsageError } from '../io.js';
import { AUTH_TYPES } from '../options.js';
import { invokeArgument } from './argument.js';

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
  const [path = '', ...texts] = invoke ?? [];
  const args = texts.map(invokeArgument);
  const profile = profileOf(options);
  if (invoke !== undefined) {
    checkPath(path);
    await checkMayCall(target.host, '--invoke');
  }
  noteRaise(out, profile, options);
  const sent = levelSent(profile, options);
  const told = new Steps(out, {
    base: { server: formatEndpoint({ address: target.host, port: target.port }), clsid, profile: profile.name },
    activating: `${withNames(clsid)} as ${profile.name} at ${authnLevelName(sent)}`,
    level: sent,
  });
  const client = clientOf(target, profile, options, { onStep: (step) => told.step(step) });
  const held: RemoteInterface[] = [];
  const iid = invoke === undefined ? options.iid : IID_IDispatch;
  try {
    const object = await client.activate(clsid, iid, method);
    held.push(object);
    if (invoke === undefined) return;
    const automation = new Automation({ unmarshal: (objref) => client.unmarshal(objref) });
    const given = await automation.invoke(object, path, ...args);
    held.push(...objectsIn(given));
    told.called(path, shown(given));
  } catch (error) {
    if (error instanceof MethodCallRefused || error instanceof PathError)
      throw new UsageError(`--invoke: ${error.message}`);
    if (held.length > 0) told.failed('invocation', path, outcomeOfMember(error, path));
    else told.failed('interface', `interface ${iid}`, outcomeOf(error));
  } finally {
    for (const each of held.reverse()) await each.release().catch(() => undefined);
    await client.close();
  }
}

interface Told {
  /** What each record has. */
  readonly base: object;
  /** The words for the activation. */
  readonly activating: string;
  readonly level: number;
}

/** What came of each step on the way to an object and of the call, said once: for people only what they can use. */
class Steps {
  readonly #out: Output;
  readonly #told: Told;
  #failed = false;

  constructor(out: Output, told: Told) {
    this.#out = out;
    this.#told = told;
  }

  step({ step, outcome, tried, oxid }: ClientStep): void {
    const endpoints = tried.map(({ host, port }) => formatEndpoint({ address: host, port }));
    const of = oxid === undefined ? { level: this.#told.level } : { oxid: `0x${oxid.toString(16)}`, tried: endpoints };
    const doing = step === 'activation' ? this.#told.activating : WORDS[step];
    const kind = `client-${step}` as const;
    if (step === 'activation' || !outcome.accepted) this.#say([kind, of], doing, outcome);
    else if (this.#out.json) this.#record([kind, of], outcome);
  }

  called(member: string, result: unknown): void {
    if (this.#out.json) this.#record(['client-invocation', { member, result }], ACCEPTED);
    else this.#out.line(`${member}: ${resultText(result)}`);
  }

  /** A failure outside the steps, whose failures have been said already. */
  failed(what: 'invocation' | 'interface', doing: string, outcome: CallOutcome): void {
    if (!this.#failed) this.#say([`client-${what}`, what === 'invocation' ? { member: doing } : {}], doing, outcome);
  }

  #say(record: RecordParts, doing: string, outcome: CallOutcome): void {
    if (this.#out.json) this.#record(record, outcome);
    else this.#out.line(`${doing}: ${verdictOf(outcome)}`);
    if (outcome.accepted) return;
    this.#failed = true;
    if (!this.#out.json) hintAt(this.#out, outcome, 'all');
    process.exitCode = exitCodeOf(outcome);
  }

  #record([kind, of]: RecordParts, outcome: CallOutcome): void {
    const { accepted } = outcome;
    this.#out.record(kind, { ...this.#told.base, ...of, ...(accepted ? { accepted } : members(outcome)) });
  }
}

const WORDS = { resolution: 'resolution of the object exporter', exporter: 'object exporter' } as const;

/** What goes on the wire: without authentication there is no level to raise. */
function levelSent(profile: ClientProfile, { auth, level }: ActivateAsOptions): number {
  const authType = auth === undefined ? profile.authType : AUTH_TYPES[auth];
  return authType === RPC_C_AUTHN.NONE ? RPC_C_AUTHN_LEVEL.NONE : profile.activationLevel(level ?? 'default');
}

function checkPath(path: string): void {
  try {
    membersOf(path);
  } catch (error) {
    throw new UsageError(`--invoke: ${(error as PathError).message}`);
  }
}

/** Without the path of the member, where that is what was asked for. */
function outcomeOfMember(error: unknown, path: string): CallOutcome {
  if (!(error instanceof DispatchError)) return outcomeOf(error);
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
