import { RPC_C_AUTHN } from '../codec/rpce/index.js';
import { ANONYMOUS_SID, type Leg, type SecurityContext, SecurityError } from '../security/index.js';

const SIGNATURE_LENGTH = 16;

/**
 * A security context without a session key, which is all that a relay has: NTLM's ExportedSessionKey comes encrypted
 * under a key made of the victim's NT hash ([MS-NLMP] 3.1.5.1.2), Kerberos' is in a ticket and in an AP-REP that others
 * have the keys of (RFC 4120 5.5). It passes tokens on, writes zeros where a signature belongs,
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
    // NTLM and Kerberos end with the victim's second token, SPNEGO with the server's.
    const done = this.authType !== RPC_C_AUTHN.GSS_NEGOTIATE;
    if (out === undefined) {
      if (done) throw new SecurityError('BAD_TOKEN', 'the victim gave no second token to relay');
      this.established = true;
      return { done: true };
    }
    this.established = done;
    return { token: out, done };
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
