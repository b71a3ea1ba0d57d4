import type { Endpoint } from '../net/channel.js';
import type { Leg } from '../security/index.js';
import { Mailbox } from './mailbox.js';

/** A victim's authentication on its way through the attacker: tokens go from one side to the other, and no key exists. */
export class RelayedHandshake {
  /** auth_type and auth_level as the victim bound with: [MS-RPCE] 2.2.2.11. The attacker may choose another level. */
  readonly authType: number;
  readonly victimLevel: number;
  readonly victim: Endpoint;
  readonly fromVictim = new Mailbox<Uint8Array>();
  readonly toVictim = new Mailbox<Leg>();
  /** Signatures that the victim has made within its tokens, which count in NTLM's sequence ([MS-NLMP] 3.4.4). */
  victimSigned = 0;

  constructor(authType: number, victimLevel: number, victim: Endpoint) {
    this.authType = authType;
    this.victimLevel = victimLevel;
    this.victim = victim;
  }

  /** One side has given up: the other must not wait. */
  abandon(error: Error): void {
    this.fromVictim.fail(error);
    this.toVictim.fail(error);
  }
}
