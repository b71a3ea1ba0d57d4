import { describe, expect, test } from 'vitest';
import {
  AP_REQ,
  AS_REQ,
  decodeMessage,
  decodePac,
  EncTicketPart,
  ETYPE,
  ETYPE_INFO2,
  KEY_USAGE,
  KRB_ERROR,
  krbErrorName,
  METHOD_DATA,
  PA,
  PAC_TYPE,
  TGS_REQ,
} from '../../../../src/codec/kerberos/index.js';
import {
  AsExchange,
  accountSid,
  DEFAULT_ETYPES,
  KerberosKey,
  Secret,
  SecurityError,
  TgsExchange,
} from '../../../../src/security/index.js';
import { open } from '../../../../src/security/kerberos/encrypted.js';
import { checkPacSignatures, pacOf, readPac } from '../../../../src/security/kerberos/pac.js';
import { labKdc, logOn, MACHINE, REALM, SERVICE, serverKeys, serviceTicket, USER } from '../../../support/kerberos.js';
import { NOW, PASSWORD, refusal, seeded } from '../../../support/security.js';

const asRequest = (user: string, change: object = {}) =>
  AS_REQ.write({
    pvno: 5,
    msg_type: 10,
    req_body: {
      ...{ kdc_options: 0, realm: REALM, till: 0, nonce: 7, etype: DEFAULT_ETYPES },
      cname: { name_type: 1, name_string: [user] },
      sname: { name_type: 2, name_string: ['krbtgt', REALM] },
      ...change,
    },
  });

const errorOf = (reply: Uint8Array | undefined): string =>
  krbErrorName(decodeMessage(KRB_ERROR, reply ?? new Uint8Array(0)).error_code);

describe('the AS exchange, RFC 4120 3.1', () => {
  test('asks for a proof first, and says with which salt the key is made', () => {
    const { reply, event } = labKdc().answer(asRequest('op'), NOW);
    const error = decodeMessage(KRB_ERROR, reply as Uint8Array);
    expect(event).toMatchObject({ request: 'AS-REQ', client: 'op', outcome: 'KDC_ERR_PREAUTH_REQUIRED' });
    const methods = decodeMessage(METHOD_DATA, error.e_data as Uint8Array);
    expect(methods.map(({ padata_type }) => padata_type)).toEqual([PA.ETYPE_INFO2, PA.ENC_TIMESTAMP]);
    expect(decodeMessage(ETYPE_INFO2, methods[0]?.padata_value as Uint8Array)).toEqual([
      { etype: 18, salt: 'LAB.EXAMPLEop' },
      { etype: 17, salt: 'LAB.EXAMPLEop' },
      { etype: 23 },
    ]);
  });

  test.each([
    ['an unknown client', asRequest('nobody'), 'KDC_ERR_C_PRINCIPAL_UNKNOWN'],
    ['another realm', asRequest('op', { realm: 'OTHER.EXAMPLE' }), 'KDC_ERR_WRONG_REALM'],
    ['encryption types without a key', asRequest('op', { etype: [ETYPE.DES_CBC_MD5] }), 'KDC_ERR_ETYPE_NOSUPP'],
  ])('%s is refused', (_, request, expected) => {
    expect(errorOf(labKdc().answer(request, NOW).reply)).toBe(expected);
  });

  test.each(DEFAULT_ETYPES)('a password gives a ticket under encryption type %i', (etype) => {
    const tgt = logOn(labKdc(), [etype]);
    expect(tgt.key.etype).toBe(etype);
    expect(tgt.endtime).toBe(NOW + 10 * 3_600_000);
  });

  test('a wrong password is refused, and a clock that is too far away', () => {
    expect(refusal(() => logOn(labKdc(), DEFAULT_ETYPES, NOW, 'wrong'))).toContain('KDC_ERR_PREAUTH_FAILED');
    const late = labKdc({ maxClockSkew: 0 });
    expect(() => logOn(late, DEFAULT_ETYPES, NOW)).not.toThrow();
  });

  test('a reply that does not open with the client’s key is refused, and the password or the KDC is blamed', () => {
    const kdc = labKdc();
    const as = (password: string) => {
      const keys = (etype: number, salt: string) => KerberosKey.fromPassword(etype, password, salt);
      const options = { realm: REALM, user: 'op', keys, etypes: DEFAULT_ETYPES, random: seeded('as') };
      return new AsExchange(options, NOW);
    };
    const answer = (request: Uint8Array) => kdc.answer(request, NOW).reply ?? expect.fail();
    const [right, wrong] = [as(PASSWORD), as('wrong')];
    const proof = right.receive(answer(right.start()), NOW);
    const reply = answer('send' in proof ? proof.send : expect.fail());
    wrong.start();
    expect(refusal(() => wrong.receive(reply, NOW))).toContain(
      "LOGON_DENIED: Kerberos: the KDC's reply does not open: the password is another, or the KDC is",
    );
    expect(right.receive(reply, NOW)).toHaveProperty('credential');
  });

  test('what is no request has no answer', () => {
    expect(labKdc().answer(Buffer.from('GET / HTTP/1.1'), NOW)).toMatchObject({ reply: undefined });
  });
});

