import {
  AV_FLAGS,
  AV_ID,
  type AvPair,
  allAvFlags,
  avPair,
  avText,
  avTimestamp,
  avValue,
  type ChallengeMessage,
  decodeAvPairs,
  decodeChallenge,
  decodeNtlmV2Response,
  encodeAvPairs,
  encodeChallenge,
  hasFlag,
  isNtlmV2,
  type NegotiateFlag,
  negotiateFlags,
} from '../../../codec/ntlm/index.js';
import { RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { isSignedLevel } from '../../../codec/status/authn.js';
import { must, NotApplicable } from '../../core/index.js';
import { type ClientCheck, observed, reaction, refused } from '../check.js';
import { type Baseline, reached } from '../judge.js';
import type { Change } from '../middle/answer.js';
import { challenges, type Handshake, handshakesOf } from './tokens.js';

const SECTION = '[MS-NLMP] 3.1.5.1.2';

/** The CHALLENGE_MESSAGE, changed and laid out anew. */
const relaid = (change: (message: ChallengeMessage) => Partial<ChallengeMessage>): Change =>
  challenges((octets) => {
    const { gaps: _, headerLength: __, MessageType: ___, ...message } = decodeChallenge(octets);
    const { TargetName, TargetInfo, ...changed } = { ...message, ...change(message as ChallengeMessage) };
    return encodeChallenge({
      ...changed,
      ...(TargetName && { TargetName: { bytes: TargetName.bytes } }),
      ...(TargetInfo && { TargetInfo: { bytes: TargetInfo.bytes } }),
    });
  });

const withPairs = (change: (pairs: readonly AvPair[]) => readonly AvPair[]): Change =>
  relaid(({ TargetInfo }) => {
    const info = decodeAvPairs(TargetInfo?.bytes ?? new Uint8Array(0));
    return { TargetInfo: { bytes: encodeAvPairs({ ...info, pairs: [...change(info.pairs)] }) } };
  });

const withoutFlags = (...flags: readonly NegotiateFlag[]): Change =>
  relaid(({ NegotiateFlags }) => ({ NegotiateFlags: (NegotiateFlags & ~negotiateFlags(...flags)) >>> 0 }));

/** What comes before the end of the list. */
const beforeEnd = (pairs: readonly AvPair[], pair: AvPair): AvPair[] => {
  const end = pairs.findIndex(({ AvId }) => AvId === AV_ID.MsvAvEOL);
  return pairs.toSpliced(end < 0 ? pairs.length : end, 0, pair);
};

/** A challenge that no client may answer. */
const badChallenge = (
  id: string,
  section: string,
  requirement: string,
  stimulus: string,
  change: Change,
  needs: 'security' | 'signing' | 'sealing' = 'security',
): ClientCheck =>
  refused({
    ...{ id, section, requirement, stimulus },
    level: 'MUST',
    needs: ['activation', needs],
    with: { change },
    uses: 'connection',
    at: 'an NTLM challenge',
  });

/** The AV pairs of the NTLMv2 response. Throws `NotApplicable` where it is none. */
function pairsOf({ authenticate }: Handshake): readonly AvPair[] {
  const response = authenticate.NtChallengeResponse?.bytes ?? new Uint8Array(0);
  if (!isNtlmV2(response)) throw new NotApplicable('the client does not answer by NTLMv2');
  return decodeNtlmV2Response(response).ClientChallenge.AvPairs.pairs;
}

const each = (
  check: Omit<Parameters<typeof observed>[0], 'judge' | 'needs' | 'section'> & {
    readonly section?: string;
    readonly judge: (handshake: Handshake) => void;
  },
): ClientCheck =>
  observed({
    section: SECTION,
    needs: ['security'],
    ...check,
    judge({ history }: Baseline) {
      for (const handshake of handshakesOf(history)) check.judge(handshake);
    },
  });

export const NTLM_CHECKS: readonly ClientCheck[] = [
  each({
    id: 'nlmp/3.3.2/ntlmv2',
    section: '[MS-NLMP] 3.3.2',
    requirement: 'The client answers by NTLMv2: servers of today take nothing older.',
    level: 'WINDOWS',
    judge({ authenticate }) {
      const length = authenticate.NtChallengeResponse?.bytes.length ?? 0;
      must(length > 24, 'an NTLMv2 response', `a response of ${length} octets`);
    },
  }),
  observed({
    id: 'nlmp/3.1.5.1.2/mic',
    section: SECTION,
    requirement: 'If the challenge has a timestamp, the AUTHENTICATE_MESSAGE carries a MIC over all three messages.',
    level: 'SHOULD',
    needs: ['security'],
    judge({ history }) {
      handshakesOf(history);
      const { connections } = history;
      const wrong = connections.flatMap(({ securities }) =>
        securities.filter(({ passive }) => passive?.established === true && passive.mic !== 'right'),
      );
      must(wrong.length === 0, 'a MIC that is right', () => wrong[0]?.passive?.mic ?? 'no MIC');
    },
  }),
  each({
    id: 'nlmp/3.1.5.1.2/target-name',
    section: SECTION,
    requirement: 'The NTLMv2 response at the resolver names the service that the client means to reach: a relay shows.',
    level: 'WINDOWS',
    judge(handshake) {
      // [MS-DCOM] 3.2.4.2: at the exporter there may be none to name.
      if (handshake.to === 'exporter') return;
      const name = avText(pairsOf(handshake), 'MsvAvTargetName');
      must(name !== undefined && name !== '', 'MsvAvTargetName', name === '' ? 'an empty one' : 'none');
    },
  }),
  each({
    id: 'nlmp/3.1.5.1.2/channel-bindings',
    section: SECTION,
    requirement: 'The NTLMv2 response has MsvAvChannelBindings, of zeros where there is no channel to bind to.',
    level: 'SHOULD',
    judge(handshake) {
      const value = avValue(pairsOf(handshake), 'MsvAvChannelBindings');
      must(value?.length === 16, '16 octets', value === undefined ? 'none' : `${value.length} octets`);
    },
  }),
  each({
    id: 'nlmp/3.1.5.1.2/timestamp',
    section: SECTION,
    requirement: 'The time of the NTLMv2 response is the one of the challenge.',
    level: 'SHOULD',
    judge(handshake) {
      pairsOf(handshake);
      const { authenticate, challenge } = handshake;
      const wanted = avTimestamp(decodeAvPairs(challenge.TargetInfo?.bytes ?? new Uint8Array(0)).pairs);
      const { ClientChallenge } = decodeNtlmV2Response(authenticate.NtChallengeResponse?.bytes ?? new Uint8Array(0));
      must(ClientChallenge.TimeStamp === wanted, `${wanted}`, `${ClientChallenge.TimeStamp}`);
    },
  }),
  each({
    id: 'nlmp/3.1.5.1.2/lm-response',
    section: SECTION,
    requirement: 'If the challenge has a timestamp, the LM response is empty, or nothing but zeros.',
    level: 'SHOULD',
    judge({ authenticate }) {
      const lm = authenticate.LmChallengeResponse?.bytes ?? new Uint8Array(0);
      must(
        lm.every((octet) => octet === 0),
        'zeros',
        `${lm.length} octets of a response`,
      );
    },
  }),
  each({
    id: 'nlmp/3.1.5.1.2/server-pairs',
    section: SECTION,
    requirement: "The NTLMv2 response repeats the server's AV pairs.",
    level: 'MUST',
    judge(handshake) {
      const own = pairsOf(handshake);
      const { pairs } = decodeAvPairs(handshake.challenge.TargetInfo?.bytes ?? new Uint8Array(0));
      const missing = pairs.find(
        ({ AvId, Value }) => !own.some((pair) => pair.AvId === AvId && Buffer.compare(pair.Value, Value) === 0),
      );
      must(missing === undefined, 'each pair of the challenge', `AvId ${missing?.AvId} is missing or another one`);
    },
  }),
  each({
    id: 'rpce/3.3.1.5.2.2/asks-for-integrity',
    section: '[MS-RPCE] 3.3.1.5.2.2',
    requirement: 'From PKT on the client asks the mechanism for integrity.',
    level: 'MUST',
    judge({ negotiate, level }) {
      if (!isSignedLevel(level)) return;
      const asked = hasFlag(negotiate.NegotiateFlags, 'NTLMSSP_NEGOTIATE_SIGN');
      const sealed = hasFlag(negotiate.NegotiateFlags, 'NTLMSSP_NEGOTIATE_SEAL');
      must(asked || sealed, 'NTLMSSP_NEGOTIATE_SIGN', 'neither SIGN nor SEAL');
    },
  }),
  each({
    id: 'rpce/3.3.1.5.2.2/asks-for-confidentiality',
    section: '[MS-RPCE] 3.3.1.5.2.2',
    requirement: 'At PKT_PRIVACY the client asks the mechanism for confidentiality.',
    level: 'MUST',
    judge({ negotiate, level }) {
      if (level !== RPC_C_AUTHN_LEVEL.PKT_PRIVACY) return;
      must(hasFlag(negotiate.NegotiateFlags, 'NTLMSSP_NEGOTIATE_SEAL'), 'NTLMSSP_NEGOTIATE_SEAL', 'no SEAL');
    },
  }),
  each({
    id: 'nlmp/3.4/strong-session-security',
    section: '[MS-NLMP] 3.4',
    requirement: 'The client asks for extended session security, an exchanged key and 128 bits.',
    level: 'WINDOWS',
    judge({ negotiate }) {
      const strong = [
        'NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY',
        'NTLMSSP_NEGOTIATE_KEY_EXCH',
        'NTLMSSP_NEGOTIATE_128',
      ] as const;
      const missing = strong.filter((flag) => !hasFlag(negotiate.NegotiateFlags, flag));
      must(missing.length === 0, strong.join(', '), `no ${missing.join(', ')}`);
    },
  }),
  badChallenge(
    'nlmp/2.2.1.2/signature',
    '[MS-NLMP] 2.2.1.2',
    'A challenge that does not begin with NTLMSSP is invalid, and is not answered.',
    'a CHALLENGE_MESSAGE that begins with NTLMSSX',
    challenges((octets) => {
      octets[6] = 0x58;
      return octets;
    }),
  ),
  badChallenge(
    'nlmp/2.2.1.2/message-type',
    '[MS-NLMP] 2.2.1.2',
    'A message of another type than 2 is no challenge, and is not answered.',
    'MessageType 1 in place of the challenge',
    challenges((octets) => {
      octets.writeUInt32LE(1, 8);
      return octets;
    }),
  ),
  badChallenge(
    'nlmp/2.2.1.2/truncated',
    '[MS-NLMP] 2.2.1.2',
    'A challenge that ends before its own fields do is not answered.',
    'the first 20 octets of the challenge',
    challenges((octets) => octets.subarray(0, 20)),
  ),
  badChallenge(
    'nlmp/3.1.5.1.2/no-names',
    SECTION,
    'NTLMv2 with integrity is not used if the challenge lacks the NetBIOS names of computer and domain.',
    'a challenge without MsvAvNbComputerName and MsvAvNbDomainName',
    withPairs((pairs) =>
      pairs.filter(({ AvId }) => AvId !== AV_ID.MsvAvNbComputerName && AvId !== AV_ID.MsvAvNbDomainName),
    ),
    'signing',
  ),
  badChallenge(
    'rpce/3.3.1.5.2.2/no-integrity',
    '[MS-RPCE] 3.3.1.5.2.2',
    'If the server does not agree to integrity, a level that needs it cannot be used.',
    'a challenge without SIGN, SEAL and ALWAYS_SIGN',
    withoutFlags('NTLMSSP_NEGOTIATE_SIGN', 'NTLMSSP_NEGOTIATE_SEAL', 'NTLMSSP_NEGOTIATE_ALWAYS_SIGN'),
    'signing',
  ),
  badChallenge(
    'rpce/3.3.1.5.2.2/no-confidentiality',
    '[MS-RPCE] 3.3.1.5.2.2',
    'If the server does not agree to confidentiality, PKT_PRIVACY cannot be used.',
    'a challenge without SEAL',
    withoutFlags('NTLMSSP_NEGOTIATE_SEAL'),
    'sealing',
  ),
  reaction({
    id: 'nlmp/3.1.5.1.2/doubled-flags',
    section: SECTION,
    requirement: 'A server that sends MsvAvFlags itself does not make the client deny its MIC (CVE-2019-1166).',
    level: 'WINDOWS',
    needs: ['activation', 'security'],
    stimulus: 'a challenge with MsvAvFlags 0',
    with: { change: withPairs((pairs) => beforeEnd(pairs, avPair('MsvAvFlags', Buffer.alloc(4)))) },
    judge(attempted) {
      reached(attempted, 'an NTLM challenge');
      let handshakes: Handshake[];
      try {
        handshakes = handshakesOf(attempted.history);
      } catch (error) {
        // It does not answer such a challenge, which denies nothing.
        if (error instanceof NotApplicable) return;
        throw error;
      }
      for (const handshake of handshakes) {
        const flags = allAvFlags(pairsOf(handshake));
        const denied = flags.some((value) => (value & AV_FLAGS.MIC_PRESENT) === 0);
        must(flags.length > 0 && !denied, 'a MIC in each MsvAvFlags', `MsvAvFlags ${flags.join(', ') || 'missing'}`);
      }
    },
  }),
];
