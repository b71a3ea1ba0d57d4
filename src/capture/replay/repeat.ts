import { reach } from '../../client/bindings.js';
import { RpcConnection } from '../../client/connection.js';
import { ContextConnection } from '../../client/context-connection.js';
import { clientSecurity, type Logon } from '../../client/credentials.js';
import { assertMayCall, MethodCallRefused } from '../../client/may-call.js';
import { type CallOutcome, outcomeOfError } from '../../client/outcome.js';
import type { ClientProfile } from '../../client/profile.js';
import {
  IActivation,
  IObjectExporter,
  IRemoteSCMActivator,
  isActivator,
  REMOTE_UNKNOWN,
} from '../../codec/dcom/index.js';
import { CodecError } from '../../codec/error.js';
import { interfaceByUuid } from '../../codec/interfaces.js';
import type { InterfaceDef, Operation } from '../../codec/ndr/index.js';
import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import type { RefusedBy } from '../../codec/status/refused-by.js';
import { readUuid } from '../../codec/uuid.js';
import { type Environment, environmentOf } from '../../net/environment.js';
import type { CapturedCall } from '../decode/captured-call.js';
import { isObjref, partsOf } from '../decode/references.js';
import { SmartBuffers } from '../decode/said/index.js';
import { checkRepeatOptions } from './check-options.js';
import { differences, outcomeOfAnswer } from './compare-answers.js';
import { Exporters } from './exporters.js';
import { Identifiers } from './identifiers.js';
import { type ReplayTickets, ticketsFor } from './kerberos-calls.js';
import type { Pacing } from './pacing.js';
import { SEALED } from './replay.js';

/** How captured conversations are made again. */
export interface RepeatOptions extends Logon, ReplayTickets, Partial<Environment> {
  /** Methods of objects are called on loopback and on hosts of a simulated network; elsewhere they are left out. */
  readonly host: string;
  /** Of the activators. */
  readonly port: number;
  /** How its binds look; which calls it makes, the capture says. */
  readonly profile: ClientProfile;
  /** Instead of the captured levels, where those are authenticated. */
  readonly level?: number;
  /** NTLM or SPNEGO, instead of the captured one. */
  readonly authType?: number;
  /** Milliseconds to wait for each answer; 10,000 where absent. */
  readonly timeout?: number;
  /** Of a simulated server: which of its checks refused the activation that it answered last. */
  readonly lastRefusal?: () => RefusedBy | undefined;
  /** Keeps the waits between the calls; one call follows on the other where absent. */
  readonly pacing?: Pacing;
}

/** A call of a conversation, made again. */
export interface RepeatedCall {
  readonly call: CapturedCall;
  /** Why it was not sent: it is about something that this server has not handed out, or is not to be called there. */
  readonly notSent?: string;
  /** Undefined where the capture does not have the answer, or it cannot be read. */
  readonly captured: CallOutcome | undefined;
  readonly repeated: CallOutcome | undefined;
  /** Which check of a simulated server refused it now; undefined where nobody tells. */
  readonly refusedBy?: RefusedBy;
  /** Where the answers say something else, as paths; identifiers and addresses are always others. */
  readonly differences: readonly string[];
}

/** Interfaces at the resolver's port. */
const AT_RESOLVER: ReadonlySet<string> = new Set([IObjectExporter.uuid, IActivation.uuid, IRemoteSCMActivator.uuid]);

/** Whether a captured call can be part of a conversation that is repeated; if not, why. */
export function whyNotRepeated(call: CapturedCall): string | undefined {
  if (call.presentation === undefined) return 'its bind is not in the capture, so its interface is not known';
  if (call.operation === undefined) return 'its operation is not known here';
  if (!isDcom(call)) return 'it belongs to no conversation with objects';
  if (call.stubState === 'sealed') return SEALED;
  if (call.value === undefined) return 'its parameters cannot be read';
  if (call.security.level === undefined) return 'its authentication level is not in the capture';
  return undefined;
}

