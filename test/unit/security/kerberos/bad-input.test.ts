import { describe, expect, test } from 'vitest';
import { decodeMessage } from '../../../../src/codec/asn1/index.js';
import {
  AP_REP,
  AP_REQ,
  Authenticator,
  EncAPRepPart,
  EncTicketPart,
  frameKerberos,
  KDC_OPTIONS,
  KEY_USAGE,
  KRB_ERROR,
  krbErrorName,
  TGS_REQ,
  TICKET_FLAGS,
  TOK_ID,
} from '../../../../src/codec/kerberos/index.js';
import {
  DEFAULT_ETYPES,
  kerberosAcceptor,
  kerberosInitiator,
  TgsExchange,
  TicketTable,
} from '../../../../src/security/index.js';
import { close, open } from '../../../../src/security/kerberos/encrypted.js';
import { pacOf } from '../../../../src/security/kerberos/pac.js';
import { labKdc, logOn, SERVICE, serverKeys, serviceTicket } from '../../../support/kerberos.js';
import { NOW, refusal, seeded } from '../../../support/security.js';

interface Changes {
  readonly request?: (request: AP_REQ) => object;
  readonly ticket?: (part: EncTicketPart) => object;
  readonly authenticator?: (authenticator: Authenticator) => object;
}

const { octets: _, ...TICKET } = serviceTicket(labKdc()).ticket;
const CREDENTIAL = serviceTicket(labKdc());
const SERVICE_KEY = serverKeys().find(({ key }) => key.etype === TICKET.enc_part.etype)?.key ?? expect.fail();
const random = seeded('forged');

/** An AP-REQ whose parts say something else, each encrypted as it has to be: who has the keys can make it. */
function forged({ request, ticket, authenticator }: Changes): Uint8Array {
  const initiator = kerberosInitiator({ tickets: new TicketTable([CREDENTIAL]), random: seeded('c') });
  const sent = initiator.initiate({ level: 6, target: SERVICE }).step(undefined, NOW).token as Uint8Array;
  const { octets: _octets, ...message } = decodeMessage(AP_REQ, sent);
  const inTicket = open(EncTicketPart, SERVICE_KEY, KEY_USAGE.TICKET, message.ticket.enc_part) ?? expect.fail();
  const usage = KEY_USAGE.AP_REQ_AUTHENTICATOR;
  const inAuthenticator = open(Authenticator, CREDENTIAL.key, usage, message.authenticator) ?? expect.fail();
  const part = { ...inTicket, ...ticket?.(inTicket) };
  const made = { ...inAuthenticator, ...authenticator?.(inAuthenticator) };
  const whole = {
    ...message,
    ticket: {
      ...TICKET,
      enc_part: close(EncTicketPart, part, { key: SERVICE_KEY, usage: KEY_USAGE.TICKET, random, kvno: 1 }),
    },
    authenticator: close(Authenticator, made, { key: CREDENTIAL.key, usage, random }),
  };
  return AP_REQ.write({ ...whole, ...request?.(whole) });
}

const taken = (token: Uint8Array) =>
  kerberosAcceptor({ keys: serverKeys(), random: seeded('s') })
    .accept({ address: '10.0.0.7' })
    .step(token, NOW);

/** The PAC of a ticket with one octet changed, in its two frames of authorization data. */
function withPac({ authorization_data: data = [] }: EncTicketPart) {
  const pac = pacOf(data) ?? expect.fail();
  const [first, ...others] = data as [(typeof data)[number]];
  const ad_data = Buffer.from(first.ad_data);
  const at = ad_data.indexOf(pac) + (pac.length >> 1);
  ad_data[at] = (ad_data[at] as number) ^ 1;
  return { authorization_data: [{ ...first, ad_data }, ...others] };
}

const OTHER = { name_type: 1, name_string: ['somebody'] };

