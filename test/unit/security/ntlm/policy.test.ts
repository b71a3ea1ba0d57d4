import { describe, expect, test } from 'vitest';
import { decodeAuthenticate, encodeAuthenticate, type NegotiateFlag } from '../../../../src/codec/ntlm/index.js';
import { desl } from '../../../../src/security/crypto/des.js';
import {
  type AcceptorProvider,
  AccountTable,
  type LmCompatibilityLevel,
  type NtlmInitiatorOptions,
  type NtlmServerPolicy,
  ntlmInitiator,
  Secret,
} from '../../../../src/security/index.js';
import { lmowfV1, ntowfV2 } from '../../../../src/security/ntlm/keys.js';
import { lmV2Response } from '../../../../src/security/ntlm/responses.js';
import {
  CREDENTIALS,
  handshake,
  labAcceptor,
  labInitiator,
  NOW,
  type OnTheWay,
  PASSWORD,
  pair,
  refusal,
  seeded,
} from '../../../support/security.js';

const against = (policy: Partial<NtlmServerPolicy>, client: Partial<NtlmInitiatorOptions> = {}) =>
  refusal(() => pair(5, client, { policy }));

/** A client of before NTLM: only an LM response, and no extended session security. */
const lmOnly =
  (make: (challenge: Uint8Array) => Buffer): OnTheWay =>
  (token, _, index) => {
    if (index === 1) lastChallenge = Buffer.from(token.subarray(24, 32));
    if (index !== 2) return token;
    const message = decodeAuthenticate(token);
    const lm = { bytes: make(lastChallenge) };
    const text = (name: 'UserName' | 'DomainName' | 'Workstation') => ({ bytes: message[name]?.bytes as Uint8Array });
    return encodeAuthenticate({
      NegotiateFlags: message.NegotiateFlags as number,
      UserName: text('UserName'),
      DomainName: text('DomainName'),
      LmChallengeResponse: lm,
    });
  };
let lastChallenge = Buffer.alloc(8);
const oldFlags = (): readonly NegotiateFlag[] => ['NTLMSSP_NEGOTIATE_UNICODE', 'NTLMSSP_NEGOTIATE_NTLM'];

function logOnWithLm(make: (challenge: Uint8Array) => Buffer, policy: Partial<NtlmServerPolicy>) {
  const initiator = labInitiator({ flags: oldFlags, policy: { lmCompatibilityLevel: 0 } }).initiate({ level: 2 });
  const acceptor = labAcceptor({ policy }).accept();
  handshake(initiator, acceptor, NOW, lmOnly(make));
  return acceptor.info.notes[0];
}

describe('LmCompatibilityLevel of the server', () => {
  const lm = (challenge: Uint8Array): Buffer => desl(lmowfV1(CREDENTIALS.secret) as Buffer, challenge);
  const lmV2 = (challenge: Uint8Array): Buffer =>
    lmV2Response(ntowfV2(CREDENTIALS.secret, 'op', 'LAB'), challenge, Buffer.alloc(8, 7));
  const levels: readonly LmCompatibilityLevel[] = [0, 1, 2, 3];

  test.each(levels)('%d takes LM where it is switched on, LMv2, NTLMv1 and NTLMv2', (lmCompatibilityLevel) => {
    const policy = { lmCompatibilityLevel, lm: true };
    expect(logOnWithLm(lm, policy)).toBe('LM');
    expect(logOnWithLm(lmV2, policy)).toBe('LMv2');
    for (const own of [2, 3] as const) pair(5, { policy: { lmCompatibilityLevel: own } }, { policy });
  });

  test('no level takes an LM response as Windows is installed, which keeps no LM hash; LMv2 is taken', () => {
    expect(refusal(() => logOnWithLm(lm, {}))).toBe('POLICY: LAB\\op: lm: the policy takes no LM response');
    expect(logOnWithLm(lmV2, {})).toBe('LMv2');
  });

  test('4 refuses LM responses, and takes NTLMv1', () => {
    expect(refusal(() => logOnWithLm(lm, { lmCompatibilityLevel: 4 }))).toBe(
      'POLICY: LAB\\op: lmCompatibilityLevel 4 takes no LM response',
    );
    pair(5, { policy: { lmCompatibilityLevel: 2 } }, { policy: { lmCompatibilityLevel: 4 } });
  });

  test('5 refuses NTLMv1 with and without extended session security, and takes NTLMv2', () => {
    for (const own of [0, 1, 2] as const) {
      expect(against({ lmCompatibilityLevel: 5 }, { policy: { lmCompatibilityLevel: own } })).toBe(
        'POLICY: LAB\\op: lmCompatibilityLevel 5 takes no NTLMv1 response',
      );
    }
    pair(5, {}, { policy: { lmCompatibilityLevel: 5 } });
  });

  test('an LM response that does not fit is refused', () => {
    expect(refusal(() => logOnWithLm(() => Buffer.alloc(24, 1), {}))).toContain('LOGON_DENIED');
  });

  test('NTLMv1 can be refused at any level', () => {
    expect(against({ ntlmV1: false }, { policy: { lmCompatibilityLevel: 2 } })).toContain('POLICY: LAB\\op: ntlmV1');
  });
});

