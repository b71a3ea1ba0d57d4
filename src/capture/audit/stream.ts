import { isActivation, isActivator } from '../../codec/dcom/index.js';
import { interfaceByUuid, interfaceName } from '../../codec/interfaces.js';
import type { Operation } from '../../codec/ndr/index.js';
import { PTYPE, RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { authnLevelName, effectiveAuthnLevel } from '../../codec/status/authn.js';
import { bindNakReasonName } from '../../codec/status/pdu.js';
import { AgedMap, Allowance, type CallLevel, PassiveAssociation, PassiveBudget } from '../../rpc/index.js';
import type { PassiveContext } from '../../security/index.js';
import { className } from '../decode/class-names.js';
import { classIn } from '../decode/wanted-class.js';
import type { CapturedPdu } from '../pdu/pdu.js';
import {
  type Answer,
  answerOf,
  CUT_ANSWER,
  faultAnswer,
  isRefused,
  NO_ANSWER,
  parametersIn,
  type RefusedAnswer,
} from './answers.js';
import { refusalFinding } from './causes.js';
import { AuditExchanges } from './exchanges.js';
import { StreamFindings } from './findings.js';
import { type CallHead, callHead, isObjectCall } from './head.js';
import { placeOf, userOf } from './place.js';
import type { AuditedActivation, AuditItem, AuditPlace, AuditUser } from './records.js';
import type { RelayWatch } from './relay.js';

/** What the policy makes of an activation. */
export type Judgement = Pick<AuditedActivation, 'as_of' | 'decision' | 'rule' | 'reason' | 'event' | 'unconfirmed'>;

export interface StreamOptions {
  readonly file: string;
  readonly relays: RelayWatch;
  readonly observe: (authType: number) => PassiveContext | undefined;
  readonly judge: (operation: string, security: CallLevel, anonymous: boolean) => Judgement;
  readonly emit: (item: AuditItem) => void;
  readonly shared: SharedMemory;
}

/** What the streams of one file hold together. */
export class SharedMemory {
  readonly budget = new PassiveBudget();
  readonly calls: Allowance<number, OpenCall>;

  constructor(emit: StreamOptions['emit'], calls = MAX_OPEN) {
    this.calls = new Allowance(calls, ({ activation }) => {
      if (activation !== undefined) emit({ ...activation, ...NO_ANSWER });
    });
  }
}

/** A request that has no answer yet. */
interface OpenCall {
  readonly interface: string | undefined;
  readonly opnum: number;
  readonly operation: Operation | undefined;
  readonly level: number | undefined;
  readonly contextId: number | undefined;
  /** What is known of an activation, once its last fragment is there. */
  activation: Omit<AuditedActivation, 'answer' | 'status' | 'outcome'> | undefined;
}

/** Calls of all streams without an answer, at most: a capture of one side answers none. */
const MAX_OPEN = 16_384;
/** Security contexts of one stream that are remembered to have been answered. */
const MAX_ANSWERED = 4096;
const RESOLVER_PORT = 135;

/**
 * One connection of an audit. Requests and answers are looked at by their heads; only activations, handshakes and, where
 * a session key is known, what is under it (its sequence numbers count every PDU) are decoded.
 */
export class AuditStream {
  readonly #options: StreamOptions;
  readonly #association: PassiveAssociation;
  readonly #findings = new StreamFindings();
  readonly #exchanges: AuditExchanges;
  readonly #open: AgedMap<number, OpenCall>;
  /** Security contexts under which something was answered: their handshakes did not fail. */
  #answered: Set<number | undefined> | undefined;
  #auth3 = false;
  /** Some session key is known. */
  #established = false;
  #begun = false;

  constructor(options: StreamOptions) {
    this.#options = options;
    const { observe, shared } = options;
    this.#association = new PassiveAssociation({ observe, budget: shared.budget });
    this.#open = new AgedMap(shared.calls);
    this.#exchanges = new AuditExchanges({
      relays: options.relays,
      findings: this.#findings,
      place: (captured) => this.#place(captured),
      emit: options.emit,
    });
  }

  take(captured: CapturedPdu): void {
    if (!this.#begun) this.#restore(captured);
    if (captured.type === PTYPE.request) this.#request(captured);
    else if (captured.type === PTYPE.response) this.#response(captured);
    else this.#other(captured);
  }

  /** A PDU of which a part was not captured, as a snap length leaves it: its head tells most of an activation. */
  cut(captured: CapturedPdu): void {
    if (!this.#begun) this.#restore(captured);
    const head = callHead(captured.bytes);
    if (head === undefined) return;
    if (captured.type === PTYPE.request && head.first) this.#cutRequest(captured, head);
    if (captured.type !== PTYPE.response || !head.last) return;
    const call = this.#open.delete(head.callId);
    if (call !== undefined) this.#conclude(call, CUT_ANSWER, captured);
  }

  /** The connection has ended: tells what is still to be told. Returns how many findings were left out. */
  end(): number {
    for (const call of this.#open.values()) this.#conclude(call, NO_ANSWER);
    this.#open.clear();
    this.#association.end();
    this.#exchanges.end();
    for (const finding of this.#findings.all) this.#options.emit(finding);
    return this.#findings.dropped;
  }

  #restore(captured: CapturedPdu): void {
    this.#begun = true;
    if (captured.remainder !== undefined) this.#association.restore(captured.remainder);
    captured.keeper = this.#association;
  }

  #request(captured: CapturedPdu): void {
    const head = callHead(captured.bytes);
    if (head === undefined) return;
    const presentation = this.#association.presentation(head.contextId);
    const uuid = presentation?.interface.uuid;
    const activates = isActivation(uuid, head.opnum);
    if (head.first) this.#begin(captured, head, uuid);
    if (!activates && !this.#mustFollow(head)) return;
    const { message } = this.#follow(captured);
    const call = this.#open.get(head.callId);
    if (!activates || message === undefined || call === undefined) return;
    const clsid = classIn(parametersIn(message, call.operation)) ?? null;
    this.#activation(captured, message.security, clsid, call);
  }

  #cutRequest(captured: CapturedPdu, head: CallHead): void {
    const uuid = this.#association.presentation(head.contextId)?.interface.uuid;
    const security = this.#securityOfCut(head);
    const { level, authContextId = 0, authType = 0 } = security;
    const auth = level === undefined ? undefined : { type: authType, level, contextId: authContextId };
    this.#begin(captured, { ...head, auth }, uuid);
    const call = this.#open.get(head.callId);
    if (call !== undefined && isActivation(uuid, head.opnum)) this.#activation(captured, security, null, call);
  }

  /** Its trailer is what is missing; where a connection has one security context, it is that one's. */
  #securityOfCut(head: CallHead): CallLevel {
    if (!head.protected) return this.#association.implied;
    const [only, ...others] = this.#association.securities;
    if (only === undefined || others.length > 0)
      return { authType: undefined, level: undefined, authContextId: undefined, from: 'unknown', identity: undefined };
    const { authType, level, id: authContextId, passive } = only;
    return { authType, level, authContextId, from: 'association', identity: passive?.identity };
  }

  #begin(captured: CapturedPdu, head: CallHead, uuid: string | undefined): void {
    const { level, contextId } = head.auth ?? this.#implied;
    const name = uuid === undefined ? undefined : interfaceName(uuid);
    const operation = interfaceByUuid(uuid)?.operations.get(head.opnum);
    const unanswered = this.#open.get(head.callId);
    if (unanswered !== undefined) this.#conclude(unanswered, NO_ANSWER);
    const call = { interface: name, opnum: head.opnum, operation, level, contextId, activation: undefined };
    this.#open.set(head.callId, call);
    if (uuid === undefined) this.#unidentified(captured);
    else if (!isActivator(uuid) && isObjectCall(captured.bytes, head)) this.#objectCall(captured, call);
  }

  get #implied() {
    const { level, authContextId } = this.#association.implied;
    return { level, contextId: authContextId };
  }

  #unidentified(captured: CapturedPdu): void {
    if (captured.dst.port !== RESOLVER_PORT) return;
    this.#findings.add(() => this.#place(captured), {
      finding: 'unidentified-calls',
      severity: 'info',
      detail: 'calls whose bind is not in the capture: whether they are activations cannot be told',
    });
  }

  /** Below PKT_INTEGRITY no stub is encrypted, so that `isObjectCall` can look into it. */
  #objectCall(captured: CapturedPdu, call: OpenCall): void {
    if (call.level === undefined || effectiveAuthnLevel(call.level) >= RPC_C_AUTHN_LEVEL.PKT_INTEGRITY) return;
    const { user } = this.#userOf(call.contextId);
    const name = authnLevelName(call.level);
    this.#findings.add(() => this.#place(captured), {
      finding: 'orpc-low-level',
      severity: 'warning',
      user,
      detail: `calls of ${call.interface} at ${name}: the hardening lets them pass, and nothing protects them`,
      facts: { interface: call.interface as string, auth_level: call.level },
    });
  }

  #activation(captured: CapturedPdu, security: CallLevel, clsid: string | null, call: OpenCall): void {
    const operation = `${call.interface}::${call.operation?.name}`;
    const who = this.#userOf(security.authContextId);
    const place = this.#place(captured);
    call.activation = {
      kind: 'activation',
      ...place,
      ...who,
      operation,
      clsid,
      class: clsid === null ? null : (className(clsid) ?? null),
      auth_type: security.authType ?? null,
      auth_level: security.level ?? null,
      level_from: security.from,
      ...this.#options.judge(operation, security, who.anonymous),
    };
    if (security.level !== RPC_C_AUTHN_LEVEL.NONE) return;
    const detail = 'an activation without authentication: access lists that allow nobody refuse it';
    this.#findings.add(() => place, { finding: 'anonymous', severity: 'warning', detail });
  }

  #response(captured: CapturedPdu): void {
    const head = callHead(captured.bytes);
    if (head === undefined) return;
    const call = this.#open.get(head.callId);
    if (call?.activation !== undefined || this.#mustFollow(head)) {
      const { message } = this.#follow(captured);
      if (call?.activation !== undefined && message !== undefined)
        this.#conclude(call, answerOf(message, call.operation), captured);
    }
    if (!head.last) return;
    this.#open.delete(head.callId);
    this.#answered ??= new Set();
    if (this.#answered.size < MAX_ANSWERED) this.#answered.add(head.auth?.contextId ?? call?.contextId);
  }

  #other(captured: CapturedPdu): void {
    const { pdu } = this.#follow(captured);
    if (pdu === undefined) return;
    if (pdu.PTYPE === 'fault') {
      const call = this.#open.delete(pdu.call_id);
      const answer = faultAnswer(pdu.status);
      if (call?.activation !== undefined) this.#conclude(call, answer, captured);
      else this.#refusal(captured, call, answer);
    } else if (pdu.PTYPE === 'bind_nak') this.#bindNak(captured, pdu.provider_reject_reason);
    else if (pdu.auth !== undefined) {
      if (pdu.PTYPE === 'auth3') this.#auth3 = true;
      this.#established = this.#association.securities.some(({ passive }) => passive?.established);
      this.#exchanges.take(captured, pdu.auth, this.#security(pdu.auth.auth_context_id)?.passive);
    }
  }

  #bindNak(captured: CapturedPdu, reason: number): void {
    const [first] = this.#association.presentations;
    const name = first === undefined ? 'an interface' : interfaceName(first.interface.uuid);
    const detail = `the bind to ${name} was refused: ${bindNakReasonName(reason)}`;
    const facts = { interface: name, reason };
    this.#findings.add(() => this.#place(captured), { finding: 'bind-refused', severity: 'info', detail, facts });
  }

  /** The answer to a call that may be an activation. */
  #conclude(call: OpenCall, answer: Answer, captured?: CapturedPdu): void {
    const { activation } = call;
    if (activation === undefined) return;
    call.activation = undefined;
    this.#options.emit({ ...activation, ...answer } satisfies AuditedActivation);
    if (captured !== undefined && isRefused(answer)) this.#refusal(captured, call, answer, true);
  }

  #refusal(captured: CapturedPdu, call: OpenCall | undefined, refused: RefusedAnswer, activation = false): void {
    const facts = {
      activation,
      level: call?.level,
      answeredBefore: this.#answered?.has(call?.contextId) === true,
      auth3: this.#auth3,
      seconds: captured.seconds,
    };
    const { user } = this.#userOf(call?.contextId);
    this.#findings.add(() => this.#place(captured), refusalFinding(call, refused, facts, user));
  }

  #follow(captured: CapturedPdu) {
    return this.#association.take(captured.direction === 'toServer' ? 'client' : 'server', captured.bytes);
  }

  #mustFollow({ auth }: CallHead): boolean {
    return this.#established && auth !== undefined;
  }

  #security(contextId: number | undefined) {
    return contextId === undefined ? undefined : this.#association.securities.find(({ id }) => id === contextId);
  }

  #userOf(contextId: number | undefined): AuditUser {
    return userOf(this.#security(contextId));
  }

  #place(captured: CapturedPdu): AuditPlace {
    return placeOf(this.#options.file, captured);
  }
}
