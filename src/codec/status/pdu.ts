import { PFC, PTYPE, REASON, REJECT, RESULT } from '../rpce/constants.js';
import { named, nameIn } from './named.js';

/** PDU types of connection-oriented RPC. */
export const PDU_TYPES = named(
  PTYPE,
  {
    request: 'the client calls an operation',
    response: 'the operation returned; its out parameters follow',
    fault: 'the call failed; a status says why',
    bind: 'the client opens an association and proposes interfaces and security',
    bind_ack: 'the server answers each proposed interface',
    bind_nak: 'the server refuses the association as a whole',
    alter_context: 'the client proposes more interfaces or continues a handshake',
    alter_context_resp: 'the server answers alter_context',
    auth3: 'the last leg of a handshake of three; never answered',
    shutdown: 'the server asks to close; Windows servers never send it',
    co_cancel: 'the client asks to cancel a call',
    orphaned: 'the client gives up a call and its answer',
  },
  '[MS-RPCE] 2.2.2.10',
);

/** pfc_flags of the common header; the PDU type decides between the two names of 0x04. */
export const PFC_FLAGS = named(
  PFC,
  {
    FIRST_FRAG: 'the first fragment of a call or answer',
    LAST_FRAG: 'the last fragment of a call or answer',
    PENDING_CANCEL: 'a cancel waits at the sender; not on bind, alter_context, their answers and auth3',
    SUPPORT_HEADER_SIGN: 'headers are signed too; on bind, alter_context, their answers and auth3',
    CONC_MPX: 'several calls may run on the connection at once',
    DID_NOT_EXECUTE: 'on a fault: the call certainly did not run',
    MAYBE: 'the caller expects no answer; ignored',
    OBJECT_UUID: 'an object UUID, the IPID of DCOM, follows the header',
  },
  '[MS-RPCE] 2.2.2.3',
  'PFC_',
);

/** provider_reject_reason of a bind_nak. */
export const BIND_NAK_REASONS = named(
  REJECT,
  {
    REASON_NOT_SPECIFIED: 'none of the other reasons; servers give it for a level that does not exist, too',
    TEMPORARY_CONGESTION: 'not used by Windows; to be taken as LOCAL_LIMIT_EXCEEDED',
    LOCAL_LIMIT_EXCEEDED: 'the server lacks resources, or the client proposed more contexts than it takes',
    PROTOCOL_VERSION_NOT_SPECIFIED: 'the bind broke the protocol',
    authentication_type_not_recognized: 'the server has no security provider of this auth_type',
    invalid_checksum: 'the security provider failed and the handshake cannot continue',
  },
  '[MS-RPCE] 2.2.2.5',
);

/** result of each element in a bind_ack or alter_context_resp. */
export const PRESENTATION_RESULTS = named(
  RESULT,
  {
    acceptance: 'the interface can be called with the named transfer syntax',
    user_rejection: 'the application refused the interface',
    provider_rejection: 'the runtime refused the interface; the reason says why',
    negotiate_ack: 'not an interface: the answer to bind time features, whose bits stand in the reason',
  },
  '[MS-RPCE] 2.2.2.4',
);

/** reason of a presentation result that is a rejection. */
export const PROVIDER_REASONS = named(
  REASON,
  {
    reason_not_specified: 'no reason given',
    abstract_syntax_not_supported: 'the server does not have this interface or version',
    proposed_transfer_syntaxes_not_supported: 'none of the proposed encodings (NDR, NDR64) is taken',
    local_limit_exceeded: 'the server holds too many contexts already',
  },
  'C706 12.6.3.1',
);

export const bindNakReasonName = nameIn(BIND_NAK_REASONS);
export const presentationResultName = nameIn(PRESENTATION_RESULTS);
export const providerReasonName = nameIn(PROVIDER_REASONS);
