import { createHash } from 'node:crypto';
import {
  type AcceptorProvider,
  AccountTable,
  type NtlmAcceptorOptions,
  type NtlmInitiatorOptions,
  ntlmAcceptor,
  ntlmInitiator,
  type ProtectedMessage,
  type RandomBytes,
  Secret,
  type SecurityContext,
  SecurityError,
} from '../../src/security/index.js';

/** 2023-03-14, the day on which the hardening became final. */
export const NOW = Date.UTC(2023, 2, 14);

export const PASSWORD = 'correct horse';
export const LAB_SERVER = {
  netbiosName: 'DC1',
  netbiosDomain: 'LAB',
  dnsName: 'dc1.lab.example',
  dnsDomain: 'lab.example',
  dnsForest: 'lab.example',
};

/** Octets that look random and are the same in every run. */
export function seeded(seed: string): RandomBytes {
  let counter = 0;
  return (length) => {
    const parts: Buffer[] = [];
    for (let have = 0; have < length; have += 32) {
      parts.push(createHash('sha256').update(`${seed}:${counter++}`).digest());
    }
    return Buffer.concat(parts).subarray(0, length);
  };
}

export const labAcceptor = (options: Partial<NtlmAcceptorOptions> = {}): AcceptorProvider =>
  ntlmAcceptor({
    server: LAB_SERVER,
    accounts: new AccountTable([`LAB\\op:${PASSWORD}`, `LAB\\other:${PASSWORD}2`], 'LAB'),
    random: seeded('server'),
    ...options,
  });

export const CREDENTIALS = { domain: 'LAB', user: 'op', secret: Secret.password(PASSWORD) };

export const labInitiator = (options: Partial<NtlmInitiatorOptions> = {}): ReturnType<typeof ntlmInitiator> =>
  ntlmInitiator({ credentials: CREDENTIALS, random: seeded('client'), workstation: 'WS1', ...options });

/** Says what was sent on the way, and may change it. */
export type OnTheWay = (token: Uint8Array, from: 'initiator' | 'acceptor', index: number) => Uint8Array;

/** Runs a handshake to its end and gives its tokens. */
export function handshake(
  initiator: SecurityContext,
  acceptor: SecurityContext,
  now = NOW,
  onTheWay: OnTheWay = (token) => token,
): Buffer[] {
  const tokens: Buffer[] = [];
  let [from, to] = [initiator, acceptor];
  let token: Uint8Array | undefined;
  for (let i = 0; i < 16; i++) {
    token = from.step(token, now).token;
    if (token === undefined) return tokens;
    tokens.push(Buffer.from(token));
    token = onTheWay(Buffer.from(token), from.role, tokens.length - 1);
    [from, to] = [to, from];
    if (from.role === 'initiator' && from.established) return tokens;
  }
  throw new Error(`a handshake without end: ${to.role}`);
}

/** Two contexts at the end of their handshake. */
export function pair(level = 6, client: Partial<NtlmInitiatorOptions> = {}, server: Partial<NtlmAcceptorOptions> = {}) {
  const initiator = labInitiator(client).initiate({ level, target: 'RPCSS/dc1' });
  const acceptor = labAcceptor(server).accept();
  const tokens = handshake(initiator, acceptor);
  return { initiator, acceptor, tokens };
}

/** A PDU of a 24-octet header, a body and a trailer of 8, as the security layer gets it. */
export function message(body: string | Uint8Array, signHeader = false): ProtectedMessage & { readonly pdu: Buffer } {
  const stub = Buffer.from(body);
  const header = Buffer.from('050000031000000058001000010000002000000000000100', 'hex');
  const trailer = Buffer.from('0a06000001000000', 'hex');
  return { pdu: Buffer.concat([header, stub, trailer]), bodyStart: 24, bodyEnd: 24 + stub.length, signHeader };
}

/** The code and text with which something is refused; fails where it is not. */
export function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof SecurityError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('nothing was refused');
}
