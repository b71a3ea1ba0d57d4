import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DcomClient, RemoteInterface } from '../../../../src/client/dcom-client.js';
import type { OBJREF } from '../../../../src/codec/dcom/index.js';
import {
  CLSID_WbemLevel1Login,
  Clone,
  ExecMethod,
  ExecNotificationQuery,
  ExecQuery,
  ExecQueryAsync,
  GetCallStatus,
  GetObject,
  GetResultObject,
  IEnumWbemClassObject,
  IID_IWbemLevel1Login,
  IWbemCallResult,
  IWbemLevel1Login,
  IWbemServices,
  isCimObject,
  Next,
  NTLMLogin,
  OpenNamespace,
  PutClass,
  RequestChallenge,
  Reset,
  Skip,
  WBEM_INFINITE,
} from '../../../../src/codec/wmi/index.js';
import { CLASSES } from '../../../../src/server/classes/index.js';
import type { DcomServer } from '../../../../src/server/server.js';
import { serve } from '../../../support/live.js';
import { client } from '../../../support/wmi.js';

let server: DcomServer;
let dcom: DcomClient;
let services: RemoteInterface;

const reach = (objref: OBJREF | Uint8Array | null | undefined): Promise<RemoteInterface> =>
  dcom.unmarshal(objref as OBJREF);

beforeAll(async () => {
  server = await serve({ classes: [CLASSES.wmi] });
  dcom = client(server);
  const login = await dcom.activate(CLSID_WbemLevel1Login, IID_IWbemLevel1Login);
  const { ppNamespace } = await login.call(IWbemLevel1Login, NTLMLogin, {
    wszNetworkResource: '\\\\HARNESS\\root\\cimv2',
    wszPreferredLocale: 'en-US,en',
    lFlags: 0,
    pCtx: null,
  });
  services = await reach(ppNamespace);
});
afterAll(async () => {
  await dcom.close();
  await server.close();
});

const processes = async (lFlags: number): Promise<RemoteInterface> => {
  const strQuery = 'SELECT Handle FROM Win32_Process';
  const { ppEnum } = await services.call(IWbemServices, ExecQuery, {
    strQueryLanguage: 'WQL',
    strQuery,
    lFlags,
    pCtx: null,
  });
  return reach(ppEnum);
};
const next = async (enumerator: RemoteInterface, uCount: number, lTimeout = WBEM_INFINITE) => {
  const { apObjects, puReturned, ReturnValue } = await enumerator.call(IEnumWbemClassObject, Next, {
    lTimeout,
    uCount,
  });
  const handles = apObjects.map((object) =>
    isCimObject(object) && object.kind === 'instance' ? object.values.Handle : undefined,
  );
  return { handles, puReturned, ReturnValue };
};

describe('IEnumWbemClassObject', () => {
  test('Next tells the end by WBEM_S_FALSE, with the objects that there were', async () => {
    const enumerator = await processes(0);
    expect(await next(enumerator, 4)).toMatchObject({ handles: ['0', '4', '612', '640'], ReturnValue: 0 });
    expect(await next(enumerator, 4)).toMatchObject({ handles: ['876', '1204'], ReturnValue: 1 });
    expect(await next(enumerator, 4)).toMatchObject({ handles: [], ReturnValue: 1 });
  });

  test('Next is WBEM_S_NO_ERROR where it gives as many as it was asked for, though these are the last', async () => {
    const enumerator = await processes(0);
    expect(await next(enumerator, 2, 1_000)).toMatchObject({ handles: ['0', '4'], ReturnValue: 0 });
    expect(await next(enumerator, 4)).toMatchObject({ handles: ['612', '640', '876', '1204'], ReturnValue: 0 });
    expect(await next(enumerator, 1)).toMatchObject({ handles: [], ReturnValue: 1 });
  });

  test('Reset begins anew, Skip steps over, and Clone has a place of its own', async () => {
    const enumerator = await processes(0);
    await next(enumerator, 1);
    expect(await enumerator.call(IEnumWbemClassObject, Skip, { lTimeout: 0, nCount: 2 })).toMatchObject({
      ReturnValue: 0,
    });
    const { ppEnum } = await enumerator.call(IEnumWbemClassObject, Clone, {});
    expect((await next(enumerator, 1)).handles).toEqual(['640']);
    expect((await next(await reach(ppEnum), 1)).handles).toEqual(['640']);
    await enumerator.call(IEnumWbemClassObject, Reset, {});
    expect((await next(enumerator, 1)).handles).toEqual(['0']);
    expect(await enumerator.call(IEnumWbemClassObject, Skip, { lTimeout: 0, nCount: 9 })).toMatchObject({
      ReturnValue: 1,
    });
  });

  test('one that goes forward only neither resets nor clones', async () => {
    const listening = { strQueryLanguage: 'WQL', strQuery: 'SELECT * FROM __Event', lFlags: 0x30, pCtx: null };
    const { ppEnum } = await services.call(IWbemServices, ExecNotificationQuery, listening);
    for (const enumerator of [await processes(0x30), await reach(ppEnum)]) {
      expect(await enumerator.call(IEnumWbemClassObject, Reset, {})).toMatchObject({ ReturnValue: 0x80041016 });
      const clone = await enumerator.call(IEnumWbemClassObject, Clone, {});
      expect(clone).toMatchObject({ ppEnum: null, ReturnValue: 0x80041016 });
    }
  });
});

