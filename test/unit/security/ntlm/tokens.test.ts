import { describe, expect, test } from 'vitest';
import {
  AV_EOL,
  avPair,
  decodeAuthenticate,
  decodeChallenge,
  encodeAuthenticate,
  encodeAvPairs,
  encodeChallenge,
  type NegotiateFlag,
  negotiateFlags,
} from '../../../../src/codec/ntlm/index.js';
import { SecurityError } from '../../../../src/security/index.js';
import {
  CREDENTIALS,
  handshake,
  labAcceptor,
  labInitiator,
  NOW,
  type OnTheWay,
  pair,
  refusal,
  seeded,
} from '../../../support/security.js';

/** Runs a handshake in which one of the three messages is changed on its way. */
const withChange = (index: number, change: (token: Buffer) => Uint8Array, level = 5): string => {
  const onTheWay: OnTheWay = (token, _, at) => (at === index ? change(Buffer.from(token)) : token);
  const acceptor = labAcceptor({ policy: { missingMic: false } }).accept();
  return refusal(() => handshake(labInitiator().initiate({ level, target: 'RPCSS/dc1' }), acceptor, NOW, onTheWay));
};

describe('a token that is broken is refused with the check that it fails', () => {
  test('every truncation of every message', () => {
    const lengths = pair(5).tokens.map(({ length }) => length);
    for (const [index, length] of lengths.entries()) {
      for (let cut = 0; cut < length; cut++) {
        // A NEGOTIATE_MESSAGE may end after its flags or its names: then the MIC shows that it was cut.
        const code = withChange(index, (token) => token.subarray(0, cut)).split(':')[0];
        expect(['BAD_TOKEN', 'BAD_MIC', 'POLICY', 'LOGON_DENIED'], `message ${index} cut to ${cut}`).toContain(code);
      }
    }
  });

  test('every flipped bit of every message', () => {
    const lengths = pair(5).tokens.map(({ length }) => length);
    let caught = 0;
    for (const [index, length] of lengths.entries()) {
      for (let bit = 0; bit < length * 8; bit++) {
        withChange(index, (token) => {
          token[bit >> 3] = (token[bit >> 3] as number) ^ (1 << (bit & 7));
          return token;
        });
        caught++;
      }
    }
    expect(caught).toBe(lengths.reduce((sum, length) => sum + length * 8, 0));
  });

  test('items that overlap', () => {
    const overlapping = (token: Buffer) => {
      token.writeUInt32LE(token.readUInt32LE(32), 40); // UserName points to DomainName
      return token;
    };
    expect(withChange(2, overlapping)).toMatch(/^BAD_TOKEN: AUTHENTICATE_MESSAGE: (UserName|DomainName) overlaps/);
  });

  test('a length past the end of the message', () => {
    const long = (token: Buffer) => {
      token.writeUInt16LE(0xffff, 20);
      return token;
    };
    expect(withChange(2, long)).toMatch(/^BAD_TOKEN: AUTHENTICATE_MESSAGE.NtChallengeResponse .* past the message/);
  });

  test('a repeated AV pair, from the server', () => {
    const repeat = (token: Buffer) => {
      const { TargetInfo: _, headerLength: __, gaps: ___, ...rest } = decodeChallenge(token);
      const pairs = [avPair('MsvAvNbComputerName', 'A'), avPair('MsvAvNbComputerName', 'B'), AV_EOL];
      const TargetInfo = { bytes: encodeAvPairs({ pairs, trailing: new Uint8Array(0) }) };
      return encodeChallenge({ ...rest, TargetName: { bytes: rest.TargetName?.bytes as Uint8Array }, TargetInfo });
    };
    expect(withChange(1, repeat)).toBe('BAD_TOKEN: AvId 1 stands twice among the AV pairs');
  });

  test('a wrong MIC, and one that is announced and not there', () => {
    const wrong = (token: Buffer) => {
      token[72] = (token[72] as number) ^ 1;
      return token;
    };
    expect(withChange(2, wrong)).toBe('BAD_MIC: the MIC does not fit the three messages: one of them was changed');
    const without = (token: Buffer) => {
      const { MIC: _, headerLength: __, gaps: ___, ...rest } = decodeAuthenticate(token);
      const items = Object.entries(rest).map(([key, value]) => [key, isItem(value) ? { bytes: value.bytes } : value]);
      return encodeAuthenticate({ ...Object.fromEntries(items), headerLength: 72 } as Parameters<
        typeof encodeAuthenticate
      >[0]);
    };
    expect(withChange(2, without)).toContain('BAD_MIC: MsvAvFlags announces a MIC');
  });

  test('an odd number of octets in a Unicode name', () => {
    const odd = (token: Buffer) => {
      token.writeUInt16LE(token.readUInt16LE(36) - 1, 36);
      return token;
    };
    expect(withChange(2, odd)).toContain('BAD_TOKEN: UserName @0x0: a Unicode string of 3 octets');
  });

  test('[MS-NLMP] 3.2.5.1.2: an NT response without a name, which is no null session', () => {
    const nobody = (token: Buffer) => {
      token.writeUInt16LE(0, 12); // LmChallengeResponse
      token.writeUInt16LE(0, 36); // UserName
      return token;
    };
    expect(withChange(2, nobody)).toMatch(/^LOGON_DENIED: LAB\\: /);
  });

  test('a session key of another length than 16', () => {
    const short = (token: Buffer) => {
      token.writeUInt16LE(15, 52);
      return token;
    };
    expect(withChange(2, short)).toBe('BAD_TOKEN: EncryptedRandomSessionKey has 15 octets instead of 16');
  });

  test('no character set, and a server that chooses none', () => {
    const none = (offset: number) => (token: Buffer) => {
      token.writeUInt32LE((token.readUInt32LE(offset) & ~3) >>> 0, offset);
      return token;
    };
    expect(withChange(0, none(12))).toBe('BAD_TOKEN: the client offers neither Unicode nor an OEM character set');
    expect(withChange(1, none(20))).toBe('BAD_TOKEN: the server chose neither Unicode nor an OEM character set');
  });

  test('a server that drops what the level needs', () => {
    const drop = (name: NegotiateFlag) => (token: Buffer) => {
      token.writeUInt32LE((token.readUInt32LE(20) & ~negotiateFlags(name)) >>> 0, 20);
      return token;
    };
    expect(withChange(1, drop('NTLMSSP_NEGOTIATE_SEAL'), 6)).toContain(
      'POLICY: the server did not choose NTLMSSP_NEGOTIATE_SEAL',
    );
    const unsigned = (level: number) => withChange(1, drop('NTLMSSP_NEGOTIATE_SIGN'), level);
    const refused = 'POLICY: the server did not choose NTLMSSP_NEGOTIATE_SIGN';
    // CALL is protected as PKT is.
    for (const level of [3, 4, 5, 6]) expect(unsigned(level)).toContain(refused);
    // The MIC tells the change.
    expect(unsigned(2)).toContain('BAD_MIC');
    expect(withChange(1, drop('NTLMSSP_NEGOTIATE_128'))).toContain('minimumSessionSecurity');
  });

  test('connectionless NTLM', () => {
    const datagram = (token: Buffer) => {
      token.writeUInt32LE((token.readUInt32LE(12) | negotiateFlags('NTLMSSP_NEGOTIATE_DATAGRAM')) >>> 0, 12);
      return token;
    };
    expect(withChange(0, datagram)).toContain('UNSUPPORTED: NTLMSSP_NEGOTIATE_DATAGRAM');
  });

  test('a server without names, where messages will be protected', () => {
    const nameless = (token: Buffer) => {
      token.writeUInt16LE(0, 40);
      return token;
    };
    const refused = 'LOGON_DENIED: the CHALLENGE_MESSAGE names neither computer nor domain';
    for (const level of [4, 5, 6]) expect(withChange(1, nameless, level)).toBe(refused);
    // Without pairs the client answers by NTLMv2 without a time, and this acceptor asks for a MIC.
    for (const level of [2, 3]) expect(withChange(1, nameless, level)).not.toBe(refused);
  });
});

