import { describe, expect, test } from 'vitest';
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
import { TAMPERINGS, tampered } from '../../../src/relay/tamper.js';
import { spnegoAcceptor, spnegoInitiator } from '../../../src/security/index.js';
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