/** What an object does; counting references to it and asking for its interfaces is not that. */
const isMethod = ({ object, presentation }: CapturedCall): boolean =>
  object !== undefined && !REMOTE_UNKNOWN.has(presentation?.interface.uuid ?? '');

const isDcom = ({ object, presentation }: CapturedCall): boolean =>
  object !== undefined || AT_RESOLVER.has(presentation?.interface.uuid ?? '');

/**
 * Makes the calls of captured conversations again, one after the other: the same operations with the same parameters,
 * but for the identifiers, which are those that the server hands out. Where the server is neither on this machine nor
 * simulated, methods of objects are not called: a capture may hold an attack. Rejects with `OptionError`, which names
 * the option, for a mistake.
 */
export async function repeatConversation(
  calls: readonly CapturedCall[],
  options: RepeatOptions,
): Promise<readonly RepeatedCall[]> {
  checkRepeatOptions(options);
  const repetition = new Repetition(options);
  try {
    const done: RepeatedCall[] = [];
    for (const call of calls) {
      await options.pacing?.due(call);
      done.push(await repetition.repeat(call));
    }
    return done;
  } finally {
    repetition.close();
  }
}

class Repetition {
  readonly #options: RepeatOptions & Environment;
  readonly #identifiers = new Identifiers();
  /** One connection for each of the capture's, by its pipe or else its stream. */
  readonly #streams = new Map<unknown, Promise<ContextConnection>>();
  readonly #exporters = new Exporters();
  readonly #buffers = new SmartBuffers();

  constructor(options: RepeatOptions) {
    this.#options = { ...options, ...environmentOf(options) };
  }

  async repeat(call: CapturedCall): Promise<RepeatedCall> {
    const captured = call.answer === undefined ? undefined : outcomeOfAnswer(call, call.answer);
    const missing: string[] = [];
    const object = call.object === undefined ? undefined : this.#identifiers.uuid(call.object);
    if (call.object !== undefined && object === undefined) missing.push(call.object);
    const input = this.#withCause(this.#identifiers.rewrite(call.value, (identifier) => missing.push(identifier)));
    if (missing.length > 0) {
      const notSent = whyMissing(call, missing);
      return { call, notSent, captured, repeated: undefined, differences: [] };
    }
    try {
      const answer = await this.#send(call, input, object);
      this.#learn(call, input, answer);
      const repeated = outcomeOfAnswer(call, { kind: 'response', value: answer });
      const differs = differences(capturedContent(call), this.#content(call, answer));
      return this.#done({ call, captured, repeated, differences: differs });
    } catch (error) {
      if (error instanceof MethodCallRefused)
        return { call, notSent: error.message, captured, repeated: undefined, differences: [] };
      return this.#done({ call, captured, repeated: outcomeOfError(error), differences: [] });
    }
  }

  /** An answer that cannot be opened is compared as it came. */
  #content({ operation }: CapturedCall, answer: unknown): unknown {
    try {
      return this.#buffers.opened(operation, answer) ?? answer;
    } catch (error) {
      if (error instanceof CodecError) return answer;
      throw error;
    }
  }

