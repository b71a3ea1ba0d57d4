import { CodecError } from '../../codec/error.js';
import {
  CLIENT_SUPPORT_HEADER_SIGNING,
  DREP_LITTLE,
  FAULT,
  findVerificationTrailer,
  PTYPE,
  type RequestPdu,
  SEC_VT,
  type VerificationCommand,
} from '../../codec/rpce/index.js';
import { type PresentationContext, TRANSFER_SYNTAXES } from '../core/presentation.js';
import type { Refusal } from './events.js';

/** How far from its end a stub is searched for the trailer, as Samba does; the trailer with all commands has 92 octets. */
const SEARCHED = 1024;

/**
 * [MS-RPCE] 2.2.2.13: takes the verification trailer off a stub and checks it against what the connection knows. Gives
 * the stub without it, or the refusal of the request.
 */
export function withoutVerificationTrailer(
  stub: Buffer,
  request: RequestPdu,
  context: PresentationContext,
  clientSignsHeaders: boolean,
): { readonly stub: Buffer } | Refusal {
  try {
    const found = findVerificationTrailer(stub, Math.max(0, stub.length - SEARCHED));
    if (found === undefined) return { stub };
    for (const command of found.commands) {
      const why = checkCommand(command, request, context, clientSignsHeaders);
      if (why !== undefined) return refused('verification trailer', FAULT.ACCESS_DENIED, why);
    }
    return { stub: stub.subarray(0, found.offset) };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return refused('verification trailer body', FAULT.BAD_STUB_DATA, error.message);
  }
}

const refused = (check: Refusal['check'], status: number, why: string): Refusal => ({
  check,
  status,
  why: `verification trailer: ${why}`,
});

function checkCommand(
  { type, mustProcess, bitmask, pcontext, header2 }: VerificationCommand,
  request: RequestPdu,
  context: PresentationContext,
  clientSignsHeaders: boolean,
): string | undefined {
  if (bitmask !== undefined) {
    const claims = (bitmask.bits & CLIENT_SUPPORT_HEADER_SIGNING) !== 0;
    return claims && !clientSignsHeaders
      ? 'the client signs headers, but its bind arrived without PFC_SUPPORT_HEADER_SIGN'
      : undefined;
  }
  if (pcontext !== undefined) {
    const { abstractSyntax } = context;
    const transfer = TRANSFER_SYNTAXES[context.transferSyntax];
    const same =
      pcontext.interface_uuid === abstractSyntax.uuid &&
      pcontext.interface_version === abstractSyntax.version &&
      pcontext.transfer_uuid === transfer.uuid &&
      pcontext.transfer_version === transfer.version;
    return same ? undefined : 'the presentation context is not the one that was negotiated';
  }
  if (header2 !== undefined) {
    const same =
      header2.PTYPE === PTYPE.request &&
      Buffer.compare(header2.drep, request.packed_drep ?? DREP_LITTLE) === 0 &&
      header2.call_id === request.call_id &&
      header2.p_cont_id === request.p_cont_id &&
      header2.opnum === request.opnum;
    return same ? undefined : 'the request header is not the one that the client sent';
  }
  return mustProcess
    ? `command ${type} is unknown and must be processed (${SEC_VT.MUST_PROCESS.toString(16)})`
    : undefined;
}
