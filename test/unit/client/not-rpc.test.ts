import { describe, expect, test } from 'vitest';
import { type ActivationMethod, activate } from '../../../src/client/activate.js';
import type { CallOutcome } from '../../../src/client/outcome.js';
import { encodePdu } from '../../../src/codec/rpce/index.js';
import type { Channel } from '../../../src/net/channel.js';
import { authentication, CLSID, IID_IUnknown } from '../../support/live.js';
import { RawServer } from '../../support/raw-server.js';
import { PORT, SERVER, TwoHosts } from '../../support/simulated.js';

/** What a port says that is something else, and when: at once, or to the bind. */
interface Elsewhere {
  readonly greets?: Buffer;
  readonly answers?: (channel: Channel, octets: Buffer) => void;
}

/** An activation at a port of a simulated host, and how much simulated time it took, in milliseconds. */
async function outcomeAt(port: Elsewhere, method: ActivationMethod = 'RemoteCreateInstance') {
  const hosts = new TwoHosts();
  const listener = await hosts.server.listen({ host: SERVER, port: PORT }, (channel) => {
    if (port.greets !== undefined) channel.send(port.greets);
    return { data: (octets) => port.answers?.(channel, octets), closed: () => undefined };
  });
  const seen = await activated(hosts, method);
  await listener.close();
  return seen;
}

async function activated(hosts: TwoHosts, method: ActivationMethod): Promise<{ outcome: CallOutcome; after: number }> {
  const { time, client: network } = hosts;
  const before = time.microseconds;
  const { outcome } = await time.run(
    activate({
      ...{ host: SERVER, port: PORT, clsid: CLSID, iids: [IID_IUnknown], method, network, timers: time },
      authentication: authentication({ level: 5 }),
    }),
  );
  return { outcome, after: (time.microseconds - before) / 1_000 };
}

const sends = (octets: Buffer) => (channel: Channel) => channel.send(octets);
const SSH = Buffer.from('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n');
const HTTP = Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
const TLS_ALERT = Buffer.from('15030300020246', 'hex');

describe('a port that is something else is said in words, long before any time is up', () => {
  test.each<[string, Elsewhere, string]>([
    ['one that speaks first', { greets: SSH }, "'SSH-2.0-OpenSSH_9.2p1 Debian-2'"],
    ['a web server', { answers: sends(HTTP) }, "'HTTP/1.1 400 Bad Request'"],
    ['a few letters, fewer than a header has', { answers: sends(Buffer.from('no\n')) }, "'no'"],
    ['a TLS server', { answers: sends(TLS_ALERT) }, '15030300020246'],
    ['a SOCKS server, whose version is that of RPC', { answers: sends(Buffer.of(5, 0xff)) }, '05ff'],
  ])('%s', async (_, port, says) => {
    const { outcome, after } = await outcomeAt(port);
    expect(outcome).toEqual({
      accepted: false,
      refusedBy: 'transport',
      status: undefined,
      text: `${SERVER}:${PORT} is no RPC server: it answered with ${says}`,
    });
    expect(after).toBeLessThan(1_000);
  });

  test('one that hangs up on the bind may be no RPC server', async () => {
    const { outcome, after } = await outcomeAt({ answers: (channel) => channel.end() });
    expect(outcome).toMatchObject({ refusedBy: 'transport' });
    expect(outcome.text).toBe(
      `the connection ended before any answer: ${SERVER}:${PORT} closed it, and may be no RPC server`,
    );
    expect(after).toBeLessThan(1_000);
  });

  test('one that says nothing is given the time of a call, and is named', async () => {
    const { outcome } = await outcomeAt({});
    expect(outcome.text).toBe(
      `call 1: no answer within 10000 ms; ${SERVER}:${PORT} has said nothing, and may be no RPC server`,
    );
  });
});

describe('an RPC server that is no DCOM server', () => {
  test.each<[ActivationMethod, string]>([
    ['RemoteCreateInstance', 'IRemoteSCMActivator'],
    ['RemoteGetClassObject', 'IRemoteSCMActivator'],
    ['RemoteActivation', 'IActivation'],
  ])('%s: the interface that it does not offer is named', async (method, name) => {
    const echo = new RawServer();
    const answers = (channel: Channel, octets: Buffer): void => {
      for (const pdu of echo.association.receive(octets, echo.now).send) channel.send(pdu);
    };
    const { outcome, after } = await outcomeAt({ answers }, method);
    expect(outcome).toMatchObject({ accepted: false, refusedBy: 'bind', status: 1 });
    expect(outcome.text).toBe(`the server offers no ${name} (provider_rejection, abstract_syntax_not_supported)`);
    expect(after).toBeLessThan(1_000);
  });
});

test('an answer that is no PDU, in the middle of a conversation, is called that and ends it at once', async () => {
  const ack = encodePdu({
    ...{ PTYPE: 'bind_ack', pfc_flags: 3, call_id: 1, max_xmit_frag: 5840, max_recv_frag: 5840, assoc_group_id: 1 },
    ...{ sec_addr: Buffer.from('135\0'), results: [] },
  });
  const { outcome, after } = await outcomeAt({ answers: (channel) => channel.send(Buffer.concat([ack, HTTP])) });
  expect(outcome).toMatchObject({ accepted: false, refusedBy: 'protocol' });
  expect(after).toBeLessThan(1_000);
});
