import {
  type AlterContextPdu,
  type Auth3Pdu,
  type AuthVerifier,
  BIND_TIME_FEATURES,
  type BindPdu,
  FAULT,
  type Pdu,
  PFC,
  REJECT,
} from '../../codec/rpce/index.js';
import type { Leg } from '../../security/provider.js';
import type { RpcLimits } from '../core/limits.js';
import {
  type InterfaceTable,
  type Negotiation,
  NegotiationError,
  negotiate,
  type PresentationContext,
} from '../core/presentation.js';
import type { RpcProfile } from '../core/profile.js';
import type { ServerCheck } from './checks.js';
import { isEmptyAuthenticate } from './empty-token.js';
import type { AssociationEvent, Instant, Refusal, Rejection } from './events.js';
import type { AssociationGroup, AssociationGroups } from './groups.js';
import { ServerHandshake } from './handshake.js';
import { acknowledgementPdu } from './pdus.js';
import { badAuth3, handshakeRefusal } from './refusals.js';
import type { ServerSecurityContexts } from './security.js';
import { isMisaligned, isOverpadded, isPadded, MISALIGNED } from './trailer-checks.js';

/** The parts of the server that a connection is bound to. */
export interface BindingOptions {
  readonly interfaces: InterfaceTable;
  readonly groups: AssociationGroups;
  readonly clientAddress: string;
  readonly secondaryAddress: string;
}

type Events = AssociationEvent[];

/** What bind, alter_context and auth3 agree on for one connection: [MS-RPCE] 3.3.1.5.2 to 3.3.1.5.8. */
export class ServerBinding {
  readonly contexts = new Map<number, PresentationContext>();
  readonly #options: BindingOptions;
  readonly #profile: RpcProfile;
  readonly #limits: RpcLimits;
  readonly #handshake: ServerHandshake;
  #group: AssociationGroup | undefined;
  #maxFragment: number;
  #multiplexed = false;
  #clientSignsHeaders = false;
  #signHeader = false;
  #features = 0;

  constructor(options: BindingOptions, profile: RpcProfile, limits: RpcLimits, security: ServerSecurityContexts) {
    this.#options = options;
    this.#profile = profile;
    this.#limits = limits;
    this.#handshake = new ServerHandshake(profile, limits, security);
    this.#maxFragment = profile.transportMaxFragment;
  }

  get groupId(): number {
    return this.#group?.id ?? 0;
  }

  get features(): number {
    return this.#features;
  }

  get maxFragment(): number {
    return this.#maxFragment;
  }

  get multiplexed(): boolean {
    return this.#multiplexed;
  }

  /** The client set PFC_SUPPORT_HEADER_SIGN, whether this side supports it or not. */
  get clientSignsHeaders(): boolean {
    return this.#clientSignsHeaders;
  }

  get signHeader(): boolean {
    return this.#signHeader;
  }

