import { CodecError } from '../../codec/error.js';
import { findVerificationTrailer, type VerificationCommand } from '../../codec/rpce/index.js';
import type { ObservedMessage } from '../../rpc/index.js';

/** Octets from the end of a stub in which it is looked for. */
const SEARCHED = 1024;

/**
 * [MS-RPCE] 2.2.2.13: what the client has put behind the parameters of a signed request, so that the server can see that
 * nobody changed the handshake; undefined where there is none, or the stub is encrypted.
 */
export function verificationTrailer(message: ObservedMessage | undefined): readonly VerificationCommand[] | undefined {
  if (message?.kind !== 'request' || message.stubState === 'sealed' || message.stubState === 'bad signature')
    return undefined;
  try {
    return findVerificationTrailer(message.stub.subarray(-SEARCHED))?.commands;
  } catch (error) {
    // Octets that only look like one are part of the parameters.
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}
