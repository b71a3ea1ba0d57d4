import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { audit } from '../../../../src/capture/audit/audit.js';
import type { CapturedCall } from '../../../../src/capture/decode/captured-call.js';
import { readCalls } from '../../../../src/capture/decode/captured-calls.js';
import { CapturedServer } from '../../../../src/capture/replay/captured-server.js';
import { whyNotRepeated } from '../../../../src/capture/replay/repeat.js';
import { type ReplayedCall, replayCall, whyNotReplayed } from '../../../../src/capture/replay/replay.js';
import { DcomClient } from '../../../../src/client/dcom-client.js';
import { CLIENT_PROFILES } from '../../../../src/client/profiles.js';
import { SimulatedNetwork, seededRandom, VirtualTime } from '../../../../src/net/simulation/index.js';
import { relay } from '../../../../src/relay/index.js';
import type { ServerOptions } from '../../../../src/server/server.js';
import { corpus, corpusMissing } from '../../../support/corpus.js';
import { ACCOUNT, authentication, CLSID, IID_IUnknown, LEVEL, PHASES, SPNEGO, serve } from '../../../support/live.js';
import { observerOf } from '../../../support/observers.js';

const START = Date.parse('2023-01-01T00:00:00Z');
const [CLIENT, ATTACKER, SERVER] = ['10.0.0.5', '10.0.0.66', '10.0.0.10'];

/** Three hosts on a network that exists in this process alone, and what a sniffer beside them sees. */
function scene() {
  const time = new VirtualTime({ start: START });
  const blocks: Buffer[] = [];
  const network = new SimulatedNetwork({ time, record: (block) => blocks.push(block) });
  network.addHost('client', [CLIENT]);
  network.addHost('attacker', [ATTACKER]);
  network.addHost('server', [SERVER]);
  return { time, network, common: { timers: time, clock: time.now }, recording: () => Buffer.concat(blocks) };
}

type Scene = ReturnType<typeof scene>;

const serving = ({ network, common }: Scene, options: ServerOptions) =>
  serve({
    listen: `${SERVER}:135`,
    network: network.of('server'),
    random: seededRandom('server'),
    ...common,
    ...options,
  });

