import { describe, expect, test } from 'vitest';
import { OptionError, RPC_PROFILES, type ServerOptions, startServer } from '../../../src/index.js';
import { clsidNamed } from '../../../src/server/classes/index.js';
import { activates, serve } from '../../support/live.js';

const LISTEN = '127.0.0.1:0';

describe('a mistake in an option of startServer is said at once, by the name of the option', () => {
  test.each<[string, object, string, RegExp]>([
    [
      'an option that there is not',
      { profil: 'samba-4.17' },
      'profil',
      /no such option; there are listen, asOf, registry/,
    ],
    ['a profile that there is not', { profile: 'samba-3' }, 'profile', /no such name; there are windows-server-2022, /],
    ['a part of a profile', { profile: { name: 'x', callId: 'any' } }, 'profile.callId', /no such option$/],
    ['an address', { listen: 'nowhere:x' }, 'listen', /expected ADDRESS:PORT/],
    ['a date', { asOf: '2022-13' }, 'asOf', /no such date: '2022-13'/],
    ['a registry value', { registry: { Legacy: 1 } }, 'registry.Legacy', /no such option$/],
    ['what is no DWORD', { registry: { LegacyAuthenticationLevel: -1 } }, 'registry.LegacyAuthenticationLevel', />=0/],
    ['an option of the policy', { policy: { logs: true } }, 'policy.logs', /no such option$/],
    ['a limit', { limits: { maxContext: 1 } }, 'limits.maxContext', /no such option$/],
    ['a class', { classes: ['mmc21'] }, 'classes.0', /no such name; there are generic, mmc20/],
    ['an interface', { interfaces: ['echo'] }, 'interfaces.0', /rpcecho/],
    ['a level', { exporterLevel: 7 }, 'exporterLevel', /<=6/],
    ['a port', { exporterPort: 70_000 }, 'exporterPort', /<=65535/],
    ['what is no function', { onEvent: true }, 'onEvent', /expected a function: told of an event/],
  ])('%s', async (_name, options, option, why) => {
    const error = await startServer({ listen: LISTEN, ...options } as ServerOptions).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OptionError);
    expect(error).toMatchObject({ option, message: expect.stringMatching(why) });
    expect((error as Error).message).toMatch(`startServer: ${option}: `);
  });

  test('an account is not repeated, since a secret is in it', async () => {
    const given = startServer({ listen: LISTEN, accounts: ['abad1dea'] });
    await expect(given).rejects.toThrow(/^startServer: accounts\.0: expected 'DOMAIN\\user:password'/);
  });
});

describe('names stand for what they name', () => {
  test.each(Object.keys(RPC_PROFILES))('the profile %s', async (profile) => {
    const server = await startServer({ listen: LISTEN, profile: profile as keyof typeof RPC_PROFILES });
    await server.close();
  });

  test('a class that comes with the server, and an option that is left undefined', async () => {
    await using server = await serve({ classes: ['shellwindows'], asOf: undefined } as object);
    const { reply } = await activates(server, { clsid: clsidNamed('shellwindows') as string });
    expect(reply?.interfaces[0]).toMatchObject({ hresult: 0 });
    const other = await activates(server, { clsid: clsidNamed('mmc20') as string });
    expect(other).toMatchObject({ outcome: { status: 0x80040154 } });
  });
});

test('await using closes the server, so that a test that fails leaves no port behind', async () => {
  let port = 0;
  const failing = async (): Promise<void> => {
    await using server = await startServer({ listen: LISTEN });
    port = server.address.port;
    throw new Error('an expectation that does not hold');
  };
  await expect(failing()).rejects.toThrow('does not hold');
  await using again = await startServer({ listen: `127.0.0.1:${port}` });
  expect(again.address.port).toBe(port);
});
