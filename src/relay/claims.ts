import { NTLMSSP_MESSAGE_SIGNATURE_EXTENDED } from '../codec/ntlm/index.js';
import { decodePdu, encodePdu, RPC_C_AUTHN } from '../codec/rpce/index.js';
import type { Channel } from '../net/channel.js';
import type { Environment } from '../net/environment.js';

/** What the sec_trailer of the attacker's requests claims ([MS-RPCE] 2.2.2.11). He has no key, so it is never true. */
export interface RequestClaim {
  readonly level: number;
  /** `zeros`: 16 octets of zero; `invented`: an NTLMSSP_MESSAGE_SIGNATURE in form, whose Checksum is random. */
  readonly signature: 'zeros' | 'invented';
}

export interface ClaimOptions extends Pick<Environment, 'random'> {
  readonly authType?: number;
  readonly authContextId: number;
  /** SeqNum of the first signature; anybody can count what went over the wire. 0 where absent. */
  readonly firstSequence?: () => number;
}

/** A channel whose requests carry the claim instead of what the client's association put there; without one, nothing. */
export function claiming(
  channel: Channel,
  claim: RequestClaim | undefined,
  { authType = RPC_C_AUTHN.WINNT, authContextId, random, firstSequence = () => 0 }: ClaimOptions,
): Channel {
  let sent = 0;
  const forged = ({ signature }: RequestClaim): Uint8Array =>
    signature === 'zeros'
      ? new Uint8Array(16)
      : NTLMSSP_MESSAGE_SIGNATURE_EXTENDED.encode({
          Version: 1,
          Checksum: random(8),
          SeqNum: firstSequence() + sent++,
        });
  const rewritten = (bytes: Uint8Array): Uint8Array => {
    const pdu = decodePdu(bytes);
    if (pdu.PTYPE !== 'request') return bytes;
    const { auth: _, auth_length: __, frag_length: ___, ...bare } = pdu;
    if (claim === undefined) return encodePdu(bare);
    const { level: auth_level } = claim;
    const auth = { auth_type: authType, auth_level, auth_context_id: authContextId, auth_value: forged(claim) };
    return encodePdu({ ...bare, auth });
  };
  return {
    local: channel.local,
    remote: channel.remote,
    send: (bytes) => channel.send(rewritten(bytes)),
    end: () => channel.end(),
    destroy: () => channel.destroy(),
  };
}