describe('the TGS exchange, RFC 4120 3.3', () => {
  test('each class of names that Windows maps to HOST is the same account', () => {
    const kdc = labKdc();
    for (const service of ['HOST/server', 'rpcss/SERVER.lab.example', 'RestrictedKrbHost/server'])
      expect(serviceTicket(kdc, DEFAULT_ETYPES, service).ticket.sname.name_string).toEqual(service.split('/'));
  });

  test('the ticket holds a PAC of the client, signed for the service and by the KDC', () => {
    const krbtgt = new KerberosKey(18, Buffer.alloc(32, 1));
    const { ticket } = serviceTicket(labKdc({ krbtgt }));
    const { key } = serverKeys().find((known) => known.key.etype === ticket.enc_part.etype) ?? expect.fail();
    const part = open(EncTicketPart, key, KEY_USAGE.TICKET, ticket.enc_part) ?? expect.fail();
    const pac = pacOf(part.authorization_data) ?? expect.fail();
    checkPacSignatures(pac, { server: key, kdc: krbtgt });
    const { identity, groups, upn } = readPac(pac, part);
    expect(identity).toEqual({ domain: 'LAB', user: 'op', sid: accountSid('LAB', 'op'), anonymous: false });
    expect(groups).toEqual([accountSid('LAB', 'op').replace(/\d+$/, '513'), 'S-1-18-1']);
    expect(upn).toMatchObject({ Upn: 'op@lab.example', Sid: identity.sid });
    for (const { type, offset = 0, data } of decodePac(pac)) {
      const changed = Buffer.from(pac);
      changed[offset + data.length - 1] = (changed[offset + data.length - 1] as number) ^ 1;
      const check = () => checkPacSignatures(changed, { server: key, kdc: krbtgt });
      expect(check, `buffer ${type}`).toThrow(SecurityError);
    }
    expect(decodePac(pac).map(({ type }) => type)).toContain(PAC_TYPE.REQUESTOR_SID);
  });

  test.each([
    ['an unknown service', 'HOST/elsewhere', 'KDC_ERR_S_PRINCIPAL_UNKNOWN'],
    ['the KDC of another realm', 'krbtgt/OTHER.EXAMPLE', 'KDC_ERR_S_PRINCIPAL_UNKNOWN'],
    ['an unknown service of a host named like the realm', 'HOST/lab.example', 'KDC_ERR_S_PRINCIPAL_UNKNOWN'],
  ])('%s is refused', (_, service, expected) => {
    expect(refusal(() => serviceTicket(labKdc(), DEFAULT_ETYPES, service))).toContain(expected);
  });

  test('what is refused to who holds a ticket is told with the name', () => {
    const kdc = labKdc();
    const asked = { tgt: logOn(kdc), service: 'HOST/elsewhere', etypes: DEFAULT_ETYPES, random: seeded('t') };
    const { event } = kdc.answer(new TgsExchange(asked).start(NOW), NOW);
    expect(event).toMatchObject({ request: 'TGS-REQ', client: 'op', outcome: 'KDC_ERR_S_PRINCIPAL_UNKNOWN' });
  });

  test('every octet of the body that is changed is refused, and so is every one of the sealed parts', () => {
    const kdc = labKdc();
    const exchange = new TgsExchange({
      tgt: logOn(kdc),
      service: SERVICE,
      etypes: DEFAULT_ETYPES,
      random: seeded('t'),
    });
    const request = Buffer.from(exchange.start(NOW));
    const { req_body, padata = [] } = decodeMessage(TGS_REQ, request);
    const { ticket, authenticator } = decodeMessage(AP_REQ, padata[0]?.padata_value ?? Buffer.alloc(0));
    for (const part of [req_body.octets, ticket.enc_part.cipher, authenticator.cipher]) {
      const start = request.indexOf(part ?? expect.fail());
      for (let i = start; i < start + (part?.length ?? 0); i++) {
        const changed = Buffer.from(request);
        changed[i] = (changed[i] as number) ^ 0x20;
        expect(kdc.answer(changed, NOW).event.outcome, `octet ${i}`).not.toBe('issued');
      }
    }
  });

  test('a ticket of another KDC is refused', () => {
    const exchange = new TgsExchange({
      ...{ tgt: logOn(labKdc({ random: seeded('another') })), service: SERVICE },
      ...{ etypes: DEFAULT_ETYPES, random: seeded('t') },
    });
    expect(errorOf(labKdc().answer(exchange.start(NOW), NOW).reply)).toBe('KRB_AP_ERR_MODIFIED');
  });

  test('a TGS-REQ without a ticket is refused', () => {
    const { octets: _, ...request } = decodeMessage(AS_REQ, asRequest('op'));
    expect(errorOf(labKdc().answer(TGS_REQ.write(request), NOW).reply)).toBe('KDC_ERR_PADATA_TYPE_NOSUPP');
  });

  test('an account whose keys are RC4 alone gets tickets under RC4', () => {
    const sid = accountSid('LAB', 'OLD$');
    const old = { user: 'OLD$', sid, secret: Secret.ntHash(Buffer.alloc(16)), etypes: [23], services: ['HOST/old'] };
    const kdc = labKdc({ accounts: [USER, MACHINE, old] });
    expect(serviceTicket(kdc, DEFAULT_ETYPES, 'HOST/old').ticket.enc_part.etype).toBe(23);
  });

  test('an NT hash makes an RC4 key alone, and none of AES, not even where it has the length', () => {
    const secret = Secret.ntHash(Buffer.alloc(16));
    expect(KerberosKey.fromSecret(ETYPE.AES128_CTS_HMAC_SHA1_96, secret, 'salt')).toBeUndefined();
    expect(KerberosKey.fromSecret(ETYPE.RC4_HMAC, secret, 'salt')?.etype).toBe(ETYPE.RC4_HMAC);
  });
});
