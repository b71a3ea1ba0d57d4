import { type Pdu, type RequestPdu, type ResponsePdu, RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { isSignedLevel } from '../../../codec/status/authn.js';
import { fragment } from '../../../rpc/core/fragments.js';
import { messageOf, type Protection } from '../../../rpc/core/protection.js';
import type { CallLevel, Sender } from '../../../rpc/index.js';
import { ObservedSecurities } from '../../../rpc/passive/security.js';
import { type PassiveContext, SecurityError, type Sniffer } from '../../../security/index.js';

/** [MS-NLMP] 2.2.2.9. The server of an attempt authenticates by NTLM alone, by itself or inside SPNEGO. */
const SIGNATURE_LENGTH = 16;

/**
 * The session keys of one connection, as the server has them: what is sent instead of its answers is signed with them.
 * They follow from the handshake and the account's password, which the server under test's own account table has.
 */
export class ServerKeys {
  readonly #securities: ObservedSecurities;

  constructor(sniffer: Sniffer) {
    this.#securities = new ObservedSecurities(sniffer);
  }

  /** A PDU that went over the wire: its token, or the sequence number that it took. */
  note(pdu: Pdu, sender: Sender, bytes: Buffer): void {
    if (pdu.PTYPE !== 'request' && pdu.PTYPE !== 'response') this.#securities.note(pdu, sender);
    if (pdu.PTYPE === 'request' && pdu.auth !== undefined) this.#consume(pdu, bytes);
  }

  knows(security: CallLevel | undefined): boolean {
    const { level, authContextId } = security ?? {};
    if (level === undefined || authContextId === undefined || !isSignedLevel(level)) return false;
    return this.#securities.find(authContextId)?.passive?.established === true;
  }

  /** The fragments of an answer in plain, protected as its call is. */
  fragments(pdu: ResponsePdu, security: CallLevel | undefined, maxFragment: number): Buffer[] {
    const { stub, auth: _, frag_length: __, auth_length: ___, alloc_hint: ____, ...head } = pdu;
    return fragment(head, stub, maxFragment, this.#protection(security));
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
