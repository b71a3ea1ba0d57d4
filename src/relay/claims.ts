import { NTLMSSP_MESSAGE_SIGNATURE_EXTENDED } from '../codec/ntlm/index.js';
import { decodePdu, encodePdu, RPC_C_AUTHN } from '../codec/rpce/index.js';
import type { Channel } from '../net/channel.js';
import type { Environment } from '../net/environment.js';
import type { RandomBytes } from '../security/index.js';

/** What the sec_trailer of the attacker's requests claims ([MS-RPCE] 2.2.2.11). He has no key, so it is never true. */
export interface RequestClaim {
  readonly level: number;
  /** `zeros`: octets of zero; `invented`: a signature of the mechanism in form, whose checksum is random. */
  readonly signature: 'zeros' | 'invented';
}

export interface ClaimOptions extends Pick<Environment, 'random'> {
  readonly authType?: number;
  /** Whose signatures they pretend to be; those of NTLM where absent. */
  readonly mechanism?: 'NTLM' | 'Kerberos';
  readonly authContextId: number;
  /** SeqNum of the first signature; anybody can count what went over the wire. 0 where absent. */
  readonly firstSequence?: () => number;
}

/** RFC 4121 4.2.6.1: TOK_ID 0404, flags of an initiator that has the acceptor's subkey, filler. */
const MIC_HEAD = Buffer.from('040404ffffffffff', 'hex');

const INVENTED = {
  NTLM: (random: RandomBytes, SeqNum: number): Uint8Array =>
    NTLMSSP_MESSAGE_SIGNATURE_EXTENDED.encode({ Version: 1, Checksum: random(8), SeqNum }),
  /** Only the victim's encrypted authenticator says where it began to count. */
  Kerberos: (random: RandomBytes, sequence: number): Uint8Array => {
    const number = Buffer.alloc(8);
    number.writeUInt32BE(sequence, 4);
    return Buffer.concat([MIC_HEAD, number, random(12)]);
  },
} as const;

/** A channel whose requests carry the claim instead of what the client's association put there; without one, nothing. */
export function claiming(
  channel: Channel,
  claim: RequestClaim | undefined,
  { authType = RPC_C_AUTHN.WINNT, mechanism = 'NTLM', authContextId, random, firstSequence = () => 0 }: ClaimOptions,
): Channel {
  let sent = 0;
  const invented = INVENTED[mechanism];
  const forged = ({ signature }: RequestClaim): Uint8Array => {
    const token = invented(random, firstSequence() + sent++);
    return signature === 'zeros' ? new Uint8Array(token.length) : token;
  };
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
