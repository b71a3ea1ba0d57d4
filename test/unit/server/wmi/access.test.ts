import { describe, expect, test } from 'vitest';
import { CimRepository, type NamespaceDefinition, wmiClass } from '../../../../src/server/classes/index.js';
import type { DcomServer, ServerOptions } from '../../../../src/server/server.js';
import { ACCOUNT, LEVEL, serve } from '../../../support/live.js';
import { inNamespace, rowsOf } from '../../../support/wmi.js';

const NAMESPACE = 'root\\plant';

async function withNamespace<T>(
  definition: NamespaceDefinition,
  run: (server: DcomServer) => Promise<T>,
  options: ServerOptions = {},
): Promise<T> {
  const repository = new CimRepository();
  repository.namespace(NAMESPACE).add({
    classes: { Valve: { properties: { Name: { type: 'string', key: true } }, methods: { Open: { static: true } } } },
    instances: { Valve: [{ Name: 'V1' }] },
    ...definition,
  });
  const accounts = [ACCOUNT, { ...ACCOUNT, user: 'guest' }];
  const server = await serve({ accounts, classes: [wmiClass(repository)], ...options });
  try {
    return await run(server);
  } finally {
    await server.close();
  }
}

const valves = (server: DcomServer, level: number, user?: string) =>
  inNamespace(server, { namespace: NAMESPACE, level, ...(user && { user }) }, (wmi) =>
    rowsOf(wmi.query('SELECT * FROM Valve')),
  );

describe('the level that a namespace asks for', () => {
  test.each([
    ['PKT', LEVEL.PKT],
    ['PKT_INTEGRITY', LEVEL.PKT_INTEGRITY],
    ['PKT_PRIVACY', LEVEL.PKT_PRIVACY],
  ])('is PKT as a rule: %s', (_, level) =>
    withNamespace({}, async (server) => {
      expect(await valves(server, level)).toEqual([{ Name: 'V1' }]);
    }),
  );

  test.each([
    ['PKT_INTEGRITY is refused with WBEM_E_ACCESS_DENIED', LEVEL.PKT_INTEGRITY, 0x80041003],
    ['PKT_PRIVACY is let in', LEVEL.PKT_PRIVACY, undefined],
  ])('is PKT_PRIVACY where it requires encryption: %s', (_, level, hresult) =>
    withNamespace({ requiresEncryption: true }, async (server) => {
      if (hresult === undefined) expect(await valves(server, level)).toHaveLength(1);
      else {
        await expect(valves(server, level)).rejects.toMatchObject({ operation: 'ExecQuery', hresult });
        expect(server.refusedCalls).toMatchObject([
          {
            opnum: 20,
            level,
            refusedBy: 'access control',
            status: hresult,
            reason: expect.stringMatching(/requires PKT_PRIVACY/),
          },
        ]);
      }
    }),
  );
});

describe('who may do what', () => {
  test('a namespace lets in whom its list names', () =>
    withNamespace({ access: [{ trustee: 'LAB\\op', allow: true }] }, async (server) => {
      expect(await valves(server, LEVEL.PKT_PRIVACY)).toHaveLength(1);
      await expect(valves(server, LEVEL.PKT_PRIVACY, 'guest')).rejects.toMatchObject({ hresult: 0x80041003 });
      expect(server.refusedCalls).toMatchObject([
        { identity: { user: 'guest' }, reason: expect.stringMatching(/enable$/) },
      ]);
    }));

  test('methods have a list of their own', () =>
    withNamespace({ execute: [{ trustee: 'LAB\\op', allow: true }] }, async (server) => {
      const open = (user: string) =>
        inNamespace(server, { namespace: NAMESPACE, user }, (wmi) => wmi.execute('Valve', 'Open', {}));
      expect({ ...(await open('op')) }).toEqual({ ReturnValue: 0 });
      expect(await valves(server, LEVEL.PKT_PRIVACY, 'guest')).toHaveLength(1);
      await expect(open('guest')).rejects.toMatchObject({ operation: 'ExecMethod', hresult: 0x80041003 });
    }));

  test('a namespace that is not there is WBEM_E_INVALID_NAMESPACE', () =>
    withNamespace({}, async (server) => {
      const elsewhere = inNamespace(server, { namespace: 'root\\nowhere' }, async () => undefined);
      await expect(elsewhere).rejects.toMatchObject({ operation: 'NTLMLogin', hresult: 0x8004100e });
    }));
});
