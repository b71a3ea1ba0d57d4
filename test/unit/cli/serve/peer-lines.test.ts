import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PeerLines, type PeerLinesOptions } from '../../../../src/cli/serve/peer-lines.js';
import { type ServerCommandOptions, startServing } from '../../../../src/cli/serve/server.js';
import { encodePdu } from '../../../../src/codec/rpce/index.js';
import { element } from '../../../support/associations.js';
import { Heard } from '../../../support/heard.js';
import { activates, LEVEL } from '../../../support/live.js';
import { bindPdu } from '../../../support/raw-server.js';

function lines(json = false) {
  const out = new Heard({ json });
  const time = { now: 0 };
  const told = new PeerLines(out, { burst: 3, perSecond: 2, monotonic: () => time.now });
  const tell = (peer: string, text: string): void => told.tell(peer, () => out.line(text));
  return { out, time, told, tell };
}

describe('lines about what peers do', () => {
  test('are told up to a burst, then counted; others have theirs', () => {
    const { out, tell, told } = lines();
    for (let n = 0; n < 10; n++) tell('10.0.0.1', `flood ${n}`);
    tell('10.0.0.2', 'a word');
    told.finish();
    expect(out.said).toEqual([
      'flood 0',
      'flood 1',
      'flood 2',
      'a word',
      '7 lines of 10.0.0.1 are left out: it made too many',
    ]);
  });

  test('come again once time has passed, after the count of what is missing', () => {
    const { out, tell, time } = lines();
    for (let n = 0; n < 5; n++) tell('10.0.0.1', `flood ${n}`);
    time.now = 499;
    tell('10.0.0.1', 'too early');
    time.now = 999;
    tell('10.0.0.1', 'later');
    time.now = 1e9;
    for (let n = 0; n < 4; n++) tell('10.0.0.1', `again ${n}`);
    expect(out.said.slice(3)).toEqual([
      '3 lines of 10.0.0.1 are left out: it made too many',
      'later',
      'again 0',
      'again 1',
      'again 2',
    ]);
  });

  test('of more peers than are remembered are counted together, until some have been quiet', () => {
    const { out, tell, time, told } = lines(true);
    for (let n = 0; n < 1_010; n++) tell(`10.1.${n >> 8}.${n & 255}`, 'one of many');
    told.finish();
    expect(out.records).toEqual([{ kind: 'dropped', lines: 7, peer: 'other peers' }]);
    time.now = 1_500;
    tell('10.9.9.9', 'new');
    for (let n = 0; n < 5; n++) tell('10.9.9.9', 'flood');
    told.finish();
    expect(out.records.slice(1)).toEqual([{ kind: 'dropped', lines: 3, peer: '10.9.9.9' }]);
  });
});

describe('a server that is thrown things at', () => {
  const OPTIONS: ServerCommandOptions = {
    listen: '127.0.0.1:0',
    user: [{ domain: 'LAB', user: 'op', password: 'P4ss & w0rd' }],
    profile: 'windows-server-2022',
    allowAnonymous: false,
    logLevel: 'silent',
  };

  async function serving(most: PeerLinesOptions = {}) {
    const out = new Heard();
    const { server, close } = await startServing(out, OPTIONS, {
      activated: () => {},
      observers: [],
      lines: most,
    });
    let closed: Promise<void> | undefined;
    const end = (): Promise<void> => {
      closed ??= close();
      return closed;
    };
    onTestFinished(end);
    return { out, server, end };
  }

  /** Sends octets from an address of this machine, and waits for the end of the connection. */
  async function sent(port: number, octets: Uint8Array, localAddress = '127.0.0.1'): Promise<void> {
    const socket = connect({ host: '127.0.0.1', port, localAddress });
    socket.on('error', () => {});
    socket.resume();
    socket.end(octets);
    await once(socket, 'close');
  }

  test('a bind of 60 KB makes no more than 1,000 characters of lines', async () => {
    const { out, server, end } = await serving();
    const before = out.said.join('').length;
    const fill = (size: number): Uint8Array => Buffer.alloc(size, 0x1b);
    const auth = { auth_type: 10, auth_level: 5, auth_context_id: 0, auth_value: fill(50_000) };
    const elements = Array.from({ length: 250 }, (_, id) => element(id, { ...ANY, uuid: uuidOf(id) }));
    await sent(server.address.port, encodePdu(bindPdu(elements)));
    await sent(server.address.port, encodePdu(bindPdu([element(0)], { auth })));
    await sent(server.address.port, encodePdu(bindPdu([element(0)], { trailing: fill(60_000) } as object)));
    await end();
    expect(out.said.slice(1).length).toBeGreaterThan(0);
    expect(out.said.join('').length - before).toBeLessThan(3_000);
  });

  test('a flood from one peer is dropped and counted, and what another does is told', async () => {
    const { out, server, end } = await serving({ burst: 20, monotonic: () => 0 });
    const bad = encodePdu(bindPdu([]));
    const { port } = server.address;
    await Promise.all(Array.from({ length: 60 }, () => sent(port, bad, '127.0.0.3')));
    await activates(server, { level: LEVEL.CONNECT });
    await end();
    const of = (peer: string): string[] => out.said.filter((line) => line.includes(peer));
    expect(of('127.0.0.3')).toHaveLength(21);
    expect(out.said.at(-1)).toBe('40 lines of 127.0.0.3 are left out: it made too many');
    expect(of('RemoteCreateInstance')).toHaveLength(1);
    expect(of('10036')).toHaveLength(1);
  });
});

const ANY = { name: 'any', version: 1, operationCount: 1 };
const uuidOf = (id: number): string => `11111111-2222-4333-8444-${String(id).padStart(12, '0')}`;
