import { PROTOCOL_ID, SESSION_PACKET, session_packet_header } from '../../../codec/smb/index.js';
import { keep } from '../rewriting.js';
import { replaceSmb1 } from './smb1.js';
import { replaceSmb2 } from './smb2.js';
import { replaceName, type SmbWork } from './texts.js';

const HEADER = session_packet_header.size;
/** [MS-SMB2] 2.2.41: the transform header, in which signature and nonce go; 2.2.42: that of compression. */
const [NONCE_END, TRANSFORM, COMPRESSION] = [36, 52, 16];

/** Rewrites one message with its header of NetBIOS. */
export function replaceUnit(work: SmbWork): void {
  const { bytes } = work;
  keep(work, 0, HEADER);
  if (bytes[0] === SESSION_PACKET.REQUEST) return replaceSessionRequest(work);
  if (bytes[0] !== SESSION_PACKET.MESSAGE) return keep(work, HEADER, HEADER + 1);
  if (bytes.length < HEADER + 4) return;
  const protocol = bytes[HEADER];
  if (protocol === PROTOCOL_ID.SMB2) replaceSmb2(work, HEADER);
  else if (protocol === PROTOCOL_ID.SMB1) replaceSmb1(work, HEADER);
  else if (protocol === PROTOCOL_ID.ENCRYPTED) {
    keep(work, HEADER, HEADER + 4);
    keep(work, HEADER + NONCE_END, HEADER + TRANSFORM);
  } else if (protocol === PROTOCOL_ID.COMPRESSED) keep(work, HEADER, HEADER + COMPRESSION);
}

/** RFC 1001 14.1: a name of NetBIOS is 32 letters, of which two make an octet; called and calling. */
const NAME = 32;

function replaceSessionRequest(work: SmbWork): void {
  const { bytes, out } = work;
  for (const at of [HEADER, HEADER + NAME + 2]) {
    if (bytes[at] !== NAME || at + NAME + 2 > bytes.length) return;
    keep(work, at, at + 1);
    const name = Buffer.from(
      Array.from({ length: NAME / 2 }, (_, index) => {
        const [high, low] = [bytes[at + 1 + 2 * index] as number, bytes[at + 2 + 2 * index] as number];
        return (((high - 0x41) & 15) << 4) | ((low - 0x41) & 15);
      }),
    );
    // The last octet is the kind of name, and blanks fill up what is before it.
    const made = { ...work, bytes: name, out: Buffer.from(name) };
    replaceName(made, 0, NAME / 2 - 1, true);
    for (const [index, octet] of made.out.entries()) {
      out[at + 1 + 2 * index] = 0x41 + (octet >>> 4);
      out[at + 2 + 2 * index] = 0x41 + (octet & 15);
    }
  }
}
