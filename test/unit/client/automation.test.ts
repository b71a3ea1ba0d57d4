import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Automation, DispatchError } from '../../../src/client/automation.js';
import { DcomClient, type RemoteInterface } from '../../../src/client/dcom-client.js';
import { CLIENT_PROFILES } from '../../../src/client/profiles.js';
import { AutomationError, automationClass, automationObject, CLASSES } from '../../../src/server/classes/index.js';
import type { DcomServer } from '../../../src/server/server.js';
import { authentication, CLSID, IID_IDispatch, IID_IUnknown, serve } from '../../support/live.js';

const OWN = '5a6b7c8d-0000-4000-8000-000000000001';
const SHELL_WINDOWS = '9ba05972-f6a8-11cf-a442-00a0c90a8f39';

const own = automationClass(OWN, 'Own', () => {
  const child = automationObject('Child', { Name: { get: () => 'child' } });
  return {
    Add: (_, a, b) => (a as number) + (b as number),
    Fail: () => {
      throw new AutomationError('it is broken', 0x80004005);
    },
    Child: { get: () => child },
    Unknown: (call) => call.marshal(child, IID_IUnknown),
    toString: () => 'Own',
    Text: flagLike(),
  };
});

function flagLike() {
  let value: unknown = 'before';
  return {
    get: () => value,
    put: (next: unknown) => {
      value = next;
    },
  };
}

describe('IDispatch by name', () => {
  let server: DcomServer;
  let client: DcomClient;
  let automation: Automation;

  beforeEach(async () => {
    server = await serve({ classes: [CLASSES.mmc20, CLASSES.shellwindows, own] });
    const { credentials, random } = authentication({});
    client = new DcomClient({
      host: server.address.address,
      port: server.address.port,
      profile: CLIENT_PROFILES['windows-2023-03'],
      random,
      ...(credentials && { credentials }),
    });
    automation = new Automation({ unmarshal: (objref) => client.unmarshal(objref) });
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  const create = (clsid: string): Promise<RemoteInterface> => client.activate(clsid, IID_IDispatch);
  const failure = async (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);

  test('walks a path of objects, calls the last member, and leaves nothing of the way behind', async () => {
    const application = await create(CLSID);
    const result = await automation.invoke(
      application,
      'Document.ActiveView.ExecuteShellCommand',
      'cmd',
      '',
      '/c hostname',
      '7',
    );
    expect(result).toBeUndefined();
    expect(server.invocations).toMatchObject([
      { member: 'ExecuteShellCommand', arguments: ['cmd', '', '/c hostname', '7'], level: 5 },
    ]);
    expect(server.objects).toBe(1);
    await application.release();
    expect(server.objects).toBe(0);
  });

  test('a method without arguments on the way is a step too: Item of ShellWindows', async () => {
    const windows = await create(SHELL_WINDOWS);
    await automation.invoke(windows, 'Item.Document.Application.ShellExecute', 'cmd', '/c hostname', '', null, 0);
    expect(server.invocations).toMatchObject([{ member: 'ShellExecute' }]);
    expect(server.objects).toBe(1);
  });

  test('values come back as JavaScript has them, and objects as interfaces', async () => {
    const object = await create(OWN);
    expect(await automation.invoke(object, 'Add', 40, 2)).toBe(42);
    expect(await automation.invoke(object, 'Child.Name')).toBe('child');
    const child = await automation.invoke(object, 'Child');
    expect(child).toMatchObject({ iid: IID_IDispatch });
    expect(await automation.invoke(object, 'ToString')).toBe('Own');
  });

  test('an object that comes as IUnknown is asked for IDispatch, and both are given back', async () => {
    const object = await create(OWN);
    expect(await automation.invoke(object, 'Unknown.Name')).toBe('child');
    expect(server.objects).toBe(1);
  });

  test('a property is set with the new value as its named argument', async () => {
    const object = await create(OWN);
    await automation.put(object, 'Text', 'after');
    expect(await automation.invoke(object, 'Text')).toBe('after');
  });

  test('a name that is no member fails with DISP_E_UNKNOWNNAME, and says where on the path', async () => {
    const application = await create(CLSID);
    const error = await failure(automation.invoke(application, 'Document.Nowhere.More'));
    expect(error).toBeInstanceOf(DispatchError);
    expect(error).toMatchObject({ member: 'Document.Nowhere', hresult: 0x80020006 });
    expect((error as Error).message).toBe('Document.Nowhere: DISP_E_UNKNOWNNAME');
    expect(server.objects).toBe(1);
  });

  test('an exception of a member comes with its EXCEPINFO', async () => {
    const error = await failure(automation.invoke(await create(OWN), 'Fail'));
    expect(error).toMatchObject({
      hresult: 0x80020009,
      exception: { bstrSource: 'Own', bstrDescription: 'it is broken', scode: 0x80004005 },
    });
    expect((error as Error).message).toBe('Fail: DISP_E_EXCEPTION in Own: it is broken');
  });

  test('a value on the way is no object', async () => {
    const error = await failure(automation.invoke(await create(OWN), 'Child.Name.Length'));
    expect((error as Error).message).toBe('Child.Name is no object, so it has no members');
  });

  test.each(['', '.', 'Document.', '.Document'])("'%s' is no path", async (path) => {
    const object = await create(OWN);
    await expect(automation.invoke(object, path)).rejects.toThrow('is not a path of members');
  });
});
