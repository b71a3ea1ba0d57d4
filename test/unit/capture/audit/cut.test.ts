import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { audit } from '../../../../src/capture/audit/audit.js';
import { CaptureReader } from '../../../../src/capture/file/reader.js';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../../../src/net/pcapng.js';

const PCAPS = join(import.meta.dirname, '../../../../pcaps');

/** A capture as a sniffer with a snap length would have written it: packets keep their length, and lose octets. */
function snapped(name: string, length: number): Buffer {
  const blocks = [sectionHeader('test'), interfaceDescription({ name: 'test' })];
  const reader = new CaptureReader({
    onPacket({ bytes, start, end, seconds, nanoseconds }) {
      const packet = bytes.subarray(start, end);
      const time = BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
      const block = enhancedPacket({ time, bytes: packet.subarray(0, length) });
      // draft-ietf-opsawg-pcapng 4.3: what was on the wire.
      block.writeUInt32LE(packet.length, 24);
      blocks.push(block);
    },
  });
  reader.push(readFileSync(join(PCAPS, name)));
  reader.end();
  return Buffer.concat(blocks);
}

describe('an activation of which a snap length has left the beginning', () => {
  test.each([
    ['activation-at-connect.pcapng', 2, 'refused'],
    ['activation-at-pkt-integrity.pcapng', 5, 'accepted'],
  ])('%s: is judged by the level of its association, without its class', async (name, level, decision) => {
    const [whole, cut] = await Promise.all([audit([readFileSync(join(PCAPS, name))]), audit([snapped(name, 400)])]);
    expect(whole.activations).toMatchObject([{ auth_level: level, decision, answer: 'accepted' }]);
    expect(cut.activations).toMatchObject([
      {
        auth_level: level,
        level_from: 'association',
        decision,
        clsid: null,
        answer: 'unreadable',
        user: whole.activations[0]?.user,
      },
    ]);
    expect(cut.activations[0]?.operation).toBe(whole.activations[0]?.operation);
  });

  test('is not told where not even its head is there', async () => {
    const { activations } = await audit([snapped('activation-at-connect.pcapng', 70)]);
    expect(activations).toEqual([]);
  });
});
