// The TCP streams of a recording that this project's recorder wrote, read by fixed offsets and not by its decoder: what a
// frame holds is to be known from its writer alone. Packets are in order, none is lost, and headers have no surprises.

const ENHANCED_PACKET = 6;
const ETHERNET = 14;
const TCP = 6;
export const SYN = 2;

/** Each stream with its client, its server, and what each end sent: octets, and the frame at which each part of them came. */
export function streamsOf(blocks) {
  const streams = [];
  const open = new Map();
  let frame = 0;
  for (const block of blocks) {
    if (block.readUInt32LE(0) !== ENHANCED_PACKET) continue;
    frame++;
    const segment = segmentIn(block);
    if (segment === undefined) continue;
    const { from, to, flags, data } = segment;
    if (flags === SYN) {
      const stream = { stream: streams.length, client: from, server: to, pieces: { client: [], server: [] } };
      streams.push(stream);
      open.set(`${from} ${to}`, stream).set(`${to} ${from}`, stream);
    }
    if (data.length === 0) continue;
    const stream = open.get(`${from} ${to}`);
    const sender = from === stream.client ? 'client' : 'server';
    stream.pieces[sender].push({ frame, data });
  }
  return streams;
}

/** RFC 791 3.1, RFC 9293 3.1: undefined where a block has no segment of TCP. */
export function segmentIn(block) {
  if (block.readUInt32LE(0) !== ENHANCED_PACKET) return undefined;
  const packet = block.subarray(28, 28 + block.readUInt32LE(20));
  if (packet[ETHERNET] >> 4 !== 4 || packet[ETHERNET + 9] !== TCP) return undefined;
  const ip = packet.subarray(ETHERNET, ETHERNET + packet.readUInt16BE(ETHERNET + 2));
  const tcp = ip.subarray((ip[0] & 15) * 4);
  return {
    from: `${ip.subarray(12, 16).join('.')}:${tcp.readUInt16BE(0)}`,
    to: `${ip.subarray(16, 20).join('.')}:${tcp.readUInt16BE(2)}`,
    flags: tcp[13],
    data: tcp.subarray((tcp[12] >> 4) * 4),
  };
}
