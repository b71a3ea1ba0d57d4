import { describe, expect, test } from 'vitest';
import { AP_REQ, decodeMessage } from '../../../src/codec/kerberos/index.js';
import {
  type AuthenticateMessage,
  AV_FLAGS,
  avFlags,
  avText,
  avValue,
  decodeAuthenticate,
  decodeAvPairs,
  decodeChallenge,
  decodeNegotiate,
  decodeNtlmV2Response,
  hasFlag,
} from '../../../src/codec/ntlm/index.js';
import { decodeNegToken, type NegTokenInit } from '../../../src/codec/spnego/index.js';
import { TAMPERINGS, type Tampering, tampered } from '../../../src/relay/tamper.js';
import { AP_REQ_TAMPERINGS } from '../../../src/relay/tamper-ap-req.js';
import { spnegoAcceptor, spnegoInitiator } from '../../../src/security/index.js';
import { kerberosPair, kerberosProviders, SERVICE } from '../../support/kerberos.js';
import { handshake, labAcceptor, labInitiator, NOW, pair, refusal } from '../../support/security.js';

const [negotiate, challenge, authenticate] = pair(5).tokens as [Buffer, Buffer, Buffer];
const pairsOf = (message: AuthenticateMessage) =>
  decodeNtlmV2Response(message.NtChallengeResponse?.bytes as Uint8Array).ClientChallenge.AvPairs.pairs;

describe('tampering changes what it says, and nothing else', () => {
  test.each(Object.entries(TAMPERINGS))('%s leaves the messages alone that it does not name', (_, tampering) => {
    const untouched = [
      ...('negotiate' in tampering ? [] : [negotiate]),
      ...('challenge' in tampering ? [] : [challenge]),
      ...('authenticate' in tampering ? [] : [authenticate]),
    ];
    for (const token of untouched) expect(tampered(token, tampering)).toEqual(token);
  });

  test('without tampering a token goes on octet by octet', () => {
    for (const token of [negotiate, challenge, authenticate]) expect(tampered(token, undefined)).toBe(token);
  });

  test('micDropped: the fields of AUTHENTICATE_MESSAGE stay, the MIC and its room go', () => {
    const [before, after] = [authenticate, tampered(authenticate, TAMPERINGS.micDropped)].map(decodeAuthenticate) as [
      AuthenticateMessage,
      AuthenticateMessage,
    ];
    expect(before.MIC).toHaveLength(16);
    expect(after.MIC).toBeUndefined();
    expect(after.NtChallengeResponse?.bytes).toEqual(before.NtChallengeResponse?.bytes);
    expect(after.EncryptedRandomSessionKey?.bytes).toEqual(before.EncryptedRandomSessionKey?.bytes);
    expect([after.NegotiateFlags, after.Version]).toEqual([before.NegotiateFlags, before.Version]);
  });

  test('micDisowned: MsvAvFlags no longer announces one', () => {
    expect(avFlags(pairsOf(decodeAuthenticate(authenticate))) & AV_FLAGS.MIC_PRESENT).toBe(AV_FLAGS.MIC_PRESENT);
    const after = decodeAuthenticate(tampered(authenticate, TAMPERINGS.micDisowned));
    expect(avFlags(pairsOf(after)) & AV_FLAGS.MIC_PRESENT).toBe(0);
    expect(after.MIC).toBeUndefined();
  });

  test('targetNameEdited: MsvAvTargetName is another, NTProofStr the same', () => {
    const [before, after] = [authenticate, tampered(authenticate, TAMPERINGS.targetNameEdited)].map(
      decodeAuthenticate,
    ) as [AuthenticateMessage, AuthenticateMessage];
    expect([before, after].map((message) => avText(pairsOf(message), 'MsvAvTargetName'))).toEqual([
      'RPCSS/dc1',
      'RPCSS/harness',
    ]);
    const proofs = [before, after].map(
      (message) => decodeNtlmV2Response(message.NtChallengeResponse?.bytes as Uint8Array).Response,
    );
    expect(proofs[0]).toEqual(proofs[1]);
  });

  test('flagsDowngraded: SIGN and KEY_EXCH go, the other flags stay', () => {
    const before = decodeNegotiate(negotiate).NegotiateFlags;
    const after = decodeNegotiate(tampered(negotiate, TAMPERINGS.flagsDowngraded)).NegotiateFlags;
    for (const flag of ['NTLMSSP_NEGOTIATE_SIGN', 'NTLMSSP_NEGOTIATE_KEY_EXCH'] as const)
      expect([hasFlag(before, flag), hasFlag(after, flag)]).toEqual([true, false]);
    expect(before - after).toBe(0x40000010);
  });

  test('timeRemoved: MsvAvTimestamp goes, names and ServerChallenge stay', () => {
    const [before, after] = [challenge, tampered(challenge, TAMPERINGS.timeRemoved)].map(decodeChallenge);
    const infos = [before, after].map((each) => decodeAvPairs(each?.TargetInfo?.bytes as Uint8Array).pairs);
    expect(infos.map((pairs) => avValue(pairs, 'MsvAvTimestamp')?.length)).toEqual([8, undefined]);
    expect(infos.map((pairs) => avText(pairs, 'MsvAvNbComputerName'))).toEqual(['DC1', 'DC1']);
    expect(after?.ServerChallenge).toEqual(before?.ServerChallenge);
  });
});

