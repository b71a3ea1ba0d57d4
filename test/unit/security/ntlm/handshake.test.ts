import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/codec/bytes.js';
import {
  AV_ID,
  decodeAuthenticate,
  decodeAvPairs,
  decodeChallenge,
  decodeNegotiate,
  decodeNtlmV2Response,
  type NegotiateFlag,
  negotiateFlags,
  textOf,
} from '../../../../src/codec/ntlm/index.js';
import {
  AccountTable,
  type LmCompatibilityLevel,
  ntlmInitiator,
  ntlmPassive,
  Secret,
} from '../../../../src/security/index.js';
import {
  CREDENTIALS,
  handshake,
  labAcceptor,
  labInitiator,
  message,
  NOW,
  PASSWORD,
  pair,
  refusal,
  seeded,
} from '../../../support/security.js';

const exchange = (
  { initiator, acceptor }: Pick<ReturnType<typeof pair>, 'initiator' | 'acceptor'>,
  sealed: boolean,
) => {
  for (const [from, to] of [
    [initiator, acceptor],
    [acceptor, initiator],
    [initiator, acceptor],
    [acceptor, initiator],
  ] as const) {
    const sent = message(`from the ${from.role}`);
    const signature = sealed ? from.seal(sent) : from.sign(sent);
    if (sealed) expect(sent.pdu.toString('latin1')).not.toContain('from the');
    if (sealed) to.unseal(sent, signature);
    else to.verify(sent, signature);
    expect(sent.pdu.toString('latin1')).toContain(`from the ${from.role}`);
  }
};

describe('what goes over the wire is what Windows sends', () => {
  const { tokens } = pair(2);
  const [negotiate, challenge, authenticate] = tokens as [Buffer, Buffer, Buffer];

  test('flags 0xe2088297, 0xe2898215, 0xe2888215 at CONNECT', () => {
    expect([decodeNegotiate(negotiate), decodeChallenge(challenge), decodeAuthenticate(authenticate)]).toMatchObject([
      { NegotiateFlags: 0xe2088297 },
      { NegotiateFlags: 0xe2898215 },
      { NegotiateFlags: 0xe2888215 },
    ]);
  });

  test('PKT_PRIVACY adds NTLMSSP_NEGOTIATE_SEAL', () => {
    expect(decodeNegotiate(pair(6).tokens[0] as Buffer).NegotiateFlags).toBe(0xe20882b7);
  });

  test('a NEGOTIATE_MESSAGE of 40 octets without names', () => {
    expect(toHex(negotiate)).toBe('4e544c4d5353500001000000978208e2'.padEnd(64, '0').concat('0a00614a0000000f'));
  });

  test('the pairs of the CHALLENGE_MESSAGE, MsvAvTimestamp last', () => {
    const message = decodeChallenge(challenge);
    expect(textOf(message.TargetName?.bytes as Uint8Array)).toBe('LAB');
    expect(decodeAvPairs(message.TargetInfo?.bytes as Uint8Array).pairs.map(({ AvId }) => AvId)).toEqual([
      2, 1, 4, 3, 5, 7, 0,
    ]);
  });

  test('the pairs of the AUTHENTICATE_MESSAGE: those of the server, then Flags, SingleHost, ChannelBindings, TargetName', () => {
    const response = decodeNtlmV2Response(decodeAuthenticate(authenticate).NtChallengeResponse?.bytes as Uint8Array);
    const { pairs } = response.ClientChallenge.AvPairs;
    expect(pairs.map(({ AvId }) => AvId)).toEqual([2, 1, 4, 3, 5, 7, 6, 8, 10, 9, 0]);
    expect(toHex(pairs.find(({ AvId }) => AvId === AV_ID.MsvAvFlags)?.Value as Uint8Array)).toBe('02000000');
    expect(toHex(decodeAuthenticate(authenticate).LmChallengeResponse?.bytes as Uint8Array)).toBe('00'.repeat(24));
  });

  test('a workgroup server names itself, with NTLMSSP_TARGET_TYPE_SERVER', () => {
    const { tokens: others, acceptor } = pair(
      5,
      { credentials: { user: 'op', secret: Secret.password(PASSWORD) } },
      { server: { netbiosName: 'IAS01' }, accounts: new AccountTable([`op:${PASSWORD}`], 'IAS01') },
    );
    const message = decodeChallenge(others[1] as Buffer);
    expect([message.NegotiateFlags, textOf(message.TargetName?.bytes as Uint8Array)]).toEqual([0xe28a8215, 'IAS01']);
    expect(acceptor.identity).toMatchObject({ domain: 'IAS01', user: 'op' });
  });
});

