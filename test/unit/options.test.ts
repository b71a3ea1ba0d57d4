import { expect, test } from 'vitest';
import { CaptureDecoder, readCallRecords, readCapture, readPdus, readRecords } from '../../src/api/capture.js';
import { clientSuite, serverSuite } from '../../src/api/conform.js';
import { EventLog, machine } from '../../src/api/hardening.js';
import { SimulatedNetwork, VirtualTime } from '../../src/api/net.js';
import { ClientAssociation, ServerAssociation } from '../../src/api/rpc.js';
import {
  kerberosAcceptor,
  kerberosInitiator,
  ntlmAcceptor,
  ntlmInitiator,
  spnegoAcceptor,
} from '../../src/api/security.js';
import { startKdc } from '../../src/api/server.js';
import {
  Auditor,
  activate,
  CLIENT_PROFILES,
  DcomClient,
  exportObjects,
  OptionError,
  relay,
  relayCaptured,
  repeatConversation,
  replayCall,
  runScenario,
  startServer,
} from '../../src/index.js';

import { shippedPath } from '../support/shipped.js';

const CAPTURE = Buffer.alloc(24);
const profile = CLIENT_PROFILES['windows-2023-03'];
const authentication = { authType: 10, level: 5, random: () => Buffer.alloc(0) };
const at = { host: '127.0.0.1', port: 135 };