async function callsIn(
  recording: Buffer,
  whyNot: Parameters<typeof readCalls>[1],
  password?: string,
): Promise<readonly CapturedCall[]> {
  const folder = mkdtempSync(join(tmpdir(), 'recorded-runs-'));
  try {
    const file = join(folder, 'recorded.pcapng');
    writeFileSync(file, recording);
    return (await readCalls(file, whyNot, observerOf(password))).calls;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Sends the calls again, over a network of their own, to the server that is given. */
async function replayed(calls: readonly CapturedCall[], options: ServerOptions): Promise<ReplayedCall[]> {
  const again = scene();
  const server = await serving(again, options);
  const { credentials } = authentication({});
  const client = again.network.of('client');
  const done: ReplayedCall[] = [];
  for (const call of calls)
    done.push(
      await again.time.run(
        replayCall(call, {
          ...{ host: SERVER, port: 135, random: seededRandom('replay'), ...again.common },
          ...(credentials && { credentials }),
          network: client,
        }),
      ),
    );
  await server.close();
  return done;
}

const captured = (done: readonly ReplayedCall[]): (string | undefined)[] => done.map((each) => each.captured?.text);
const now = (done: readonly ReplayedCall[]): string[] => done.map((each) => each.replayed.text);

/** Clients of every kind at every level, one after the other, on a server of one date. */
async function clientsOn(asOf: string): Promise<Buffer> {
  const recorded = scene();
  const server = await serving(recorded, { asOf });
  const client = recorded.network.of('client');
  const { credentials } = authentication({});
  for (const profile of Object.values(CLIENT_PROFILES))
    for (const level of [LEVEL.CONNECT, LEVEL.PKT, LEVEL.PKT_INTEGRITY, LEVEL.PKT_PRIVACY]) {
      const one = new DcomClient({
        ...{ host: SERVER, port: 135, profile, level, random: seededRandom(`${profile.name} ${level}`) },
        ...recorded.common,
        ...(level === LEVEL.PKT ? { authType: SPNEGO } : {}),
        ...(credentials && { credentials }),
        network: client,
      });
      await recorded.time.run(one.activation({ clsid: CLSID, iids: [IID_IUnknown] }));
      await recorded.time.run(one.close());
    }
  await server.close();
  return recorded.recording();
}

describe('a recorded run of many clients is replayed with the same outcomes', () => {
  test.each(PHASES)('as of %s', async (asOf) => {
    const calls = await callsIn(await clientsOn(asOf), whyNotReplayed, ACCOUNT.password);
    const activations = calls.filter(({ operation }) => operation?.name.startsWith('Remote'));
    expect(activations).toHaveLength(4 * Object.keys(CLIENT_PROFILES).length);
    const done = await replayed(calls, { asOf });
    expect(now(done)).toEqual(captured(done));
    const outcomes = ['accepted', 'RPC_E_INVALID_HEADER (0x80010111)'];
    if (asOf >= '2022-06-14') outcomes.push('fault nca_s_fault_access_denied (0x00000005)');
    expect([...new Set(now(done))].sort()).toEqual(outcomes.sort());
  });
});

/** What a relay looks like on the wire, at both of its ends. */
async function recordedRelay(variant: string, asOf: string): Promise<Buffer> {
  const { time, network, common, recording } = scene();
  const addresses = { victim: CLIENT, attacker: ATTACKER, server: SERVER };
  const random = seededRandom(`${variant} ${asOf}`);
  // Hosts that recognise their own challenges send nothing on that could be recorded.
  const victim = { refusesOwnChallenges: false };
  await time.run(relay({ variant, asOf, network, addresses, random, victim, ...common }));
  return recording();
}

const RELAYS = ['connect', 'connect-spnego', 'reflection', 'time-removed'].flatMap((variant) =>
  ['2021-05', '2023-03-14'].map((asOf) => ({ variant, asOf })),
);

describe('a recorded relay', () => {
  test.each(RELAYS)('$variant as of $asOf: what reached the server comes out the same', async ({ variant, asOf }) => {
    const calls = await callsIn(await recordedRelay(variant, asOf), whyNotReplayed);
    const from = calls.filter(({ client, operation }) => client.address === ATTACKER && operation !== undefined);
    expect(from.map(({ operation, security }) => [operation?.name, security.level])).toEqual([
      ['RemoteCreateInstance', LEVEL.CONNECT],
    ]);
    const done = await replayed(from, { asOf });
    expect(now(done)).toEqual(captured(done));
    expect(now(done)).toEqual([asOf === '2021-05' ? 'accepted' : 'fault nca_s_fault_access_denied (0x00000005)']);
  });

  test.each(RELAYS)(
    '$variant as of $asOf: the lure’s denials too, by the captured server',
    async ({ variant, asOf }) => {
      const recording = await recordedRelay(variant, asOf);
      const playing = new CapturedServer(await callsIn(recording, whyNotRepeated));
      const calls = await callsIn(recording, whyNotReplayed);
      const { classes, onActivation } = playing;
      const done = await replayed(calls, { asOf: '2021-05', classes, onActivation, observers: [playing] });
      const activations = done.filter(({ call }) => call.operation?.name === 'RemoteCreateInstance');
      expect(activations.length).toBeGreaterThanOrEqual(2);
      expect(now(done)).toEqual(captured(done));
      expect([...playing.notCaptured]).toEqual([]);
    },
  );

  test.each(RELAYS)('$variant as of $asOf: the audit finds it, with who stood between', async ({ variant, asOf }) => {
    const { findings } = await audit([await recordedRelay(variant, asOf)]);
    const relays = findings.filter(({ finding }) => finding === 'relay');
    expect(relays.length).toBeGreaterThan(0);
    for (const { severity, user, detail } of relays) {
      expect({ severity, user }).toEqual({ severity: 'high', user: 'LAB\\victim' });
      expect(detail).toContain(ATTACKER);
    }
  });

  test.skipIf(corpusMissing)('is the only one that the audit finds among the captures of real traffic', async () => {
    const recording = await recordedRelay('connect', '2021-05');
    const { findings } = await audit([...corpus.map(({ path }) => path), recording]);
    const relays = findings.filter(({ finding }) => finding === 'relay');
    expect(new Set(relays.map(({ file }) => file))).toEqual(new Set(['capture']));
  });
});
