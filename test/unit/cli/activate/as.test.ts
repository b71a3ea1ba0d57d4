import { afterEach, describe, expect, test, vi } from 'vitest';
import { activateAs } from '../../../../src/cli/activate/as.js';
import { Automation } from '../../../../src/client/automation.js';
import type { ClientProfileName } from '../../../../src/client/profiles.js';
import { TransportError } from '../../../../src/net/error.js';
import { SOCKETS } from '../../../../src/net/network.js';
import { type AutomationMembers, automationClass, automationObject } from '../../../../src/server/classes/index.js';
import type { ServerOptions } from '../../../../src/server/server.js';
import { Heard } from '../../../support/heard.js';
import { ACCOUNT, CLSID, IID_IDispatch, IID_IUnknown, serve } from '../../../support/live.js';
import { recordFaults } from '../../../support/records.js';

const child = () => automationObject('Child', { Name: { get: () => 'child' } });
const members = (): AutomationMembers => ({
  Child: { get: () => child() },
  WriteTag: (_call, ...given) => given.map((item) => `${typeof item} ${item}`).join(', '),
  Children: (call) => [call.marshal(child(), IID_IDispatch), call.marshal(child(), IID_IDispatch)],
});

/** `activate --invoke`, within this process; gives what was said, and how many objects the server is left with. */
async function invoke(...words: string[]): Promise<{ said: string[]; objects: number }> {
  const server = await serve({ classes: [automationClass(CLSID, 'Test', members)] });
  const out = new Heard();
  const { address: host, port } = server.address;
  try {
    await activateAs(out, { host, port }, { clsid: CLSID, iid: IID_IUnknown, user: ACCOUNT, invoke: words });
    return { said: out.said.slice(1), objects: server.objects };
  } finally {
    await server.close();
  }
}

test.each([
  ['an object', 'Child', `Child: {"object":"${IID_IDispatch}"}`],
  ['objects in an array', 'Children', `Children: [{"object":"${IID_IDispatch}"},{"object":"${IID_IDispatch}"}]`],
])('%s that a member hands back is released', async (_, path, says) => {
  expect(await invoke(path)).toEqual({ said: [says], objects: 0 });
});

test('an argument is a text, unless it names its type', async () => {
  const { said } = await invoke('WriteTag', 'Boiler', '21.5', 'number:21.5', 'boolean:true', 'text:number:1', 'C:x');
  expect(said).toEqual([
    'WriteTag: string Boiler, string 21.5, number 21.5, boolean true, string number:1, string C:x',
  ]);
});

test.each([
  ['number:many', "--invoke: number:many: 'many' is no number"],
  ['number:', "--invoke: number:: '' is no number"],
  ['boolean:yes', "--invoke: boolean:yes: 'yes' is no boolean"],
])('the argument %s is refused before anybody is called', async (argument, says) => {
  await expect(invoke('WriteTag', argument)).rejects.toThrow(says);
});

test('a mistake of this program is not passed off as bad usage', async () => {
  const broken = vi.spyOn(Automation.prototype, 'invoke').mockRejectedValue(new TypeError('x is undefined'));
  try {
    await expect(invoke('Child')).rejects.toThrow(TypeError);
  } finally {
    broken.mockRestore();
  }
});

