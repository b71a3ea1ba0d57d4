import { describe, expect, test } from 'vitest';
import { asBuffer, toHex } from '../../../../src/codec/bytes.js';
import { isNtlm, type NegotiateFlag } from '../../../../src/codec/ntlm/index.js';
import {
  decodeNegToken,
  encodeMechTypeList,
  encodeNegToken,
  HINT_NAME,
  NEG_STATE,
  type NegToken,
  type NegTokenInit,
  type NegTokenResp,
  OID,
} from '../../../../src/codec/spnego/index.js';
import {
  type AcceptorProvider,
  type InitiatorProvider,
  ntlmPassive,
  Secret,
  type SecurityContext,
  type SpnegoAcceptorOptions,
  spnegoAcceptor,
  spnegoInitiator,
  spnegoPassive,
} from '../../../../src/security/index.js';
import { fromHex } from '../../../support/hex.js';
import { mutualAcceptor, mutualInitiator } from '../../../support/mutual.js';
import {
  handshake,
  labAcceptor,
  labInitiator,
  message,
  NOW,
  type OnTheWay,
  PASSWORD,
  refusal,
} from '../../../support/security.js';

const server = (options: Partial<SpnegoAcceptorOptions> = {}): SecurityContext =>
  spnegoAcceptor({ mechanisms: [labAcceptor()], ...options }).accept();
const client = (level = 6, mechanisms: readonly InitiatorProvider[] = [labInitiator()]): SecurityContext =>
  spnegoInitiator(mechanisms).initiate({ level, target: 'RPCSS/dc1' });

const talk = (initiator: SecurityContext, acceptor: SecurityContext): number[] => {
  const numbers: number[] = [];
  for (const [from, to] of [
    [initiator, acceptor],
    [acceptor, initiator],
  ] as const) {
    for (const body of ['one', 'two']) {
      const sent = message(body);
      const signature = from.seal(sent);
      numbers.push(asBuffer(signature).readUInt32LE(12));
      to.unseal(sent, signature);
    }
  }
  return numbers;
};

const kinds = (tokens: readonly Buffer[]) => tokens.map((token) => decodeNegToken(token));

describe('NTLM as the only mechanism', () => {
  const [initiator, acceptor] = [client(), server()];
  const tokens = handshake(initiator, acceptor);

  test('takes two pairs of tokens: bind and alter_context', () => {
    expect(kinds(tokens)).toMatchObject([
      { kind: 'NegTokenInit', framed: true, mechTypes: [OID.NTLM] },
      { kind: 'NegTokenResp', negState: NEG_STATE.ACCEPT_INCOMPLETE, supportedMech: OID.NTLM },
      { kind: 'NegTokenResp', negState: NEG_STATE.ACCEPT_INCOMPLETE, mechListMIC: { length: 16 } },
      { kind: 'NegTokenResp', negState: NEG_STATE.ACCEPT_COMPLETED, mechListMIC: { length: 16 } },
    ]);
    expect(decodeNegToken(tokens[3] as Buffer)).not.toHaveProperty('responseToken');
  });

  test('[MS-SPNG] 3.2.5.1: the MICs take number 0, the first PDU number 1 on the same key stream', () => {
    const micOf = (token: Buffer) => (decodeNegToken(token) as NegTokenResp).mechListMIC as Uint8Array;
    expect([tokens[2], tokens[3]].map((token) => asBuffer(micOf(token as Buffer)).readUInt32LE(12))).toEqual([0, 0]);
    expect(talk(initiator, acceptor)).toEqual([1, 2, 1, 2]);
  });

  test('both sides know the same, and say that it was NTLM', () => {
    expect(toHex(initiator.sessionKey as Uint8Array)).toBe(toHex(acceptor.sessionKey as Uint8Array));
    expect(acceptor.identity).toMatchObject({ domain: 'LAB', user: 'op', workstation: 'WS1' });
    expect(acceptor.info).toMatchObject({ mechanism: 'NTLM' });
    expect(acceptor.info.notes).toEqual(
      expect.arrayContaining(['inside SPNEGO', 'chose NTLM of NTLM', 'mechListMIC right']),
    );
    expect([acceptor.authType, acceptor.threeLegs, acceptor.capabilities]).toEqual([
      9,
      false,
      { integrity: true, confidentiality: true },
    ]);
  });

  test('a sniffer with the password follows, MICs and all', () => {
    const [a, b] = [client(), server()];
    const sniffer = spnegoPassive([ntlmPassive([{ user: 'OP', secret: Secret.password(PASSWORD) }])]).observe();
    for (const [i, token] of handshake(a, b).entries()) sniffer.observe(i % 2 === 0 ? 'initiator' : 'acceptor', token);
    expect(sniffer.info.notes).toEqual(
      expect.arrayContaining(['MIC right', 'mechListMIC of the initiator right', 'mechListMIC of the acceptor right']),
    );
    const sent = message('heard');
    const signature = a.seal(sent);
    sniffer.unprotect('initiator', sent, signature, true);
    expect(sent.pdu.toString('latin1')).toContain('heard');
    const answer = message('answer');
    sniffer.unprotect('acceptor', answer, b.sign(answer), false);
    expect(sniffer.identity).toMatchObject({ domain: 'LAB', user: 'op', sid: '' });
  });
});