describe('an AP-REQ that its maker could encrypt, and that is not right all the same', () => {
  test('as it is, it is taken', () => {
    expect(taken(forged({})).token?.[0]).toBe(AP_REP.tag);
  });

  test.each<[string, Changes, string]>([
    ['of another version', { request: () => ({ pvno: 4 }) }, 'KRB_AP_ERR_BADVERSION'],
    [
      'with a ticket of another version',
      { request: ({ ticket }) => ({ ticket: { ...ticket, tkt_vno: 4 } }) },
      'KRB_AP_ERR_BADVERSION',
    ],
    ['that says to be another message', { request: () => ({ msg_type: 15 }) }, 'KRB_AP_ERR_MSG_TYPE'],
    ['that wants user-to-user', { request: () => ({ ap_options: 0x40000000 }) }, 'KRB_AP_ERR_NOKEY'],
    ['of another client than its ticket', { authenticator: () => ({ cname: OTHER }) }, 'KRB_AP_ERR_BADMATCH'],
    ['of another realm than its ticket', { authenticator: () => ({ crealm: 'OTHER.EXAMPLE' }) }, 'KRB_AP_ERR_BADMATCH'],
    ['without a checksum', { authenticator: () => ({ cksum: undefined }) }, 'KRB_AP_ERR_INAPP_CKSUM'],
    [
      'with a checksum of another type',
      { authenticator: () => ({ cksum: { cksumtype: 16, checksum: Buffer.alloc(12) } }) },
      'KRB_AP_ERR_INAPP_CKSUM',
    ],
    [
      'from another address than its ticket allows',
      { ticket: () => ({ caddr: [{ addr_type: 2, address: Buffer.of(10, 0, 0, 8) }] }) },
      'KRB_AP_ERR_BADADDR',
    ],
    [
      'with a ticket that is not valid yet',
      { ticket: ({ flags }) => ({ flags: flags | TICKET_FLAGS.invalid }) },
      'KRB_AP_ERR_TKT_NYV',
    ],
    ['with a ticket that ended', { ticket: () => ({ endtime: NOW - 3_600_000 }) }, 'KRB_AP_ERR_TKT_EXPIRED'],
    ['whose PAC was changed', { ticket: withPac }, 'KRB_AP_ERR_MODIFIED'],
    [
      'whose PAC is of another logon than its ticket',
      { ticket: ({ authtime }) => ({ authtime: authtime - 7_200_000 }) },
      'KRB_AP_ERR_BADMATCH',
    ],
    [
      'whose PAC is of another client than its ticket',
      { ticket: () => ({ cname: OTHER }), authenticator: () => ({ cname: OTHER }) },
      'KRB_AP_ERR_BADMATCH',
    ],
  ])('%s', (_what, changes, expected) => {
    expect(refusal(() => taken(forged(changes)))).toContain(expected);
  });

  test('in a frame that announces something else', () => {
    expect(refusal(() => taken(frameKerberos(TOK_ID.AP_REP, forged({}))))).toContain('KRB_AP_ERR_MSG_TYPE');
  });
});

describe('a third leg that its maker could encrypt', () => {
  const third = (change: { pvno?: number; msg_type?: number; seq?: number }) => () => {
    const acceptor = kerberosAcceptor({ keys: serverKeys(), random: seeded('s') }).accept();
    const initiator = kerberosInitiator({ tickets: new TicketTable([CREDENTIAL]), random: seeded('c') });
    const client = initiator.initiate({ level: 6, target: SERVICE });
    const reply = acceptor.step(client.step(undefined, NOW).token, NOW).token;
    const sent = decodeMessage(AP_REP, client.step(reply, NOW).token as Uint8Array);
    const part = open(EncAPRepPart, CREDENTIAL.key, KEY_USAGE.AP_REP, sent.enc_part) ?? expect.fail();
    const { pvno = 5, msg_type = 15, seq = part.seq_number } = change;
    const made = { ...part, ...(seq === undefined ? {} : { seq_number: seq }) };
    const enc_part = close(EncAPRepPart, made, { key: CREDENTIAL.key, usage: KEY_USAGE.AP_REP, random });
    acceptor.step(AP_REP.write({ pvno, msg_type, enc_part }), NOW);
  };

  test.each([
    ['of another version', { pvno: 4 }, 'KRB_AP_ERR_BADVERSION'],
    ['of another type', { msg_type: 14 }, 'KRB_AP_ERR_MSG_TYPE'],
    ['with another number than the server’s', { seq: 1 }, 'KRB_AP_ERR_BADORDER'],
  ])('%s', (_what, change, expected) => {
    expect(third({})).not.toThrow();
    expect(refusal(third(change))).toContain(expected);
  });
});

describe('what a KDC is not asked for', () => {
  const asked = (body: object): string => {
    const kdc = labKdc();
    const tgt = logOn(kdc);
    const { key } = tgt;
    const exchange = new TgsExchange({
      ...{ tgt, service: SERVICE, etypes: DEFAULT_ETYPES, random: seeded('t') },
    });
    const { octets: _octets, req_body, ...request } = decodeMessage(TGS_REQ, exchange.start(NOW));
    const { octets: _body, ...rest } = req_body;
    // impacket signs no body, so that it can say anything.
    const padata = request.padata?.map(({ padata_type, padata_value }) => {
      if (padata_type !== 1) return { padata_type, padata_value };
      const { octets: _request, ...ap } = decodeMessage(AP_REQ, padata_value);
      const inside = open(Authenticator, key, KEY_USAGE.TGS_REQ_AUTHENTICATOR, ap.authenticator) ?? expect.fail();
      const { cksum: _cksum, ...unsigned } = inside;
      const authenticator = close(Authenticator, unsigned, { key, usage: KEY_USAGE.TGS_REQ_AUTHENTICATOR, random });
      return { padata_type, padata_value: AP_REQ.write({ ...ap, authenticator }) };
    });
    const reply = kdc.answer(
      TGS_REQ.write({ ...request, ...(padata && { padata }), req_body: { ...rest, ...body } }),
      NOW,
    ).reply;
    return krbErrorName(decodeMessage(KRB_ERROR, reply as Uint8Array).error_code);
  };

  test.each([
    ['a renewal', { kdc_options: KDC_OPTIONS.renew }, 'KDC_ERR_BADOPTION'],
    ['a ticket under a session key', { kdc_options: KDC_OPTIONS.enc_tkt_in_skey }, 'KDC_ERR_BADOPTION'],
    ['a ticket that has ended', { till: NOW - 10_000 }, 'KDC_ERR_NEVER_VALID'],
  ])('%s', (_what, body, expected) => {
    expect(asked(body)).toBe(expected);
  });
});
