import { type AuthVerifier, type ContextElement, encodePdu, PFC } from '../../codec/rpce/index.js';

const WHOLE = PFC.FIRST_FRAG | PFC.LAST_FRAG;

/** What every PDU of one client association has. */
export interface ClientHead {
  readonly callId: number;
  /** packed_drep, where it is not the default. */
  readonly drep: { readonly packed_drep?: Uint8Array };
}

export interface ProposalOptions extends ClientHead {
  /** Capabilities in pfc_flags. */
  readonly flags: number;
  readonly maxFragment: number;
  readonly groupId: number;
  readonly elements: readonly ContextElement[];
  /** The first or a further leg of a handshake. */
  readonly auth: AuthVerifier | undefined;
}

/** bind or alter_context, C706 12.6.4.3 and 12.6.4.1. */
export const proposalPdu = (PTYPE: 'bind' | 'alter_context', options: ProposalOptions): Buffer =>
  encodePdu({
    PTYPE,
    pfc_flags: WHOLE | options.flags,
    ...options.drep,
    call_id: options.callId,
    max_xmit_frag: options.maxFragment,
    max_recv_frag: options.maxFragment,
    assoc_group_id: options.groupId,
    p_context_elem: [...options.elements],
    ...(options.auth === undefined ? {} : { auth: options.auth }),
  });

/** [MS-RPCE] 2.2.2.10: the last leg of a mechanism with an odd number of them. */
export const auth3Pdu = ({ callId, drep }: ClientHead, flags: number, auth: AuthVerifier): Buffer =>
  encodePdu({ PTYPE: 'auth3', pfc_flags: WHOLE | flags, ...drep, call_id: callId, pad: new Uint8Array(4), auth });

/** C706 12.6.4.6 and 12.6.4.8: what is said of a call that is under way. */
export const barePdu = (PTYPE: 'co_cancel' | 'orphaned', { callId, drep }: ClientHead): Buffer =>
  encodePdu({ PTYPE, pfc_flags: WHOLE, ...drep, call_id: callId });
