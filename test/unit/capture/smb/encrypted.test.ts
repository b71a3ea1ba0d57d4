import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readCallRecords } from '../../../../src/capture/decode/records.js';
import { readCapture } from '../../../../src/capture/pdu/pdus.js';
import { decodeKeytab } from '../../../../src/codec/kerberos/index.js';
import { SMB2 } from '../../../../src/codec/smb/index.js';
import { Secret, SmbSessionCipher, serviceKeys, sniffer } from '../../../../src/security/index.js';
import { pipesOf } from '../../../support/pipes.js';
import { pduOf, type Sent } from '../../../support/segments.js';
import { bodies, overTcp, SmbTalk, smb2 } from '../../../support/smb.js';
import {
  agreeing,
  closing,
  loggedOn,
  SESSION_KEY,
  SMB3_PASSWORD,
  smb3Captures,
  smb3Kerberos,
} from '../../../support/smb3.js';

const NO_SECRET =
  'encrypted SMB messages, in which RPC can travel by named pipes: no secret that was given opens their sessions (--password, --nthash, --user, --keytab and --ccache give one)';
const NO_LOGON =
  'encrypted SMB messages, in which RPC can travel by named pipes, of sessions whose logon was not captured, without which no secret opens them';
const WRONG =
  'encrypted SMB messages, in which RPC can travel by named pipes, whose signature does not fit them: they, or the logon of their session, are not what was sent';

const knowing = (password: string) => sniffer({ secrets: [{ secret: Secret.password(password) }] });

async function callsOf(path: string, password: string): Promise<string[]> {
  const calls: string[] = [];
  for await (const { pipe, operation, outcome } of readCallRecords(path, { observe: knowing(password) }))
    calls.push(`${pipe} ${operation} ${outcome}`);
  return calls;
}

async function passedOver(path: string, password: string): Promise<string[]> {
  const { understood } = await readCapture(path, { open: () => ({ pdu: () => {} }), observe: knowing(password) });
  return understood.passedOver.map(({ what, count }) => `${count} ${what}`);
}

describe("Samba's encrypted sessions of SMB3", () => {
  test('that began by Kerberos are opened with the keytab of the server, and with no password', async () => {
    const { path, keytab } = smb3Kerberos;
    const observe = sniffer({ keys: serviceKeys(decodeKeytab(readFileSync(keytab))) });
    const calls: string[] = [];
    for await (const { pipe, operation } of readCallRecords(path, { observe })) calls.push(`${pipe} ${operation}`);
    expect(calls).toEqual([
      '\\PIPE\\srvsvc NetrServerGetInfo',
      ...['LsarOpenPolicy', 'LsarQueryInformationPolicy', 'LsarClose'].map((one) => `\\PIPE\\lsarpc ${one}`),
    ]);
    expect(await passedOver(path, SMB3_PASSWORD)).toEqual([`27 ${NO_SECRET}`]);
  });

  test.each(smb3Captures)('$name: opened with the password, every call is there', async ({ path, name }) => {
    const asked = ['\\PIPE\\srvsvc NetrServerGetInfo response'];
    const more = ['LsarOpenPolicy', 'LsarQueryInformationPolicy', 'LsarClose'].map(
      (one) => `\\PIPE\\lsarpc ${one} response`,
    );
    expect(await callsOf(path, SMB3_PASSWORD)).toEqual(name === '311-aes-128-gcm.pcap' ? [...asked, ...more] : asked);
    expect(await passedOver(path, SMB3_PASSWORD)).toEqual([]);
  });

  test.each(smb3Captures)(
    '$name: without it, how many messages are closed is said, and what opens them',
    async ({ path }) => {
      expect(await callsOf(path, 'another')).toEqual([]);
      const [passed, ...more] = await passedOver(path, 'another');
      expect(passed).toMatch(/^\d\d /);
      expect(passed?.slice(3)).toBe(NO_SECRET);
      expect(more).toEqual([]);
    },
  );
});

const bind = pduOf({ type: 11, body: 56 });
const request = pduOf({ type: 0, body: 20 });
const response = pduOf({ type: 2, body: 200 });
const svcctl = '\\PIPE\\svcctl';

async function read(sent: readonly Sent[], limits = {}) {
  const observe = agreeing();
  const { lines, passed } = await pipesOf(sent, limits, observe);
  return { lines, passed: passed.map(({ what, count }) => `${count} ${what}`), tokens: observe.tokens };
}

