import type { InterfaceDef, Operation } from '../../codec/ndr/index.js';
import {
  type AlterContextPdu,
  type Auth3Pdu,
  type AuthVerifier,
  type BindAckPdu,
  type BindPdu,
  type ContextElement,
  type ContextResult,
  PFC,
  RESULT,
  type RequestPdu,
  RPC_C_AUTHN_LEVEL,
} from '../../codec/rpce/index.js';
import { fragment } from '../../rpc/core/fragments.js';
import { type Protection, unprotect } from '../../rpc/core/protection.js';
import { TRANSFER_SYNTAXES, type TransferSyntaxName } from '../../rpc/index.js';
import { type Milliseconds, type SecurityContext, SecurityError } from '../../security/index.js';
import { expectPdu, Mismatch, must, type RawConnection, type Received, receivedText } from '../core/index.js';

/** UUID and version of an interface, as a presentation context proposes it. */
export type Interface = Pick<InterfaceDef, 'name' | 'uuid' | 'version'>;

/** A presentation context that is proposed: an interface, with transfer syntaxes in one element. */
export const contextOf = (
  { uuid, version }: Interface,
  p_cont_id = 0,
  ...syntaxes: readonly TransferSyntaxName[]
): ContextElement => ({
  p_cont_id,
  abstract_syntax: { uuid, version: version.major | (version.minor << 16) },
  transfer_syntaxes: (syntaxes.length === 0 ? (['ndr20'] as const) : syntaxes).map((name) => TRANSFER_SYNTAXES[name]),
});

/** How a handshake is carried out. */
export interface Handshake {
  readonly context: SecurityContext;
  readonly level: number;
  readonly authContextId?: number;
  /** On every leg. */
  readonly flags?: number;
  /** Changes the legs before they are sent; the second one is auth3 or alter_context. */
  readonly change?: (pdu: BindPdu | AlterContextPdu | Auth3Pdu, leg: number) => BindPdu | AlterContextPdu | Auth3Pdu;
}

export const WHOLE = PFC.FIRST_FRAG | PFC.LAST_FRAG;
export const MAX_FRAGMENT = 5840;
/** Octets of stub that one answer may have. */
const MOST_STUB = 16 * 1024 * 1024;

/** The client's own mechanism does not take what the server answered. */
export class ClientRefuses extends Mismatch {}

/** A client's end of one connection that sends what it is told to, right or wrong. */
export class Association {
  readonly connection: RawConnection;
  readonly #clock: () => Milliseconds;
  /** call_id of the PDU that was made last. */
  callId = 0;
  groupId = 0;
  signHeader = false;
  /** Largest fragment that the server takes. */
  maxFragment = MAX_FRAGMENT;

  constructor(connection: RawConnection, clock: () => Milliseconds) {
    this.connection = connection;
    this.#clock = clock;
  }

  bindPdu(elements: readonly ContextElement[], changes: Partial<BindPdu> = {}): BindPdu {
    return {
      PTYPE: 'bind',
      pfc_flags: WHOLE,
      call_id: ++this.callId,
      max_xmit_frag: MAX_FRAGMENT,
      max_recv_frag: MAX_FRAGMENT,
      assoc_group_id: 0,
      p_context_elem: [...elements],
      ...changes,
    };
  }

  alterPdu(elements: readonly ContextElement[], changes: Partial<AlterContextPdu> = {}): AlterContextPdu {
    const group = { assoc_group_id: this.groupId };
    return { ...this.bindPdu(elements), ...group, ...changes, PTYPE: 'alter_context' };
  }

  requestPdu(opnum: number, stub: Uint8Array, changes: Partial<RequestPdu> = {}): RequestPdu {
    return {
      PTYPE: 'request',
      pfc_flags: WHOLE | (changes.object === undefined ? 0 : PFC.OBJECT_UUID),
      call_id: ++this.callId,
      alloc_hint: stub.length,
      p_cont_id: 0,
      opnum,
      stub,
      ...changes,
    };
  }

