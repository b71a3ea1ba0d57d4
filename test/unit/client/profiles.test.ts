import { describe, expect, test } from 'vitest';
import { DcomClient } from '../../../src/client/dcom-client.js';
import type { ClientProfile } from '../../../src/client/profile.js';
import { CLIENT_PROFILES, type ClientProfileName } from '../../../src/client/profiles.js';
import { decodePdu, type Pdu } from '../../../src/codec/rpce/index.js';
import { RPC_PROFILES, RpcFault, type RpcProfile } from '../../../src/rpc/index.js';
import type { DcomServer } from '../../../src/server/server.js';
import { authentication, CLSID, IID_IDispatch, IID_IUnknown, LEVEL, PHASES, serve } from '../../support/live.js';

/** PDUs of the client, for captures to be compared with. */
function sniffer() {
  const pdus: Pdu[] = [];
  const octets = (from: 'client' | 'server', bytes: Uint8Array): void => {
    if (from === 'client') pdus.push(decodePdu(Buffer.from(bytes)));
  };
  return { pdus, octets };
}

function clientOf(server: DcomServer, profile: ClientProfile, level?: number) {
  const { credentials, random } = authentication({});
  const { pdus, octets } = sniffer();
  const { address: host, port } = server.address;
  const client = new DcomClient({
    host,
    port,
    profile,
    random,
    octets,
    ...(credentials && { credentials }),
    ...(level && { level }),
  });
  return { client, pdus };
}

const binds = (pdus: readonly Pdu[]) =>
  pdus.flatMap((pdu) =>
    pdu.PTYPE === 'bind'
      ? [
          {
            interfaces: pdu.p_context_elem.map(({ p_cont_id, abstract_syntax, transfer_syntaxes }) =>
              [p_cont_id, abstract_syntax.uuid.slice(0, 8), transfer_syntaxes[0]?.uuid.slice(0, 8)].join(' '),
            ),
            auth:
              pdu.auth === undefined ? undefined : [pdu.auth.auth_type, pdu.auth.auth_level, pdu.auth.auth_context_id],
            call_id: pdu.call_id,
            max: pdu.max_xmit_frag,
            joins: pdu.assoc_group_id !== 0,
          },
        ]
      : [],
  );

/** Name: the level on the wire, where the application leaves it to the client. */
const LEVELS: Readonly<Record<ClientProfileName, number>> = {
  'windows-2021-05': LEVEL.CONNECT,
  'windows-2021-06': LEVEL.PKT_INTEGRITY,
  'windows-2021-09': LEVEL.PKT_INTEGRITY,
  'windows-2022-06': LEVEL.PKT_INTEGRITY,
  'windows-2022-11': LEVEL.PKT_INTEGRITY,
  'windows-2023-03': LEVEL.PKT_INTEGRITY,
  impacket: LEVEL.PKT_PRIVACY,
  'node-dcom': LEVEL.CONNECT,
  'openvas-wmic': LEVEL.CONNECT,
  'openvas-wmic-5.7': LEVEL.CONNECT,
};

/** Which still speaks to COM versions below 5.7. */
const WINDOWS_2012_R2 = RPC_PROFILES['windows-server-2012r2'] as RpcProfile;
const ENFORCED = new Set(['2022-06-14', '2022-11-08', '2023-03-14']);

describe.each(Object.entries(LEVELS) as [ClientProfileName, number][])('%s', (name, level) => {
  const profile: ClientProfile = CLIENT_PROFILES[name];

  test.each(PHASES)(`activates at level ${level}, on a server as of %s`, async (asOf) => {
    const server = await serve({ asOf });
    const { client } = clientOf(server, profile);
    try {
      const { outcome } = await client.activation({ clsid: CLSID, iids: [IID_IDispatch] });
      const refused = ENFORCED.has(asOf) && level < LEVEL.PKT_INTEGRITY;
      const denied = refused ? 'fault nca_s_fault_access_denied (0x00000005)' : undefined;
      const old = profile.comVersion.MinorVersion < 7 ? 'RPC_E_INVALID_HEADER (0x80010111)' : undefined;
      expect(outcome.accepted ? 'accepted' : outcome.text).toBe(denied ?? old ?? 'accepted');
      expect(server.activations).toMatchObject([{ level, outcome: outcome.accepted ? 'accepted' : 'refused' }]);
    } finally {
      await client.close();
      await server.close();
    }
  });

  test('calls objects with an ORPCTHIS that a server takes which takes its COM version', async () => {
    const server = await serve({ asOf: '2021-05', profile: WINDOWS_2012_R2 });
    const { client } = clientOf(server, profile);
    try {
      const object = await client.activate(CLSID, IID_IDispatch);
      const other = await object.queryInterface(IID_IUnknown);
      await other.release();
      await object.release();
      expect(server.refusedCalls).toEqual([]);
      expect(server.objects).toBe(0);
    } finally {
      await client.close();
      await server.close();
    }
  });
});

