import { createCipheriv, createHmac } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SMB2_TRANSFORM_HEADER } from '../../src/codec/smb/index.js';
import { overTcp } from './smb.js';

const folder = join(import.meta.dirname, '../vectors/smb3');

/** Recordings of encrypted sessions, one a dialect and cipher. */
export const smb3Captures = readdirSync(folder)
  .filter((name) => name.endsWith('.pcap'))
  .sort()
  .map((name) => ({ name, path: join(folder, name) }));

export const SMB3_PASSWORD = 'P4ssw0rd.Lab';

/** [MS-SMB2] 3.1.4.2 for SMB 3.0, written for tests alone. */
const keyFor = (sessionKey: Uint8Array, from: 'client' | 'server'): Buffer => {
  const context = from === 'client' ? 'ServerIn \0' : 'ServerOut\0';
  const input = Buffer.concat([
    Buffer.of(0, 0, 0, 1),
    Buffer.from(`SMB2AESCCM\0\0${context}`),
    Buffer.of(0, 0, 0, 128),
  ]);
  return createHmac('sha256', sessionKey).update(input).digest().subarray(0, 16);
};

/** A message over TCP, as the side `from` encrypts it under a session of SMB 3.0. */
export function encrypted(
  message: Uint8Array,
  { sessionKey, from, session = 7n }: { sessionKey: Uint8Array; from: 'client' | 'server'; session?: bigint },
): Buffer {
  // Without the length in front of it.
  const plain = message.subarray(4);
  const nonce = Buffer.alloc(11, 0x5a);
  const header = SMB2_TRANSFORM_HEADER.encode({
    ProtocolId: Buffer.from('\xfdSMB', 'latin1'),
    Signature: Buffer.alloc(16),
    Nonce: Buffer.concat([nonce, Buffer.alloc(5)]),
    OriginalMessageSize: plain.length,
    Reserved: 0,
    Flags: 1,
    SessionId: session,
  });
  const cipher = createCipheriv('aes-128-ccm', keyFor(sessionKey, from), nonce, { authTagLength: 16 });
  cipher.setAAD(header.subarray(20), { plaintextLength: plain.length });
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  header.set(cipher.getAuthTag(), 4);
  return overTcp(Buffer.concat([header, body]));
}