/** Each function of the library that takes options, given one mistake, and what is said of it. */
const MISTAKES: readonly [string, () => unknown, string][] = [
  ['startServer', () => startServer({ asof: '2023-03-14' } as never), 'asof: no such option'],
  ['exportObjects', () => exportObjects({ classes: [] } as never), 'classes: no such option'],
  ['exportObjects', () => exportObjects({ listen: '127.0.0.1:99999' }), 'listen: expected ADDRESS:PORT'],
  ['DcomClient', () => new DcomClient({ host: 'h', profile, levels: 5 } as never), 'levels: no such option'],
  ['DcomClient', () => new DcomClient({ host: '', profile }), 'host: expected an address or a name'],
  ['DcomClient', () => new DcomClient({ host: 'h', profile, ntlm: { mix: 1 } } as never), 'ntlm.mix: no such option'],
  ['activate', () => activate({ ...at, clsid: 'c', iids: [], authentication, method: 'Create' as never }), 'method: '],
  [
    'activate',
    () => activate({ ...at, clsid: 'c', iids: [], authentication: { ...authentication, level: 7 } }),
    'authentication.level: ',
  ],
  ['relay', () => relay({ variant: 'connect', asOf: '2023-13-14' }), 'asOf: '],
  [
    'relay',
    () => relay({ variant: 'connect', asOf: '2023-03-14', victim: { host: 'h' } } as never),
    'victim.host: no such option',
  ],
  [
    'replayCall',
    () => replayCall({} as never, { ...at, level: 'CONNECT' as never }),
    'level: expected a number from 0 to 6, as RPC_C_AUTHN_LEVEL names them',
  ],
  ['repeatConversation', () => repeatConversation([], { ...at, profile, timeout: -1 }), 'timeout: '],
  ['relayCaptured', () => relayCaptured({} as never, { dates: ['never'], seed: '1' }), 'dates.0: '],
  ['runScenario', () => runScenario({} as never, { sead: 1 } as never), 'sead: no such option'],
  ['Auditor', () => new Auditor({ asof: '2023-03-14' } as never), 'asof: no such option'],
  [
    'Auditor',
    () => new Auditor({ registry: { RequireIntegrity: 1 } } as never),
    'registry.RequireIntegrity: no such option',
  ],
  ['readPdus', () => readPdus(CAPTURE, { limit: {} } as never).next(), 'limit: no such option'],
  ['readCapture', () => readCapture(CAPTURE, { open: () => ({}) } as never, { re: 1 } as never), 're: no such option'],
  ['readCapture', () => readCapture(CAPTURE, { pdu() {} } as never), 'pdu: no such option; there are open, '],
  ['readRecords', () => readRecords(CAPTURE, { filter: 'x' } as never).next(), 'filter: no such option'],
  ['readCallRecords', () => readCallRecords(CAPTURE, { filter: 'x' } as never).next(), 'filter: no such option'],
  ['CaptureDecoder', () => new CaptureDecoder({}, { values: false } as never), 'values: no such option'],
  ['CaptureDecoder', () => new CaptureDecoder({ pdus() {} } as never), 'pdus: no such option'],
  ['startKdc', () => startKdc({ realm: 'A.B', accounts: [], host: 'h' } as never), 'host: no such option'],
  ['startKdc', () => startKdc({ realm: 'A.B', accounts: ['op'] }), "accounts.0: expected 'DOMAIN\\user:password'"],
  ['startKdc', () => startKdc({ accounts: [] } as never), 'realm: '],
  ['serverSuite', () => serverSuite({ host: 'h', checks: [] } as never), 'checks: no such option'],
  ['serverSuite', () => serverSuite({ port: 135 } as never), 'host: '],
  ['serverSuite', () => serverSuite({ host: 'h', port: '135' } as never), 'port: '],
  ['serverSuite', () => serverSuite({ host: 'h', patience: -1 }), 'patience: '],
  ['serverSuite', () => serverSuite({ host: 'h', only: 'ntlm' } as never), 'only: '],
  ['clientSuite', () => clientSuite({ client: async () => {}, listen: 'h' } as never), 'listen: no such option'],
  ['clientSuite', () => clientSuite({} as never), 'client: expected a function that runs the client once, or a '],
  ['clientSuite', () => clientSuite({ client: async () => {}, addresses: '::1' } as never), 'addresses: '],
  ['machine', () => machine({ name: 'm', platform: { other: 'x' }, update: [] } as never), 'update: no such option'],
  ['EventLog', () => new EventLog({ size: 1 } as never), 'size: no such option'],
  ['VirtualTime', () => new VirtualTime({ start: 0, end: 1 } as never), 'end: no such option'],
  ['ntlmInitiator', () => ntlmInitiator(undefined as never), 'expected an object, received undefined'],
  ['ntlmInitiator', () => ntlmInitiator({ level: 5 } as never), 'level: no such option'],
  ['ntlmAcceptor', () => ntlmAcceptor({ account: [] } as never), 'account: no such option'],
  ['kerberosInitiator', () => kerberosInitiator({ ticket: [] } as never), 'ticket: no such option'],
  ['kerberosAcceptor', () => kerberosAcceptor({ key: [] } as never), 'key: no such option'],
  ['spnegoAcceptor', () => spnegoAcceptor({ mechanism: [] } as never), 'mechanism: no such option'],
  ['ServerAssociation', () => new ServerAssociation({ address: 'h' } as never), 'address: no such option'],
  ['ClientAssociation', () => new ClientAssociation({ fragment: 1 } as never), 'fragment: no such option'],
  ['SimulatedNetwork', () => new SimulatedNetwork({ seed: 1 } as never), 'seed: no such option'],
];

test.each(MISTAKES)('%s says at once which option is wrong', async (call, run, said) => {
  const error = await Promise.resolve()
    .then(run)
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  expect(error).toBeInstanceOf(OptionError);
  expect((error as OptionError).message).toContain(`${call}: ${said}`);
});

test('handlers may be an object of a class, with members of its own', async () => {
  class Counting {
    seen = 0;
    pdu = (): void => void this.seen++;
    open = () => ({ pdu: this.pdu, cut: this.pdu, end: () => {} });
  }
  const [decoded, read] = [new Counting(), new Counting()];
  const capture = shippedPath('activation-at-connect.pcapng');
  await readCapture(capture, { open: new CaptureDecoder(decoded).open });
  await readCapture(capture, read);
  expect([decoded.seen, read.seen]).toEqual([10, 10]);
});
