import { describe, expect, test } from 'vitest';
import { authTypeOf } from '../../../../src/capture/logon/auth-type.js';
import type { SeenLogon } from '../../../../src/capture/logon/logon.js';
import { readCapture } from '../../../../src/capture/pdu/pdus.js';
import { RPC_C_AUTHN } from '../../../../src/codec/rpce/index.js';
import { SMB_COM, SMB2, STATUS_MORE_PROCESSING_REQUIRED } from '../../../../src/codec/smb/index.js';
import { corpus, corpusMissing } from '../../../support/corpus.js';
import { captureOf, type Sent } from '../../../support/segments.js';
import { bodies, SmbTalk, smb1, words } from '../../../support/smb.js';

/** One line a message: which logon, which way, what. */
function lineOf({ exchange, direction, message }: SeenLogon): string {
  const what =
    message.kind === 'token'
      ? Buffer.from(message.octets).toString()
      : message.kind === 'challenge'
        ? `challenge ${Buffer.from(message.ServerChallenge).toString()}`
        : [message.domain, message.user, message.LmChallengeResponse, message.NtChallengeResponse].join(' ');
  return `${exchange} ${direction === 'toServer' ? '>' : '<'} ${what}`;
}

async function logonsOf(sent: readonly Sent[]): Promise<string[]> {
  const lines: string[] = [];
  const openLogons = () => ({
    logon: (seen: SeenLogon) => lines.push(lineOf(seen)),
    end: () => void lines.push('end'),
  });
  await readCapture(captureOf(...sent), { open: () => ({ pdu: () => {} }), openLogons });
  return lines;
}

const more = { status: STATUS_MORE_PROCESSING_REQUIRED };

/** A logon of two legs. */
function logOn(talk: SmbTalk, session: bigint, name: string): SmbTalk {
  talk.ask(SMB2.SESSION_SETUP, bodies.setup(`${name}1`), { session: 0n });
  talk.answer(SMB2.SESSION_SETUP, bodies.setUp(`${name}2`), undefined, { ...more, session });
  talk.ask(SMB2.SESSION_SETUP, bodies.setup(`${name}3`), { session });
  return talk.answer(SMB2.SESSION_SETUP, bodies.setUp(''), undefined, { session });
}

describe('logons of SMB2', () => {
  test('are told token by token, each exchange by itself', async () => {
    expect(await logonsOf(logOn(logOn(new SmbTalk(), 7n, 'a'), 8n, 'b').sent)).toEqual([
      ...['logon 1 > a1', 'logon 1 < a2', 'logon 1 > a3'],
      ...['logon 2 > b1', 'logon 2 < b2', 'logon 2 > b3'],
      'end',
    ]);
  });

  test('of which one half was captured are told by the number of their session', async () => {
    const { sent } = logOn(new SmbTalk(), 7n, 'a');
    expect(await logonsOf(sent.filter(({ from }) => from === 'server'))).toEqual(['session 7 < a2', 'end']);
    const client = await logonsOf(sent.filter(({ from }) => from !== 'server'));
    expect(client).toEqual(['logon 1 > a1', 'session 7 > a3', 'end']);
  });

  test('with a token that ends past its message are passed over', async () => {
    const talk = new SmbTalk();
    const body = bodies.setup('token');
    body.writeUInt16LE(60_000, 14);
    talk.ask(SMB2.SESSION_SETUP, body, { session: 0n });
    expect(await logonsOf(talk.sent)).toEqual([]);
  });
});

const SETUP = SMB_COM.SESSION_SETUP_ANDX;
const NO_ANDX = 0xff;
const extended = (token: string): [Buffer, Buffer] => [
  words(NO_ANDX, 0, 4356, 50, 1, 0, 0, token.length, 0, 0, 0, 0x8000),
  Buffer.from(`${token}\0\0`),
];
const extendedAnswer = (token: string): [Buffer, Buffer] => [words(NO_ANDX, 0, 0, token.length), Buffer.from(token)];

describe('logons of SMB1', () => {
  test('with extended security are tokens, told apart by the UID that the server gives', async () => {
    const talk = new SmbTalk();
    talk
      .client(smb1(SETUP, ...extended('one')))
      .server(smb1(SETUP, ...extendedAnswer('two'), { ...more, user: 5, reply: true }));
    talk.client(smb1(SETUP, ...extended('three'), { user: 5 }));
    talk.server(smb1(SETUP, ...extendedAnswer('four'), { user: 5, reply: true }));
    talk.client(smb1(SETUP, ...extended('another')));
    expect(await logonsOf(talk.sent)).toEqual([
      ...['logon 1 > one', 'logon 1 < two', 'logon 1 > three', 'logon 1 < four'],
      ...['logon 2 > another', 'end'],
    ]);
  });

  test.each([true, false])('without it are a challenge and two responses; strings in Unicode: %s', async (unicode) => {
    const negotiated = Buffer.alloc(34);
    negotiated[33] = 8;
    const strings = 'daemon\0LAB\0Unix\0';
    const named = Buffer.from(strings, unicode ? 'utf16le' : 'latin1');
    // The first octet of a string stands at an even place of the message.
    const pad = unicode ? Buffer.alloc(1) : Buffer.alloc(0);
    const setup = words(NO_ANDX, 0, 4356, 50, 1, 0, 0, 4, 6, 0, 0, 0, 0);
    const octets = Buffer.concat([Buffer.from('lmlmntntnt'), pad, named]);
    const talk = new SmbTalk();
    talk.client(smb1(SMB_COM.NEGOTIATE, words(), Buffer.from('\x02NT LM 0.12\0')));
    talk.server(smb1(SMB_COM.NEGOTIATE, negotiated, Buffer.from('nonce678LAB\0'), { reply: true }));
    talk.client(smb1(SETUP, setup, octets, { unicode }));
    expect(await logonsOf(talk.sent)).toEqual([
      'negotiated < challenge nonce678',
      'negotiated > LAB daemon lmlm ntntnt',
      'end',
    ]);
  });
});

describe.skipIf(corpusMissing)(
  `logons in the captures of real traffic${corpusMissing ? `: skipped, ${corpusMissing}` : ''}`,
  () => {
    test('are 223 tokens in 35 files: SPNEGO, and NTLM by itself', async () => {
      const found = new Map<string, (number | undefined)[]>();
      for (const { file, path } of corpus) {
        const logon = ({ message, transport }: SeenLogon): void => {
          if (transport !== 'smb' || message.kind !== 'token') return;
          found.set(file, [...(found.get(file) ?? []), authTypeOf(message.octets)]);
        };
        await readCapture(path, { open: () => ({ pdu: () => {} }), openLogons: () => ({ logon }) });
      }
      const all = [...found.values()].flat();
      expect([found.size, all.length]).toEqual([35, 223]);
      const { GSS_NEGOTIATE, WINNT } = RPC_C_AUTHN;
      expect(new Set(all)).toEqual(new Set([GSS_NEGOTIATE, WINNT]));
    });
  },
);
