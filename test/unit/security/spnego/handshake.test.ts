import { describe, expect, test } from 'vitest';
import { asBuffer, toHex } from '../../../../src/codec/bytes.js';
import { isNtlm, type NegotiateFlag } from '../../../../src/codec/ntlm/index.js';
import { decodeNegToken, HINT_NAME, NEG_STATE, type NegTokenResp, OID } from '../../../../src/codec/spnego/index.js';
import {
  type AcceptorProvider,
  ntlmPassive,
  Secret,
  spnegoInitiator,
  spnegoPassive,
} from '../../../../src/security/index.js';
import { mutualAcceptor, mutualInitiator } from '../../../support/mutual.js';
import { handshake, labAcceptor, labInitiator, message, NOW, PASSWORD, refusal } from '../../../support/security.js';
import { change, client, server, talk } from './parties.js';

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