describe('activation, reaching, resolving and calling have each a result of their own', () => {
  afterEach(() => {
    process.exitCode = undefined;
  });

  interface Run {
    readonly server?: ServerOptions;
    readonly invoke?: string;
    readonly profile?: ClientProfileName;
    readonly json?: boolean;
    /** Which ports there is no way to: that of the object exporter alone, or of the activators as well. */
    readonly unreached?: 'exporter' | 'both';
  }

  /** What was said, without the numbers of a run, and the exit code. */
  async function run({ server: options, invoke: member, json = false, unreached, profile }: Run) {
    const server = await serve({ classes: [automationClass(CLSID, 'Test', members)], ...options });
    const { address: host, port } = server.address;
    const closed = (at: number): boolean => unreached === 'both' || (unreached === 'exporter' && at !== port);
    const connect = vi.spyOn(SOCKETS, 'connect').mockImplementation(async (target, ...how) => {
      if (!closed(target.port)) return realConnect(target, ...how);
      throw new TransportError(`cannot connect to ${target.host}:${target.port}`, 'no way');
    });
    const out = new Heard({ json });
    try {
      const wish = { clsid: CLSID, iid: IID_IUnknown, user: ACCOUNT, ...(profile && { profile }) };
      await activateAs(out, { host, port }, { ...wish, ...(member !== undefined && { invoke: [member] }) });
    } finally {
      connect.mockRestore();
      await server.close();
    }
    const numbers = new Map([
      [`${port}`, '135'],
      [`${server.exporter.port}`, '49152'],
    ]);
    const plain = (text: string) =>
      text.replace(/(?<=127\.0\.0\.1:|HARNESS:)\d+/g, (number) => numbers.get(number) ?? number);
    expect(out.records.flatMap((record) => recordFaults(JSON.parse(JSON.stringify(record))))).toEqual([]);
    const said = json ? out.records.map((record) => JSON.stringify(record)) : out.said;
    return { said: said.map(plain), code: process.exitCode };
  }
  const realConnect = SOCKETS.connect;
  const ACTIVATED = `MMC20.Application (${CLSID}) as windows-2023-03 at RPC_C_AUTHN_LEVEL_PKT_INTEGRITY`;

  test.each([
    ['without a call', {}],
    ['with one', { invoke: 'Child' }],
  ])(
    'an accepted activation whose exporter cannot be reached is accepted, and every endpoint is named, %s',
    async (_, how) => {
      expect(await run({ ...how, unreached: 'exporter' })).toEqual({
        said: [
          `${ACTIVATED}: accepted`,
          'object exporter: none of 2 endpoints: cannot connect to 127.0.0.1:49152: no way; cannot connect to HARNESS:49152: no way',
        ],
        code: 2,
      });
    },
  );

  test('the same for programs, with the endpoints in a list', async () => {
    const { said, code } = await run({ json: true, unreached: 'exporter' });
    expect(said.map((line) => JSON.parse(line))).toMatchObject([
      { kind: 'client-activation', accepted: true, level: 5, server: '127.0.0.1:135' },
      {
        kind: 'client-exporter',
        accepted: false,
        refused_by: 'transport',
        tried: ['127.0.0.1:49152', 'HARNESS:49152'],
      },
    ]);
    expect(code).toBe(2);
  });

  test('a server that nobody reaches is not said to refuse', async () => {
    expect(await run({ unreached: 'both' })).toEqual({
      said: [`${ACTIVATED}: cannot connect to 127.0.0.1:135: no way`],
      code: 2,
    });
  });

  test('a server that refuses the activation is, once', async () => {
    const { said, code } = await run({ server: { accounts: [] }, invoke: 'Child' });
    expect({ said, code }).toEqual({ said: [expect.stringMatching(/^[^:]+: refused, /)], code: 1 });
  });

  test('an exporter that refuses: the activation was accepted', async () => {
    const server = { asOf: '2021-05', exporterLevel: 5, dcom: { minorVersionsBelow7: 'taken' } } as const;
    const { said, code } = await run({ server, invoke: 'Child', profile: 'node-dcom' });
    expect(said[0]).toBe(`MMC20.Application (${CLSID}) as node-dcom at RPC_C_AUTHN_LEVEL_CONNECT: accepted`);
    expect(said.slice(1)).toEqual([`interface ${IID_IDispatch}: refused, fault E_ACCESSDENIED (0x80070005)`]);
    expect(code).toBe(1);
    const records = (await run({ server, invoke: 'Child', profile: 'node-dcom', json: true })).said;
    expect(JSON.parse(records.at(-1) as string)).toMatchObject({ kind: 'client-interface', status: 0x80070005 });
  });

  test('where all goes well, a program is told of each step, and which endpoint answered', async () => {
    const { said, code } = await run({ json: true, invoke: 'Child' });
    expect(said.map((line) => JSON.parse(line))).toMatchObject([
      { kind: 'client-activation', accepted: true },
      { kind: 'client-exporter', accepted: true, oxid: expect.stringMatching(/^0x/), tried: ['127.0.0.1:49152'] },
      { kind: 'client-invocation', accepted: true, member: 'Child' },
    ]);
    expect(code).toBeUndefined();
  });
});
