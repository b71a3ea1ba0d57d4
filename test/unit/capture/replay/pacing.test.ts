import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CapturedCall } from '../../../../src/capture/decode/captured-call.js';
import { readCalls } from '../../../../src/capture/decode/captured-calls.js';
import { Pacing } from '../../../../src/capture/replay/pacing.js';
import { repeatConversation, whyNotRepeated } from '../../../../src/capture/replay/repeat.js';
import { DcomClient } from '../../../../src/client/dcom-client.js';
import { CLIENT_PROFILES } from '../../../../src/client/profiles.js';
import { IID_IDispatch } from '../../../../src/codec/oaut/index.js';
import { SimulatedNetwork, seededRandom, VirtualTime } from '../../../../src/net/simulation/index.js';
import { authentication, CLSID, serve } from '../../../support/live.js';
import { observerOf } from '../../../support/observers.js';

const START = Date.parse('2023-01-01T00:00:00Z');
const seconds = (value: number): bigint => BigInt(Math.round(value * 1e9));

describe('the captured waits', () => {
  /** When each call is sent, in seconds, where each takes so long to be answered. */
  async function sentAt(captured: readonly number[], { answered = 0, longest = 30_000 } = {}): Promise<number[]> {
    const time = new VirtualTime({ start: START });
    const pacing = new Pacing({ timers: time, clock: time.now, longest });
    const sent: number[] = [];
    await time.run(
      (async () => {
        for (const at of captured) {
          await pacing.due({ time: seconds(at) });
          sent.push((time.now() - START) / 1000);
          if (answered > 0) await new Promise<void>((resolve) => time.after(answered, resolve));
        }
      })(),
    );
    return sent;
  }

  test('are from the beginning of one call to that of the next', async () => {
    expect(await sentAt([1_000, 1_002, 1_002.5])).toEqual([0, 2, 2.5]);
  });

  test('have the time in them that an answer takes', async () => {
    expect(await sentAt([0, 2, 2.5], { answered: 300 })).toEqual([0, 2, 2.5]);
    expect(await sentAt([0, 2, 2.5], { answered: 700 })).toEqual([0, 2, 2.7]);
  });

  test('are never longer than what is sensible', async () => {
    expect(await sentAt([0, 86_400, 86_401])).toEqual([0, 30, 31]);
    expect(await sentAt([0, 86_400, 86_401], { longest: 500 })).toEqual([0, 0.5, 1]);
  });

  test('are none where the capture holds no time, or goes back in it', async () => {
    expect(await sentAt([0, 0, 0])).toEqual([0, 0, 0]);
    expect(await sentAt([5, 3, 4])).toEqual([0, 0, 1]);
  });
});

/** A client, a server and their network, all on the same virtual time. */
async function scene() {
  const time = new VirtualTime({ start: START });
  const blocks: Buffer[] = [];
  const network = new SimulatedNetwork({ time, record: (block) => blocks.push(block) });
  network.addHost('client', ['10.0.0.5']);
  network.addHost('server', ['10.0.0.10']);
  const client = network.of('client');
  const random = seededRandom('pacing');
  const server = await serve({
    listen: '10.0.0.10:135',
    ...{ network: network.of('server'), timers: time, clock: time.now, random: seededRandom('server') },
  });
  const { credentials } = authentication({});
  const common = { host: '10.0.0.10', port: 135, random, network: client, timers: time, clock: time.now };
  return {
    time,
    server,
    recording: () => Buffer.concat(blocks),
    options: { ...common, ...(credentials && { credentials }) },
  };
}

const PROFILE = CLIENT_PROFILES['windows-2023-03'];

/** A conversation whose client thinks for three seconds in the middle of it. */
async function captured(): Promise<readonly CapturedCall[]> {
  const { time, server, recording, options } = await scene();
  const client = new DcomClient({ ...options, profile: PROFILE });
  await time.run(client.activate(CLSID, IID_IDispatch));
  await time.pass(3_000);
  await time.run(client.activate(CLSID, IID_IDispatch));
  await time.run(client.close());
  await server.close();
  const folder = mkdtempSync(join(tmpdir(), 'pacing-'));
  try {
    const file = join(folder, 'recorded.pcapng');
    writeFileSync(file, recording());
    return (await readCalls(file, whyNotRepeated, observerOf())).calls;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a conversation on a simulated network', () => {
  test.each([
    ['with its waits takes as long as it did', true, 3_000],
    ['without them takes no longer than its octets do', false, 0],
  ])('repeated %s', async (_, keeps, least) => {
    const calls = await captured();
    const { time, server, options } = await scene();
    const pacing = keeps ? { pacing: new Pacing({ timers: time, clock: time.now }) } : {};
    const repeated = await time.run(repeatConversation(calls, { ...options, profile: PROFILE, ...pacing }));
    const elapsed = time.now() - START;
    await server.close();
    expect(repeated.map(({ call }) => call.operation?.name)).toEqual([
      'ServerAlive2',
      'RemoteCreateInstance',
      'RemoteCreateInstance',
    ]);
    for (const each of repeated) expect(each.repeated?.text).toBe(each.captured?.text);
    expect(elapsed).toBeGreaterThanOrEqual(least);
    expect(elapsed).toBeLessThan(least + 100);
  });
});
