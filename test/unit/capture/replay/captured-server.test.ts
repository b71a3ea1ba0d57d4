import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CapturedCall } from '../../../../src/capture/decode/captured-call.js';
import { readCalls } from '../../../../src/capture/decode/captured-calls.js';
import { capturedAuthnHint } from '../../../../src/capture/replay/captured-class.js';
import { CapturedServer } from '../../../../src/capture/replay/captured-server.js';
import { repeatConversation, whyNotRepeated } from '../../../../src/capture/replay/repeat.js';
import { Ending } from '../../../../src/cli/ending.js';
import { Automation } from '../../../../src/client/automation.js';
import { DcomClient } from '../../../../src/client/dcom-client.js';
import type { ClientProfile } from '../../../../src/client/profile.js';
import { CLIENT_PROFILES } from '../../../../src/client/profiles.js';
import { IID_IDispatch, IID_IProvideClassInfo } from '../../../../src/codec/oaut/index.js';
import { VirtualTime } from '../../../../src/net/simulation/index.js';
import { automationClass, CLASSES } from '../../../../src/server/classes/index.js';
import { corpusMissing, corpusPath } from '../../../support/corpus.js';
import { ACCOUNT, activates, authentication, CLSID, LEVEL, serve } from '../../../support/live.js';
import { observerOf } from '../../../support/observers.js';

type Server = Awaited<ReturnType<typeof serve>>;
type Drive = (server: Server) => Promise<unknown>;
const OTHER = '8bc3f05e-d86b-11d0-a075-00c04fb68820';