describe('both sides end with the same key, and can talk', () => {
  const levels: readonly LmCompatibilityLevel[] = [0, 1, 2, 3, 4, 5];
  test.each(levels.flatMap((level) => [5, 6].map((authn) => [level, authn] as const)))(
    'client LmCompatibilityLevel %d at authentication level %d',
    (lmCompatibilityLevel, level) => {
      const both = pair(level, { policy: { lmCompatibilityLevel } });
      expect(toHex(both.initiator.sessionKey as Uint8Array)).toBe(toHex(both.acceptor.sessionKey as Uint8Array));
      exchange(both, level === 6);
    },
  );

  const strengths: readonly (readonly [string, readonly NegotiateFlag[]])[] = [
    ['40 bits', []],
    ['56 bits', ['NTLMSSP_NEGOTIATE_56']],
    ['128 bits', ['NTLMSSP_NEGOTIATE_128']],
    ['no key exchange', ['NTLMSSP_NEGOTIATE_128']],
  ];
  const base: readonly NegotiateFlag[] = [
    'NTLMSSP_NEGOTIATE_UNICODE',
    'NTLMSSP_NEGOTIATE_NTLM',
    'NTLMSSP_NEGOTIATE_SIGN',
    'NTLMSSP_NEGOTIATE_SEAL',
  ];
  const securities: readonly (readonly [string, readonly NegotiateFlag[]])[] = [
    ['extended session security', ['NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY']],
    ['plain session security', []],
    ['an LM key', ['NTLMSSP_NEGOTIATE_LM_KEY']],
  ];
  const mixes = strengths.flatMap(([bits, strength]) =>
    securities.map(([name, security]) => [bits, name, [...base, ...strength, ...security]] as const),
  );
  test.each(mixes)('%s with %s', (bits, _, names) => {
    const exchanged: readonly NegotiateFlag[] = bits === 'no key exchange' ? [] : ['NTLMSSP_NEGOTIATE_KEY_EXCH'];
    const weak = { minimumSessionSecurity: [] };
    for (const lmCompatibilityLevel of [1, 3] as const) {
      const both = pair(
        6,
        { flags: () => [...names, ...exchanged], policy: { ...weak, lmCompatibilityLevel } },
        { policy: weak },
      );
      exchange(both, true);
      exchange(both, false);
    }
  });

  test('a client that speaks OEM, with names in that character set', () => {
    const flags = (): readonly NegotiateFlag[] => [
      'NTLM_NEGOTIATE_OEM',
      'NTLMSSP_NEGOTIATE_NTLM',
      'NTLMSSP_NEGOTIATE_SIGN',
      'NTLMSSP_NEGOTIATE_128',
    ];
    const { tokens, acceptor } = pair(2, { flags });
    expect(Buffer.from(decodeAuthenticate(tokens[2] as Buffer).UserName?.bytes as Uint8Array).toString()).toBe('op');
    expect(acceptor.identity).toMatchObject({ domain: 'LAB', user: 'op', workstation: 'WS1' });
  });

  test('an account of which only the NT hash is known', () => {
    const ntHash = toHex(Secret.password(PASSWORD).ntHash);
    const accounts = new AccountTable([{ domain: 'LAB', user: 'op', ntHash }]);
    exchange(pair(6, { credentials: { ...CREDENTIALS, secret: Secret.ntHash(ntHash) } }, { accounts }), true);
  });

  test('[MS-NLMP] 3.2.5.1.2: a client that hashes no domain is taken too', () => {
    const { acceptor } = pair(5, { credentials: { user: 'OP', secret: CREDENTIALS.secret } });
    expect(acceptor.identity).toMatchObject({ domain: 'LAB', user: 'op' });
  });

  test('contexts of one provider have keys and counts of their own', () => {
    const provider = labAcceptor();
    const clients = labInitiator();
    const contexts = [1, 2].map(() => {
      const [initiator, acceptor] = [clients.initiate({ level: 6 }), provider.accept()];
      handshake(initiator, acceptor);
      return { initiator, acceptor };
    });
    const [first, second] = contexts as [(typeof contexts)[0], (typeof contexts)[0]];
    const sent = message('x'.repeat(16));
    const signature = first?.initiator.sign(sent) as Uint8Array;
    expect(refusal(() => second?.acceptor.verify(sent, signature))).toContain('BAD_SIGNATURE');
    first?.acceptor.verify(sent, signature);
  });

  test('a null session is ANONYMOUS LOGON, and signs with a key that anyone can know', () => {
    const client = ntlmInitiator({ random: seeded('nobody') }).initiate({ level: 5 });
    const acceptor = labAcceptor().accept();
    const tokens = handshake(client, acceptor);
    expect(acceptor.identity).toEqual({ domain: '', user: '', sid: 'S-1-5-7', anonymous: true });
    const { NegotiateFlags, LmChallengeResponse, NtChallengeResponse, UserName, DomainName } = decodeAuthenticate(
      tokens[2] as Buffer,
    );
    expect((NegotiateFlags as number) & negotiateFlags('NTLMSSP_ANONYMOUS')).not.toBe(0);
    expect([LmChallengeResponse?.bytes.length, NtChallengeResponse?.bytes.length]).toEqual([1, 0]);
    expect([UserName?.bytes.length, DomainName?.bytes.length]).toEqual([0, 0]);
    exchange({ initiator: client, acceptor }, false);
    const sniffer = ntlmPassive([]).observe();
    for (const [i, token] of tokens.entries()) sniffer.observe(i === 1 ? 'acceptor' : 'initiator', token);
    expect([sniffer.established, sniffer.identity?.anonymous]).toEqual([true, true]);
  });
});

