import { OID } from '../../src/codec/spnego/index.js';
import { md5 } from '../../src/security/crypto/hash.js';
import {
  type AcceptorProvider,
  type ContextInfo,
  type InitiatorProvider,
  type Leg,
  type SecurityContext,
  SecurityError,
} from '../../src/security/index.js';

/**
 * A mechanism shaped like Kerberos in DCE style: three legs of which the server's is answered, mutual, with a MIC of its
 * own. It proves that the interface and SPNEGO carry such a mechanism; it protects nothing.
 */
class Mutual implements SecurityContext {
  readonly authType = 16;
  readonly threeLegs = false;
  readonly requiresMechListMic = true;
  readonly signatureLength = { sign: 28, seal: 76 };
  readonly identity = undefined;
  readonly sessionKey = Buffer.alloc(32);
  readonly info: ContextInfo = { mechanism: 'mutual', flags: [], notes: [] };
  readonly role: 'initiator' | 'acceptor';
  established = false;
  #leg = 0;

  constructor(role: 'initiator' | 'acceptor') {
    this.role = role;
  }

  get capabilities() {
    return { integrity: this.established, confidentiality: this.established };
  }

  step(token: Uint8Array | undefined): Leg {
    this.#leg++;
    if (this.role === 'initiator' && this.#leg === 1) return { token: Buffer.from('AP-REQ'), done: false };
    const expected = this.role === 'initiator' || this.#leg === 2 ? 'AP-REP' : 'AP-REQ';
    if (Buffer.from(token ?? []).toString() !== expected) throw new SecurityError('BAD_TOKEN', `not an ${expected}`);
    if (this.role === 'acceptor' && this.#leg === 1) return { token: Buffer.from('AP-REP'), done: false };
    this.established = true;
    return this.role === 'initiator' ? { token: Buffer.from('AP-REP'), done: true } : { done: true };
  }

  mic(bytes: Uint8Array): Uint8Array {
    return md5(Buffer.from(this.role), bytes);
  }

  checkMic(bytes: Uint8Array, mic: Uint8Array): void {
    const peer = this.role === 'initiator' ? 'acceptor' : 'initiator';
    if (!md5(Buffer.from(peer), bytes).equals(mic)) throw new SecurityError('BAD_SIGNATURE', 'not the MIC');
  }

  sign(): Uint8Array {
    return Buffer.alloc(this.signatureLength.sign);
  }

  seal(): Uint8Array {
    return Buffer.alloc(this.signatureLength.seal);
  }

  verify(): void {}

  unseal(): void {}
}

const oids = [OID.MS_KERBEROS, OID.KERBEROS];

export const mutualInitiator = (): InitiatorProvider => ({
  authType: 16,
  oids,
  initiate: () => new Mutual('initiator'),
});

export const mutualAcceptor = (): AcceptorProvider => ({ authType: 16, oids, accept: () => new Mutual('acceptor') });
