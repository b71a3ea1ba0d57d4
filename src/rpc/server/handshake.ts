import { type AuthVerifier, FAULT, REJECT, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { SecurityError } from '../../security/error.js';
import type { Leg } from '../../security/provider.js';
import type { RpcLimits } from '../core/limits.js';
import type { RpcProfile } from '../core/profile.js';
import { causeOf, type ServerCheck } from './checks.js';
import type { AssociationEvent, FailedAuthentication, Instant, Refusal, Rejection } from './events.js';
import { handshakeRefusal } from './refusals.js';
import { unknownAccountStatus } from './request-security.js';
import { MissingCapability, type ServerSecurityContext, type ServerSecurityContexts } from './security.js';

/** A leg that was taken, with what answers it. */
export interface Advanced {
  readonly context: ServerSecurityContext;
  readonly leg: Leg;
}

type Events = AssociationEvent[];

const { CONNECT, CALL, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;
/** As Samba bounds it after Windows; a bind or alter_context may carry more. */
const MAX_AUTH3_TOKEN = 4096;

/** Builds the security contexts of a connection from the tokens of bind, alter_context and auth3: [MS-RPCE] 3.3.1.5.2.1. */
export class ServerHandshake {
  readonly #profile: RpcProfile;
  readonly #limits: RpcLimits;
  readonly #contexts: ServerSecurityContexts;

  constructor(profile: RpcProfile, limits: RpcLimits, contexts: ServerSecurityContexts) {
    this.#profile = profile;
    this.#limits = limits;
    this.#contexts = contexts;
  }

  /** The first leg of a new context. */
  begin(auth: AuthVerifier, at: Instant, events: Events): Advanced | Rejection {
    if (auth.auth_level < CONNECT || auth.auth_level > PKT_PRIVACY) {
      return {
        check: 'authentication level',
        reject: REJECT.REASON_NOT_SPECIFIED,
        why: `authentication level ${auth.auth_level} does not exist`,
      };
    }
    if (!this.#contexts.knowsType(auth.auth_type)) {
      return {
        check: 'authentication type',
        reject: REJECT.authentication_type_not_recognized,
        why: `authentication type ${auth.auth_type} is not offered`,
      };
    }
    if (auth.auth_level === CALL && this.#profile.levelCall === 'bind_nak invalid_checksum') {
      return {
        check: 'authentication level',
        reject: REJECT.invalid_checksum,
        why: 'RPC_C_AUTHN_LEVEL_CALL is not taken over connections',
      };
    }
    const context = this.#contexts.create(auth, at.now);
    if (context === undefined)
      return {
        check: 'security context count',
        reject: REJECT.LOCAL_LIMIT_EXCEEDED,
        why: 'the connections of this peer hold too many security contexts',
      };
    const advanced = this.#step(context, auth, at, events);
    if (!(advanced instanceof Error)) return advanced;
    this.#contexts.discard(context);
    return { check: 'logon', reject: this.#profile.badTokenReason, why: advanced.message };
  }

  /** Whether a token is of a security context that is established, at CONNECT, where nothing is protected by it. */
  hasEnded(auth: AuthVerifier): boolean {
    const context = this.#contexts.find(auth.auth_context_id);
    return context?.established === true && context.level === CONNECT && context.matches(auth);
  }

  /** Refusals before the presentation contexts of an alter_context are looked at. */
  refuseLate(auth: AuthVerifier): Refusal | undefined {
    const context = this.#contexts.find(auth.auth_context_id);
    if (context === undefined) return undefined;
    if (context.established)
      return handshakeRefusal('last leg', FAULT.ACCESS_DENIED, `security context ${context.id} is established already`);
    if (auth.auth_type === RPC_C_AUTHN.NONE)
      return handshakeRefusal(
        'unchanged security context',
        FAULT.ACCESS_DENIED,
        `security context ${context.id} has a type, which is now left out`,
      );
    return undefined;
  }

  /** A further leg of a context, or the first leg of another one, by alter_context. */
  advance(auth: AuthVerifier, at: Instant, multiplexes: boolean, events: Events): Advanced | Refusal {
    const context = this.#contexts.find(auth.auth_context_id);
    if (context === undefined) return this.#add(auth, at, multiplexes, events);
    if (context.failure !== undefined)
      return handshakeRefusal(
        'logon',
        FAULT.ACCESS_DENIED,
        `security context ${context.id} failed before: ${context.failure.message}`,
      );
    if (!context.matches(auth)) {
      context.invalid = true;
      const status = auth.auth_type === context.authType ? FAULT.ACCESS_DENIED : FAULT.SEC_PKG_ERROR;
      return handshakeRefusal(
        'unchanged security context',
        status,
        `type or level of security context ${context.id} changed during its handshake`,
      );
    }
    const advanced = this.#step(context, auth, at, events);
    if (!(advanced instanceof Error)) return advanced;
    const status = unknownAccountStatus(advanced, this.#profile) ?? statusOf(advanced);
    return handshakeRefusal('logon', status, advanced.message);
  }

  /** The last leg by auth3. A token that fails is kept with its context, and no answer is given. */
  finish(auth: AuthVerifier | undefined, at: Instant, events: Events): Refusal | undefined {
    const context = auth === undefined ? undefined : this.#contexts.find(auth.auth_context_id);
    if (auth === undefined || context === undefined)
      return handshakeRefusal('known security context', FAULT.PROTO_ERROR, 'auth3 for no security context');
    if (auth.auth_value.length > MAX_AUTH3_TOKEN)
      return handshakeRefusal(
        'token length',
        FAULT.PROTO_ERROR,
        `a token of ${auth.auth_value.length} octets in auth3`,
      );
    if (context.ended)
      return handshakeRefusal(
        'last leg',
        FAULT.PROTO_ERROR,
        `auth3, but the handshake of security context ${context.id} has ended`,
      );
    if (!context.matches(auth)) {
      context.invalid = true;
      const why = 'auth3 changed the type or level of its security context';
      events.push(failed(context, 'unchanged security context', why));
      return this.#profile.changedByAuth3 === 'fault at once'
        ? handshakeRefusal('unchanged security context', FAULT.PROTO_ERROR, why)
        : undefined;
    }
    this.#step(context, auth, at, events, 'auth3');
    return undefined;
  }

  #add(auth: AuthVerifier, at: Instant, multiplexes: boolean, events: Events): Advanced | Refusal {
    const forbidden = !multiplexes && this.#profile.securityContextsWithoutFeature === 'refused';
    if (this.#contexts.size > 0 && forbidden) {
      return handshakeRefusal(
        'security context multiplexing',
        FAULT.ACCESS_DENIED,
        'a second security context, but security context multiplexing was not negotiated',
      );
    }
    if (this.#contexts.size >= this.#limits.maxSecurityContexts) {
      return handshakeRefusal(
        'security context count',
        FAULT.PROTO_ERROR,
        `more than ${this.#limits.maxSecurityContexts} security contexts`,
      );
    }
    const begun = this.begin(auth, at, events);
    return 'reject' in begun ? handshakeRefusal(begun.check, FAULT.ACCESS_DENIED, begun.why) : begun;
  }

  #step(
    context: ServerSecurityContext,
    auth: AuthVerifier,
    at: Instant,
    events: Events,
    by?: 'auth3',
  ): Advanced | SecurityError {
    try {
      const leg = context.step(auth.auth_value, at.time);
      // Nothing can be answered to auth3, so a mechanism that has more to say, as SPNEGO has, cannot end with it.
      if (by === 'auth3' && (!leg.done || leg.token !== undefined)) throw context.fail('auth3 was not the last leg');
      if (context.established) events.push({ type: 'authenticated', security: context.callSecurity });
      return { context, leg };
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      events.push(failed(context, 'logon', error.message));
      return error;
    }
  }
}

/** Windows tells a handshake whose protection fails from one whose logon is refused, as Samba's tests have it. */
const statusOf = (error: SecurityError): number =>
  error instanceof MissingCapability || error.code === 'BAD_MIC' || error.code === 'BAD_SIGNATURE'
    ? FAULT.SEC_PKG_ERROR
    : FAULT.ACCESS_DENIED;

const failed = (context: ServerSecurityContext, check: ServerCheck, why: string): FailedAuthentication => ({
  type: 'authentication-failed',
  authType: context.authType,
  level: context.level,
  ...causeOf(check),
  why,
});
