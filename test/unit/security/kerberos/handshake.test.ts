import { describe, expect, test } from 'vitest';
import { decodeMessage } from '../../../../src/codec/asn1/index.js';
import { AP_REQ, ETYPE, frameKerberos, GSS_C, TOK_ID } from '../../../../src/codec/kerberos/index.js';
import {
  accountSid,
  DEFAULT_ETYPES,
  KerberosKey,
  kerberosAcceptor,
  kerberosInitiator,
  kerberosPassive,
  ntlmInitiator,
  serviceKeys,
  spnegoAcceptor,
  spnegoInitiator,
  spnegoPassive,
  TicketTable,
} from '../../../../src/security/index.js';
import {
  kerberosPair,
  kerberosProviders,
  keytabEntries,
  labKdc,
  SERVICE,
  serverKeys,
  serviceTicket,
} from '../../../support/kerberos.js';
import { CREDENTIALS, handshake, labAcceptor, message, NOW, refusal, seeded } from '../../../support/security.js';

const TYPES = [
  ['AES-256', ETYPE.AES256_CTS_HMAC_SHA1_96],
  ['AES-128', ETYPE.AES128_CTS_HMAC_SHA1_96],
  ['RC4', ETYPE.RC4_HMAC],
] as const;

const stubOf = ({ pdu, bodyStart, bodyEnd }: ReturnType<typeof message>): string =>
  pdu.subarray(bodyStart, bodyEnd).toString();

describe.each(TYPES)('Kerberos with %s', (_, etype) => {
  test('three legs in DCE style: AP-REQ, AP-REP and the AP-REP of the client, without a frame', () => {
    const { initiator, acceptor, tokens } = kerberosPair({ etypes: [etype] });
    expect(tokens.map((token) => token[0])).toEqual([0x6e, 0x6f, 0x6f]);
    expect(initiator.established && acceptor.established).toBe(true);
    expect(acceptor.sessionKey).toEqual(initiator.sessionKey);
  });

  test.each([true, false])('both directions are sealed and signed, header signing %s', (signHeader) => {
    const { initiator, acceptor } = kerberosPair({ etypes: [etype] });
    for (const [from, to] of [
      [initiator, acceptor],
      [acceptor, initiator],
      [initiator, acceptor],
    ] as const) {
      const sealed = message('a stub that nobody reads on the way', signHeader);
      const token = from.seal(sealed);
      expect(stubOf(sealed)).not.toContain('nobody');
      to.unseal(sealed, token);
      expect(stubOf(sealed)).toBe('a stub that nobody reads on the way');
      const signed = message('signed', signHeader);
      to.verify(signed, from.sign(signed));
    }
  });

  test('the identity and its SID are those of the PAC', () => {
    const { acceptor } = kerberosPair({ etypes: [etype] });
    expect(acceptor.identity).toEqual({ domain: 'LAB', user: 'op', sid: accountSid('LAB', 'op'), anonymous: false });
  });

  test('a sniffer with the keytab follows both directions', () => {
    const { initiator, acceptor, tokens } = kerberosPair({ etypes: [etype] });
    const passive = kerberosPassive({ keys: serverKeys() }).observe();
    for (const [i, token] of tokens.entries()) passive.observe(i === 1 ? 'acceptor' : 'initiator', token);
    const sealed = message('overheard');
    passive.unprotect('initiator', sealed, initiator.seal(sealed), true);
    expect(stubOf(sealed)).toBe('overheard');
    const answer = message('answer');
    passive.unprotect('acceptor', answer, acceptor.sign(answer), false);
    expect(passive.identity).toMatchObject({ user: 'op', sid: accountSid('LAB', 'op') });
  });

  test('a sniffer with the cache of the client does the same, and knows the name alone', () => {
    const kdc = labKdc();
    const ticket = serviceTicket(kdc, [etype]);
    const initiator = kerberosInitiator({ tickets: new TicketTable([ticket]), random: seeded('c') }).initiate({
      level: 6,
      target: SERVICE,
    });
    const acceptor = kerberosAcceptor({ keys: serverKeys(), random: seeded('s') }).accept();
    const tokens = handshake(initiator, acceptor);
    const cached = { ...ticket, ticket: decodeMessage(AP_REQ, tokens[0] as Buffer).ticket };
    const passive = kerberosPassive({ credentials: [cached] }).observe();
    for (const [i, token] of tokens.entries()) passive.observe(i === 1 ? 'acceptor' : 'initiator', token);
    expect(passive.established).toBe(true);
    expect(passive.identity).toEqual({ domain: 'LAB.EXAMPLE', user: 'op', sid: '', anonymous: false });
  });
});