  /** The fragments of a request, protected where a protection is given; none is larger than `maxFragment`. */
  fragments(
    opnum: number,
    stub: Uint8Array,
    { protection, maxFragment = this.maxFragment, ...changes }: Partial<RequestPdu> & Sending = {},
  ): Buffer[] {
    const { alloc_hint: _, stub: __, ...head } = this.requestPdu(opnum, stub, changes);
    return fragment(head, stub, maxFragment, protection);
  }

  /** Sends a bind, and takes the bind_ack. Throws `Mismatch` for anything else. */
  async bind(elements: readonly ContextElement[], changes: Partial<BindPdu> = {}): Promise<BindAckPdu> {
    const ack = expectPdu(await this.connection.exchange(this.bindPdu(elements, changes)), 'bind_ack');
    this.#bound(ack);
    return ack;
  }

  /** Binds one interface as context 0. Throws `Mismatch` where it is not accepted. */
  async bindTo(wanted: Interface, ...syntaxes: readonly TransferSyntaxName[]): Promise<BindAckPdu> {
    const ack = await this.bind([contextOf(wanted, 0, ...syntaxes)]);
    accepted(ack.results, wanted.name);
    return ack;
  }

  /**
   * Binds one interface as context 0 and authenticates, by as many legs as the mechanism has. Throws `Mismatch` where
   * the server ends the handshake, `ClientRefuses` where this side does.
   */
  async authenticate(wanted: Interface, handshake: Handshake): Promise<Protection> {
    return this.handshake([contextOf(wanted)], handshake, 'bind');
  }

