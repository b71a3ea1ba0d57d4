import {
  CLIENT_SUPPORT_HEADER_SIGNING,
  type ContextElement,
  PTYPE,
  SEC_VT,
  type VerificationCommand,
} from '../../codec/rpce/index.js';

/** The commands that a client puts into the verification trailer of a request: [MS-RPCE] 2.2.2.13.2 to 2.2.2.13.4. */
export function verificationCommands(
  context: ContextElement,
  request: { readonly contextId: number; readonly opnum: number },
  callId: number,
  drep: Uint8Array,
  signsHeaders: boolean,
): VerificationCommand[] {
  const transfer = context.transfer_syntaxes[0];
  const bitmask = { type: SEC_VT.BITMASK_1, mustProcess: false, bitmask: { bits: CLIENT_SUPPORT_HEADER_SIGNING } };
  return [
    ...(signsHeaders ? [bitmask] : []),
    {
      type: SEC_VT.PCONTEXT,
      mustProcess: false,
      pcontext: {
        interface_uuid: context.abstract_syntax.uuid,
        interface_version: context.abstract_syntax.version,
        transfer_uuid: transfer?.uuid ?? '',
        transfer_version: transfer?.version ?? 0,
      },
    },
    {
      type: SEC_VT.HEADER2,
      mustProcess: false,
      header2: {
        PTYPE: PTYPE.request,
        Reserved1: 0,
        Reserved2: 0,
        drep,
        call_id: callId,
        p_cont_id: request.contextId,
        opnum: request.opnum,
      },
    },
  ];
}