  /** To be called once, when the connection ends. */
  leave(): void {
    if (this.#group !== undefined) this.#options.groups.leave(this.#group);
  }

  /** The bind_ack, or why there is none. */
  bind(pdu: BindPdu, bytes: Buffer, at: Instant, events: Events): Buffer | Rejection {
    const nak = (check: ServerCheck, reject: number, why: string): Rejection => ({ check, reject, why });
    this.#group = this.#options.groups.join(pdu.assoc_group_id, this.#options.clientAddress);
    if (this.#group === undefined) {
      return nak(
        'association group',
        REJECT.REASON_NOT_SPECIFIED,
        `association group 0x${pdu.assoc_group_id.toString(16)} is not one of this client's`,
      );
    }
    if (pdu.p_context_elem.length === 0)
      return nak('context negotiation', this.#profile.emptyBindReason, 'a bind without any context');
    const negotiation = this.#negotiate(pdu);
    if (negotiation instanceof Error)
      return nak('context negotiation', REJECT.REASON_NOT_SPECIFIED, negotiation.message);
    if (this.#exceedsContexts(negotiation))
      return nak('context count', REJECT.LOCAL_LIMIT_EXCEEDED, 'too many presentation contexts');
    if (isMisaligned(bytes, pdu)) return nak('sec_trailer alignment', REJECT.REASON_NOT_SPECIFIED, MISALIGNED);
    if (this.#refusesPadding(pdu, bytes))
      return nak('handshake padding', REJECT.PROTOCOL_VERSION_NOT_SPECIFIED, PADDED);

    const auth = tokenOf(pdu);
    const begun = auth === undefined ? undefined : this.#handshake.begin(auth, at, events);
    if (begun !== undefined && 'reject' in begun) return begun;

    this.#maxFragment = this.#fragmentSize(pdu);
    this.#features = negotiation.features ?? 0;
    this.#multiplexed = (pdu.pfc_flags & PFC.CONC_MPX) !== 0 && this.#profile.supportsConcurrentMultiplexing;
    events.push({ type: 'bound', groupId: this.#group.id, contexts: negotiation.accepted });
    return this.#ack(pdu, negotiation, begun?.leg, this.#multiplexed ? PFC.CONC_MPX : 0);
  }

  #refusesPadding(pdu: Pdu, bytes: Buffer): boolean {
    return this.#profile.handshakePadding === 'refused' ? isPadded(pdu) : isOverpadded(bytes, pdu);
  }

  /** One value answers both sizes: the smaller proposal within the transport's bounds, cut to a multiple of eight. */
  #fragmentSize(pdu: BindPdu): number {
    const asked = Math.max(this.#profile.minFragment, Math.min(pdu.max_xmit_frag, pdu.max_recv_frag));
    return Math.min(asked, this.#profile.transportMaxFragment) & ~7;
  }

  #negotiate(pdu: BindPdu | AlterContextPdu): Negotiation | NegotiationError {
    try {
      return negotiate(pdu.p_context_elem, this.contexts, this.#options.interfaces, this.#profile, pdu.PTYPE);
    } catch (error) {
      if (error instanceof NegotiationError) return error;
      throw error;
    }
  }

  #exceedsContexts({ accepted }: Negotiation): boolean {
    const added = accepted.filter((context) => !this.contexts.has(context.id)).length;
    const limit = Math.min(
      this.#limits.maxContexts,
      this.#limits.maxContextsPerInterface * this.#options.interfaces.size,
    );
    return this.contexts.size + added > limit;
  }

  /** bind_ack or alter_context_resp; the accepted contexts become usable with it. Multiplexing is a bind's to agree on. */
  #ack(pdu: BindPdu | AlterContextPdu, negotiation: Negotiation, leg: Leg | undefined, flags = 0): Buffer {
    for (const context of negotiation.accepted) this.contexts.set(context.id, context);
    const signing = (pdu.pfc_flags & PFC.SUPPORT_HEADER_SIGN) !== 0;
    if (signing) {
      this.#clientSignsHeaders = true;
      this.#signHeader = this.#profile.supportsHeaderSigning;
    }
    return acknowledgementPdu(pdu, {
      flags: flags | (signing && this.#signHeader ? PFC.SUPPORT_HEADER_SIGN : 0),
      maxFragment: this.#maxFragment,
      groupId: this.groupId,
      secondaryAddress: this.#options.secondaryAddress,
      results: negotiation.results,
      leg,
    });
  }

  /** The alter_context_resp, or why there is none. */
  alter(pdu: AlterContextPdu, bytes: Buffer, at: Instant, events: Events): Buffer | Rejection | Refusal {
    const auth = this.#meantToken(pdu, events);
    const late = auth === undefined ? undefined : this.#handshake.refuseLate(auth);
    if (late !== undefined) return late;
    if (isMisaligned(bytes, pdu)) return handshakeRefusal('sec_trailer alignment', FAULT.PROTO_ERROR, MISALIGNED);
    if (this.#refusesPadding(pdu, bytes)) return handshakeRefusal('handshake padding', FAULT.PROTO_ERROR, PADDED);
    const negotiation = this.#negotiate(pdu);
    if (negotiation instanceof Error)
      return handshakeRefusal('context negotiation', FAULT.PROTO_ERROR, negotiation.message);
    if (this.#exceedsContexts(negotiation)) {
      // [MS-RPCE] 3.3.3.5.5 asks for bind_nak here too.
      return {
        check: 'context count',
        reject: REJECT.LOCAL_LIMIT_EXCEEDED,
        why: 'too many presentation contexts',
      };
    }
    const multiplexes = (this.#features & BIND_TIME_FEATURES.SecurityContextMultiplexingSupported) !== 0;
    const advanced = auth === undefined ? undefined : this.#handshake.advance(auth, at, multiplexes, events);
    if (advanced !== undefined && 'status' in advanced) return advanced;

    events.push({ type: 'altered', contexts: negotiation.accepted });
    return this.#ack(pdu, negotiation, advanced?.leg);
  }

  /** The token of an alter_context; undefined where there is none, or one that says nothing any more. */
  #meantToken(pdu: AlterContextPdu, events: Events): AuthVerifier | undefined {
    const auth = tokenOf(pdu);
    if (auth === undefined || this.#profile.emptyTokenAfterHandshake === 'refused') return auth;
    if (!this.#handshake.hasEnded(auth) || !isEmptyAuthenticate(auth.auth_value)) return auth;
    const why = `an empty token for security context ${auth.auth_context_id}, which is established already`;
    events.push({ type: 'tolerated', callId: pdu.call_id, option: 'emptyTokenAfterHandshake', why });
    return undefined;
  }

  /** [MS-RPCE] 3.3.1.5.2.1: never answered; what goes wrong shows at the first request. */
  auth3(pdu: Auth3Pdu, bytes: Buffer, at: Instant, events: Events): Refusal | undefined {
    if (isMisaligned(bytes, pdu)) return handshakeRefusal('sec_trailer alignment', FAULT.PROTO_ERROR, MISALIGNED);
    if (this.#refusesPadding(pdu, bytes)) return badAuth3('handshake padding', PADDED);
    return this.#handshake.finish(pdu.auth, at, events);
  }
}

/** A leg of a handshake. A sec_trailer without a token is none: Windows takes it with an alter_context at any time. */
const tokenOf = ({ auth }: Pdu): AuthVerifier | undefined => (auth?.auth_value.length === 0 ? undefined : auth);

const PADDED = 'the sec_trailer of a handshake counts padding';
