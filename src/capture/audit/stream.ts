import { IRemoteSCMActivator, isActivation, isActivator, RemoteCreateInstance } from '../../codec/dcom/index.js';
import { PFC, PTYPE, RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { effectiveAuthnLevel } from '../../codec/status/authn.js';
import {
  type CallHead,
  type CallLevel,
  callHead,
  type ObservedCall,
  PassiveAssociation,
  type PassiveBudget,
} from '../../rpc/index.js';
import type { PassiveContext } from '../../security/index.js';
import { className } from '../decode/class-names.js';
import { unopenedUsers } from '../decode/session-users.js';
import { classIn } from '../decode/wanted-class.js';
import type { Understood } from '../file/understood.js';
import type { CapturedPdu, PduConsumer } from '../pdu/pdu.js';
import {
  type Answer,
  answerOf,
  CUT_ANSWER,
  faultAnswer,
  isRefused,
  parametersIn,
  type RefusedAnswer,
} from './answers.js';
import {
  bindRefusedFinding,
  lowLevelFinding,
  UNAUTHENTICATED_ACTIVATION,
  UNIDENTIFIED_CALLS,
} from './call-findings.js';
import { refusalFinding } from './causes.js';
import type { TakeEvent } from './events.js';
import { AuditExchanges } from './exchanges.js';
import { type NewFinding, StreamFindings } from './findings.js';
import { isObjectCall } from './object-call.js';
import { type OpenCall, openCall } from './open-call.js';
import { placeOf, type SeenIdentity, userOf } from './place.js';
import type { SessionUsers } from './session-users.js';
import { isUnboundReply, unboundActivator } from './unbound.js';

export interface StreamOptions {
  readonly observe: (authType: number) => PassiveContext | undefined;
  readonly tell: TakeEvent;
  /** Told of users whose sessions no known secret opens. */
  readonly unopened?: ((user: string) => void) | undefined;
  /** A number that no other exchange of the capture has. */
  readonly nextExchange: () => number;
  readonly users: SessionUsers;
  readonly budget: PassiveBudget<OpenCall>;
  /** Counted over all streams. */
  readonly told: { pdus: number; droppedFindings: number };
  /** What could not be told of calls. */
  readonly understood: Understood;
}

/** Security contexts of one stream that are remembered to have been answered. */
const MAX_ANSWERED = 4096;
const RESOLVER_PORT = 135;

/**
 * One connection of an audit. Requests and answers are looked at by their heads; only activations, handshakes and, where
 * a session key is known, what is under it (its sequence numbers count every PDU) are decoded.
 */
export class AuditStream implements PduConsumer {
  readonly #options: StreamOptions;
  readonly #association: PassiveAssociation<OpenCall>;
  readonly #findings = new StreamFindings();
  readonly #exchanges: AuditExchanges;
  /** Security contexts under which something was answered: their handshakes did not fail. */
  #answered: Set<number | undefined> | undefined;
  /** A request was captured: the client's half is there. */
  #asked = false;
  #auth3 = false;
  /** The call_id of an alter_context that carries a handshake on, and has no answer yet. */
  #handshake: number | undefined;
  /** Some session key is known. */
  #established = false;

  /** `remainder` is that of the last consumer of the same stream, which gave way while it was open. */
  constructor(options: StreamOptions, remainder: string | undefined) {
    this.#options = options;
    this.#association = new PassiveAssociation(options);
    if (remainder !== undefined) this.#association.restore(remainder);
    const { tell, nextExchange } = options;
    this.#exchanges = new AuditExchanges({ tell, nextExchange, findings: this.#findings });
  }

  get remainder(): string {
    return this.#association.remainder;
  }

  pdu(captured: CapturedPdu): void {
    this.#options.told.pdus++;
    if (captured.type === PTYPE.request) this.#request(captured);
    else if (captured.type === PTYPE.response) this.#response(captured);
    else this.#other(captured);
  }

  /** A PDU of which a part was not captured, as a snap length leaves it: its head tells most of an activation. */
  cut(captured: CapturedPdu): void {
    const { call } = this.#association.cut(senderOf(captured), captured.bytes);
    if (call === undefined) return;
    if (captured.type === PTYPE.request && call.kept === undefined) {
      const uuid = this.#interfaceOf(call) ?? unboundActivator(captured.bytes, call.opnum);
      call.kept = this.#begin(captured, call, uuid);
      if (isActivation(uuid, call.opnum)) this.#activation(captured, call.security, null, call.kept);
    } else if (captured.type === PTYPE.response && isLast(captured)) this.#conclude(call.kept, CUT_ANSWER, captured);
  }

  /** The connection has ended: tells what is still to be told. */
  end(): void {
    const { unopened } = this.#options;
    if (unopened !== undefined) for (const user of unopenedUsers(this.#association.securities)) unopened(user);
    this.#association.end();
    this.#exchanges.end();
    const findings = this.#findings.all;
    if (findings.length > 0) this.#options.tell({ kind: 'findings', findings });
    this.#options.told.droppedFindings += this.#findings.dropped;
  }

  #request(captured: CapturedPdu): void {
    if (!this.#asked) this.#ask(captured);
    this.#asked = true;
    const head = callHead(captured.bytes);
    if (head === undefined) return;
    const uuid = this.#interfaceOf(head) ?? unboundActivator(captured.bytes, head.opnum);
    const activates = isActivation(uuid, head.opnum);
    const followed = activates || this.#mustFollow(head) ? this.#follow(captured) : undefined;
    const call = followed === undefined ? this.#association.skim(head) : followed.call;
    if (call === undefined) return;
    call.kept ??= this.#begin(captured, call, uuid);
    const message = followed?.message;
    if (!activates || message === undefined) return;
    const clsid = classIn(parametersIn(message, call.kept.operation)) ?? null;
    this.#activation(captured, message.security, clsid, call.kept);
  }

  /** The first request of a connection: it may be a call back. */
  #ask(captured: CapturedPdu): void {
    if (captured.client.address === captured.server.address) return;
    this.#options.tell({ kind: 'asked', place: placeOf(captured) });
  }

  #begin(captured: CapturedPdu, call: ObservedCall, uuid: string | undefined): OpenCall {
    const open = openCall(uuid, call.opnum, call.security);
    if (uuid === undefined) this.#unidentified(captured, call);
    else if (!isActivator(uuid) && isObjectCall(captured.bytes)) this.#objectCall(captured, open);
    return open;
  }

  #interfaceOf({ contextId }: Pick<ObservedCall, 'contextId'>): string | undefined {
    return this.#association.presentation(contextId)?.interface.uuid;
  }

  #unidentified(captured: CapturedPdu, { security: { level } }: ObservedCall): void {
    if (captured.dst.port !== RESOLVER_PORT) return;
    // The hardening lets every call at these levels pass.
    const passes = level !== undefined && effectiveAuthnLevel(level) >= RPC_C_AUTHN_LEVEL.PKT_INTEGRITY;
    const what = "calls at the resolver's port of which the bind was not captured";
    if (!passes) this.#options.understood.pass(what, captured);
    this.#add(captured, UNIDENTIFIED_CALLS);
  }

  /** Below PKT nothing is signed, or encrypted, so that `isObjectCall` can look into it; Windows signs at PKT too. */
  #objectCall(captured: CapturedPdu, call: OpenCall): void {
    // A pipe may be signed or encrypted by SMB.
    if (captured.pipe !== undefined) return;
    if (call.level === undefined || effectiveAuthnLevel(call.level) >= RPC_C_AUTHN_LEVEL.PKT) return;
    const { user } = this.#userOf(captured, call.contextId);
    this.#add(captured, lowLevelFinding(call.interface as string, call.level, user));
  }

  #activation(captured: CapturedPdu, security: CallLevel, clsid: string | null, call: OpenCall): void {
    const operation = `${call.interface}::${call.operation?.name}`;
    const who = this.#userOf(captured, security.authContextId);
    const place = placeOf(captured);
    if (security.level === undefined || security.authType === undefined)
      this.#options.understood.pass('activations of which the level was not captured', captured);
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
    };
    // In a pipe the session of SMB has authenticated the client.
    if (security.level === RPC_C_AUTHN_LEVEL.NONE && captured.pipe === undefined)
      this.#findings.add(() => place, UNAUTHENTICATED_ACTIVATION);
  }

  #response(captured: CapturedPdu): void {
    const head = callHead(captured.bytes);
    if (head === undefined) return;
    const followed = this.#association.call(head.callId)?.kept?.activation !== undefined || this.#mustFollow(head);
    const { call, message } = followed ? this.#follow(captured) : { call: this.#association.skim(head) };
    if (call?.kept?.activation !== undefined && message !== undefined)
      this.#conclude(call.kept, answerOf(message, call.kept.operation), captured);
    if (!head.last) return;
    if (call === undefined && !this.#asked && isUnboundReply(captured.bytes)) this.#answerAlone(captured);
    this.#answered ??= new Set();
    if (this.#answered.size < MAX_ANSWERED) this.#answered.add(head.auth?.contextId ?? call?.kept?.contextId);
  }

  /** The answer to an activation, where the client's half of the connection was not captured. */
  #answerAlone(captured: CapturedPdu): void {
    const { message, security } = this.#follow(captured);
    if (message === undefined) return;
    const open = openCall(IRemoteSCMActivator.uuid, RemoteCreateInstance.opnum, security);
    this.#activation(captured, security, null, open);
    this.#conclude(open, answerOf(message, open.operation), captured);
  }

  #other(captured: CapturedPdu): void {
    const { pdu, call, heard } = this.#follow(captured);
    if (pdu === undefined) return;
    const { call_id } = pdu;
    if (pdu.PTYPE === 'fault') {
      const answer = faultAnswer(pdu.status);
      if (call?.kept?.activation !== undefined) this.#conclude(call.kept, answer, captured);
      else
        this.#refusal(captured, call?.kept, answer, { handshake: call === undefined && call_id === this.#handshake });
    } else if (pdu.PTYPE === 'bind_nak')
      this.#add(captured, bindRefusedFinding(this.#association.presentations[0], pdu.provider_reject_reason));
    else if (pdu.auth !== undefined) {
      this.#handshake = pdu.PTYPE === 'alter_context' ? call_id : undefined;
      if (pdu.PTYPE === 'auth3') this.#auth3 = true;
      this.#established = this.#association.securities.some(({ passive }) => passive?.established);
      const { auth_context_id: id, auth_type: authType, auth_value: octets } = pdu.auth;
      const passive = this.#security(id)?.passive;
      // A message can name another mechanism than the one that its context began with.
      const read = passive?.authType === authType ? heard : undefined;
      this.#exchanges.take(captured, { id, authType, octets }, passive, read);
    }
  }

  /** The answer to a call that may be an activation. */
  #conclude(call: OpenCall | undefined, answer: Answer, captured: CapturedPdu): void {
    if (call?.activation === undefined) return;
    const { activation } = call;
    call.activation = undefined;
    this.#options.tell({ kind: 'activation', activation: { ...activation, ...answer } });
    if (isRefused(answer)) this.#refusal(captured, call, answer, { activation: true });
  }

  #refusal(
    captured: CapturedPdu,
    call: OpenCall | undefined,
    refused: RefusedAnswer,
    { activation = false, handshake = false },
  ): void {
    const { user, anonymous } = this.#userOf(captured, call?.contextId);
    const facts = {
      activation,
      handshake,
      level: call?.level,
      answeredBefore: this.#answered?.has(call?.contextId) === true,
      auth3: this.#auth3,
      anonymous,
      inPipe: captured.pipe !== undefined,
      seconds: captured.seconds,
    };
    this.#add(captured, refusalFinding(call, refused, facts, user));
  }

  #follow(captured: CapturedPdu) {
    return this.#association.take(senderOf(captured), captured.bytes);
  }

  #mustFollow({ auth }: CallHead): boolean {
    return this.#established && auth !== undefined;
  }

  #security(contextId: number | undefined) {
    return contextId === undefined ? undefined : this.#association.securities.find(({ id }) => id === contextId);
  }

  #userOf({ pipe, stream }: CapturedPdu, contextId: number | undefined): SeenIdentity {
    const inSession = pipe !== undefined && contextId === undefined ? this.#options.users.of(stream) : undefined;
    return inSession ?? userOf(this.#security(contextId));
  }

  #add(captured: CapturedPdu, finding: NewFinding): void {
    this.#findings.add(() => placeOf(captured), finding);
  }
}

const senderOf = ({ direction }: CapturedPdu): 'client' | 'server' => (direction === 'toServer' ? 'client' : 'server');

const isLast = ({ bytes }: CapturedPdu): boolean => ((bytes[3] as number) & PFC.LAST_FRAG) !== 0;