  async handshake(
    elements: readonly ContextElement[],
    { context, level, authContextId = 0, flags, change = (pdu) => pdu }: Handshake,
    by: 'bind' | 'alter_context',
  ): Promise<Protection> {
    const signs = level >= RPC_C_AUTHN_LEVEL.PKT_INTEGRITY ? PFC.SUPPORT_HEADER_SIGN : 0;
    const pfc_flags = flags ?? WHOLE | signs;
    const verifier = (auth_value: Uint8Array): AuthVerifier => ({
      auth_type: context.authType,
      auth_level: level,
      auth_context_id: authContextId,
      auth_value,
    });
    const auth = (token: Uint8Array | undefined) => ({ pfc_flags, auth: verifier(token ?? new Uint8Array(0)) });
    const token = context.step(undefined, this.#clock()).token;
    const first = by === 'bind' ? this.bindPdu(elements, auth(token)) : this.alterPdu(elements, auth(token));
    const type = by === 'bind' ? 'bind_ack' : 'alter_context_resp';
    let answer: BindAckPdu | Extract<ReturnType<typeof expectPdu>, { PTYPE: 'alter_context_resp' }> = expectPdu(
      await this.connection.exchange(change(first, 1)),
      type,
    );
    if (by === 'bind') this.#bound(answer as BindAckPdu);
    for (const { result } of answer.results)
      must(result === RESULT.acceptance, 'the presentation contexts to be accepted', `result ${result}`);
    this.signHeader ||= (pfc_flags & answer.pfc_flags & PFC.SUPPORT_HEADER_SIGN) !== 0;
    for (let leg = 2; leg < 6; leg++) {
      const given = answer.auth?.auth_value ?? new Uint8Array(0);
      if (context.established && given.length === 0) break;
      const next = this.#step(context, given);
      if (next.token === undefined) break;
      if (context.threeLegs) {
        const call_id = first.call_id;
        const pad = Buffer.alloc(4);
        this.connection.send(change({ PTYPE: 'auth3', call_id, pad, ...auth(next.token) }, leg));
        break;
      }
      const alter = change(this.alterPdu(elements, { ...auth(next.token), call_id: first.call_id }), leg);
      answer = expectPdu(await this.connection.exchange(alter), 'alter_context_resp');
    }
    return {
      security: context,
      authType: context.authType,
      authLevel: level,
      authContextId,
      signHeader: this.signHeader,
    };
  }

  /** A further leg of a handshake. Throws `ClientRefuses` where the server's token is not one to go on with. */
  #step(context: SecurityContext, token: Uint8Array) {
    try {
      return context.step(token, this.#clock());
    } catch (error) {
      if (error instanceof SecurityError) throw new ClientRefuses('a token to go on with', error.message);
      throw error;
    }
  }

  /** Makes a call, and takes whatever comes of it. */
  ask(opnum: number, stub: Uint8Array, how: Partial<RequestPdu> & Sending = {}): Promise<Received> {
    return this.connection.exchange(...this.fragments(opnum, stub, how));
  }

  /** Makes a call, and gives the stub of the answer. Throws `Mismatch` where there is none, or a wrong signature. */
  async call(opnum: number, stub: Uint8Array, how: Partial<RequestPdu> & Sending = {}): Promise<Answer> {
    const first = await this.ask(opnum, stub, how);
    return this.answer(first, how.protection);
  }

  /** One operation by its declaration, in NDR20. Throws as `call` does, and `Mismatch` for what cannot be unmarshalled. */
  async invoke<I, O>(operation: Operation<I, O>, input: I, how: Partial<RequestPdu> & Sending = {}): Promise<O> {
    const { stub } = await this.call(operation.opnum, operation.request.encode(input), how);
    return decoded(operation, stub);
  }

  /** The whole answer that begins with what was received. Throws `Mismatch`. */
  async answer(first: Received, protection: Protection | undefined, expected = 'a response'): Promise<Answer> {
    const pieces: Buffer[] = [];
    const fragments: Received[] = [];
    let octets = 0;
    for (let received = first; ; received = await this.connection.receive()) {
      const pdu = expectPdu(received, 'response', expected);
      fragments.push(received);
      const piece = this.opened(received, protection);
      octets += piece.length;
      must(octets <= MOST_STUB, `an answer of at most ${MOST_STUB} octets`, 'a longer one');
      pieces.push(piece);
      if ((pdu.pfc_flags & PFC.LAST_FRAG) !== 0) return { stub: Buffer.concat(pieces), fragments };
    }
  }

  /** The stub of one fragment of an answer, checked and decrypted. Throws `Mismatch`. */
  opened(received: Received, protection: Protection | undefined): Buffer {
    const pdu = expectPdu(received, 'response');
    const bytes = (received as Extract<Received, { kind: 'pdu' }>).bytes;
    const stub = (): Buffer => bytes.subarray(24, 24 + pdu.stub.length);
    if (protection === undefined || protection.authLevel < RPC_C_AUTHN_LEVEL.CALL) return stub();
    const signed = `a response signed at level ${protection.authLevel}`;
    must(pdu.auth !== undefined, signed, receivedText(received));
    try {
      unprotect(bytes, pdu, { ...protection, signHeader: this.signHeader });
    } catch (error) {
      if (error instanceof SecurityError) throw new Mismatch(signed, error.message);
      throw error;
    }
    return stub();
  }

  #bound(ack: BindAckPdu): void {
    this.groupId = ack.assoc_group_id;
    if (ack.max_recv_frag >= 1432) this.maxFragment = Math.min(MAX_FRAGMENT, ack.max_recv_frag);
  }
}

/** How a request is sent. */
export interface Sending {
  readonly protection?: Protection | undefined;
  readonly maxFragment?: number;
}

/** An answer, whole. */
export interface Answer {
  readonly stub: Buffer;
  readonly fragments: readonly Received[];
}

/** Throws `Mismatch` where a presentation context was not accepted. */
export function accepted(results: readonly ContextResult[], name: string): void {
  const [first] = results;
  const actual = `result ${first?.result}, reason ${first?.reason}`;
  must(first?.result === RESULT.acceptance, `${name} to be accepted`, actual);
}

/** The answer to an operation, unmarshalled. Throws `Mismatch` where it cannot be. */
export function decoded<O>(operation: Operation<never, O> | Operation<unknown, O>, stub: Uint8Array): O {
  try {
    return operation.response.decode(stub).value;
  } catch (error) {
    throw new Mismatch(`the out parameters of ${operation.name}`, (error as Error).message);
  }
}
