import { afterEach, describe, expect, test } from 'vitest';
import {
  bindingsOf,
  IActivation,
  packActivationRequest,
  RemoteActivation,
  RemoteCreateInstance,
} from '../../../src/codec/dcom/index.js';
import type { ServerOptions } from '../../../src/server/server.js';
import {
  activates,
  activator,
  bind,
  CLSID,
  createInstance,
  faultOf,
  IID_IDispatch,
  IID_IUnknown,
  LEVEL,
  NTLM,
  orpcthis,
  PHASES,
  SPNEGO,
  serve,
} from '../../support/live.js';

const METHODS = ['RemoteActivation', 'RemoteGetClassObject', 'RemoteCreateInstance'] as const;

let server: Awaited<ReturnType<typeof serve>>;
const start = async (options: ServerOptions = {}) => {
  server = await serve(options);
  return server;
};
afterEach(() => server.close());

describe('an activation with a name', () => {
  test.each(METHODS)(
    '%s is refused below PKT_INTEGRITY and accepted from there on, by NTLM as by SPNEGO',
    async (method) => {
      await start();
      for (const authType of [NTLM, SPNEGO]) {
        for (const level of [LEVEL.CONNECT, LEVEL.CALL, LEVEL.PKT, LEVEL.PKT_INTEGRITY, LEVEL.PKT_PRIVACY]) {
          const { outcome, reply } = await activates(server, { method, level, authType });
          const place = `${authType}:${level}`;
          if (level < LEVEL.PKT_INTEGRITY)
            expect(outcome, place).toMatchObject({ accepted: false, refusedBy: 'fault', status: 5 });
          else expect([outcome.accepted, reply?.interfaces.length], place).toEqual([true, 1]);
        }
      }
      expect(server.events).toMatchObject(new Array(6).fill({ event: { id: 10036, user: 'op' } }));
    },
  );

  test('CALL counts as PKT, and the log says so', async () => {
    await start();
    await activates(server, { level: LEVEL.CALL });
    expect(server.activations).toMatchObject([{ level: LEVEL.PKT, refusedBy: 'activation policy' }]);
  });

  test('the reply has the OXID, the bindings of the exporter, and an IPID of its own for each interface', async () => {
    await start({ registry: { LegacyAuthenticationLevel: 4 } });
    const { reply } = await activates(server, { iids: [IID_IUnknown, IID_IDispatch] });
    expect(reply === undefined ? [] : bindingsOf(reply.bindings)?.stringBindings).toEqual([
      { wTowerId: 7, aNetworkAddr: `HARNESS[${server.exporter.port}]` },
      { wTowerId: 7, aNetworkAddr: `127.0.0.1[${server.exporter.port}]` },
    ]);
    expect(reply?.authnHint).toBe(4);
    expect(reply?.interfaces.map(({ iid, hresult }) => [iid, hresult])).toEqual([
      [IID_IUnknown, 0],
      [IID_IDispatch, 0],
    ]);
    const stds = reply?.interfaces.map(({ objref }) => (objref !== null && 'std' in objref ? objref.std : undefined));
    expect(stds?.map((std) => [std?.oxid, std?.cPublicRefs])).toEqual([
      [reply?.oxid, 5],
      [reply?.oxid, 5],
    ]);
    expect(new Set(stds?.map((std) => std?.ipid)).size).toBe(2);
    expect(new Set(stds?.map((std) => std?.oid)).size).toBe(1);
    expect(server.objects).toBe(1);
  });

  test('more objects than the server holds are refused with E_OUTOFMEMORY', async () => {
    await start({ maxObjects: 1 });
    expect((await activates(server)).outcome.accepted).toBe(true);
    expect((await activates(server)).outcome).toMatchObject({ refusedBy: 'result', status: 0x8007000e });
    expect(server.activations.at(-1)).toMatchObject({ outcome: 'refused', refusedBy: 'limit' });
  });
});

describe('an activation without a name', () => {
  test.each(PHASES)(
    'is no matter of the policy as of %s: the access check refuses it by fault 5, and no event',
    async (asOf) => {
      await start({ asOf });
      for (const method of METHODS) {
        const { outcome } = await activates(server, { method, level: LEVEL.NONE });
        expect(outcome, method).toMatchObject({ accepted: false, refusedBy: 'fault', status: 5 });
      }
      expect(server.events).toEqual([]);
      expect(server.activations).toHaveLength(3);
      for (const activation of server.activations) {
        expect(activation).toMatchObject({ level: 1, refusedBy: 'access control', form: 'fault', clsid: CLSID });
        expect(activation.identity).toBeUndefined();
      }
    },
  );

  test('a null session at CONNECT counts as anonymous, which no source confirms', async () => {
    await start();
    const { outcome } = await activates(server, { level: LEVEL.CONNECT, nobody: true });
    expect(outcome).toMatchObject({ refusedBy: 'fault', status: 5 });
    expect(server.activations).toMatchObject([{ refusedBy: 'access control', unconfirmed: true }]);
    expect(server.events).toEqual([]);
  });

  test('a profile can take a null session for a name: then the policy refuses it, with an event', async () => {
    await start({ policy: { nullSessionIsAnonymous: false } });
    const { outcome } = await activates(server, { level: LEVEL.CONNECT, nobody: true });
    expect(outcome).toMatchObject({ refusedBy: 'fault', status: 5 });
    expect(server.events).toHaveLength(1);
  });

  test('is accepted where the access check is told to', async () => {
    await start({ allowAnonymous: true });
    expect((await activates(server, { level: LEVEL.NONE })).outcome.accepted).toBe(true);
    expect((await activates(server, { level: LEVEL.CONNECT, nobody: true })).outcome.accepted).toBe(true);
  });
});

