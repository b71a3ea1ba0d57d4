import { describe, expect, test } from 'vitest';
import { authToken } from '../../../../src/capture/decode/auth-token.js';
import { decodePdu, RPC_C_AUTHN } from '../../../../src/codec/rpce/index.js';
import { kerberosPair } from '../../../support/kerberos.js';
import { shippedPdus } from '../../../support/shipped.js';

/** The tokens of the first handshake in the shipped captures: NTLM by itself. */
async function handshake(): Promise<ReturnType<typeof authToken>[]> {
  const pdus = (await shippedPdus()).slice(0, 3).map(({ bytes }) => decodePdu(bytes));
  return pdus.map(({ auth }) => (auth === undefined ? undefined : authToken(auth)));
}

describe('the token of a handshake', () => {
  test('names the NTLM message, its flags and the names in it', async () => {
    const [negotiate, challenge, authenticate] = await handshake();
    expect(negotiate).toEqual({
      message: 'NEGOTIATE_MESSAGE',
      NegotiateFlags: expect.arrayContaining(['NTLMSSP_NEGOTIATE_UNICODE', 'NTLMSSP_NEGOTIATE_NTLM']),
    });
    expect(challenge).toMatchObject({
      message: 'CHALLENGE_MESSAGE',
      TargetName: 'LAB',
      ServerChallenge: '060bb62d37fc55bf',
      TargetInfo: { MsvAvNbComputerName: 'HARNESS', MsvAvNbDomainName: 'LAB', MsvAvDnsDomainName: 'LAB' },
    });
    expect(authenticate).toMatchObject({
      message: 'AUTHENTICATE_MESSAGE',
      DomainName: 'LAB',
      UserName: 'op',
      Workstation: '',
    });
  });

  test('has no response and no key, from which a password could be guessed', async () => {
    const text = JSON.stringify(await handshake());
    expect(text).not.toMatch(/Response|SessionKey|MIC/);
    expect(text).not.toContain('478b453737dfd07276980a14e8b5eac0');
  });

  test.each([
    ['nothing', ''],
    ['TLS', '16030100'],
  ])('is left out where it is neither of NTLM nor of Kerberos: %s', (_name, hex) => {
    for (const auth_type of [RPC_C_AUTHN.WINNT, RPC_C_AUTHN.GSS_NEGOTIATE, RPC_C_AUTHN.GSS_KERBEROS])
      expect(
        authToken({ auth_type, auth_level: 2, auth_context_id: 0, auth_value: Buffer.from(hex, 'hex') }),
      ).toBeUndefined();
  });

  test('of Kerberos says for which service the ticket is, and nothing that is encrypted', () => {
    const [request, reply] = kerberosPair().tokens as [Buffer, Buffer, Buffer];
    const tokenOf = (auth_value: Buffer) =>
      authToken({ auth_type: RPC_C_AUTHN.GSS_KERBEROS, auth_level: 6, auth_context_id: 0, auth_value });
    expect(tokenOf(request)).toEqual({
      message: 'AP-REQ',
      realm: 'LAB.EXAMPLE',
      sname: 'RPCSS/server.lab.example',
      ap_options: ['MUTUAL-REQUIRED'],
      ticket_etype: 'aes256-cts-hmac-sha1-96',
      ticket_kvno: 1,
      etype: 'aes256-cts-hmac-sha1-96',
    });
    expect(tokenOf(reply)).toEqual({ message: 'AP-REP', etype: 'aes256-cts-hmac-sha1-96' });
    expect(tokenOf(request.subarray(0, 40))).toEqual({ error: expect.stringContaining('AP-REQ') });
  });

  test.each([
    ['a signature alone', ''],
    ['another message type', '09000000'],
    ['a message that is cut', '03000000'],
  ])('says what is wrong with it: %s', (_name, rest) => {
    const auth_value = Buffer.concat([Buffer.from('NTLMSSP\0'), Buffer.from(rest, 'hex')]);
    const auth = { auth_type: RPC_C_AUTHN.WINNT, auth_level: 2, auth_context_id: 0, auth_value };
    expect(authToken(auth)).toEqual({ error: expect.stringMatching(/\w/) });
  });
});