describe('a sniffer without a key', () => {
  test('says service, realm and encryption type of the ticket', () => {
    const { tokens } = kerberosPair();
    const passive = kerberosPassive().observe();
    for (const [i, token] of tokens.entries()) passive.observe(i === 1 ? 'acceptor' : 'initiator', token);
    expect(passive.established).toBe(false);
    expect(passive.info.notes).toEqual([
      'ticket for RPCSS/server.lab.example@LAB.EXAMPLE, under aes256-cts-hmac-sha1-96',
    ]);
  });

  test('names the client whom the KDC gave the very ticket', () => {
    const { tokens } = kerberosPair();
    const client = { crealm: 'LAB.EXAMPLE', cname: { name_type: 1, name_string: ['op'] } };
    const passive = kerberosPassive({ clientOf: () => client }).observe();
    passive.observe('initiator', tokens[0] as Buffer);
    expect(passive.identity).toEqual({ domain: 'LAB.EXAMPLE', user: 'op', sid: '', anonymous: false });
  });
});

describe('Kerberos inside SPNEGO', () => {
  const run = (etype: number, rule: 'windows' | 'rfc4178' | 'always' = 'windows') => {
    const { initiator, acceptor } = kerberosProviders({ etypes: [etype] });
    const ntlm = ntlmInitiator({ credentials: CREDENTIALS, random: seeded('n') });
    const client = spnegoInitiator([initiator, ntlm]).initiate({ level: 6, target: SERVICE });
    const server = spnegoAcceptor({ mechanisms: [acceptor, labAcceptor()], mechListMic: rule }).accept();
    const tokens = handshake(client, server);
    return { client, server, tokens };
  };

  test.each(TYPES)('%s: four tokens, and the messages go on behind the mechListMICs', (_, etype) => {
    const { client, server, tokens } = run(etype);
    expect(tokens).toHaveLength(4);
    expect(server.info.mechanism).toBe('Kerberos');
    const sealed = message('behind the MICs');
    server.unseal(sealed, client.seal(sealed));
    expect(stubOf(sealed)).toBe('behind the MICs');
    const passive = spnegoPassive([kerberosPassive({ keys: serverKeys() })]).observe();
    for (const [i, token] of tokens.entries()) passive.observe(i % 2 === 1 ? 'acceptor' : 'initiator', token);
    const answer = message('answer');
    passive.unprotect('acceptor', answer, server.seal(answer), true);
    expect(stubOf(answer)).toBe('answer');
  });

  test('an AES client proves the list of mechanisms, an RC4 client does not', () => {
    expect(run(ETYPE.AES256_CTS_HMAC_SHA1_96).server.info.notes).toContain('mechListMIC right');
    expect(run(ETYPE.RC4_HMAC).server.info.notes).not.toContain('mechListMIC right');
  });

  test('a client without a ticket for the service offers NTLM alone', () => {
    const { initiator, acceptor } = kerberosProviders();
    const ntlm = ntlmInitiator({ credentials: CREDENTIALS, random: seeded('n') });
    const client = spnegoInitiator([initiator, ntlm]).initiate({ level: 6, target: 'RPCSS/10.0.0.1' });
    const server = spnegoAcceptor({ mechanisms: [acceptor, labAcceptor()] }).accept();
    handshake(client, server);
    expect(server.info.mechanism).toBe('NTLM');
    expect(server.info.notes.join()).toContain('chose NTLM of NTLM');
  });
});