describe('accounts without a password', () => {
  const credentials = { ...CREDENTIALS, secret: Secret.password('') };
  const accounts = new AccountTable(['LAB\\op:'], 'LAB');

  test('do not log on over the network as Windows is installed (LimitBlankPasswordUse)', () => {
    expect(refusal(() => pair(5, { credentials }, { accounts }))).toMatch(/^POLICY: LAB\\op: blankPasswords/);
  });

  test('do where the policy lets them', () => {
    pair(5, { credentials }, { accounts, policy: { blankPasswords: true } });
  });
});

describe('user principal names, with no domain beside them', () => {
  const credentials = (domain: string, user: string) => ({ ...CREDENTIALS, domain, user });

  test.each([
    ['LAB\\op', '', 'op@lab.example'],
    ['LAB\\op', '', 'OP@LAB'],
    ['op@lab.example', '', 'op@lab.example'],
    ['op@lab.example', 'LAB', 'op'],
    ['lab.example\\op', '', 'op@lab.example'],
  ])('the account %s is that of domain "%s" and user %s', (account, domain, user) => {
    const accounts = new AccountTable([`${account}:${PASSWORD}`], 'LAB');
    pair(5, { credentials: credentials(domain, user) }, { accounts });
  });

  test('of another realm are no account here', () => {
    const accounts = new AccountTable([`LAB\\op:${PASSWORD}`], 'LAB');
    const other = credentials('', 'op@other.example');
    expect(refusal(() => pair(5, { credentials: other }, { accounts }))).toMatch(/no such account/);
  });
});

describe('the rest of the policy', () => {
  test('minimum session security: 128 bits unless nothing is protected at all', () => {
    const weak = (...more: NegotiateFlag[]): readonly NegotiateFlag[] => [
      ...oldFlags(),
      'NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY',
      'NTLMSSP_NEGOTIATE_56',
      ...more,
    ];
    const client = { flags: () => weak('NTLMSSP_NEGOTIATE_SIGN'), policy: { minimumSessionSecurity: [] } };
    expect(against({}, client)).toBe('POLICY: minimumSessionSecurity: the client does not offer NTLMSSP_NEGOTIATE_128');
    pair(2, { flags: () => weak(), policy: { minimumSessionSecurity: [] } });
    expect(against({ minimumSessionSecurity: ['NTLMSSP_NEGOTIATE_SEAL'] })).toContain('NTLMSSP_NEGOTIATE_SEAL');
  });

  test('a client that drops in its last message what it offered in its first is refused', () => {
    const drop: OnTheWay = (token, _, index) => {
      const changed = Buffer.from(token);
      if (index === 2) changed.writeUInt32LE((changed.readUInt32LE(60) & ~0x20000000) >>> 0, 60);
      return changed;
    };
    const [initiator, acceptor] = [labInitiator().initiate({ level: 5 }), labAcceptor().accept()];
    expect(refusal(() => handshake(initiator, acceptor, NOW, drop))).toContain(
      'the client dropped NTLMSSP_NEGOTIATE_128',
    );
  });

  test('anonymous can be refused', () => {
    const initiator = ntlmInitiator({ random: seeded('x') }).initiate({ level: 2 });
    const acceptor = labAcceptor({ policy: { anonymous: false } }).accept();
    expect(refusal(() => handshake(initiator, acceptor))).toBe(
      'POLICY: anonymous: the policy takes no ANONYMOUS LOGON',
    );
  });

  test('a missing MIC is taken or refused', () => {
    expect(pair(5, { mic: false }).acceptor.info.notes).toContain('no MIC');
    expect(against({ missingMic: false }, { mic: false })).toBe(
      'POLICY: missingMic: the AUTHENTICATE_MESSAGE has no MIC',
    );
  });

  test('clock skew of the timestamp: 36 hours and no more; or not looked at', () => {
    // Without the server's time among the pairs a client takes its own clock.
    const run = (skew: number, provider: AcceptorProvider) => {
      const [initiator, acceptor] = [labInitiator({ mic: false }).initiate({ level: 2 }), provider.accept()];
      const challenge = acceptor.step(initiator.step(undefined, NOW).token, NOW).token as Buffer;
      acceptor.step(initiator.step(challenge, NOW).token, NOW + skew);
    };
    const hours36 = 36 * 3600 * 1000;
    run(hours36, labAcceptor());
    expect(refusal(() => run(hours36 + 1000, labAcceptor()))).toBe(
      "POLICY: maxClockSkew: the response is 129601 s away from the server's time",
    );
    expect(refusal(() => run(-hours36 - 1000, labAcceptor()))).toContain('maxClockSkew');
    run(hours36 * 100, labAcceptor({ policy: { maxClockSkew: Number.POSITIVE_INFINITY } }));
  });

  test('channel bindings: checked where the server has some, required where the policy says so', () => {
    const [own, other] = [Buffer.from('tls-server-end-point:1'), Buffer.from('tls-server-end-point:2')];
    pair(5, { channelBindings: own }, { channelBindings: own });
    for (const client of [{ channelBindings: other }, {}]) {
      expect(refusal(() => pair(5, client, { channelBindings: own }))).toContain(
        'MsvAvChannelBindings is not that of this channel',
      );
    }
    expect(against({ requireChannelBindings: true })).toContain('POLICY: requireChannelBindings');
    pair(5, { channelBindings: own }, { policy: { requireChannelBindings: true } });
  });
});