describe('an encrypted session', () => {
  const talk = (): SmbTalk => loggedOn();
  const before = talk().sent.length;
  const work = (begun: SmbTalk): SmbTalk => begun.connect().open('svcctl', 1).write(bind, 1);
  const done = [`11 72 > ${svcctl}`, `0 36 > ${svcctl}`, `2 216 < ${svcctl}`, `end ${svcctl}`];

  test('hands on every token of its logon, and is opened with the key that they agree on', async () => {
    const { lines, passed, tokens } = await read(closing(work(talk()).transceive(request, response, 1).sent, before));
    expect(lines).toEqual(done);
    expect(passed).toEqual([]);
    expect(tokens).toEqual(['initiator one', 'acceptor two', 'initiator three']);
  });

  test('of which a message was changed goes on with the next one, and what was changed is said', async () => {
    const sent = closing(work(talk()).transceive(request, response, 1).sent, before);
    const changed = sent.at(-2)?.data as Buffer;
    changed[changed.length - 1] = (changed[changed.length - 1] as number) ^ 1;
    const { lines, passed } = await read(sent);
    expect(lines).toEqual([`11 72 > ${svcctl}`, `2 216 < ${svcctl}`, `end ${svcctl}`]);
    expect(passed).toEqual([`1 ${WRONG}`]);
  });

  test('of which the end of a message is lost gives the PDU in it as far as it is there', async () => {
    const sent = closing(work(talk()).write(request, 1).sent, before);
    const last = sent.at(-2) as Sent;
    const cut = [...sent.slice(0, -2), { ...last, data: last.data?.slice(0, -10) as Buffer }];
    expect((await read(cut)).lines).toEqual([`11 72 > ${svcctl}`, `cut 0 26+10 > ${svcctl}`, `end ${svcctl}`]);
  });

  test('whose logon was not captured is counted, and said', async () => {
    const sent = closing(work(talk()).sent, before);
    const { lines, passed } = await read(sent.slice(before));
    expect(lines).toEqual([]);
    expect(passed).toEqual([`6 ${NO_LOGON}`]);
  });

  test('that was refused has no keys', async () => {
    const refused = new SmbTalk();
    refused.ask(SMB2.NEGOTIATE, Buffer.alloc(36), { session: 0n });
    refused.answer(SMB2.NEGOTIATE, bodies.negotiated(0x0300), undefined, { session: 0n });
    refused.ask(SMB2.SESSION_SETUP, bodies.setup('one'), { session: 0n });
    refused.answer(SMB2.SESSION_SETUP, bodies.setUp('two'), undefined, { status: 0xc000006d });
    const from = refused.sent.length;
    expect((await read(closing(work(refused).sent, from))).passed).toEqual([`6 ${NO_LOGON}`]);
  });

  test('of SMB 2.1 there is none: its messages are closed', async () => {
    const old = loggedOn();
    const negotiated = smb2({
      command: SMB2.NEGOTIATE,
      body: bodies.negotiated(0x0210),
      reply: true,
      message: 1,
      session: 0n,
    });
    const sent = closing(work(old).sent, before).map((each, index) =>
      index === 3 ? { ...each, data: negotiated } : each,
    );
    expect((await read(sent)).passed).toEqual([`6 ${NO_SECRET}`]);
  });

  test('keeps its keys where it authenticates anew, and where a further connection binds it', async () => {
    const again = work(talk());
    again.ask(SMB2.SESSION_SETUP, bodies.setup('anew'));
    again.answer(SMB2.SESSION_SETUP, bodies.setUp('done'));
    const second = new SmbTalk({ clientPort: 50_001 });
    second.ask(SMB2.SESSION_SETUP, bodies.setup('bind', 1));
    second.answer(SMB2.SESSION_SETUP, bodies.setUp(''));
    const bound = second.sent.length;
    second.write(request, 1).read(response, 1);
    expect((await read([...closing(again.sent, before), ...closing(second.sent, bound)])).lines).toEqual(done);
  });

  test('that is forgotten, as too many were begun since, is closed again', async () => {
    const sent = closing(work(talk()).sent, before);
    const others = loggedOn(new SmbTalk({ clientPort: 50_001 }), 8n).sent;
    const all = [...sent.slice(0, before), ...others, ...sent.slice(before)];
    expect((await read(all, { smb: { sessions: 2 } })).passed).toEqual([]);
    expect((await read(all, { smb: { sessions: 1 } })).passed).toEqual([`6 ${NO_LOGON}`]);
  });

  test('can be compressed inside, which is said', async () => {
    const inner = Buffer.concat([Buffer.from('\xfcSMB', 'latin1'), Buffer.alloc(80)]);
    const sent = closing(talk().client(overTcp(inner)).sent, before);
    expect((await read(sent)).passed).toEqual(['1 compressed SMB messages, in which RPC can travel by named pipes']);
  });
});

test('keys of a session show themselves nowhere', () => {
  const preauthHash = Buffer.alloc(64);
  const cipher = SmbSessionCipher.of({ dialect: 0x0311, cipher: 4, sessionKey: SESSION_KEY, preauthHash });
  expect(inspect(cipher, { showHidden: true, getters: true })).toBe('SmbSessionCipher');
  expect(JSON.stringify({ cipher })).toBe('{"cipher":"secret"}');
});