describe('clients that differ', () => {
  test('the frame around the AP-REQ is taken, and the answer follows the DCE flag and not the frame (impacket)', () => {
    const { initiator, acceptor } = kerberosProviders();
    const client = initiator.initiate({ level: 6, target: SERVICE });
    const request = client.step(undefined, NOW).token as Uint8Array;
    const server = acceptor.accept();
    const reply = server.step(frameKerberos(TOK_ID.AP_REQ, request), NOW);
    expect(reply.token?.[0]).toBe(0x6f);
    server.step(client.step(reply.token, NOW).token, NOW);
    expect(server.established).toBe(true);
  });

  test('without the DCE flag the handshake ends with the AP-REP, in its frame', () => {
    const flags = () => GSS_C.MUTUAL | GSS_C.INTEG | GSS_C.CONF;
    const { initiator, acceptor } = kerberosProviders({ client: { flags } });
    const client = initiator.initiate({ level: 6, target: SERVICE });
    const server = acceptor.accept();
    const reply = server.step(client.step(undefined, NOW).token, NOW);
    expect(reply.token?.[0]).toBe(0x60);
    expect(reply.done).toBe(true);
    client.step(reply.token, NOW);
    const sealed = message('two legs');
    server.unseal(sealed, client.seal(sealed));
  });

  test('an authenticator without a subkey is taken', () => {
    const { acceptor } = kerberosPair({ client: { subkey: false } });
    expect(acceptor.established).toBe(true);
  });
});

test('an acceptor opens tickets with the keys of its keytab, of which those of unknown types are left out', () => {
  const des = keytabEntries().map((entry) => ({ ...entry, etype: ETYPE.DES_CBC_MD5, key: Buffer.alloc(8) }));
  const keys = serviceKeys([...des, ...keytabEntries()]);
  expect(keys.map(({ key }) => key.etype)).toEqual(DEFAULT_ETYPES);
  expect(kerberosPair({ server: { keys } }).acceptor.established).toBe(true);
});

test('an acceptor takes a ticket for any of its services, in whichever case the name is written', () => {
  const services = ['HOST/elsewhere', SERVICE.toUpperCase()];
  expect(kerberosPair({ server: { services } }).acceptor.established).toBe(true);
});