describe('what the activators check after the policy', () => {
  test.each([
    [5, 0, 0, 0x80010111],
    [5, 1, 0, 0x80010111],
    [5, 4, 0, 0x80010111],
    [5, 6, 0, 0x80010111],
    [5, 7, 0, 0],
    [5, 8, 0x80010110, 0x80010110],
    [6, 0, 0x80010110, 0x80010110],
    [4, 7, 0x80010110, 0x80010110],
    [0, 0, 0x80010110, 0x80010110],
  ])(
    'COM version %i.%i: result %i from Windows before 10 2004, %i since',
    async (MajorVersion, MinorVersion, ...of) => {
      for (const [index, profile] of (['windows-server-2012r2', 'windows-server-2022'] as const).entries()) {
        await start({ profile });
        const status = of[index] as number;
        for (const method of METHODS) {
          const { outcome } = await activates(server, { method, clientVersion: { MajorVersion, MinorVersion } });
          if (status === 0) expect(outcome, method).toMatchObject({ accepted: true });
          else expect(outcome, method).toMatchObject({ refusedBy: 'result', status });
        }
        if (status !== 0) expect(server.activations).toMatchObject(new Array(3).fill({ refusedBy: 'version' }));
        await server.close();
      }
    },
  );

  test('an older COM version is an option apart from the profile', async () => {
    await start({ dcom: { minorVersionsBelow7: 'taken' } });
    const { outcome } = await activates(server, { clientVersion: { MajorVersion: 5, MinorVersion: 1 } });
    expect(outcome).toMatchObject({ accepted: true });
  });

  test('a request without interfaces, or without properties, is an invalid argument', async () => {
    await start();
    const { call, connection } = await activator(server);
    for (const pActProperties of [null, packActivationRequest({ clsid: CLSID, iids: [] })]) {
      const { ReturnValue, ppActProperties } = await call(RemoteCreateInstance, {
        ...createInstance(),
        pActProperties,
      });
      expect([ReturnValue, ppActProperties]).toEqual([0x80070057, null]);
    }
    expect(server.activations.map(({ refusedBy }) => refusedBy)).toEqual(['request', 'request']);
    expect(server.objects).toBe(0);
    connection.close();
  });

  test('RemoteActivation without interfaces says so in phr, with nothing else', async () => {
    await start();
    const { call, connection } = await bind(server.address, IActivation);
    const answer = await call(RemoteActivation, {
      ORPCthis: orpcthis(),
      Clsid: CLSID,
      ClientImpLevel: 2,
      Mode: 0,
      pIIDs: null,
      aRequestedProtseqs: [7],
    });
    expect(answer).toMatchObject({ phr: 0x80070057, pOxid: 0n, ppInterfaceData: [], pResults: [], ReturnValue: 0 });
    connection.close();
  });

  test('the policy comes before the stub: one that cannot be read is refused at CONNECT with 5, above with bad stub data', async () => {
    await start();
    const garbage = Buffer.alloc(64, 0xfe);
    const low = await activator(server, { level: LEVEL.CONNECT });
    expect((await faultOf(low.raw(4, garbage))).status).toBe(5);
    const high = await activator(server);
    expect((await faultOf(high.raw(4, garbage))).status).toBe(0x6f7);
    expect(server.activations).toMatchObject([
      { refusedBy: 'activation policy', clsid: undefined, iids: [], level: LEVEL.CONNECT },
      { refusedBy: 'codec', clsid: undefined, iids: [], form: 'fault', status: 0x6f7 },
    ]);
    expect(server.events).toHaveLength(1);
    for (const { connection } of [low, high]) connection.close();
  });

  test.each([0, 1, 2, 5, 0xffff])('opnum %i of IRemoteSCMActivator does not exist', async (opnum) => {
    await start();
    const { raw, connection } = await activator(server);
    expect((await faultOf(raw(opnum, Buffer.alloc(0)))).status).toBe(0x1c010002);
    connection.close();
  });
});

describe('a listener that throws', () => {
  test('changes no answer; it is a line in the log, and what close() rejects with', async () => {
    const lines: { msg: string; err: { message: string } }[] = [];
    const { pino } = await import('pino');
    const logger = pino({ level: 'error' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const fails = () => {
      throw new Error('the disk is full');
    };
    let blocks = 0;
    const failing = await start({
      logger,
      onActivation: fails,
      onEvent: fails,
      onFailedLogon: fails,
      record: () => (blocks++ > 1 ? fails() : undefined),
      observers: [{ connected: fails, association: fails, octets: fails, disconnected: fails }],
    });
    expect(await activates(failing)).toMatchObject({ outcome: { accepted: true } });
    expect(await activates(failing, { level: LEVEL.CONNECT })).toMatchObject({ outcome: { status: 5 } });
    expect(await activates(failing, { password: 'wrong' })).toMatchObject({ outcome: { accepted: false } });
    expect([failing.activations.length, failing.events.length, failing.failedLogons.length]).toEqual([2, 1, 1]);
    const line = { msg: 'a listener of the server threw', err: { message: 'the disk is full' } };
    expect(lines[0]).toMatchObject(line);
    await expect(failing.close()).rejects.toThrow('the disk is full');
    await start();
  });
});
