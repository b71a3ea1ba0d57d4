import { contextTag, OID, TAG, writeElement } from '../../src/codec/asn1/index.js';
import { decodeAuthenticate } from '../../src/codec/ntlm/index.js';
import { encodePdu, NDR20_SYNTAX, type Pdu, PFC } from '../../src/codec/rpce/index.js';
import { SMB_COM, SMB2, STATUS_MORE_PROCESSING_REQUIRED } from '../../src/codec/smb/index.js';
import { encodeNegToken } from '../../src/codec/spnego/index.js';
import type { RecordedDirection } from '../../src/net/recorder.js';
import { bodies, smb1, smb2, words } from './smb.js';

/** A message of a connection, and who sends it. */
export interface Said {
  readonly direction: RecordedDirection;
  readonly bytes: Buffer;
}

/** The three messages of NTLM, as one leg of a relay carries them; fewer where it breaks off. */
export type Tokens = readonly Uint8Array[];

/** How a client authenticates in a protocol, to a server that listens on its port. */
export interface Carrier {
  readonly port: number;
  readonly says: (tokens: Tokens) => Said[];
}

const inTurn = (messages: readonly (Buffer | undefined)[]): Said[] =>
  messages.flatMap((bytes, index) =>
    bytes === undefined ? [] : [{ direction: index % 2 === 0 ? 'toServer' : 'toClient', bytes } as const],
  );

const base64 = (token: Uint8Array): string => Buffer.from(token).toString('base64');

/** A head of HTTP, with a body of so many octets. */
export const http = (lines: readonly string[], body = ''): Buffer =>
  Buffer.from(`${[...lines, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`, 'latin1');

/** RFC 4559 4, in the headers for servers or for proxies. */
export const overHttp =
  (scheme: string, [asks, offers]: readonly [string, string], host: string | undefined) =>
  ([negotiate, challenge, authenticate]: Tokens): Said[] => {
    const ask = (token: Uint8Array): Buffer =>
      http([
        'GET /x HTTP/1.1',
        'Connection: Keep-Alive',
        `${asks}: ${scheme} ${base64(token)}`,
        ...(host === undefined ? [] : [`Host: ${host}`]),
      ]);
    return inTurn([
      negotiate && ask(negotiate),
      challenge && http(['HTTP/1.1 401 Unauthorized', `${offers}: ${scheme} ${base64(challenge)}`], '<html>no</html>'),
      authenticate && ask(authenticate),
      authenticate && http(['HTTP/1.1 200 OK', 'Content-Type: text/plain'], 'welcome'),
    ]);
  };

export const ORIGIN = ['Authorization', 'WWW-Authenticate'] as const;
const PROXY = ['Proxy-Authorization', 'Proxy-Authenticate'] as const;

const ldapMessage = (id: number, operation: Buffer): Buffer =>
  writeElement(TAG.SEQUENCE, writeElement(TAG.INTEGER, Buffer.of(id)), operation);
const octetString = (value: Uint8Array | string): Buffer =>
  writeElement(TAG.OCTET_STRING, Buffer.from(value as string));

/** RFC 4511 4.2. */
export const bindRequest = (id: number, name: string, authentication: Buffer): Buffer =>
  ldapMessage(id, writeElement(0x60, writeElement(TAG.INTEGER, Buffer.of(3)), octetString(name), authentication));

/** RFC 4511 4.2.2. */
export const bindResponse = (id: number, code: number, matchedDN: Uint8Array | string, ...more: Buffer[]): Buffer => {
  const result = writeElement(TAG.ENUMERATED, Buffer.of(code));
  return ldapMessage(id, writeElement(0x61, result, octetString(matchedDN), octetString(''), ...more));
};

export const sasl = (mechanism: string, credentials: Uint8Array): Buffer =>
  writeElement(contextTag(3), octetString(mechanism), octetString(credentials));

const SASL_BIND_IN_PROGRESS = 14;

function overSasl([negotiate, challenge, authenticate]: Tokens): Said[] {
  return inTurn([
    negotiate && bindRequest(1, '', sasl('GSS-SPNEGO', negotiate)),
    challenge && bindResponse(1, SASL_BIND_IN_PROGRESS, '', writeElement(0x87, challenge)),
    authenticate && bindRequest(2, '', sasl('GSS-SPNEGO', authenticate)),
    authenticate && bindResponse(2, 0, ''),
  ]);
}

/** [MS-ADTS] 5.1.1.1.3. */
function overSicily([negotiate, challenge, authenticate]: Tokens): Said[] {
  return inTurn([
    bindRequest(1, '', writeElement(0x89)),
    bindResponse(1, 0, 'NTLM'),
    negotiate && bindRequest(2, 'NTLM', writeElement(0x8a, negotiate)),
    challenge && bindResponse(2, 0, challenge),
    authenticate && bindRequest(3, '', writeElement(0x8b, authenticate)),
    authenticate && bindResponse(3, 0, ''),
  ]);
}

const HEAD = { pfc_flags: PFC.FIRST_FRAG | PFC.LAST_FRAG, call_id: 1 };
const ACTIVATOR = { uuid: '000001a0-0000-0000-c000-000000000046', version: 0 };