describe('a choice of mechanisms', () => {
  const krb = mutualInitiator();

  test('a server without the preferred mechanism requests MICs, and NTLM starts anew', () => {
    const [initiator, acceptor] = [client(6, [krb, labInitiator()]), server()];
    const tokens = handshake(initiator, acceptor);
    expect(toHex(tokens[1] as Buffer)).toBe('a1153013a0030a0103a10c060a2b06010401823702020a');
    const third = decodeNegToken(tokens[2] as Buffer) as NegTokenResp;
    expect([third.negState, isNtlm(third.responseToken as Uint8Array)]).toEqual([NEG_STATE.ACCEPT_INCOMPLETE, true]);
    expect(tokens).toHaveLength(6);
    expect(acceptor.info.notes).toContain('chose NTLM of MS_KERBEROS, KERBEROS, NTLM');
    talk(initiator, acceptor);
  });

  test('the preferred mechanism, known to both, runs its own legs, and nothing of NTLM', () => {
    const mechanisms: AcceptorProvider[] = [labAcceptor(), mutualAcceptor()];
    const [initiator, acceptor] = [client(6, [krb, labInitiator()]), server({ mechanisms })];
    const tokens = handshake(initiator, acceptor);
    expect(kinds(tokens).map((token) => token.kind === 'NegTokenResp' && token.negState)).toEqual([
      false,
      NEG_STATE.ACCEPT_INCOMPLETE,
      NEG_STATE.ACCEPT_INCOMPLETE,
      NEG_STATE.ACCEPT_COMPLETED,
    ]);
    expect([initiator.info.mechanism, acceptor.info.mechanism]).toEqual(['mutual', 'mutual']);
    // [MS-SPNG] 3.2.5: the name under which the client's token came is the one that is answered.
    expect(decodeNegToken(tokens[1] as Buffer)).toMatchObject({ supportedMech: OID.MS_KERBEROS });
    expect([initiator.established, acceptor.established]).toEqual([true, true]);
  });

  test('[MS-SPNG] 3.2.5.2: a server that speaks first sends NegTokenInit2, and is offered what it has', () => {
    const [initiator, acceptor] = [client(6, [krb, labInitiator()]), server()];
    const hints = acceptor.step(undefined, NOW).token as Uint8Array;
    expect(decodeNegToken(hints)).toMatchObject({ mechTypes: [OID.NTLM], negHints: { hintName: HINT_NAME } });
    const first = initiator.step(hints, NOW).token as Uint8Array;
    expect(decodeNegToken(first)).toMatchObject({ mechTypes: [OID.NTLM] });
    const answer = acceptor.step(first, NOW);
    expect(answer.done).toBe(false);
  });

  test('no mechanism in common', () => {
    expect(refusal(() => handshake(client(6, [krb]), server()))).toBe(
      'UNSUPPORTED: SPNEGO: the client offers MS_KERBEROS, KERBEROS, none of which is known here',
    );
    const hints = server().step(undefined, NOW).token as Uint8Array;
    expect(refusal(() => client(6, [krb]).step(hints, NOW))).toContain('UNSUPPORTED');
    expect(refusal(() => spnegoInitiator([]))).toBe('UNSUPPORTED: SPNEGO has no mechanism to offer');
  });
});

