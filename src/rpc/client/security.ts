import type { AuthVerifier } from '../../codec/rpce/index.js';
import { effectiveAuthnLevel } from '../../codec/status/authn.js';
import type { Leg, Milliseconds, SecurityContext } from '../../security/provider.js';
import type { Protection } from '../core/protection.js';

/** What a bind or alter_context is to authenticate with. */
export interface ClientSecurityOptions {
  /** The mechanism's own state machine, such as `ntlmInitiator(…).initiate(…)` gives. */
  readonly context: SecurityContext;
  /** RPC_C_AUTHN_LEVEL_CONNECT to PKT_PRIVACY. [MS-RPCE] 2.2.1.1.8 has a client send CALL as PKT, DEFAULT as CONNECT. */
  readonly level: number;
  /** 0 where absent; must differ between the contexts of one connection. */
  readonly authContextId?: number;
}

/** One security context of the client's end, with the call_id of the PDU whose answer it waits for. */
export class ClientSecurity {
  readonly context: SecurityContext;
  readonly level: number;
  readonly id: number;
  /** True once this side has nothing more to send. */
  done = false;

  constructor({ context, level, authContextId = 0 }: ClientSecurityOptions) {
    this.context = context;
    this.level = effectiveAuthnLevel(level);
    this.id = authContextId;
  }

  step(token: Uint8Array | undefined, now: Milliseconds): Leg {
    const leg = this.context.step(token, now);
    this.done = leg.done;
    return leg;
  }

  verifier(auth_value: Uint8Array): AuthVerifier {
    return { auth_type: this.context.authType, auth_level: this.level, auth_context_id: this.id, auth_value };
  }

  protection(signHeader: boolean): Protection {
    return {
      security: this.context,
      authType: this.context.authType,
      authLevel: this.level,
      authContextId: this.id,
      signHeader,
    };
  }
}
