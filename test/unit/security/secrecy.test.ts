import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { toHex } from '../../../src/codec/bytes.js';
import {
  AccountTable,
  ntlmPassive,
  Secret,
  spnegoAcceptor,
  spnegoInitiator,
  spnegoPassive,
} from '../../../src/security/index.js';
import {
  CREDENTIALS,
  handshake,
  labAcceptor,
  labInitiator,
  message,
  NOW,
  PASSWORD,
  pair,
  refusal,
} from '../../support/security.js';

/** All that a log or a report could make of a value. */
const shown = (value: unknown): string =>
  [
    JSON.stringify(value),
    inspect(value, { depth: 20, showHidden: true, getters: true }),
    String(value),
    ...Object.values(Object(value) as object).map(String),
  ].join('\n');

const SECRET = Secret.password(PASSWORD);

test('neither password, hash nor keys show in a secret, an account, a provider or a credential', () => {
  const hash = toHex(SECRET.ntHash);
  const accounts = new AccountTable([`LAB\\op:${PASSWORD}`], 'LAB');
  const values = [
    SECRET,
    CREDENTIALS,
    accounts,
    accounts.find('LAB', 'op'),
    labAcceptor(),
    labInitiator(),
    ntlmPassive([{ secret: SECRET }]),
  ];
  for (const value of values) {
    for (const secret of [PASSWORD, hash, ...bytesAsShown(SECRET.ntHash)]) expect(shown(value)).not.toContain(secret);
  }
});

/** A key as JSON or a debugger would print it. */
const bytesAsShown = (key: Uint8Array): string[] => [
  toHex(key),
  [...key].join(','),
  [...key].join(', '),
  Buffer.from(key)
    .toString('hex')
    .replace(/(..)(?=.)/g, '$1 '),
];

test('the session key of a context shows only to who asks for it', () => {
  const ntlm = pair(6);
  const client = spnegoInitiator([labInitiator()]).initiate({ level: 6 });
  const server = spnegoAcceptor({ mechanisms: [labAcceptor()] }).accept();
  const tokens = handshake(client, server);
  const sniffer = spnegoPassive([ntlmPassive([{ secret: SECRET }])]).observe();
  for (const [i, token] of tokens.entries()) sniffer.observe(i % 2 === 0 ? 'initiator' : 'acceptor', token);
  expect(sniffer.established).toBe(true);
  for (const context of [ntlm.initiator, ntlm.acceptor, client, server]) {
    const key = context.sessionKey as Uint8Array;
    expect(key).toHaveLength(16);
    const report = [JSON.stringify(context), inspect(context, { depth: 20 }), JSON.stringify(context.info)].join();
    for (const form of [...bytesAsShown(key), PASSWORD]) expect(report).not.toContain(form);
  }
  // Not with its getters run, as Node 26 does for those of a prototype too: that is asking for it.
  const report = [JSON.stringify(sniffer), inspect(sniffer, { depth: 20, showHidden: true })].join();
  for (const form of [...bytesAsShown(client.sessionKey as Uint8Array), PASSWORD]) expect(report).not.toContain(form);
});

test('a refused log-on tells the name and not the password', () => {
  const credentials = { ...CREDENTIALS, secret: Secret.password('tr0ub4dor') };
  const text = refusal(() =>
    handshake(labInitiator({ credentials }).initiate({ level: 5 }), labAcceptor().accept(), NOW),
  );
  expect(text).toContain('LAB\\op');
  for (const secret of ['tr0ub4dor', PASSWORD]) expect(text).not.toContain(secret);
  expect(refusal(() => pair(5).acceptor.verify(message('x'), Buffer.alloc(16)))).not.toMatch(/[0-9a-f]{16}/);
});

test('a password that a program was not given is named at once', () => {
  expect(() => Secret.password(undefined as never)).toThrow('a password is a text, which may be empty');
  expect(Secret.password('').blank).toBe(true);
});