describe('what was not negotiated cannot be had', () => {
  const unsigned = (): readonly NegotiateFlag[] => [
    'NTLMSSP_NEGOTIATE_UNICODE',
    'NTLMSSP_NEGOTIATE_NTLM',
    'NTLMSSP_NEGOTIATE_KEY_EXCH',
  ];

  test('a client that does not ask for SIGN is served, without integrity', () => {
    const { initiator, acceptor } = pair(2, { flags: unsigned });
    expect([acceptor.established, acceptor.capabilities]).toEqual([true, { integrity: false, confidentiality: false }]);
    for (const context of [initiator, acceptor]) {
      expect(refusal(() => context.sign(message('')))).toBe(
        'UNSUPPORTED: NTLM cannot sign in this context: NTLMSSP_NEGOTIATE_SIGN was not negotiated',
      );
    }
  });

  test('SIGN alone does not seal', () => {
    const { initiator, acceptor } = pair(5);
    expect(acceptor.capabilities).toEqual({ integrity: true, confidentiality: false });
    const sent = message('secret');
    expect(refusal(() => initiator.seal(sent))).toContain('NTLMSSP_NEGOTIATE_SEAL was not negotiated');
    expect(refusal(() => acceptor.unseal(sent, Buffer.alloc(16)))).toContain('UNSUPPORTED');
    expect(sent.pdu.toString('latin1')).toContain('secret');
  });

  test('nothing is protected before the handshake ends', () => {
    const initiator = labInitiator().initiate({ level: 6 });
    initiator.step(undefined, NOW);
    for (const action of [() => initiator.sign(message('')), () => initiator.unseal(message(''), Buffer.alloc(16))]) {
      expect(refusal(action)).toBe('NOT_ESTABLISHED: NTLM protection was asked for before the handshake ended');
    }
    expect([initiator.established, initiator.sessionKey]).toEqual([false, undefined]);
  });
});
