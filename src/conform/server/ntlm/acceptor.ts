import {
  AV_ID,
  type AvPair,
  avText,
  avValue,
  type ChallengeMessage,
  decodeAuthenticate,
  decodeAvPairs,
  decodeChallenge,
  encodeNtlmMessage,
  hasFlag,
  type NegotiateFlag,
} from '../../../codec/ntlm/index.js';
import { RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { TAMPERINGS, type Tampering } from '../../../relay/tamper.js';
import type { Protection } from '../../../rpc/core/protection.js';
import { must } from '../../core/index.js';
import { contextOf, WHOLE } from '../association.js';
import { nobody } from '../auth/legs.js';
import { group, type ServerCheckRow } from '../group.js';
import { mustFail, NTLM, SPNEGO, type Target } from '../target.js';
import { changedContext, tamperedContext, watchedContext } from './changed-context.js';

const { CONNECT, PKT_INTEGRITY } = RPC_C_AUTHN_LEVEL;

/** The CHALLENGE_MESSAGE of the target, asked for as a client at a level asks. */
async function challengeOf(target: Target, level: number = PKT_INTEGRITY): Promise<ChallengeMessage> {
  const association = await target.connect();
  const context = await target.logon(NTLM, level);
  const auth_value = context.step(undefined, target.environment.clock()).token as Uint8Array;
  const auth = { auth_type: NTLM, auth_level: level, auth_context_id: 0, auth_value };
  const ack = await association.bind([contextOf(target.simple.interface)], { auth });
  return decodeChallenge(ack.auth?.auth_value ?? new Uint8Array(0));
}

const pairsOf = ({ TargetInfo }: ChallengeMessage): readonly AvPair[] =>
  decodeAvPairs(TargetInfo?.bytes ?? new Uint8Array(0)).pairs;

/** A logon with the right password whose messages are changed on their way, and a call signed with the right key. */
async function logOnChanged(target: Target, authType: number, tampering: Tampering): Promise<void> {
  const association = await target.connect();
  // A client of before CVE-2019-1166 keeps what is slipped into the challenge.
  const own = await target.logon(authType, PKT_INTEGRITY, { ntlm: { keepsServerFlags: true } });
  const context = tamperedContext(own, tampering);
  const protection = await association.authenticate(target.simple.interface, { context, level: PKT_INTEGRITY });
  await target.works(association, { protection });
}

/** The last octet of the message: of what the MIC covers, whatever stands there. */
const lastOctetChanged: Tampering = {
  authenticate(message) {
    const octets = encodeNtlmMessage(message);
    octets[octets.length - 1] = (octets.at(-1) as number) ^ 1;
    return decodeAuthenticate(octets);
  },
};

/** Covered only by the MIC: neither a response nor a key is made of it, and nothing moves. */
const versionChanged: Tampering = {
  authenticate(message) {
    const { Version } = message;
    if (Version === undefined) throw new Error('the suite sends no Version');
    return { ...message, Version: { ...Version, ProductBuild: Version.ProductBuild ^ 1 } };
  },
};

const MESSAGES: readonly (readonly [name: string, what: string, section: string, tampering: Tampering])[] = [
  ['mic-dropped', 'whose MIC is announced and missing', '[MS-NLMP] 3.2.5.1.2', TAMPERINGS.micDropped],
  ['mic-disowned', 'whose announcement of a MIC was taken out', '[MS-NLMP] 3.3.2', TAMPERINGS.micDisowned],
  ['target-name-edited', 'whose MsvAvTargetName was changed', '[MS-NLMP] 3.3.2', TAMPERINGS.targetNameEdited],
  [
    'flags-doubled',
    'in which MsvAvFlags stands twice, the first without the bit of a MIC',
    '[MS-NLMP] 2.2.2.1',
    TAMPERINGS.flagsDoubled,
  ],
  ['version', 'whose Version was changed', '[MS-NLMP] 3.2.5.1.2', versionChanged],
  ['last-octet', 'whose last octet was changed', '[MS-NLMP] 3.2.5.1.2', lastOctetChanged],
];

const FLAGS: readonly NegotiateFlag[] = [
  'NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY',
  'NTLMSSP_NEGOTIATE_128',
  'NTLMSSP_NEGOTIATE_SIGN',
  'NTLMSSP_NEGOTIATE_TARGET_INFO',
];

/** NTLM as the target accepts it. */
export const NTLM_CHECKS = group({ needs: ['rpc', 'account', 'ntlm'], section: '[MS-NLMP] 3.2.5.1.1' }, [
  ...(['MsvAvNbComputerName', 'MsvAvNbDomainName'] as const).map(
    (name): ServerCheckRow => ({
      id: `ntlm/2.2.2.1/${name.replace('MsvAv', '').toLowerCase()}`,
      section: '[MS-NLMP] 2.2.2.1',
      requirement: `TargetInfo of a CHALLENGE_MESSAGE has ${name}.`,
      stimulus: 'a NEGOTIATE_MESSAGE',
      async run(target) {
        const text = avText(pairsOf(await challengeOf(target)), name);
        must(text !== undefined && text !== '', name, text ?? 'none');
      },
    }),
  ),
  {
    id: 'ntlm/2.2.2.1/ends-with-eol',
    section: '[MS-NLMP] 2.2.2.1',
    requirement: 'TargetInfo ends with MsvAvEOL.',
    stimulus: 'a NEGOTIATE_MESSAGE',
    async run(target) {
      const last = pairsOf(await challengeOf(target)).at(-1);
      must(last?.AvId === AV_ID.MsvAvEOL, 'MsvAvEOL', `AvId ${last?.AvId}`);
    },
  },
  {
    id: 'ntlm/2.2.2.1/no-pair-twice',
    section: '[MS-NLMP] 2.2.2.1',
    requirement: 'No AV_PAIR of TargetInfo stands twice.',
    stimulus: 'a NEGOTIATE_MESSAGE',
    async run(target) {
      const ids = pairsOf(await challengeOf(target)).map(({ AvId }) => AvId);
      must(new Set(ids).size === ids.length, 'each once', ids.join(' '));
    },
  },
  {
    id: 'ntlm/3.2.5.1.1/time',
    level: 'WINDOWS',
    requirement: 'A CHALLENGE_MESSAGE has the server’s time, so that clients send a MIC.',
    stimulus: 'a NEGOTIATE_MESSAGE',
    async run(target) {
      const time = avValue(pairsOf(await challengeOf(target)), 'MsvAvTimestamp');
      must(time?.length === 8, 'MsvAvTimestamp', 'none');
    },
  },
  {
    id: 'ntlm/3.2.5.1.1/challenges-differ',
    requirement: 'Each handshake has a challenge of its own.',
    stimulus: 'three NEGOTIATE_MESSAGEs on three connections',
    async run(target) {
      const seen = new Set<string>();
      for (let call = 0; call < 3; call++)
        seen.add(Buffer.from((await challengeOf(target)).ServerChallenge).toString('hex'));
      must(seen.size === 3, 'three challenges', [...seen].join(' '));
    },
  },
  ...FLAGS.map(
    (flag): ServerCheckRow => ({
      id: `ntlm/2.2.2.5/${flag.replace('NTLMSSP_NEGOTIATE_', '').replaceAll('_', '-').toLowerCase()}`,
      section: '[MS-NLMP] 2.2.2.5',
      requirement: `A client that asks for ${flag === 'NTLMSSP_NEGOTIATE_TARGET_INFO' ? 'extended session security' : flag} gets ${flag}.`,
      stimulus: 'a NEGOTIATE_MESSAGE as Windows sends it at PKT_INTEGRITY',
      async run(target) {
        const { NegotiateFlags } = await challengeOf(target);
        must(hasFlag(NegotiateFlags, flag), flag, `flags 0x${NegotiateFlags.toString(16)}`);
      },
    }),
  ),
  {
    id: 'ntlm/2.2.2.5/seal-where-asked',
    section: '[MS-NLMP] 2.2.2.5',
    requirement: 'NTLMSSP_NEGOTIATE_SEAL is agreed to where the client asks for it, and not where it does not.',
    stimulus: 'NEGOTIATE_MESSAGEs as at PKT_PRIVACY and at PKT_INTEGRITY',
    async run(target) {
      const [with_, without] = [await challengeOf(target, 6), await challengeOf(target, 5)];
      must(hasFlag(with_.NegotiateFlags, 'NTLMSSP_NEGOTIATE_SEAL'), 'SEAL at PKT_PRIVACY', 'none');
      must(!hasFlag(without.NegotiateFlags, 'NTLMSSP_NEGOTIATE_SEAL'), 'no SEAL at PKT_INTEGRITY', 'SEAL');
    },
  },
  ...[['ntlm', NTLM] as const, ['spnego', SPNEGO] as const].flatMap(([mechanism, authType]): ServerCheckRow[] => [
    ...MESSAGES.map(
      ([name, what, section, tampering]): ServerCheckRow => ({
        id: `ntlm/changed/${name}-${mechanism}`,
        section,
        needs: [mechanism],
        requirement: `A logon ${what} is refused, right as its password may be.`,
        stimulus: 'a logon of the account with its messages changed on their way, and a call signed with its key',
        run: (target) =>
          mustFail(
            target,
            logOnChanged(target, authType, tampering),
            'the logon to be refused',
            'its call is answered',
          ),
      }),
    ),
    {
      id: `ntlm/3.2.5.1.2/unknown-user-${mechanism}`,
      section: '[MS-NLMP] 3.2.5.1.2',
      needs: [mechanism],
      requirement: 'A user who does not exist cannot log on.',
      stimulus: 'a logon of a user who does not exist, and a signed call',
      run: (target) =>
        mustFail(target, logOnAs(target, authType, nobody()), 'the logon to be refused', 'its call is answered'),
    },
    {
      id: `ntlm/3.2.5.1.2/unknown-user-at-connect-${mechanism}`,
      section: '[MS-NLMP] 3.2.5.1.2',
      needs: [mechanism],
      requirement: 'A user who does not exist cannot log on at CONNECT either, where no signature would show it.',
      stimulus: 'a logon at CONNECT of a user who does not exist, and a call that names its context',
      run: (target) =>
        mustFail(
          target,
          logOnAs(target, authType, nobody(), CONNECT),
          'the logon to be refused',
          'its call is answered',
        ),
    },
  ]),
  {
    id: 'ntlm/3.2.5.1.2/response-replayed',
    section: '[MS-NLMP] 3.2.5.1.2',
    requirement: 'A response to one challenge does not answer another.',
    stimulus: 'the messages of one handshake, sent on another connection, and a call signed with their key',
    async run(target) {
      const recorded = await recordedLogon(target);
      await mustFail(target, replayed(target, recorded), 'the logon to be refused', 'its call is answered');
    },
  },
  {
    id: 'ntlm/3.1.1.1/clock-skew',
    section: '[MS-NLMP] 3.1.1.1',
    level: 'WINDOWS',
    requirement: 'A response whose time is 100 hours away from the server’s is refused.',
    stimulus: 'a logon with a response of four days and four hours ago',
    run: (target) => mustFail(target, logOnLate(target), 'the logon to be refused', 'its call is answered'),
  },
]);

async function logOnAs(
  target: Target,
  authType: number,
  credentials: ReturnType<typeof nobody>,
  level: number = PKT_INTEGRITY,
): Promise<void> {
  const association = await target.connect();
  const context = await target.logon(authType, level, { credentials });
  const protection = await association.authenticate(target.simple.interface, { context, level });
  if (level !== CONNECT) return target.works(association, { protection });
  // At CONNECT nothing is signed; the request names the context all the same, so as not to be one without any.
  const auth_value = Buffer.alloc(16, 1);
  const auth = { auth_type: authType, auth_level: CONNECT, auth_context_id: 0, auth_value };
  const { opnum, stub, check } = target.simple;
  const received = await association.connection.exchange(association.requestPdu(opnum, stub, { auth }));
  check((await association.answer(received, undefined)).stub);
}

interface Recorded {
  readonly tokens: readonly Uint8Array[];
  readonly protection: Protection;
}

/** A handshake whose messages are kept, without a MIC, which would show by itself that the challenge is another. */
async function recordedLogon(target: Target): Promise<Recorded> {
  const tokens: Uint8Array[] = [];
  const victim = tamperedContext(await target.logon(NTLM, PKT_INTEGRITY), TAMPERINGS.timeRemoved);
  const context = watchedContext(victim, { sent: (token) => void tokens.push(token) });
  const association = await target.connect();
  const level = PKT_INTEGRITY;
  return { tokens, protection: await association.authenticate(target.simple.interface, { context, level }) };
}

/** The same messages on another connection, and a call with the key that they agreed on. */
async function replayed(target: Target, { tokens, protection }: Recorded): Promise<void> {
  const association = await target.connect();
  const trailer = { auth_type: NTLM, auth_level: PKT_INTEGRITY, auth_context_id: 0 };
  const [negotiate, authenticate] = tokens.map((auth_value) => ({ ...trailer, auth_value }));
  await association.bind([contextOf(target.simple.interface)], {
    ...(negotiate && { auth: negotiate }),
    pfc_flags: WHOLE,
  });
  const pad = Buffer.alloc(4);
  association.connection.send({
    PTYPE: 'auth3',
    pfc_flags: WHOLE,
    call_id: 1,
    pad,
    ...(authenticate && { auth: authenticate }),
  });
  await target.works(association, { protection });
}

const FOUR_DAYS = 100 * 3600 * 1000;

/** A server that sends its time has it sent back, so the time is taken out of its challenge, with the MIC that hangs on it. */
async function logOnLate(target: Target): Promise<void> {
  const clock = target.environment.clock;
  const association = await target.connect();
  const context = await target.logon(NTLM, PKT_INTEGRITY);
  const late = tamperedContext(context, TAMPERINGS.timeRemoved);
  const slow = changedContext(context, { step: (token) => late.step(token, clock() - FOUR_DAYS) });
  const protection = await association.authenticate(target.simple.interface, { context: slow, level: PKT_INTEGRITY });
  await target.works(association, { protection });
}