describe('what an acceptor refuses', () => {
  const accept = (server = {}, now = NOW, change = (token: Buffer): Buffer => token, kdc = labKdc()) => {
    const { initiator, acceptor } = kerberosProviders({ server, kdc });
    const token = initiator.initiate({ level: 6, target: SERVICE }).step(undefined, NOW).token as Buffer;
    return () => acceptor.accept({ address: '10.0.0.7' }).step(change(Buffer.from(token)), now);
  };
  const ofRealm = (realm: string) => serverKeys().map((key) => ({ ...key, realm }));

  test.each([
    ['a ticket of another realm', { keys: ofRealm('OTHER.EXAMPLE') }, 'KRB_AP_ERR_NOT_US'],
    [
      'a ticket of a type without a key',
      { keys: serverKeys().filter(({ key }) => key.etype === 23) },
      'KRB_AP_ERR_NOKEY',
    ],
    [
      'a ticket under another key version',
      { keys: serverKeys().map((key) => ({ ...key, kvno: 9, key: other(key.key.etype) })) },
      'KRB_AP_ERR_BADKEYVER',
    ],
    [
      'a ticket of another account',
      { keys: serverKeys().map((key) => ({ ...key, key: other(key.key.etype) })) },
      'KRB_AP_ERR_MODIFIED',
    ],
    ['a service that it is not', { services: ['HOST/elsewhere'] }, 'KRB_AP_ERR_NOT_US'],
    ['missing channel bindings', { channelBindings: Buffer.alloc(16, 1) }, 'KRB_AP_ERR_BADMATCH'],
  ])('%s', (_, server, expected) => {
    expect(refusal(accept(server))).toContain(expected);
  });

  test.each([
    [301_000, 'KRB_AP_ERR_SKEW'],
    [-301_000, 'KRB_AP_ERR_SKEW'],
  ])('an authenticator that is %i ms away', (off, expected) => {
    expect(refusal(accept({}, NOW + off))).toContain(expected);
  });

  test.each([
    ['has ended', 11 * 3_600_000, 'KRB_AP_ERR_TKT_EXPIRED'],
    ['has not begun', -3_600_000, 'KRB_AP_ERR_TKT_NYV'],
  ])('a ticket that %s', (_, off, expected) => {
    const ticket = serviceTicket(labKdc());
    const initiator = kerberosInitiator({ tickets: { find: () => ticket }, random: seeded('c') });
    const token = initiator.initiate({ level: 6, target: SERVICE }).step(undefined, NOW + off).token;
    const { acceptor } = kerberosProviders();
    expect(refusal(() => acceptor.accept().step(token, NOW + off))).toContain(expected);
  });

  test('the same authenticator a second time, by whichever connection', () => {
    const { initiator, acceptor } = kerberosProviders();
    const token = initiator.initiate({ level: 6, target: SERVICE }).step(undefined, NOW).token;
    acceptor.accept().step(token, NOW);
    expect(refusal(() => acceptor.accept().step(token, NOW + 1000))).toContain('KRB_AP_ERR_REPEAT');
  });

  test('every octet of the AP-REQ that is changed, or cut off', () => {
    const { initiator, acceptor } = kerberosProviders({ server: { replayCache: false } });
    const token = Buffer.from(initiator.initiate({ level: 6, target: SERVICE }).step(undefined, NOW).token as Buffer);
    let taken = 0;
    for (let i = 0; i < token.length; i++) {
      const changed = Buffer.from(token);
      changed[i] = (changed[i] as number) ^ 0x04;
      try {
        acceptor.accept().step(changed, NOW);
        taken++;
      } catch (error) {
        expect(error, `octet ${i}`).toMatchObject({ name: 'SecurityError' });
      }
      expect(() => acceptor.accept().step(token.subarray(0, i), NOW)).toThrow();
    }
    // What stands in the clear and is not looked at: reserved options, the service class, key versions, name types.
    expect(taken).toBeLessThan(40);
  });

  test('a third leg with another number, and one that was changed', () => {
    const { initiator, acceptor } = kerberosProviders();
    const client = initiator.initiate({ level: 6, target: SERVICE });
    const server = acceptor.accept();
    const reply = server.step(client.step(undefined, NOW).token, NOW).token as Buffer;
    const third = Buffer.from(client.step(reply, NOW).token as Buffer);
    third[third.length - 1] = (third.at(-1) as number) ^ 1;
    expect(refusal(() => server.step(third, NOW))).toContain('KRB_AP_ERR_MODIFIED');
  });

  function other(etype: number) {
    return KerberosKey.fromPassword(etype, 'another', 'salt');
  }
});

describe('what an initiator refuses', () => {
  test('an AP-REP that answers another request, or comes of who lacks the key', () => {
    const { initiator, acceptor } = kerberosProviders({ server: { replayCache: false } });
    const [first, second] = [initiator, initiator].map((one) => one.initiate({ level: 6, target: SERVICE }));
    const request = first?.step(undefined, NOW).token;
    second?.step(undefined, NOW);
    const reply = acceptor.accept().step(request, NOW).token as Uint8Array;
    expect(refusal(() => second?.step(reply, NOW))).toContain('KRB_AP_ERR_MUT_FAIL');
    const changed = Buffer.from(reply);
    changed[60] = (changed[60] as number) ^ 1;
    expect(refusal(() => first?.step(changed, NOW))).toMatch(/KRB_AP_ERR_MODIFIED|BAD_TOKEN/);
  });

  test('a service without a ticket', () => {
    const { initiator } = kerberosProviders();
    const context = initiator.initiate({ level: 6, target: 'RPCSS/elsewhere' });
    expect(refusal(() => context.step(undefined, NOW))).toBe('LOGON_DENIED: Kerberos: no ticket for RPCSS/elsewhere');
  });
});
