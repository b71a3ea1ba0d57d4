import { CaptureReader } from '../../../capture/file/reader.js';
import { pieces } from '../../../capture/file/source.js';
import { PCAPNG_BLOCK } from '../../../codec/pcap/pcapng.js';
import { ResultFile } from '../../sanitize/result-file.js';
import type { ChosenPackets } from './chosen-packets.js';
import { type PacketEncoder, type PacketFormat, packetEncoder } from './packet-file.js';

/** Writes the chosen packets of files, which are read again for it, in their order. Throws `UsageError`, and then leaves nothing. */
export async function writePackets(path: string, files: readonly string[], { frames }: ChosenPackets): Promise<void> {
  const result = new ResultFile(path);
  try {
    let encoder: PacketEncoder | undefined;
    for (const [source, file] of files.entries()) {
      const wanted = frames.get(file);
      if (wanted === undefined) continue;
      let blocks: Buffer[] = [];
      const reader = new CaptureReader({
        file,
        onPacket(packet) {
          if (wanted.has(packet.frame)) blocks.push((encoder as PacketEncoder).packet(packet, source));
        },
      });
      for await (const piece of pieces(file)) {
        encoder ??= packetEncoder(formatOf(path) ?? formatOfInput(piece), path);
        reader.push(piece);
        await result.write(Buffer.concat(blocks));
        blocks = [];
        if (reader.frames >= wanted.last) break;
      }
    }
    await result.close();
  } catch (error) {
    result.remove();
    throw error;
  }
}

/** By its name, where that says it. */
function formatOf(path: string): PacketFormat | undefined {
  if (/\.(pcapng|ntar)(\.gz)?$/i.test(path)) return 'pcapng';
  return /\.(pcap|cap|dmp)(\.gz)?$/i.test(path) ? 'pcap' : undefined;
}

const formatOfInput = (piece: Uint8Array): PacketFormat =>
  Buffer.from(piece.subarray(0, 4)).readUInt32LE(0) === PCAPNG_BLOCK.SECTION_HEADER ? 'pcapng' : 'pcap';
