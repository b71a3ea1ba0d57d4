import { describe, expect, test } from 'vitest';
import type { NegotiateFlag } from '../../../../src/codec/ntlm/index.js';
import type { ProtectedMessage, SecurityContext } from '../../../../src/security/index.js';
import { message, pair, refusal } from '../../../support/security.js';

interface Sent {
  readonly message: ProtectedMessage & { readonly pdu: Buffer };
  readonly signature: Buffer;
}

function send(from: SecurityContext, body: string, sealed: boolean, signHeader = false): Sent {
  const plain = message(body, signHeader);
  const signature = Buffer.from(sealed ? from.seal(plain) : from.sign(plain));
  return { message: plain, signature };
}

function receive(to: SecurityContext, { message: sent, signature }: Sent, sealed: boolean): void {
  if (sealed) to.unseal(sent, signature);
  else to.verify(sent, signature);
}

/** Offers the receiver every PDU that differs in one octet, anywhere in PDU and signature; gives how many it refused. */
function changeEveryOctet(
  to: SecurityContext,
  sent: Sent,
  sealed: boolean,
  skip: (at: number) => boolean = () => false,
) {
  const octets = Buffer.concat([sent.message.pdu, sent.signature]);
  const end = sent.message.pdu.length;
  let refused = 0;
  for (let at = 0; at < octets.length; at++) {
    if (skip(at)) continue;
    const original = octets[at] as number;
    for (let other = 0; other < 256; other++) {
      if (other === original) continue;
      octets[at] = other;
      const before = Buffer.from(octets);
      const changed = { message: { ...sent.message, pdu: octets.subarray(0, end) }, signature: octets.subarray(end) };
      const reason = refusal(() => receive(to, changed, sealed));
      if (!/^BAD_(SIGNATURE|SEQUENCE): /.test(reason)) throw new Error(`octet ${at}: ${reason}`);
      if (!octets.equals(before)) throw new Error('a refused PDU was changed');
      refused++;
    }
    octets[at] = original;
  }
  return refused;
}

const conversation = ['request one', 'the answer', 'request two, which is longer', 'another answer'];

describe.each([
  ['signed', false],
  ['sealed', true],
])('a %s conversation', (_, sealed) => {
  test('every change of one octet of every request and response is caught, and disturbs nothing', () => {
    const { initiator, acceptor } = pair(6);
    let refused = 0;
    let octets = 0;
    for (const [i, body] of conversation.entries()) {
      const [from, to] = i % 2 === 0 ? [initiator, acceptor] : [acceptor, initiator];
      const sent = send(from, body, sealed);
      octets += sent.message.pdu.length + sent.signature.length;
      refused += changeEveryOctet(to, sent, sealed);
      receive(to, sent, sealed);
      expect(sent.message.pdu.toString('latin1')).toContain(body);
    }
    // 255 octets, each changed to each of its 255 other values.
    expect([octets, refused]).toEqual([255, 65_025]);
  });

  test('a PDU sent twice is refused as replayed', () => {
    const { initiator, acceptor } = pair(6);
    const sent = send(initiator, 'once', sealed);
    const copy = { ...sent, message: { ...sent.message, pdu: Buffer.from(sent.message.pdu) } };
    receive(acceptor, sent, sealed);
    expect(refusal(() => receive(acceptor, copy, sealed))).toBe(
      'BAD_SEQUENCE: NTLM sequence number 0 instead of 1: replayed',
    );
  });

  test('PDUs out of order are refused, and taken once they come in order', () => {
    const { initiator, acceptor } = pair(6);
    const [first, second] = ['first', 'second'].map((body) => send(initiator, body, sealed)) as [Sent, Sent];
    expect(refusal(() => receive(acceptor, second, sealed))).toBe(
      'BAD_SEQUENCE: NTLM sequence number 1 instead of 0: lost or out of order',
    );
    receive(acceptor, first, sealed);
    receive(acceptor, second, sealed);
    expect(second.message.pdu.toString('latin1')).toContain('second');
  });

  test('a PDU that is sent back to its sender is refused', () => {
    const { initiator, acceptor } = pair(6);
    for (const from of [initiator, acceptor]) {
      const sent = send(from, 'to you', sealed);
      expect(refusal(() => receive(from, sent, sealed))).toMatch(/^BAD_/);
    }
  });

  test('a PDU of another context with the same account is refused', () => {
    const [one, other] = [pair(6), pair(6, { random: (length) => Buffer.alloc(length, 9) })];
    expect(refusal(() => receive(other.acceptor, send(one.initiator, 'x', sealed), sealed))).toContain('BAD_SIGNATURE');
  });

  test('a signature of another length, and of another version', () => {
    const { initiator, acceptor } = pair(6);
    const sent = send(initiator, 'x', sealed);
    const short = { ...sent, signature: sent.signature.subarray(0, 15) };
    expect(refusal(() => receive(acceptor, short, sealed))).toBe(
      'BAD_SIGNATURE: an NTLM signature has 16 octets, not 15',
    );
    sent.signature[0] = 2;
    expect(refusal(() => receive(acceptor, sent, sealed))).toBe(
      "BAD_SIGNATURE: the NTLM signature's Version is 2, not 1",
    );
  });
});

test('a signed PDU is not taken as a sealed one, nor the other way round', () => {
  const { initiator, acceptor } = pair(6);
  expect(refusal(() => receive(acceptor, send(initiator, 'x', false), true))).toContain('BAD_SIGNATURE');
  const other = pair(6);
  expect(refusal(() => receive(other.acceptor, send(other.initiator, 'x', true), false))).toContain('BAD_SIGNATURE');
});

describe('without extended session security', () => {
  const flags = (): readonly NegotiateFlag[] => [
    'NTLMSSP_NEGOTIATE_UNICODE',
    'NTLMSSP_NEGOTIATE_NTLM',
    'NTLMSSP_NEGOTIATE_SIGN',
    'NTLMSSP_NEGOTIATE_SEAL',
    'NTLMSSP_NEGOTIATE_KEY_EXCH',
    'NTLMSSP_NEGOTIATE_128',
  ];
  const client = { flags, policy: { lmCompatibilityLevel: 0 } } as const;

  test('with header signing, all but RandomPad is covered', () => {
    for (const sealed of [false, true]) {
      const { initiator, acceptor } = pair(6, client);
      const sent = send(initiator, 'some text', sealed, true);
      const pad = sent.message.pdu.length + 4;
      const refused = changeEveryOctet(acceptor, sent, sealed, (at) => at >= pad && at < pad + 4);
      expect(refused).toBe((sent.message.pdu.length + 16 - 4) * 255);
      receive(acceptor, sent, sealed);
    }
  });

  test('without header signing, only the body is covered: what made extended session security necessary', () => {
    const { initiator, acceptor } = pair(6, client);
    const sent = send(initiator, 'some text', false);
    sent.message.pdu[22] = 9; // opnum
    receive(acceptor, sent, false);
    const next = send(initiator, 'some text', false);
    next.message.pdu[24] = 9;
    expect(refusal(() => receive(acceptor, next, false))).toContain('BAD_SIGNATURE: the NTLM checksum');
  });

  test('a replay and a reflection are refused, as one count serves both directions', () => {
    const { initiator, acceptor } = pair(6, client);
    const sent = send(initiator, 'x', false);
    expect(refusal(() => receive(initiator, sent, false))).toMatch(/^BAD_/);
    receive(acceptor, sent, false);
    expect(refusal(() => receive(acceptor, sent, false))).toMatch(/^BAD_/);
  });
});