/** C706 12.6.4, [MS-RPCE] 3.3.1.5.2: bind, bind_ack and auth3. */
export function overRpc([negotiate, challenge, authenticate]: Tokens, auth_type = 10): Said[] {
  const pdu = (token: Uint8Array | undefined, body: object): Buffer | undefined =>
    token &&
    encodePdu({
      ...HEAD,
      ...body,
      auth: { auth_type, auth_level: 2, auth_context_id: 1, auth_value: token },
    } as Pdu);
  const sizes = { max_xmit_frag: 5840, max_recv_frag: 5840, assoc_group_id: 0 };
  const asked = { p_cont_id: 0, abstract_syntax: ACTIVATOR, transfer_syntaxes: [NDR20_SYNTAX] };
  const auth3 = pdu(authenticate, { PTYPE: 'auth3', pad: Buffer.alloc(4) });
  return [
    ...inTurn([
      pdu(negotiate, { PTYPE: 'bind', ...sizes, p_context_elem: [asked] }),
      pdu(challenge, {
        ...{ PTYPE: 'bind_ack', ...sizes, sec_addr: Buffer.from('135\0') },
        results: [{ result: 0, reason: 0, transfer_syntax: NDR20_SYNTAX }],
      }),
    ]),
    ...(auth3 === undefined ? [] : [{ direction: 'toServer' as const, bytes: auth3 }]),
  ];
}

/** [MS-SMB2] 3.2.4.2.3: two requests, the second under the SessionId that the first was given. */
function overSmb2([negotiate, challenge, authenticate]: Tokens): Said[] {
  const command = SMB2.SESSION_SETUP;
  const more = { command, reply: true, status: STATUS_MORE_PROCESSING_REQUIRED };
  return inTurn([
    negotiate && smb2({ command, message: 1, session: 0n, body: bodies.setup(negotiate) }),
    challenge && smb2({ ...more, message: 1, body: bodies.setUp(challenge) }),
    authenticate && smb2({ command, message: 2, body: bodies.setup(authenticate) }),
    authenticate && smb2({ command, message: 2, reply: true, body: bodies.setUp('') }),
  ]);
}

const NO_ANDX = 0xff;

/** [MS-SMB] 2.2.4.6: with extended security. */
function overSmb1([negotiate, challenge, authenticate]: Tokens): Said[] {
  const command = SMB_COM.SESSION_SETUP_ANDX;
  const ask = (token: Uint8Array, user: number): Buffer => {
    const fields = words(NO_ANDX, 0, 4356, 50, 1, 0, 0, token.length, 0, 0, 0, 0x8000);
    return smb1(command, fields, token, { user });
  };
  const answer = (token: Uint8Array, status: number): Buffer =>
    smb1(command, words(NO_ANDX, 0, 0, token.length), token, { user: 5, reply: true, status });
  return inTurn([
    negotiate && ask(negotiate, 0),
    challenge && answer(challenge, STATUS_MORE_PROCESSING_REQUIRED),
    authenticate && ask(authenticate, 5),
    authenticate && answer(Buffer.alloc(0), 0),
  ]);
}

/** [MS-CIFS] 2.2.4.52.2, 2.2.4.53.1: without it the challenge and the responses have no message of NTLM around them. */
export function overBareSmb1([, challenge, authenticate]: Tokens): Said[] {
  const negotiated = Buffer.alloc(34);
  negotiated[33] = 8;
  const { LmChallengeResponse, NtChallengeResponse, UserName, DomainName } = decodeAuthenticate(
    authenticate ?? NOTHING,
  );
  const [lm, nt, user, domain] = [LmChallengeResponse, NtChallengeResponse, UserName, DomainName].map(
    (item) => item?.bytes ?? NOTHING,
  ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const end = Buffer.alloc(2);
  const pad = Buffer.alloc(1 - ((lm.length + nt.length) % 2));
  const octets = Buffer.concat([lm, nt, pad, user, end, domain, end]);
  const setup = words(NO_ANDX, 0, 4356, 50, 1, 0, 0, lm.length, nt.length, 0, 0, 0, 0);
  return inTurn([
    smb1(SMB_COM.NEGOTIATE, words(), Buffer.from('\x02NT LM 0.12\0')),
    smb1(SMB_COM.NEGOTIATE, negotiated, (challenge as Uint8Array).subarray(24, 32), { reply: true }),
    smb1(SMB_COM.SESSION_SETUP_ANDX, setup, octets, { unicode: true }),
  ]);
}

const NOTHING = new Uint8Array(0);

/** The same exchange inside SPNEGO (RFC 4178 4.2). */
export function inSpnego([negotiate, challenge, authenticate]: Tokens): Buffer[] {
  const response = (responseToken: Uint8Array): Buffer => encodeNegToken({ kind: 'NegTokenResp', responseToken });
  return [
    ...(negotiate === undefined
      ? []
      : [encodeNegToken({ kind: 'NegTokenInit', framed: true, mechTypes: [OID.NTLM], mechToken: negotiate })]),
    ...[challenge, authenticate].filter((token) => token !== undefined).map(response),
  ];
}

/** Ways to authenticate, by protocol. */
export const CARRIERS = {
  rpc: { port: 135, says: (tokens) => overRpc(tokens) },
  http: { port: 80, says: overHttp('NTLM', ORIGIN, 'www.lab.example') },
  'http (Negotiate)': { port: 5985, says: (tokens) => overHttp('Negotiate', ORIGIN, 'ws:5985')(inSpnego(tokens)) },
  'http (proxy)': { port: 3128, says: overHttp('NTLM', PROXY, 'www.lab.example') },
  smb: { port: 445, says: (tokens) => overSmb2(inSpnego(tokens)) },
  'smb (SMB1)': { port: 139, says: overSmb1 },
  ldap: { port: 389, says: (tokens) => overSasl(inSpnego(tokens)) },
  'ldap (sicily)': { port: 3268, says: overSicily },
} as const satisfies Record<string, Carrier>;
