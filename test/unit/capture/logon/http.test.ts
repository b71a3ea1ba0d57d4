import { describe, expect, test } from 'vitest';
import { http, type Said } from '../../../support/logons.js';
import { type Cutting, connectionOf, logonsIn } from '../../../support/seen-logons.js';

const asks = (bytes: Buffer | string): Said => ({ direction: 'toServer', bytes: Buffer.from(bytes as string) });
const answers = (bytes: Buffer | string): Said => ({ direction: 'toClient', bytes: Buffer.from(bytes as string) });
const ntlm = (text: string): string => `NTLM ${Buffer.from(`NTLMSSP\0${text}`).toString('base64')}`;
const get = (text: string, ...more: string[]): Buffer =>
  http(['GET / HTTP/1.1', ...more, `Authorization: ${ntlm(text)}`, 'Host: www']);
const refused = (text: string, body = ''): Buffer =>
  http(['HTTP/1.1 401 Unauthorized', `WWW-Authenticate: ${ntlm(text)}`], body);
const PLAIN = http(['GET / HTTP/1.1', 'Host: www']);
const OK = http(['HTTP/1.1 200 OK'], 'hello');

async function saidIn(said: readonly Said[], cutting?: Cutting): Promise<string[]> {
  const { told } = await logonsIn(connectionOf(said, cutting));
  return told.map(({ said: text }) => text.replace('NTLMSSP\0', ''));
}

describe('logons in HTTP', () => {
  test('are told with who says them, the frame of the end of their head, and the host that the client means', async () => {
    const { told, client, ends } = await logonsIn(
      connectionOf([asks(get('one')), answers(refused('two')), asks(get('three'))]),
    );
    const common = { transport: 'http', exchange: 'origin', target: 'www' };
    expect(told).toEqual([
      { ...common, frame: 3, direction: 'toServer', said: 'NTLMSSP\0one' },
      { ...common, frame: 4, direction: 'toClient', said: 'NTLMSSP\0two' },
      { ...common, frame: 5, direction: 'toServer', said: 'NTLMSSP\0three' },
    ]);
    expect([client, ends]).toEqual([['10.0.0.1', '10.0.0.1', '10.0.0.1'], 1]);
  });

  test.each([1, 2, 3, 7, 100])('are found in segments of %i octets', async (size) => {
    const said = [asks(get('one')), answers(refused('two', 'no')), asks(get('three')), answers(OK), asks(get('four'))];
    expect(await saidIn(said, { size })).toEqual(['one', 'two', 'three', 'four']);
  });

  test.each([
    ['pipelined', [asks(Buffer.concat([get('one'), PLAIN, get('two'), get('three')]))], ['one', 'two', 'three']],
    ['behind a body', [asks(http(['POST / HTTP/1.1', 'Host: www'], 'GET x HTTP/1.1\r\n')), asks(get('one'))], ['one']],
    [
      'behind chunks and a trailer',
      [asks(`POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\n${get('one')}`)],
      ['one'],
    ],
    [
      'behind the answer to HEAD, whose length is that of no body',
      [
        asks(http(['HEAD / HTTP/1.1'])),
        answers(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n'), refused('one')])),
      ],
      ['one'],
    ],
    [
      'behind 100, 204 and 304',
      [
        asks(Buffer.concat([PLAIN, PLAIN])),
        answers(
          `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 -\r\n\r\nHTTP/1.1 304 -\r\nContent-Length: 9\r\n\r\n${refused('one')}`,
        ),
      ],
      ['one'],
    ],
    [
      'through a proxy',
      [
        asks(http(['CONNECT a:80 HTTP/1.1', `Proxy-Authorization: ${ntlm('one')}`])),
        answers('HTTP/1.1 200 OK\r\n\r\n'),
        asks(get('two')),
      ],
      ['one', 'two'],
    ],
    [
      'of RPC over HTTP',
      [
        asks(
          `RPC_IN_DATA /rpc/rpcproxy.dll?a:6001 HTTP/1.1\r\nContent-Length: 1073741824\r\nAuthorization: ${ntlm('one')}\r\n\r\n\x05\0\x14`,
        ),
      ],
      ['one'],
    ],
    [
      'with lines that end in LF alone',
      [asks(`GET / HTTP/1.1\nAuthorization: ${ntlm('one')}\n\n${get('two')}`)],
      ['one', 'two'],
    ],
    [
      'in a line that goes on',
      [asks(`GET / HTTP/1.1\r\nAuthorization: NTLM\r\n ${ntlm('one').slice(5)}\r\n\r\n`)],
      ['one'],
    ],
    [
      'among several schemes in one line',
      [
        asks(PLAIN),
        answers(
          http([
            'HTTP/1.1 401 x',
            `www-authenticate: Basic realm="a, b", ${ntlm('one').replace('NTLM', 'Negotiate')}, NTLM`,
          ]),
        ),
      ],
      ['one'],
    ],
    [
      'behind an answer that has no length',
      [asks(PLAIN), answers('HTTP/1.1 200 OK\r\n\r\nuntil the end'), asks(get('one'))],
      ['one'],
    ],
    ['behind another protocol’s greeting', [answers('\x05\x00'), asks('\x05\x01\x00'), asks(get('one'))], ['one']],
  ] as const)('are found %s', async (_, said, expected) => {
    expect(await saidIn(said)).toEqual(expected);
    expect(await saidIn(said, { size: 5 })).toEqual(expected);
  });

  test('where octets are missing they are found again from the next message that begins a segment', async () => {
    const said = [asks(get('one')), asks(get('two')), asks(get('three'))];
    expect(await saidIn(said, { lost: [1] })).toEqual(['one', 'three']);
    const body = Buffer.concat([http(['POST / HTTP/1.1'], 'x'.repeat(5000)), get('one')]);
    expect(await saidIn([asks(body)], { lost: [1] })).toEqual(['one']);
  });

  test('a connection that is joined in its middle is followed from its next message', async () => {
    expect(
      await saidIn([answers('rest of a page'), asks(get('one')), answers(refused('two'))], { joined: true }),
    ).toEqual(['one', 'two']);
  });

  test.each([
    ['other schemes', 'Authorization: Basic bGFiOnNlY3JldA=='],
    ['a scheme without a token', 'Authorization: NTLM'],
    ['what is no base64', 'Authorization: NTLM ************'],
    ['another header', `X-Authorization: ${ntlm('one')}`],
  ])('%s are none', async (_, header) => {
    expect(await saidIn([asks(http(['GET / HTTP/1.1', header]))])).toEqual([]);
  });

  test('a head of up to 128 KiB is taken, and of a longer one nothing is kept', async () => {
    const long = (octets: number) => [asks(get('one', `X: ${'x'.repeat(octets)}`)), asks(get('two'))];
    expect(await saidIn(long(120_000))).toEqual(['one', 'two']);
    expect(await saidIn(long(140_000))).toEqual(['two']);
  });

  test('what is open shares the memory of unfinished PDUs, and what finds no room is passed over', async () => {
    const said = [asks(get('one', `X: ${'x'.repeat(9000)}`)), asks(get('two'))];
    const { told } = await logonsIn(connectionOf(said), { assemblyBytes: 4096 });
    expect(told.map(({ said: text }) => text)).toEqual(['NTLMSSP\0two']);
  });
});
