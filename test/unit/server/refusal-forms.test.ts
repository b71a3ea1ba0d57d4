import { afterEach, describe, expect, test } from 'vitest';
import { RemoteCreateInstance } from '../../../src/codec/dcom/index.js';
import { decodePdu } from '../../../src/codec/rpce/index.js';
import { OPEN_ACCESS } from '../../../src/server/access.js';
import type { ServerOptions } from '../../../src/server/server.js';
import { activator, CLSID, createInstance, faultOf, LEVEL, serve } from '../../support/live.js';

let server: Awaited<ReturnType<typeof serve>>;
const start = async (options: ServerOptions = {}) => {
  server = await serve(options);
  return server;
};
afterEach(() => server.close());

describe('the form of a refusal by access control, as 13 captured ones of Windows have it', () => {
  test.each([
    ['windows-server-2022', 0x03],
    ['windows-server-2012r2', 0x03],
    ['windows-xp', 0x23],
  ] as const)(
    '%s: fault 5, pfc_flags %i, alloc_hint 32, 32 octets, and then the end of the connection',
    async (name, flags) => {
      const sent: Buffer[] = [];
      const ended: (string | undefined)[] = [];
      await start({
        profile: name,
        observers: [
          {
            octets: (from, bytes) => void (from === 'server' && sent.push(Buffer.from(bytes))),
            disconnected: (_client, _server, why) => void ended.push(why),
          },
        ],
      });
      const { call } = await activator(server, { level: LEVEL.NONE });
      expect((await faultOf(call(RemoteCreateInstance, createInstance()))).status).toBe(5);
      await expect(call(RemoteCreateInstance, createInstance())).rejects.toThrow(/connection ended/);
      const fault = sent.at(-1) as Buffer;
      expect(fault).toHaveLength(32);
      expect(decodePdu(fault)).toMatchObject({
        PTYPE: 'fault',
        pfc_flags: flags,
        alloc_hint: 32,
        status: 5,
        p_cont_id: 0,
      });
      await server.close();
      expect(ended).toEqual([expect.stringMatching(/MachineAccessRestriction/)]);
    },
  );

  test('as an answer, where the options ask for it', async () => {
    await start({ dcom: { accessRefusal: { form: 'response', hresult: 5 } } });
    const { call, connection } = await activator(server, { level: LEVEL.NONE });
    expect((await call(RemoteCreateInstance, createInstance())).ReturnValue).toBe(5);
    expect(server.activations).toMatchObject([{ refusedBy: 'access control', form: 'response', status: 5 }]);
    connection.close();
  });

  test('a class’s own LaunchPermission answers with an HRESULT, and the connection stays', async () => {
    await start({ access: { ...OPEN_ACCESS, launch: { [CLSID]: [] } } });
    const { call, connection } = await activator(server);
    for (let i = 0; i < 2; i++)
      expect((await call(RemoteCreateInstance, createInstance())).ReturnValue).toBe(0x80070005);
    connection.close();
  });
});

describe('the form of a refusal by the policy is an option, since no capture shows it', () => {
  const refuse = async (refusal: NonNullable<NonNullable<ServerOptions['policy']>['refusal']>) => {
    await start({ policy: { refusal } });
    return activator(server, { level: LEVEL.CONNECT });
  };

  test('by default as access control refuses: fault 5, without PFC_DID_NOT_EXECUTE, and the end of the connection', async () => {
    await start();
    const { call } = await activator(server, { level: LEVEL.CONNECT });
    const { status, flags } = await faultOf(call(RemoteCreateInstance, createInstance()));
    expect([status, flags & 0x20]).toEqual([5, 0]);
    await expect(call(RemoteCreateInstance, createInstance())).rejects.toThrow(/connection ended/);
  });

  test('a fault with another status and PFC_DID_NOT_EXECUTE', async () => {
    const refusal = { form: 'fault', status: 0x721, didNotExecute: true, disconnect: false } as const;
    const { call, connection } = await refuse(refusal);
    const { status, flags } = await faultOf(call(RemoteCreateInstance, createInstance()));
    expect([status, flags & 0x20]).toEqual([0x721, 0x20]);
    connection.close();
  });

  test('a fault, after which the connection goes on', async () => {
    const refusal = { form: 'fault', status: 5, didNotExecute: false, disconnect: false } as const;
    const { call, connection } = await refuse(refusal);
    for (let i = 0; i < 2; i++) expect((await faultOf(call(RemoteCreateInstance, createInstance()))).status).toBe(5);
    connection.close();
  });

  test('an answer with an HRESULT, reported once', async () => {
    const { call, connection } = await refuse({ form: 'response', hresult: 0x80070005 });
    const answer = await call(RemoteCreateInstance, createInstance());
    expect([answer.ReturnValue, answer.ppActProperties]).toEqual([0x80070005, null]);
    expect(server.activations).toMatchObject([{ form: 'response', status: 0x80070005, outcome: 'refused' }]);
    expect(server.events).toHaveLength(1);
    connection.close();
  });
});
