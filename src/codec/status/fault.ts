import type { Named } from './named.js';

/** A status of a fault PDU, and the Win32 error that a Windows client makes of it ([MS-RPCE] 3.1.1.5.5). */
export interface FaultStatus extends Named {
  /** Absent where the section says that the status is not mapped; such a status reaches the application as it is. */
  readonly win32?: string;
}

const NCA = 'C706 N.2; [MS-RPCE] 3.1.1.5.5';
const nca = (code: number, name: string, win32: string | undefined, text: string): FaultStatus => ({
  code,
  name,
  text,
  section: NCA,
  ...(win32 === undefined ? {} : { win32 }),
});
const windows = (code: number, name: string, section: string, text: string): FaultStatus => ({
  code,
  name,
  text,
  section,
  win32: name,
});

/**
 * Statuses that the runtime itself puts into fault PDUs. Anything else in a fault is a Win32 error, an NTSTATUS or an
 * HRESULT of the application. [MS-RPCE] drops the `s_` of some names that C706 gives.
 */
export const FAULT_STATUSES: readonly FaultStatus[] = [
  {
    code: 0x00000005,
    name: 'nca_s_fault_access_denied',
    win32: 'ERROR_ACCESS_DENIED',
    text: 'the runtime or the interface refused the call: activation policy, access check or failed handshake alike',
    section: '[MS-RPCE] 3.3.1.5.2.1, 3.3.3.5.4',
  },
  windows(0x000006bd, 'RPC_S_NO_CALL_ACTIVE', '[MS-ERREF] 2.2', 'there is no such call on this connection'),
  windows(0x000006d8, 'EPT_S_CANT_PERFORM_OP', '[MS-RPCE] 2.2.1.2.1', 'the endpoint mapper cannot do that'),
  windows(0x000006f7, 'RPC_X_BAD_STUB_DATA', '[MS-RPCE] 3.1.3.5.2', 'the parameters could not be decoded'),
  windows(
    0x00000721,
    'RPC_S_SEC_PKG_ERROR',
    '[MS-ERREF] 2.2',
    'the security provider failed: wrong signature, or a handshake that did not finish',
  ),
  nca(0x1c000001, 'nca_s_fault_int_div_by_zero', 'RPC_S_ZERO_DIVIDE', 'the operation divided an integer by zero'),
  nca(0x1c000002, 'nca_s_fault_addr_error', 'RPC_S_ADDRESS_ERROR', 'the operation used an address that does not exist'),
  nca(0x1c000003, 'nca_s_fault_fp_div_zero', 'RPC_S_FP_DIV_ZERO', 'the operation divided a real number by zero'),
  nca(0x1c000004, 'nca_s_fault_fp_underflow', 'RPC_S_FP_UNDERFLOW', 'a real number became too small'),
  nca(0x1c000005, 'nca_s_fault_fp_overflow', 'RPC_S_FP_OVERFLOW', 'a real number became too large'),
  nca(0x1c000006, 'nca_s_fault_invalid_tag', 'RPC_S_INVALID_TAG', 'a union has a discriminant without a branch'),
  nca(0x1c000007, 'nca_s_fault_invalid_bound', 'RPC_S_INVALID_BOUND', 'an array bound is out of its range'),
  nca(0x1c000008, 'nca_s_rpc_version_mismatch', 'RPC_S_PROTOCOL_ERROR', 'the server does not speak this RPC version'),
  nca(0x1c000009, 'nca_s_unspec_reject', 'RPC_S_CALL_FAILED', 'refused, without a reason'),
  nca(0x1c00000a, 'nca_s_bad_actid', 'RPC_S_CALL_FAILED_DNE', 'the activity is not known (datagrams)'),
  nca(
    0x1c00000b,
    'nca_s_who_are_you_failed',
    'RPC_S_CALL_FAILED',
    'the callback that asks who calls failed (datagrams)',
  ),
  nca(0x1c00000c, 'nca_s_manager_not_entered', 'RPC_S_CALL_FAILED_DNE', 'the call failed before the operation began'),
  nca(0x1c00000d, 'nca_s_fault_cancel', 'RPC_S_CALL_CANCELLED', 'the call was cancelled'),
  nca(0x1c00000e, 'nca_s_fault_ill_inst', 'RPC_S_ADDRESS_ERROR', 'the operation ran into an illegal instruction'),
  nca(0x1c00000f, 'nca_s_fault_fp_error', 'RPC_S_FP_OVERFLOW', 'an error of real numbers'),
  nca(0x1c000010, 'nca_s_fault_int_overflow', 'RPC_S_ADDRESS_ERROR', 'an integer became too large'),
  nca(0x1c000012, 'nca_s_fault_unspec', 'RPC_S_CALL_FAILED', 'the operation failed, without a reason'),
  nca(0x1c000013, 'nca_s_fault_remote_comm_failure', undefined, 'the operation lost a connection of its own'),
  nca(0x1c000014, 'nca_s_fault_pipe_empty', 'RPC_X_PIPE_EMPTY', 'the pipe holds no more'),
  nca(0x1c000015, 'nca_s_fault_pipe_closed', 'RPC_X_PIPE_CLOSED', 'the pipe is closed'),
  nca(0x1c000016, 'nca_s_fault_pipe_order', 'RPC_X_WRONG_PIPE_ORDER', 'pipes were used in the wrong order'),
  nca(0x1c000017, 'nca_s_fault_pipe_discipline', 'RPC_X_PIPE_DISCIPLINE_ERROR', 'pipes were used against their rules'),
  nca(0x1c000018, 'nca_s_fault_pipe_comm_error', 'RPC_S_COMM_FAILURE', 'the connection of a pipe was lost'),
  nca(0x1c000019, 'nca_s_fault_pipe_memory', 'RPC_S_OUT_OF_MEMORY', 'no memory for a pipe'),
  nca(
    0x1c00001a,
    'nca_s_fault_context_mismatch',
    'RPC_X_SS_CONTEXT_MISMATCH',
    'the context handle is not one of this server',
  ),
  nca(0x1c00001b, 'nca_s_fault_remote_no_memory', 'RPC_S_SERVER_OUT_OF_MEMORY', 'the server has no memory left'),
  nca(
    0x1c00001c,
    'nca_s_invalid_pres_context_id',
    'RPC_S_PROTOCOL_ERROR',
    'the call names a presentation context that was not accepted',
  ),
  nca(
    0x1c00001d,
    'nca_s_unsupported_authn_level',
    'RPC_S_UNSUPPORTED_AUTHN_LEVEL',
    'the server does not take this authentication level',
  ),
  nca(0x1c00001f, 'nca_s_invalid_checksum', 'RPC_S_CALL_FAILED_DNE', 'the signature of the call is wrong'),
  nca(0x1c000020, 'nca_s_invalid_crc', 'RPC_S_CALL_FAILED_DNE', 'the check sum of the call is wrong'),
  nca(0x1c000021, 'nca_s_fault_user_defined', undefined, 'an exception of the interface itself'),
  nca(0x1c000022, 'nca_s_fault_tx_open_failed', undefined, 'a transaction could not be opened'),
  nca(0x1c000023, 'nca_s_fault_codeset_conv_error', undefined, 'text could not be converted'),
  nca(0x1c000024, 'nca_s_fault_object_not_found', undefined, 'there is no such object'),
  nca(0x1c000025, 'nca_s_fault_no_client_stub', undefined, 'the client has no stub for a callback'),
  nca(0x1c010001, 'nca_s_comm_failure', 'RPC_S_COMM_FAILURE', 'the connection was lost'),
  nca(0x1c010002, 'nca_s_op_rng_error', 'RPC_S_PROCNUM_OUT_OF_RANGE', 'the interface has no operation of this opnum'),
  nca(0x1c010003, 'nca_s_unk_if', 'RPC_S_UNKNOWN_IF', 'the server does not have the interface of this call'),
  nca(0x1c010006, 'nca_s_wrong_boot_time', undefined, 'the server restarted since (datagrams)'),
  nca(0x1c010009, 'nca_s_you_crashed', 'RPC_S_CALL_FAILED', 'the server restarted during the call (datagrams)'),
  nca(0x1c01000b, 'nca_s_proto_error', 'RPC_S_PROTOCOL_ERROR', 'the client broke the protocol'),
  nca(0x1c010013, 'nca_s_out_args_too_big', 'RPC_S_SERVER_OUT_OF_MEMORY', 'the out parameters are too large'),
  nca(0x1c010014, 'nca_s_server_too_busy', 'RPC_S_SERVER_TOO_BUSY', 'the server takes no more calls'),
  nca(
    0x1c010017,
    'nca_s_unsupported_type',
    'RPC_S_UNSUPPORTED_TYPE',
    'the operation is not there for this type of object',
  ),
];

/** The row of a status that the runtime gives, or nothing where it is another kind of code. */
export const faultStatus = (status: number): FaultStatus | undefined => BY_CODE.get(status);

const BY_CODE = new Map(FAULT_STATUSES.map((row) => [row.code, row]));