describe('clients that Windows takes too', () => {
  test('raw NTLM without SPNEGO around it ([MS-SPNG] product note 8)', () => {
    const [initiator, acceptor] = [labInitiator().initiate({ level: 6 }), server()];
    const tokens = handshake(initiator, acceptor);
    expect(tokens.map(isNtlm)).toEqual([true, true, true]);
    expect(acceptor.info.notes).toContain('raw NTLM, no list of mechanisms');
    expect(talk(initiator, acceptor)).toEqual([0, 1, 0, 1]);
    const sniffer = spnegoPassive([ntlmPassive([{ secret: Secret.password(PASSWORD) }])]).observe();
    for (const [i, token] of tokens.entries()) sniffer.observe(i === 1 ? 'acceptor' : 'initiator', token);
    expect(sniffer.established).toBe(true);
  });

  test('NTLM that cannot sign makes no mechListMIC', () => {
    const flags = (): readonly NegotiateFlag[] => ['NTLMSSP_NEGOTIATE_UNICODE', 'NTLMSSP_NEGOTIATE_NTLM'];
    const [initiator, acceptor] = [client(2, [labInitiator({ flags })]), server()];
    const tokens = handshake(initiator, acceptor);
    expect(kinds(tokens).some((token) => token.mechListMIC !== undefined)).toBe(false);
    expect(acceptor.established).toBe(true);
  });

  test('a mechListMIC beside the token of a mechanism that goes on is passed over, [MS-SPNG] note 8', () => {
    const mechListMIC = Buffer.alloc(16, 1);
    const [initiator, acceptor] = [client(6, [mutualInitiator()]), server({ mechanisms: [mutualAcceptor()] })];
    const early = change(0, (token) => ({ ...token, mechListMIC }));
    handshake(initiator, acceptor, NOW, early);
    expect(acceptor.established).toBe(true);
  });

  test('one that is the token once more, of a client from before the MIC, is passed over too', () => {
    const [initiator, acceptor] = [client(6, [labInitiator({ mic: false })]), server()];
    handshake(
      initiator,
      acceptor,
      NOW,
      change(2, (token) => ({ ...token, mechListMIC: token.responseToken })),
    );
    expect(acceptor.info.notes).toContain('mechListMIC not looked at: it is the token once more');
  });

  test('one without NTLMSSP_NEGOTIATE_SIGN, as at CONNECT, is told apart from a changed list', () => {
    const flags = (): readonly NegotiateFlag[] => ['NTLMSSP_NEGOTIATE_UNICODE', 'NTLMSSP_NEGOTIATE_NTLM'];
    const [initiator, acceptor] = [client(2, [labInitiator({ flags })]), server()];
    handshake(
      initiator,
      acceptor,
      NOW,
      change(2, (token) => ({ ...token, mechListMIC: Buffer.alloc(16, 1) })),
    );
    expect(acceptor.established).toBe(true);
    expect(acceptor.info.notes).toContain('mechListMIC not looked at: signing was not negotiated');
  });

  test('a client from before the MIC sends no mechListMIC, and gets none', () => {
    const [initiator, acceptor] = [client(6, [labInitiator({ mic: false })]), server()];
    expect(toHex(handshake(initiator, acceptor)[3] as Buffer)).toBe('a1073005a0030a0100');
    expect(talk(initiator, acceptor)).toEqual([0, 1, 0, 1]);
  });
});

type Fields = Partial<Omit<NegTokenInit, 'kind'> & Omit<NegTokenResp, 'kind'>>;

/** Changes the token with this index on its way. */
const change =
  (index: number, edit: (token: Fields) => object): OnTheWay =>
  (token, _, at) =>
    at === index ? encodeNegToken(edit({ ...decodeNegToken(token) }) as NegToken) : token;
const without = <T extends object>(token: T, ...names: string[]): object =>
  Object.fromEntries(Object.entries(token).filter(([name]) => !names.includes(name)));

