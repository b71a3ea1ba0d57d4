import {
  type Pdu,
  PFC,
  type RequestPdu,
  type ResponsePdu,
  RPC_C_AUTHN_LEVEL,
  stubOffset,
} from '../../../codec/rpce/index.js';
import { isSignedLevel } from '../../../codec/status/authn.js';
import { messageOf, type Protection, protect, trailerLength } from '../../../rpc/core/protection.js';
import type { CallLevel, Sender } from '../../../rpc/index.js';
import { ObservedSecurities } from '../../../rpc/passive/security.js';
import { type PassiveContext, SecurityError, type Sniffer } from '../../../security/index.js';
import type { Place } from './answer.js';

/** How an answer is cut into fragments. */
export interface Cut {
  readonly maxFragment: number;
  readonly shape?: ((fragment: ResponsePdu, place: Place) => ResponsePdu) | undefined;
}

/** [MS-NLMP] 2.2.2.9. The server of an attempt authenticates by NTLM alone, by itself or inside SPNEGO. */
const SIGNATURE_LENGTH = 16;

/**
 * The session keys of one connection, as the server has them: what is sent instead of its answers is signed with them.
 * They follow from the handshake and the account's password, which the server under test's own account table has.
 */
export class ServerKeys {
  readonly #securities: ObservedSecurities;
  #lost = false;

  constructor(sniffer: Sniffer) {
    this.#securities = new ObservedSecurities(sniffer);
  }

  /** A PDU that went over the wire: its token, or the sequence number that it took. */
  note(pdu: Pdu, sender: Sender, bytes: Buffer): void {
    if (pdu.PTYPE !== 'request' && pdu.PTYPE !== 'response') this.#securities.note(pdu, sender);
    if (pdu.PTYPE === 'request' && pdu.auth !== undefined) this.#consume(pdu, bytes);
  }

  /** From here on the server's answers go out as the server signed them. */
  lose(): void {
    this.#lost = true;
  }

  knows(security: CallLevel | undefined): boolean {
    if (this.#lost) return false;
    const { level, authContextId } = security ?? {};
    if (level === undefined || authContextId === undefined || !isSignedLevel(level)) return false;
    return this.#securities.find(authContextId)?.passive?.established === true;
  }

  /** The fragments of an answer in plain, each as `shape` has it, protected as the call is. */
  fragments(pdu: ResponsePdu, security: CallLevel | undefined, { maxFragment, shape }: Cut): Buffer[] {
    const { auth: _, frag_length: __, auth_length: ___, ...head } = pdu;
    const protection = this.#protection(security);
    const room = maxFragment - stubOffset(pdu) - (protection === undefined ? 0 : trailerLength(protection));
    const size = Math.max(16, room - (room % 16));
    const count = Math.max(1, Math.ceil(pdu.stub.length / size));
    return Array.from({ length: count }, (_each, index) => {
      const place = { index, last: index === count - 1 };
      const pfc_flags =
        (pdu.pfc_flags & ~(PFC.FIRST_FRAG | PFC.LAST_FRAG)) |
        (index === 0 ? PFC.FIRST_FRAG : 0) |
        (place.last ? PFC.LAST_FRAG : 0);
      const stub = pdu.stub.subarray(index * size, (index + 1) * size);
      const fragment = { ...head, pfc_flags, alloc_hint: pdu.stub.length - index * size, stub };
      return protect(shape?.(fragment, place) ?? fragment, protection);
    });
  }

  #protection(security: CallLevel | undefined): Protection | undefined {
    if (security === undefined || !this.knows(security)) return undefined;
    const { authType = 0, level: authLevel = 0, authContextId = 0 } = security;
    const passive = this.#securities.find(authContextId)?.passive as PassiveContext;
    return {
      authType,
      authLevel,
      authContextId,
      signHeader: this.#securities.signHeader,
      security: {
        signatureLength: { sign: SIGNATURE_LENGTH, seal: SIGNATURE_LENGTH },
        sign: (message) => passive.protect('acceptor', message, false),
        seal: (message) => passive.protect('acceptor', message, true),
        verify: (message, value) => passive.unprotect('initiator', message, value, false),
        unseal: (message, value) => passive.unprotect('initiator', message, value, true),
      },
    };
  }

  /** Without extended session security both directions run on one key stream, so what the client signs counts too. */
  #consume(pdu: RequestPdu, bytes: Buffer): void {
    const { auth_context_id, auth_level, auth_value } = pdu.auth as NonNullable<typeof pdu.auth>;
    const passive = this.#securities.find(auth_context_id)?.passive;
    if (passive?.established !== true || !isSignedLevel(auth_level)) return;
    try {
      const message = messageOf(Buffer.from(bytes), pdu, this.#securities.signHeader);
      passive.unprotect('initiator', message, auth_value, auth_level === RPC_C_AUTHN_LEVEL.PKT_PRIVACY);
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
    }
  }
}
