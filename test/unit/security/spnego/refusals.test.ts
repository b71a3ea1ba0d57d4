import { describe, expect, test } from 'vitest';
import {
  decodeNegToken,
  encodeMechTypeList,
  encodeNegToken,
  NEG_STATE,
  type NegTokenInit,
  type NegTokenResp,
  OID,
} from '../../../../src/codec/spnego/index.js';
import {
  type InitiatorProvider,
  ntlmPassive,
  type SpnegoAcceptorOptions,
  spnegoPassive,
} from '../../../../src/security/index.js';
import { fromHex } from '../../../support/hex.js';
import { mutualInitiator } from '../../../support/mutual.js';
import { handshake, labInitiator, message, NOW, type OnTheWay, refusal } from '../../../support/security.js';
import { change, client, type Fields, server } from './parties.js';

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