const isItem = (value: unknown): value is { readonly bytes: Uint8Array } =>
  typeof value === 'object' && value !== null && 'maxLength' in value;

describe('a token that is out of order is refused', () => {
  test('no token, a token of the wrong type, and a first token to the client', () => {
    expect(refusal(() => labAcceptor().accept().step(undefined, NOW))).toBe(
      'BAD_TOKEN: NTLM: the client sent no token',
    );
    const { tokens } = pair(5);
    expect(refusal(() => labAcceptor().accept().step(tokens[2], NOW))).toContain('MessageType @0x8: is 3, not 1');
    expect(refusal(() => labInitiator().initiate({ level: 5 }).step(tokens[1], NOW))).toContain(
      'the server spoke before the client',
    );
    const initiator = labInitiator().initiate({ level: 5 });
    initiator.step(undefined, NOW);
    expect(refusal(() => initiator.step(undefined, NOW))).toContain('the server sent no CHALLENGE_MESSAGE');
  });

  test('anything after the end, and anything after a failure', () => {
    const { initiator, acceptor, tokens } = pair(5);
    for (const context of [initiator, acceptor]) {
      expect(refusal(() => context.step(tokens[2], NOW))).toBe(
        'BAD_TOKEN: a token after the end of the NTLM handshake',
      );
    }
    const failed = labAcceptor().accept();
    expect(refusal(() => failed.step(Buffer.from('nonsense'), NOW))).toContain('BAD_TOKEN');
    expect(refusal(() => failed.step(tokens[0], NOW))).toBe('BAD_TOKEN: this NTLM handshake has failed before');
  });

  test('a replayed AUTHENTICATE_MESSAGE, to another challenge and even to the same', () => {
    const { tokens } = pair(5);
    const fresh = labAcceptor({ random: seeded('another') }).accept();
    fresh.step(tokens[0], NOW);
    expect(refusal(() => fresh.step(tokens[2], NOW))).toContain('LOGON_DENIED');

    const provider = labAcceptor({ random: (length) => Buffer.alloc(length, 7) });
    const initiator = labInitiator().initiate({ level: 5 });
    const heard = handshake(initiator, provider.accept());
    const again = provider.accept();
    again.step(heard[0], NOW);
    expect(refusal(() => again.step(heard[2], NOW))).toBe(
      'LOGON_DENIED: a replayed AUTHENTICATE_MESSAGE: its response was used before',
    );
    expect(again.established).toBe(false);
  });

  test('refusals are SecurityErrors that hold no secret', () => {
    const { code, message } = new SecurityError(
      'POLICY',
      withChange(2, (token) => token.subarray(0, 40)),
    );
    expect(`${code} ${message}`).not.toContain(CREDENTIALS.secret.password);
  });
});