describe('a list of mechanisms that was tampered with is refused', () => {
  const run = (
    onTheWay: OnTheWay,
    mechanisms?: readonly InitiatorProvider[],
    options?: Partial<SpnegoAcceptorOptions>,
  ) => refusal(() => handshake(client(6, mechanisms), server(options), NOW, onTheWay));
  const withKerberos = [mutualInitiator(), labInitiator()];

  test('the better mechanism taken off the list', () => {
    // The relay starts NTLM itself with the client, so that the server sees NTLM as the preferred mechanism.
    const onlyNtlm = encodeMechTypeList([OID.NTLM]);
    const [initiator, acceptor] = [client(6, withKerberos), server()];
    initiator.step(undefined, NOW);
    const negotiate = initiator.step(fromHex('a1153013a0030a0103a10c060a2b06010401823702020a'), NOW)
      .token as Uint8Array;
    const mechToken = (decodeNegToken(negotiate) as NegTokenResp).responseToken as Uint8Array;
    const init: NegTokenInit = { kind: 'NegTokenInit', framed: true, mechTypeList: onlyNtlm, mechToken };
    const challenge = acceptor.step(encodeNegToken({ ...init, mechTypes: [OID.NTLM] }), NOW).token as Uint8Array;
    const authenticate = initiator.step(challenge, NOW).token as Uint8Array;
    expect(refusal(() => acceptor.step(authenticate, NOW))).toMatch(
      /^BAD_MIC: mechListMIC: the list of mechanisms was changed/,
    );
  });

  test('the order of the list changed, or a mechanism added', () => {
    const lists = [
      [OID.NTLM, OID.NEGOEX],
      [OID.NTLM, OID.KERBEROS, OID.NTLM],
    ];
    for (const mechTypes of lists) {
      const edit = (token: object) => ({ ...without(token, 'mechTypeList'), mechTypes });
      expect(run(change(0, edit))).toContain('BAD_MIC: mechListMIC: the list of mechanisms was changed');
    }
  });

  test('every flipped bit of the encoded list', () => {
    const list = encodeMechTypeList([OID.NTLM]);
    for (let bit = 0; bit < list.length * 8; bit++) {
      const mechTypeList = Buffer.from(list);
      mechTypeList[bit >> 3] = (list[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(run(change(0, (token) => ({ ...token, mechTypeList })))).toMatch(/^(BAD_MIC|BAD_TOKEN|UNSUPPORTED): /);
    }
  });

  test('the MIC taken away, from either side', () => {
    expect(run(change(2, (token) => without(token, 'mechListMIC')))).toBe(
      'BAD_MIC: mechListMIC: the client sent none, the list of mechanisms cannot be trusted',
    );
    expect(run(change(3, (token) => without(token, 'mechListMIC')))).toBe(
      'BAD_MIC: mechListMIC: the server sent none, the list of mechanisms cannot be trusted',
    );
    expect(
      run(
        change(5, (token) => without(token, 'mechListMIC')),
        withKerberos,
      ),
    ).toContain('BAD_MIC');
    expect(
      run(
        change(4, (token) => without(token, 'mechListMIC')),
        withKerberos,
        { mechListMic: 'rfc4178' },
      ),
    ).toContain('BAD_MIC');
  });

  test('every flipped bit of either MIC', () => {
    for (const index of [2, 3]) {
      for (let bit = 0; bit < 128; bit++) {
        const edit = (token: Fields) => {
          const mechListMIC = Buffer.from(token.mechListMIC as Uint8Array);
          mechListMIC[bit >> 3] = (mechListMIC[bit >> 3] as number) ^ (1 << (bit & 7));
          return { ...token, mechListMIC };
        };
        expect(run(change(index, edit))).toContain('BAD_MIC: mechListMIC');
      }
    }
  });

  test('a mechanism that was not offered', () => {
    expect(run(change(1, (token) => ({ ...token, supportedMech: OID.NEGOEX })))).toBe(
      'BAD_TOKEN: SPNEGO: the server chose NEGOEX, which was not offered',
    );
  });

  test('RFC 4178: a server may not insist where the mechanism is the preferred one; `always` insists', () => {
    handshake(client(6, [labInitiator({ mic: false })]), server({ mechListMic: 'rfc4178' }));
    expect(run((token) => token, [labInitiator({ mic: false })], { mechListMic: 'always' })).toContain(
      'the client sent none',
    );
  });
});

describe('a token that is broken or out of order is refused', () => {
  const answer = (token: Partial<NegTokenResp>) => encodeNegToken({ kind: 'NegTokenResp', ...token });

  test('to the server', () => {
    const first = client().step(undefined, NOW).token as Uint8Array;
    const at = (...tokens: (Uint8Array | undefined)[]) =>
      refusal(() => {
        const acceptor = server();
        for (const token of tokens) acceptor.step(token, NOW);
      });
    expect(at(fromHex('00'))).toContain('BAD_TOKEN: NegotiationToken');
    expect(at(answer({ negState: 1 }))).toBe('BAD_TOKEN: SPNEGO: an answer before the question');
    expect(at(first, first)).toBe('BAD_TOKEN: SPNEGO: a second NegTokenInit');
    expect(at(first, undefined)).toBe('BAD_TOKEN: SPNEGO: the client sent no token');
    expect(at(first, answer({}))).toBe('BAD_TOKEN: SPNEGO: no token for the mechanism');
    expect(at(first, answer({ negState: NEG_STATE.REJECT }))).toContain('LOGON_DENIED');
    expect(at(encodeNegToken({ kind: 'NegTokenInit', framed: true }))).toContain('the client offers nothing');
  });

  test('to the client', () => {
    const at = (...tokens: (Uint8Array | undefined)[]) =>
      refusal(() => {
        const initiator = client();
        initiator.step(undefined, NOW);
        for (const token of tokens) initiator.step(token, NOW);
      });
    expect(at(undefined)).toBe('BAD_TOKEN: SPNEGO: the server sent no token');
    expect(at(answer({ negState: NEG_STATE.REJECT }))).toContain('LOGON_DENIED: SPNEGO: the server rejected');
    expect(at(answer({ negState: NEG_STATE.ACCEPT_COMPLETED }))).toContain('accepts before the mechanism has finished');
    expect(at(answer({ negState: NEG_STATE.ACCEPT_INCOMPLETE }))).toContain('nothing is left to say');
    expect(at(labInitiator().initiate({ level: 2 }).step(undefined, NOW).token)).toContain('raw NTLM');
    expect(at(client().step(undefined, NOW).token)).toContain('a NegTokenInit after the client had begun');
    expect(refusal(() => client().step(answer({ negState: 0 }), NOW))).toContain('an answer before the question');
  });

  test('after the end, and after a failure', () => {
    const [initiator, acceptor] = [client(), server()];
    const tokens = handshake(initiator, acceptor);
    for (const context of [initiator, acceptor]) {
      expect(refusal(() => context.step(tokens[2], NOW))).toBe(
        'BAD_TOKEN: a token after the end of the SPNEGO handshake',
      );
    }
    const failed = server();
    expect(refusal(() => failed.step(fromHex('ff'), NOW))).toContain('BAD_TOKEN');
    expect(refusal(() => failed.step(tokens[0], NOW))).toBe('BAD_TOKEN: this SPNEGO handshake has failed before');
    expect(refusal(() => failed.sign(message('')))).toContain('NOT_ESTABLISHED');
    expect([failed.identity, failed.sessionKey, failed.capabilities]).toEqual([
      undefined,
      undefined,
      { integrity: false, confidentiality: false },
    ]);
  });
});

test('a sniffer remembers what it cannot read as a note, and never throws', () => {
  const sniffer = spnegoPassive([ntlmPassive([])]).observe();
  sniffer.observe('initiator', fromHex('00'));
  sniffer.observe('acceptor', fromHex('a1073005a0030a0100'));
  expect(sniffer.info.notes.join()).toContain('a token of the initiator: NegotiationToken');
  expect(sniffer.established).toBe(false);
  expect(refusal(() => sniffer.unprotect('initiator', message(''), Buffer.alloc(16), true))).toContain(
    'NOT_ESTABLISHED',
  );
});