/** What a server and its clients said, as a capture has it. */
async function captured(options: Parameters<typeof serve>[0], drive: Drive): Promise<readonly CapturedCall[]> {
  const blocks: Buffer[] = [];
  const server = await serve({ ...options, record: (block) => blocks.push(block) });
  await drive(server);
  await server.close();
  const folder = mkdtempSync(join(tmpdir(), 'captured-server-'));
  try {
    const file = join(folder, 'recorded.pcapng');
    writeFileSync(file, Buffer.concat(blocks));
    return (await readCalls(file, whyNotRepeated, observerOf(ACCOUNT.password))).calls;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same server from its capture. */
async function played(calls: readonly CapturedCall[], drive: Drive) {
  const told: string[] = [];
  const playing = new CapturedServer(calls, (what) => told.push(what));
  const server = await serve({
    asOf: '2021-05',
    registry: { LegacyAuthenticationLevel: capturedAuthnHint(calls) ?? LEVEL.CONNECT },
    classes: playing.classes,
    dcom: { minorVersionsBelow7: 'taken' },
    allowAnonymous: playing.allowAnonymous,
    observers: [playing],
    onActivation: playing.onActivation,
  });
  await drive(server);
  await server.close();
  expect(told).toEqual([...playing.notCaptured.keys()]);
  return {
    asked: playing.asked.map(({ call, times }) => `${call.operation?.name} ${times}`),
    notCaptured: [...playing.notCaptured],
  };
}

const withClient =
  (use: (client: DcomClient, automation: Automation) => Promise<unknown>, profile: ClientProfile = WINDOWS): Drive =>
  async ({ address: { address: host, port } }) => {
    const { credentials, random } = authentication({});
    const client = new DcomClient({ host, port, profile, random, ...(credentials && { credentials }) });
    try {
      await use(client, new Automation({ unmarshal: (objref) => client.unmarshal(objref) }));
    } finally {
      await client.close();
    }
  };
const WINDOWS = CLIENT_PROFILES['windows-2023-03'];

const valve = automationClass(CLSID, 'Valve', () => ({
  Open: { parameters: [{ name: 'Percent', type: 'number' }], invoke: (_, percent) => Number(percent) },
}));

describe('activations of a captured server', () => {
  const twice: Drive = async (server) => {
    await activates(server, { level: LEVEL.CONNECT });
    await activates(server, { level: LEVEL.PKT_INTEGRITY });
  };

  test('come out by their level, refusals as they were', async () => {
    const calls = await captured({ asOf: '2023-03-14' }, twice);
    const outcomes: string[] = [];
    const { asked, notCaptured } = await played(calls, async (server) => {
      for (const level of [LEVEL.PKT_INTEGRITY, LEVEL.CONNECT, LEVEL.CONNECT])
        outcomes.push((await activates(server, { level })).outcome.text);
    });
    const refused = 'fault nca_s_fault_access_denied (0x00000005)';
    expect(outcomes).toEqual(['accepted', refused, refused]);
    expect(asked).toEqual(['RemoteCreateInstance 2', 'RemoteCreateInstance 1']);
    expect(notCaptured).toEqual([]);
  });

  test('at a level that was not captured come out in the order of the capture, the last one again and again', async () => {
    const calls = await captured({ asOf: '2023-03-14' }, twice);
    const outcomes: boolean[] = [];
    await played(calls, async (server) => {
      for (let index = 0; index < 3; index++)
        outcomes.push((await activates(server, { level: LEVEL.PKT_PRIVACY })).outcome.accepted);
    });
    expect(outcomes).toEqual([false, true, true]);
  });

  test('with a captured result are answered with that result', async () => {
    const calls = await captured({ classes: [CLASSES.shellwindows] }, (server) => activates(server));
    let status: number | undefined;
    const { asked, notCaptured } = await played(calls, async (server) => {
      ({ status } = (await activates(server)).outcome);
    });
    expect({ status, asked, notCaptured }).toEqual({
      status: 0x80040154, // REGDB_E_CLASSNOTREG
      asked: ['RemoteCreateInstance 1'],
      notCaptured: [],
    });
  });

  test('of a class, or by a method, that the capture does not have are told', async () => {
    const calls = await captured({}, (server) => activates(server));
    const { asked, notCaptured } = await played(calls, async (server) => {
      await activates(server, { method: 'RemoteActivation' });
      await withClient((client) => client.activation({ clsid: OTHER, iids: [IID_IDispatch] }))(server);
    });
    expect(asked).toEqual(['RemoteCreateInstance 0']);
    expect(notCaptured).toEqual([
      [`RemoteActivation of class ${CLSID}`, 1],
      [`RemoteCreateInstance of class ${OTHER}`, 1],
    ]);
  });

  test('without authentication are accepted where they were', async () => {
    const anonymous: Drive = (server) => activates(server, { level: LEVEL.NONE });
    const calls = await captured({ allowAnonymous: true }, anonymous);
    expect((await played(calls, anonymous)).asked).toEqual(['RemoteCreateInstance 1']);
  });
});

describe('calls to the objects of a captured server', () => {
  const open = (percent: number) =>
    withClient(async (client, automation) => {
      const object = await client.activate(CLSID, IID_IDispatch);
      await automation.invoke(object, 'Open', percent).catch(() => {});
    });

  test('are counted, those of the resolver and of the remote unknown too', async () => {
    const calls = await captured({ classes: [valve] }, open(5));
    const { asked, notCaptured } = await played(calls, open(5));
    expect(asked).toEqual(calls.map(({ operation }) => `${operation?.name} 1`));
    expect(asked.map((each) => each.split(' ')[0])).toEqual(
      expect.arrayContaining(['ServerAlive2', 'RemoteCreateInstance', 'GetIDsOfNames', 'Invoke']),
    );
    expect(notCaptured).toEqual([]);
  });

  test('with other parameters are told, with the parameters', async () => {
    const { notCaptured } = await played(await captured({ classes: [valve] }, open(5)), open(6));
    expect(notCaptured).toEqual([[expect.stringMatching(/^Invoke with the parameters .*"value":6/), 1]]);
  });

  test('for an interface that the captured object did not have are refused, which is in the capture', async () => {
    const faults: number[] = [];
    const drive = withClient(async (client) => {
      const object = await client.activate(CLSID, IID_IDispatch);
      await object.queryInterface(IID_IProvideClassInfo).catch((error: { outcome?: { status?: number } }) => {
        faults.push(error.outcome?.status ?? -1);
      });
    });
    const calls = await captured({ classes: [valve] }, drive);
    const { notCaptured } = await played(calls, drive);
    expect(faults[0]).toBe(0x80004002); // E_NOINTERFACE
    expect(faults).toEqual([faults[0], faults[0]]);
    expect(notCaptured).toEqual([]);
  });

  test('that ended with a fault end with the same fault', async () => {
    const faults: unknown[] = [];
    const drive = withClient(async (client, automation) => {
      const object = await client.activate(CLSID, IID_IDispatch);
      await automation.invoke(object, 'Open').catch(({ status }: { status?: number }) => faults.push(status));
    });
    // The generic class has every interface and no method.
    const calls = await captured({}, drive);
    const { asked, notCaptured } = await played(calls, drive);
    expect(faults).toEqual([0x80004001, 0x80004001]); // E_NOTIMPL
    expect(asked).toContain('GetIDsOfNames 1');
    expect(notCaptured).toEqual([]);
  });

  test('for an interface that was not asked for in the capture are told', async () => {
    const calls = await captured({ classes: [valve] }, open(5));
    const drive = withClient(async (client) => {
      const object = await client.activate(CLSID, IID_IDispatch);
      await object.queryInterface(IID_IProvideClassInfo).catch(() => {});
    });
    expect((await played(calls, drive)).notCaptured).toEqual([['interface IProvideClassInfo of an object', 1]]);
  });

  test.each(['node-dcom', 'openvas-wmic', 'impacket'] as const)('of a client like %s are answered', async (name) => {
    const drive = withClient(async (client, automation) => {
      const object = await client.activate(CLSID, IID_IDispatch);
      expect(await automation.invoke(object, 'Open', 7)).toBe(7);
    }, CLIENT_PROFILES[name]);
    const calls = await captured({ classes: [valve], asOf: '2021-05', dcom: { minorVersionsBelow7: 'taken' } }, drive);
    const { asked, notCaptured } = await played(calls, drive);
    expect(asked.map((each) => each.split(' ')[0])).toContain(CLIENT_PROFILES[name].activationMethod);
    expect(asked.filter((each) => each.endsWith(' 0'))).toEqual([]);
    expect(notCaptured).toEqual([]);
  });
});

describe.skipIf(corpusMissing)(
  `both sides of a captured attack${corpusMissing ? `: skipped, ${corpusMissing}` : ''}`,
  () => {
    test.each([
      ['suricata__dcerpc-ctxids.pcap', 215],
      ['otrf__empire_dcom_shellwindows_WORKSTATION6_2020-09-18130751.cap', 54],
    ])('%s: the client asks the server for every one of its %i calls, and for nothing else', async (file, count) => {
      const { calls } = await readCalls(corpusPath(file), whyNotRepeated, observerOf());
      const { asked, notCaptured } = await played(calls, async ({ address: { address: host, port } }) => {
        const { credentials, random } = authentication({});
        const repeated = await repeatConversation(calls, {
          ...{ host, port, profile: WINDOWS, random, ...(credentials && { credentials }) },
        });
        expect(repeated.filter(({ notSent, differences }) => notSent !== undefined || differences.length > 0)).toEqual(
          [],
        );
        for (const each of repeated) expect(each.repeated?.text).toBe(each.captured?.text);
      });
      expect(asked).toHaveLength(count);
      expect(asked.filter((each) => !each.endsWith(' 1'))).toEqual([]);
      expect(notCaptured).toEqual([]);
    });
  },
);

describe('--once', () => {
  const [first, other] = [
    { address: '10.0.0.5', port: 1 },
    { address: '10.0.0.6', port: 1 },
  ];
  /** Whether it is over after so many milliseconds. */
  async function isOver(time: VirtualTime, client: Ending, milliseconds: number): Promise<boolean> {
    let over = false;
    void client.ended.then(() => {
      over = true;
    });
    await time.pass(milliseconds);
    return over;
  }

  test('waits a second for the first client to come back, whoever else is there', async () => {
    const time = new VirtualTime({ start: 0 });
    const client = new Ending({ once: true }, time);
    client.connected(first);
    client.connected(other);
    expect(await isOver(time, client, 10_000)).toBe(false);
    client.disconnected(first);
    expect(await isOver(time, client, 900)).toBe(false);
    client.connected(first);
    expect(await isOver(time, client, 10_000)).toBe(false);
    client.disconnected(other);
    client.disconnected(first);
    expect(await isOver(time, client, 1_001)).toBe(true);
  });
});