describe('a call that returns at once', () => {
  const nothing = { pCtx: null, lFlags: 0x10 };

  test('gives the object of GetObject by an IWbemCallResult', async () => {
    const path = 'Win32_Process.Handle="4"';
    const answer = await services.call(IWbemServices, GetObject, {
      strObjectPath: path,
      ...nothing,
      ppObject: null,
      ppCallResult: null,
    });
    expect(answer).toMatchObject({ ppObject: null, ReturnValue: 0 });
    const result = await reach(answer.ppCallResult as OBJREF);
    expect(await result.call(IWbemCallResult, GetCallStatus, { lTimeout: 0 })).toMatchObject({ plStatus: 0 });
    const { ppResultObject } = await result.call(IWbemCallResult, GetResultObject, { lTimeout: 0 });
    expect(ppResultObject).toMatchObject({ kind: 'instance', values: { Name: 'System' } });
  });

  test('is an error where nobody asks for the result', async () => {
    const answer = await services.call(IWbemServices, GetObject, { strObjectPath: 'Win32_Process', ...nothing });
    expect(answer).toMatchObject({ ReturnValue: 0x80041008 });
  });
});

describe('the other calls', () => {
  test('OpenNamespace goes one level down', async () => {
    const open = (strNamespace: string) =>
      services.call(IWbemServices, OpenNamespace, { strNamespace, lFlags: 0, pCtx: null, ppWorkingNamespace: null });
    expect(await open('Security\\MicrosoftTpm')).toMatchObject({ ppWorkingNamespace: { flags: 1 }, ReturnValue: 0 });
    expect(await open('nowhere')).toMatchObject({ ppWorkingNamespace: null, ReturnValue: 0x8004100e });
  });

  test.each([
    ['a query in another language', 0x80041018],
    ['a notification query that is not semisynchronous', 0x80041008],
    ['a notification query for what is no event', 0x80041059],
    ['a notification query that cannot be read', 0x80041058],
    ['a method that the class does not have', 0x8004102e],
    ['a method of an instance that is called on the class', 0x8004102f],
    ['a method that is called with what is no instance', 0x8004102f],
    ['a query that delivers to a sink', 0x8004100c],
    ['writing a class', 0x80041003],
  ])('%s is 0x%x', async (what, hresult) => {
    const base = { strQueryLanguage: 'WQL', lFlags: 0x30, pCtx: null };
    const method = { strObjectPath: 'Win32_Process', lFlags: 0, pCtx: null, pInParams: null, ppOutParams: null };
    const calls: Record<string, () => Promise<{ ReturnValue: number }>> = {
      'a query in another language': () =>
        services.call(IWbemServices, ExecQuery, { ...base, strQueryLanguage: 'SQL', strQuery: 'SELECT 1' }),
      'a notification query that is not semisynchronous': () =>
        services.call(IWbemServices, ExecNotificationQuery, { ...base, lFlags: 0, strQuery: 'SELECT * FROM __Event' }),
      'a notification query for what is no event': () =>
        services.call(IWbemServices, ExecNotificationQuery, { ...base, strQuery: 'SELECT * FROM Win32_Process' }),
      'a notification query that cannot be read': () =>
        services.call(IWbemServices, ExecNotificationQuery, { ...base, strQuery: 'SELECT' }),
      'a method that the class does not have': () =>
        services.call(IWbemServices, ExecMethod, { ...method, strMethodName: 'Frobnicate' }),
      'a method of an instance that is called on the class': () =>
        services.call(IWbemServices, ExecMethod, { ...method, strMethodName: 'Terminate' }),
      'a method that is called with what is no instance': async () => {
        const aClass = { strObjectPath: 'Win32_ProcessStartup', lFlags: 0, pCtx: null, ppObject: null };
        const { ppObject } = await services.call(IWbemServices, GetObject, aClass);
        return services.call(IWbemServices, ExecMethod, {
          ...method,
          strMethodName: 'Create',
          pInParams: ppObject ?? null,
        });
      },
      'a query that delivers to a sink': () =>
        services.call(IWbemServices, ExecQueryAsync, {
          ...base,
          strQuery: 'SELECT * FROM Win32_Process',
          pResponseHandler: null,
        }),
      'writing a class': () => services.call(IWbemServices, PutClass, { pObject: null, lFlags: 0, pCtx: null }),
    };
    expect(await calls[what]?.()).toMatchObject({ ReturnValue: hresult });
  });

  test('RequestChallenge is kept for its opnum', async () => {
    const login = await dcom.activate(CLSID_WbemLevel1Login, IID_IWbemLevel1Login);
    const answer = await login.call(IWbemLevel1Login, RequestChallenge, { reserved1: null, reserved2: null });
    expect(answer).toMatchObject({ ReturnValue: 0x8004100c });
    await login.release();
  });
});
