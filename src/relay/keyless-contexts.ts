import { RPC_C_AUTHN } from '../codec/rpce/index.js';
import { ANONYMOUS_SID, type Leg, type SecurityContext, SecurityError } from '../security/index.js';

const SIGNATURE_LENGTH = 16;

/**
 * A security context without a session key, which is all that a relay has: ExportedSessionKey comes encrypted under a
 * key made of the victim's NT hash ([MS-NLMP] 3.1.5.1.2). It passes tokens on, writes zeros where a signature belongs,
 * and checks nothing.
 */
abstract class KeylessContext implements SecurityContext {
  abstract readonly role: 'initiator' | 'acceptor';
  readonly authType: number;
  readonly threeLegs: boolean;
  readonly signatureLength = { sign: SIGNATURE_LENGTH, seal: SIGNATURE_LENGTH };
  readonly capabilities = { integrity: true, confidentiality: true };
  readonly identity = { domain: '', user: '', sid: ANONYMOUS_SID, anonymous: true };
  readonly sessionKey = undefined;
  readonly requiresMechListMic = false;
  established = false;

  constructor(authType: number) {
    this.authType = authType;
    this.threeLegs = authType === RPC_C_AUTHN.WINNT;
  }

  abstract step(token: Uint8Array | undefined): Leg;

  get info(): SecurityContext['info'] {
    return { mechanism: 'relayed', flags: [], notes: ['no session key'] };
  }

  sign(): Uint8Array {
    return new Uint8Array(SIGNATURE_LENGTH);
  }

  seal(): Uint8Array {
    return new Uint8Array(SIGNATURE_LENGTH);
  }

  verify(): void {}

  unseal(): void {}

  mic(): Uint8Array {
    throw new SecurityError('NOT_ESTABLISHED', 'a relay has no session key to make a MIC with');
  }

  checkMic(): void {}
}

/** The attacker towards the server: its tokens are the victim's, and must be there when it is asked for them. */
export class RelayedInitiator extends KeylessContext {
  readonly role = 'initiator';
  /** The victim's token that goes out next. */
  next: Uint8Array | undefined;

  constructor(authType: number, first: Uint8Array) {
    super(authType);
    this.next = first;
  }

  step(token: Uint8Array | undefined): Leg {
    const out = this.next;
    this.next = undefined;
    if (token === undefined && out !== undefined) return { token: out, done: false };
    // NTLM ends with the victim's third message, SPNEGO with the server's second.
    if (out === undefined) {
      if (this.threeLegs) throw new SecurityError('BAD_TOKEN', 'the victim gave no AUTHENTICATE_MESSAGE to relay');
      this.established = true;
      return { done: true };
    }
    this.established = this.threeLegs;
    return { token: out, done: this.threeLegs };
  }
}

/** The lure towards the victim: its tokens are the server's. */
export class RelayedAcceptor extends KeylessContext {
  readonly role = 'acceptor';
  readonly #answer: () => Leg | Error;

  constructor(authType: number, answer: () => Leg | Error) {
    super(authType);
    this.#answer = answer;
  }

  step(): Leg {
    const answer = this.#answer();
    if (answer instanceof Error) throw new SecurityError('LOGON_DENIED', answer.message);
    this.established = answer.done;
    return answer;
  }
}