describe('levels that an application asks for', () => {
  test.each([
    ['windows-2021-05', LEVEL.CONNECT, LEVEL.CONNECT],
    ['windows-2022-06', LEVEL.CONNECT, LEVEL.CONNECT],
    ['windows-2022-06', LEVEL.PKT_PRIVACY, LEVEL.PKT_PRIVACY],
    ['windows-2022-11', LEVEL.CONNECT, LEVEL.PKT_INTEGRITY],
    ['windows-2023-03', LEVEL.PKT, LEVEL.PKT_INTEGRITY],
    ['impacket', LEVEL.CONNECT, LEVEL.CONNECT],
  ] as const)('%s asked for %i sends %i', (name, asked, sent) => {
    expect(CLIENT_PROFILES[name].activationLevel(asked)).toBe(sent);
  });

  test.each([
    ['windows-2021-05', 0, LEVEL.CONNECT],
    ['windows-2021-05', 5, LEVEL.PKT_INTEGRITY],
    ['windows-2022-06', 2, LEVEL.CONNECT],
    ['windows-2022-11', 2, LEVEL.PKT_INTEGRITY],
    ['windows-2023-03', 6, LEVEL.PKT_PRIVACY],
    ['impacket', 2, LEVEL.PKT_INTEGRITY],
    ['impacket', 6, LEVEL.PKT_PRIVACY],
    ['openvas-wmic', 2, LEVEL.PKT_INTEGRITY],
  ] as const)('%s calls objects of hint %i at %i', (name, hint, sent) => {
    expect(CLIENT_PROFILES[name].objectLevel(hint)).toBe(sent);
  });
});

describe('on the wire', () => {
  const observe = async (profile: ClientProfile) => {
    const server = await serve({ asOf: '2021-05', profile: WINDOWS_2012_R2 });
    const { client, pdus } = clientOf(server, profile);
    try {
      const object = await client.activate(CLSID, IID_IDispatch);
      await (await object.queryInterface(IID_IUnknown)).release();
    } finally {
      await client.close();
      await server.close();
    }
    return pdus;
  };

  test('a Windows client asks ServerAlive2, joins that association with the activation, and goes on with its numbers', async () => {
    const pdus = await observe(CLIENT_PROFILES['windows-2023-03']);
    expect(binds(pdus)).toEqual([
      {
        interfaces: ['0 99fcfec4 8a885d04', '1 99fcfec4 6cb71c2c'],
        auth: undefined,
        call_id: 2,
        max: 5840,
        joins: false,
      },
      { interfaces: ['1 000001a0 8a885d04'], auth: [10, 5, 0], call_id: expect.any(Number), max: 5840, joins: true },
      {
        interfaces: ['0 00000143 8a885d04', '1 00000143 71710533', '2 00000143 6cb71c2c'],
        auth: [9, 5, 0],
        call_id: 2,
        max: 5840,
        joins: false,
      },
    ]);
  });

  test('impacket asks nothing first, counts its security contexts from 79231 and uses IRemUnknown', async () => {
    const [activator, exporter] = binds(await observe(CLIENT_PROFILES.impacket));
    expect(activator).toMatchObject({ interfaces: ['0 000001a0 8a885d04'], auth: [10, 6, 79231], max: 4280 });
    expect(exporter).toMatchObject({ interfaces: ['0 00000131 8a885d04'], auth: [10, 5, 79231], max: 4280 });
  });

  test('node-dcom activates by RemoteActivation at CONNECT with COM 5.4', async () => {
    const server = await serve({ asOf: '2021-05' });
    const { client, pdus } = clientOf(server, CLIENT_PROFILES['node-dcom']);
    await client.activation({ clsid: CLSID, iids: [IID_IDispatch] });
    expect(binds(pdus)).toMatchObject([{ interfaces: ['0 4d9f4ab8 8a885d04'], auth: [10, 2, 1], call_id: 0 }]);
    const request = pdus.find((pdu) => pdu.PTYPE === 'request');
    expect(request?.PTYPE === 'request' && [...request.stub.subarray(0, 8)]).toEqual([5, 0, 4, 0, 0, 0, 0, 0]);
    expect(server.activations).toMatchObject([{ method: 'RemoteActivation' }]);
    await client.close();
    await server.close();
  });

  test('openvas-wmic asks ServerAlive first, and calls objects with signatures whatever it activated at', async () => {
    const seen = binds(await observe(CLIENT_PROFILES['openvas-wmic']));
    expect(seen.map(({ interfaces, auth }) => [interfaces[0], auth])).toEqual([
      ['0 99fcfec4 8a885d04', undefined],
      ['0 4d9f4ab8 8a885d04', [10, 2, 0]],
      ['0 00000131 8a885d04', [10, 5, 0]],
    ]);
  });

  test('ORPCTHIS.flags other than 0 in a call to an object: RPC_E_INVALID_HEADER, which the server names', async () => {
    const server = await serve();
    const { client } = clientOf(server, { ...CLIENT_PROFILES.impacket, orpcFlags: 1 });
    const object = await client.activate(CLSID, IID_IDispatch);
    const error = await object.queryInterface(IID_IUnknown).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RpcFault);
    expect(error).toMatchObject({ status: 0x80010111 });
    expect(server.refusedCalls).toMatchObject([{ refusedBy: 'header', reason: 'ORPCTHIS.flags is 1, not 0' }]);
    await client.close();
    await server.close();
  });
});