describe('accounts', () => {
  const wrong = { credentials: { ...CREDENTIALS, secret: Secret.password('wrong') } };
  const attempt = (
    provider: AcceptorProvider,
    seed: string,
    now: number,
    client: Partial<NtlmInitiatorOptions> = {},
  ) => {
    const acceptor = provider.accept();
    handshake(labInitiator({ random: seeded(seed), ...client }).initiate({ level: 5 }), acceptor, now);
    return acceptor.identity?.user;
  };

  test('an unknown account, a wrong password, and an account of another domain are denied by name', () => {
    expect(refusal(() => attempt(labAcceptor(), '1', NOW, wrong))).toBe(
      "LOGON_DENIED: LAB\\op: the response does not fit the account's password",
    );
    const nobody = { credentials: { ...CREDENTIALS, user: 'nobody' } };
    expect(refusal(() => attempt(labAcceptor(), '1', NOW, nobody))).toBe('LOGON_DENIED: LAB\\nobody: no such account');
  });

  test('after failures an account is locked, other accounts are not, and time unlocks it', () => {
    const provider = labAcceptor({ policy: { lockout: { threshold: 3, window: 60_000, duration: 600_000 } } });
    for (const i of [1, 2, 3])
      expect(refusal(() => attempt(provider, `w${i}`, NOW + i, wrong))).toContain('LOGON_DENIED');
    expect(refusal(() => attempt(provider, 'r', NOW + 10))).toBe(
      'LOCKED_OUT: LAB\\op: the account is locked after wrong responses',
    );
    const other = { credentials: { domain: 'LAB', user: 'other', secret: Secret.password(`${PASSWORD}2`) } };
    expect(attempt(provider, 'o', NOW + 11, other)).toBe('other');
    expect(attempt(provider, 'r2', NOW + 600_004)).toBe('op');
  });

  test('failures count only within the window, and a success forgets them', () => {
    const provider = labAcceptor({ policy: { lockout: { threshold: 2, window: 60_000, duration: 600_000 } } });
    expect(refusal(() => attempt(provider, 'a', NOW, wrong))).toContain('LOGON_DENIED');
    expect(refusal(() => attempt(provider, 'b', NOW + 60_001, wrong))).toContain('LOGON_DENIED');
    expect(attempt(provider, 'c', NOW + 60_002)).toBe('op');
    expect(refusal(() => attempt(provider, 'd', NOW + 60_003, wrong))).toContain('LOGON_DENIED');
    expect(attempt(provider, 'e', NOW + 60_004)).toBe('op');
  });

  test('names are compared without case, and a domain by NetBIOS or DNS name', () => {
    const table = new AccountTable(['LAB\\op:x', 'local:y', 'OTHER\\op:z'], 'SRV1');
    const found = (domain: string, user: string) => table.find(domain, user)?.domain;
    expect([found('lab', 'OP'), found('lab.example', 'op'), found('other', 'op')]).toEqual(['LAB', 'LAB', 'OTHER']);
    expect([found('', 'local'), found('.', 'local'), found('WS9', 'local'), found('LAB', 'local')]).toEqual([
      'SRV1',
      'SRV1',
      'SRV1',
      undefined,
    ]);
    expect(found('UNKNOWN', 'op')).toBeUndefined();
  });

  test('SIDs are made of the names, the same in every run, with the well-known RIDs', () => {
    const sid = (entry: string) => new AccountTable([entry]).find('LAB', entry.slice(4, entry.indexOf(':')))?.sid ?? '';
    expect(sid('LAB\\Administrator:x')).toMatch(/^S-1-5-21-\d+-\d+-\d+-500$/);
    expect(sid('LAB\\op:x')).toBe(sid('LAB\\OP:other'));
    expect(sid('LAB\\op:x').split('-').slice(0, 7)).toEqual(sid('LAB\\Administrator:x').split('-').slice(0, 7));
  });

  test('an account is written DOMAIN\\user:password, its password with any character', () => {
    const table = new AccountTable(['LAB\\a.b:p:w\\d']);
    expect(table.find('LAB', 'a.b')?.secret.password).toBe('p:w\\d');
    expect(refusal(() => new AccountTable(['no-colon']))).toContain('DOMAIN\\user:password');
    expect(refusal(() => new AccountTable([{ user: 'x' }]))).toContain('neither a password nor an NT hash');
    expect(refusal(() => new AccountTable([{ user: 'x', ntHash: 'abc' }]))).toContain('32 hexadecimal digits');
  });
});
