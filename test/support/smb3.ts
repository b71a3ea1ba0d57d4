import { createCipheriv, createHmac } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SMB2, SMB2_TRANSFORM_HEADER, STATUS_MORE_PROCESSING_REQUIRED } from '../../src/codec/smb/index.js';
import type { PassiveContext } from '../../src/security/index.js';
import type { Sent } from './segments.js';
import { bodies, overTcp, SmbTalk } from './smb.js';

const folder = join(import.meta.dirname, '../vectors/smb3');

/** Recordings of encrypted sessions, one a dialect and cipher. */
export const smb3Captures = readdirSync(folder)
  .filter((name) => name.endsWith('.pcap'))
  .sort()
  .map((name) => ({ name, path: join(folder, name) }));

/** A session whose logon was by Kerberos, and the keytab of its server. */
export const smb3Kerberos = {
  path: join(folder, 'kerberos/311-aes-128-gcm.pcap'),
  keytab: join(folder, 'kerberos/dc1.keytab'),
};

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

/** What the handshakes of `agreeing` agree on. */
export const SESSION_KEY = Buffer.alloc(16, 0x42);

/** A sniffer whose every handshake ends with this session key, as soon as both sides have sent a token. */
export function agreeing(): { (authType: number): PassiveContext | undefined; tokens: string[] } {
  const tokens: string[] = [];
  const observe = (): PassiveContext => {
    const seen = new Set<string>();
    const context: Partial<PassiveContext> = {
      observe: (from, token) => {
        seen.add(from);
        tokens.push(`${from} ${Buffer.from(token).toString()}`);
      },
      get sessionKey() {
        return seen.size === 2 ? SESSION_KEY : undefined;
      },
    };
    return context as PassiveContext;
  };
  return Object.assign(observe, { tokens });
}

/** A session of SMB 3.0 whose logon takes two legs. */
export function loggedOn(talk = new SmbTalk(), session = 7n): SmbTalk {
  talk.ask(SMB2.NEGOTIATE, Buffer.alloc(36), { session: 0n });
  talk.answer(SMB2.NEGOTIATE, bodies.negotiated(0x0300), undefined, { session: 0n });
  talk.ask(SMB2.SESSION_SETUP, bodies.setup('one'), { session: 0n });
  talk.answer(SMB2.SESSION_SETUP, bodies.setUp('two'), undefined, { status: STATUS_MORE_PROCESSING_REQUIRED, session });
  talk.ask(SMB2.SESSION_SETUP, bodies.setup('three'), { session });
  return talk.answer(SMB2.SESSION_SETUP, bodies.setUp(''), undefined, { session });
}

/** The messages of a talk from `from` on, encrypted. */
export function closing(sent: readonly Sent[], from: number): Sent[] {
  const moved = { client: 0, server: 0 };
  return sent.map((each, index) => {
    const { from: who = 'client', data } = each;
    const placed = { ...each, sequence: each.sequence + moved[who] };
    if (index < from || data === undefined) return placed;
    const octets = encrypted(data as Buffer, { sessionKey: SESSION_KEY, from: who });
    moved[who] += octets.length - data.length;
    return { ...placed, data: octets };
  });
}
