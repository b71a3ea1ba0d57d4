import { CaptureReader } from '../../src/capture/file/reader.js';
import { sanitized } from './sanitized.js';
import { pcapngOf } from './segments.js';

/** The frames of a result. */
export async function framesOf(capture: Buffer): Promise<Buffer[]> {
  const { octets } = await sanitized(capture);
  const frames: Buffer[] = [];
  const onPacket = ({ bytes, start, end }: { bytes: Buffer; start: number; end: number }): void =>
    void frames.push(Buffer.from(bytes.subarray(start, end)));
  const reader = new CaptureReader({ onPacket });
  reader.push(octets);
  reader.end();
  return frames;
}

/** What becomes of one frame. */
export const only = async (frame: Uint8Array, linkType?: number): Promise<Buffer> =>
  (await framesOf(pcapngOf([frame], linkType)))[0] as Buffer;
