import { describe, expect, test } from 'vitest';
import { encodeAuthenticate } from '../../../src/codec/ntlm/authenticate.js';
import { FAULT, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../../src/codec/rpce/index.js';
import { element } from '../../support/associations.js';
import { initiate, RawServer } from '../../support/raw-server.js';

const { WINNT } = RPC_C_AUTHN;
const { CONNECT, PKT_INTEGRITY } = RPC_C_AUTHN_LEVEL;
const nobody = { bytes: new Uint8Array(0) };

/** What node-dcom sends with each further interface: a message that names nobody and answers no challenge. */
const EMPTY = encodeAuthenticate({ UserName: nobody, LmChallengeResponse: nobody, NtChallengeResponse: nobody });

function altered(auth_value: Uint8Array, level: number, profile: ConstructorParameters<typeof RawServer>[0] = {}) {
  const server = new RawServer(profile);
  server.authenticate(WINNT, level, 3);
  const auth = { auth_type: WINNT, auth_level: level, auth_context_id: 3, auth_value };
  return { server, answer: server.alter([element(1)], { auth }) };
}

describe('an alter_context with an empty AUTHENTICATE_MESSAGE for a context that is established', () => {
  test('at CONNECT adds its presentation context, and the log says so', () => {
    const { server, answer } = altered(EMPTY, CONNECT);
    expect(answer).toMatchObject({ PTYPE: 'alter_context_resp', results: [{ result: 0 }] });
    expect(server.events).toContainEqual(
      expect.objectContaining({ type: 'tolerated', option: 'emptyTokenAfterHandshake' }),
    );
  });

  test('is refused where the profile says so', () => {
    const { answer } = altered(EMPTY, CONNECT, { profile: { emptyTokenAfterHandshake: 'refused' } });
    expect(answer).toMatchObject({ PTYPE: 'fault', status: FAULT.ACCESS_DENIED });
  });

  test('above CONNECT is refused: there the token would have to prove something', () => {
    expect(altered(EMPTY, PKT_INTEGRITY).answer).toMatchObject({ PTYPE: 'fault', status: FAULT.ACCESS_DENIED });
  });

  test('that is not empty is refused, and so is what is no message at all', () => {
    const first = initiate(WINNT, CONNECT).step(undefined, 0).token as Uint8Array;
    for (const token of [first, Buffer.alloc(16, 1)])
      expect(altered(token, CONNECT).answer).toMatchObject({ PTYPE: 'fault', status: FAULT.ACCESS_DENIED });
  });
});