  #done(repeated: Omit<RepeatedCall, 'refusedBy'>): RepeatedCall {
    const isActivation = isActivator(repeated.call.presentation?.interface.uuid);
    const refusedBy = isActivation ? this.#options.lastRefusal?.() : undefined;
    return { ...repeated, ...(refusedBy && { refusedBy }) };
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.then((connection) => connection.close()).catch(() => {});
  }

  async #send(call: CapturedCall, input: unknown, object: string | undefined): Promise<unknown> {
    const contexts = await this.#connection(call, object);
    if (isMethod(call)) assertMayCall(contexts.connection.remote, this.#options.network);
    const { uuid } = (call.presentation as NonNullable<CapturedCall['presentation']>).interface;
    const definition = interfaceByUuid(uuid) as InterfaceDef;
    return contexts.call(definition, call.operation as Operation<unknown, unknown>, input, object);
  }

  #learn(call: CapturedCall, input: unknown, answer: unknown): void {
    this.#identifiers.learn(capturedValue(call), answer);
    this.#exporters.learn(input, answer);
  }

  /** A cause of its own for each captured one, so that calls of one cause stay together. */
  #withCause(value: unknown): unknown {
    const record = value as Readonly<Record<string, unknown>>;
    for (const key of ['ORPCthis', 'orpcthis']) {
      const header = record[key] as { cid: string } | undefined;
      if (header === undefined) continue;
      this.#identifiers.pair(header.cid, readUuid(this.#options.random(16)));
      return { ...record, [key]: { ...header, cid: this.#identifiers.uuid(header.cid) } };
    }
    return value;
  }

  #connection(call: CapturedCall, object: string | undefined): Promise<ContextConnection> {
    const key = call.pipe ?? call.stream;
    const before = this.#streams.get(key);
    if (before !== undefined) return before;
    const opened = this.#open(call, object);
    this.#streams.set(key, opened);
    opened.catch(() => this.#streams.delete(key));
    return opened;
  }

  async #open(call: CapturedCall, object: string | undefined): Promise<ContextConnection> {
    const { host, port, profile, timeout } = this.#options;
    const atResolver = AT_RESOLVER.has(call.presentation?.interface.uuid ?? '');
    const targets = atResolver ? [{ host, port }] : this.#exporters.targetsOf(object);
    const security = await this.#security(call, atResolver);
    const connection = await reach(targets, (target) =>
      RpcConnection.open({
        ...{ ...environmentOf(this.#options), ...target },
        association: profile.association,
        ...(timeout !== undefined && { timeout }),
      }),
    );
    return new ContextConnection({
      connection,
      security,
      proposals: atResolver ? profile.resolverProposals : profile.objectProposals,
      verificationTrailer: profile.verificationTrailer,
    });
  }

  #security(call: CapturedCall, atResolver: boolean) {
    const { level: instead, authType: otherType, credentials, random, host, profile, service } = this.#options;
    const { security } = call;
    const { tickets } = ticketsFor(this.#options, call);
    const captured = security.level ?? RPC_C_AUTHN_LEVEL.NONE;
    if (captured === RPC_C_AUTHN_LEVEL.NONE) return undefined;
    const authType = otherType ?? security.authType ?? (atResolver ? profile.authType : profile.objectAuthType);
    return clientSecurity({
      authType: usable(authType, tickets !== undefined),
      level: instead ?? captured,
      random,
      ...(credentials && { credentials }),
      ...(tickets && { tickets }),
      ...targetOf(service, host, atResolver, tickets !== undefined),
    });
  }
}

/** With what lies in octets of it. */
const capturedContent = (call: CapturedCall): unknown =>
  call.answer?.kind === 'response' ? (call.answer.opened ?? call.answer.value) : undefined;

/** A sink is the client's own object: nobody here can be called in its place. */
function whyMissing({ value }: CapturedCall, missing: readonly string[]): string {
  if ([...partsOf(value)].some(isObjref)) return 'it hands over an object of the captured client, which is not there';
  return `this server has not handed out ${[...new Set(missing)].join(', ')}`;
}

const capturedValue = ({ answer }: CapturedCall): unknown => (answer?.kind === 'response' ? answer.value : undefined);

/** Kerberos by itself needs tickets; without any, SPNEGO finds NTLM. */
function usable(authType: number, hasTickets: boolean): number {
  if (authType === RPC_C_AUTHN.GSS_KERBEROS && hasTickets) return authType;
  return authType === RPC_C_AUTHN.WINNT ? RPC_C_AUTHN.WINNT : RPC_C_AUTHN.GSS_NEGOTIATE;
}

function targetOf(service: string | undefined, host: string, atResolver: boolean, hasTickets: boolean) {
  if (service !== undefined) return { target: service };
  if (atResolver) return { target: `RPCSS/${host}` };
  return hasTickets ? { target: `HOST/${host}` } : {};
}
