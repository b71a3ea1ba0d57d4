import { describe, expect, test } from 'vitest';
import { TAG, writeElement } from '../../../../src/codec/asn1/index.js';
import { bindRequest, bindResponse, type Said, sasl } from '../../../support/logons.js';
import { type Cutting, connectionOf, logonsIn } from '../../../support/seen-logons.js';

const asks = (...bytes: Uint8Array[]): Said => ({ direction: 'toServer', bytes: Buffer.concat(bytes) });
const answers = (...bytes: Uint8Array[]): Said => ({ direction: 'toClient', bytes: Buffer.concat(bytes) });
const bind = (text: string, id = 1): Buffer => bindRequest(id, '', sasl('GSS-SPNEGO', Buffer.from(text)));
const progress = (text: string): Buffer => bindResponse(1, 14, '', writeElement(0x87, Buffer.from(text)));
/** RFC 4511 4.5.1, with an attribute as long as that. */
const search = (octets: number): Buffer =>
  writeElement(TAG.SEQUENCE, writeElement(TAG.INTEGER, Buffer.of(9)), writeElement(0x63, Buffer.alloc(octets, 0x30)));
/** [MS-ADTS] 5.1.2: behind a bind that agreed on it, everything is encrypted behind its length. */
const sealed = Buffer.concat([Buffer.of(0, 0, 0, 60), Buffer.alloc(60, 0x30)]);

/** As Active Directory writes its lengths: 0x84 and four octets. */
function longForm(message: Buffer): Buffer {
  const value = message.subarray(2);
  const head = Buffer.of(TAG.SEQUENCE, 0x84, 0, 0, 0, value.length);
  return Buffer.concat([head, value]);
}

async function saidIn(said: readonly Said[], cutting?: Cutting): Promise<string[]> {
  return (await logonsIn(connectionOf(said, { serverPort: 389, ...cutting }))).told.map((told) => told.said);
}

describe('logons in LDAP', () => {
  test('are told with who says them and where', async () => {
    const { told, client } = await logonsIn(
      connectionOf([asks(bind('one')), answers(progress('two')), asks(bind('three', 2))]),
    );
    const common = { transport: 'ldap', exchange: 'bind', target: undefined };
    expect(told).toEqual([
      { ...common, frame: 3, direction: 'toServer', said: 'one' },
      { ...common, frame: 4, direction: 'toClient', said: 'two' },
      { ...common, frame: 5, direction: 'toServer', said: 'three' },
    ]);
    expect(new Set(client)).toEqual(new Set(['10.0.0.1']));
  });

  test.each([1, 2, 5, 11, 50])('are found in segments of %i octets, between other operations', async (size) => {
    const said = [
      asks(search(300), bind('one'), search(0)),
      answers(longForm(progress('two')), progress('three')),
      asks(bind('four', 3)),
    ];
    expect(await saidIn(said, { size })).toEqual(['one', 'two', 'three', 'four']);
  });

  test('of sicily are the options of its own, and the answer where others have a name', async () => {
    const said = [
      asks(bindRequest(1, '', writeElement(0x89))),
      answers(bindResponse(1, 0, 'NTLM')),
      asks(bindRequest(2, 'NTLM', writeElement(0x8a, Buffer.from('one')))),
      answers(bindResponse(2, 0, 'two')),
      asks(bindRequest(3, '', writeElement(0x8b, Buffer.from('three')))),
    ];
    expect(await saidIn(said)).toEqual(['NTLM', 'one', 'two', 'three']);
  });

  test('a simple bind, which has a password, is none', async () => {
    expect(await saidIn([asks(bindRequest(1, 'cn=op', writeElement(0x80, Buffer.from('secret'))))])).toEqual([]);
  });

  test('what is encrypted is passed over, and a bind that begins a later segment is found', async () => {
    expect(await saidIn([asks(bind('one')), asks(sealed), asks(sealed), asks(bind('two'))])).toEqual(['one', 'two']);
  });

  test('octets that are missing inside of a message that nobody wants lose nothing', async () => {
    expect(await saidIn([asks(search(5000), bind('one'))], { lost: [1] })).toEqual(['one']);
    expect(await saidIn([asks(bind('x'.repeat(5000))), asks(bind('one'))], { lost: [1] })).toEqual(['one']);
    expect(await saidIn([asks(bind('x'.repeat(5000)), bind('one'))], { lost: [1] })).toEqual(['one']);
  });

  test('a bind of up to 128 KiB is taken, and a longer one is passed over', async () => {
    const lengths = async (octets: number) =>
      (await saidIn([asks(bind('x'.repeat(octets))), asks(bind('one'))])).map(({ length }) => length);
    expect(await lengths(120_000)).toEqual([120_000, 3]);
    expect(await lengths(140_000)).toEqual([3]);
  });

  test('what is open shares the memory of unfinished PDUs, and what finds no room is passed over', async () => {
    const said = [asks(bind('x'.repeat(9000))), asks(bind('one'))];
    const { told } = await logonsIn(connectionOf(said), { assemblyBytes: 4096 });
    expect(told.map((each) => each.said)).toEqual(['one']);
  });

  test.each([
    [
      'cut inside',
      (message: Buffer) =>
        Buffer.concat([Buffer.of(0x30, message.length - 12), message.subarray(2, message.length - 10)]),
    ],
    ['with a length of no end', (message: Buffer) => Buffer.concat([Buffer.of(0x30, 0x80), message.subarray(2)])],
    ['without credentials', () => bindRequest(1, '', sasl('GSSAPI', Buffer.alloc(0)))],
    ['with a number instead of its mechanism', () => bindRequest(1, '', writeElement(0xa3, Buffer.of(1)))],
  ])('a bind %s is none', async (_, changed) => {
    expect(await saidIn([asks(changed(bind('one'))), asks(bind('two'))])).toEqual(['two']);
  });
});