describe('inside SPNEGO', () => {
  const begin = (level = 2) => {
    const initiator = spnegoInitiator([labInitiator()]).initiate({ level, target: 'RPCSS/dc1' });
    return { initiator, acceptor: spnegoAcceptor({ mechanisms: [labAcceptor()] }).accept() };
  };

  test('the NTLM message changes, the list of mechanisms does not', () => {
    const first = begin().initiator.step(undefined, NOW).token as Uint8Array;
    const [before, after] = [first, tampered(first, TAMPERINGS.flagsDowngraded)].map(decodeNegToken) as NegTokenInit[];
    expect(after?.mechTypes).toEqual(before?.mechTypes);
    expect(after?.mechToken).toEqual(tampered(before?.mechToken as Uint8Array, TAMPERINGS.flagsDowngraded));
  });

  test.each(Object.entries(TAMPERINGS).filter(([name]) => !name.startsWith('timeRemoved')))(
    'a server notices %s',
    (_, tampering) => {
      const { initiator, acceptor } = begin();
      const attempt = () => handshake(initiator, acceptor, NOW, (token) => tampered(token, tampering));
      expect(refusal(attempt)).toMatch(/^(BAD_MIC|LOGON_DENIED): /);
    },
  );

  test('a victim that wants to sign notices flagsDowngraded itself', () => {
    const { initiator, acceptor } = begin(5);
    const attempt = () => handshake(initiator, acceptor, NOW, (token) => tampered(token, TAMPERINGS.flagsDowngraded));
    expect(refusal(attempt)).toBe(
      'POLICY: the server did not choose NTLMSSP_NEGOTIATE_SIGN, which the authentication level needs',
    );
  });
});

describe('tampering with an AP-REQ', () => {
  const [request, reply, third] = kerberosPair().tokens as [Buffer, Buffer, Buffer];
  const before = decodeMessage(AP_REQ, request);
  const changedBy = (tampering: Tampering, token = request) =>
    decodeMessage(AP_REQ, tampered(token, tampering, 'RPCSS/other.lab.example'));

  test('renamed: the ticket names the target, and is otherwise what the KDC gave', () => {
    const { ticket } = changedBy(AP_REQ_TAMPERINGS.renamed);
    expect(ticket.sname).toEqual({ ...before.ticket.sname, name_string: ['RPCSS', 'other.lab.example'] });
    expect(ticket.enc_part).toEqual(before.ticket.enc_part);
  });

  test('mutualCleared: the options lose one bit, the authenticator nothing', () => {
    const { ap_options, authenticator } = changedBy(AP_REQ_TAMPERINGS.mutualCleared);
    expect([before.ap_options, ap_options]).toEqual([0x20000000, 0]);
    expect(authenticator).toEqual(before.authenticator);
  });

  test('checksumChanged: one bit of the authenticator is another', () => {
    const { authenticator, ticket } = changedBy(AP_REQ_TAMPERINGS.checksumChanged);
    const differing = authenticator.cipher.filter((octet, index) => octet !== before.authenticator.cipher[index]);
    expect([differing.length, ticket]).toEqual([1, before.ticket]);
  });

  test('the AP-REPs of both sides pass as they came, and SPNEGO around an AP-REQ stays', () => {
    for (const token of [reply, third, negotiate])
      expect(tampered(token, AP_REQ_TAMPERINGS.renamed, 'RPCSS/x')).toBe(token);
    const { initiator } = kerberosProviders();
    const offer = spnegoInitiator([initiator]).initiate({ level: 6, target: SERVICE }).step(undefined, NOW).token;
    const { mechTypes, mechToken } = decodeNegToken(
      tampered(offer as Buffer, AP_REQ_TAMPERINGS.renamed, 'RPCSS/x'),
    ) as NegTokenInit;
    expect(mechTypes).toEqual((decodeNegToken(offer as Buffer) as NegTokenInit).mechTypes);
    expect(decodeMessage(AP_REQ, mechToken as Buffer).ticket.sname.name_string).toEqual(['RPCSS', 'x']);
  });
});
