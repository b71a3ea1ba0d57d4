import { describe, expect, test } from 'vitest';
import { readCalls } from '../../../../src/capture/decode/captured-calls.js';
import { capturedClasses } from '../../../../src/capture/replay/captured-class.js';
import { type RepeatedCall, repeatConversation, whyNotRepeated } from '../../../../src/capture/replay/repeat.js';
import { CLIENT_PROFILES } from '../../../../src/client/profiles.js';
import { SimulatedNetwork, seededRandom, VirtualTime } from '../../../../src/net/simulation/index.js';
import { corpusMissing, corpusPath } from '../../../support/corpus.js';
import { authentication, serve } from '../../../support/live.js';
import { observerOf } from '../../../support/observers.js';

const MMC20 = 'suricata__dcerpc-ctxids.pcap';

/** Repeats a captured attack on a host that looks like anybody's, or is known to be simulated. */
async function repeated(simulated: boolean): Promise<{ done: readonly RepeatedCall[]; methods: number }> {
  const { calls } = await readCalls(corpusPath(MMC20), whyNotRepeated, observerOf());
  const time = new VirtualTime({ start: Date.parse('2023-01-01T00:00:00Z') });
  const network = new SimulatedNetwork({ time });
  network.addHost('client', ['192.0.2.5']);
  network.addHost('server', ['192.0.2.10']);
  let methods = 0;
  const classes = capturedClasses(calls, { asked: () => methods++, notCaptured: () => {} });
  const common = { timers: time, clock: time.now };
  const server = await serve({
    ...{ listen: '192.0.2.10:135', network: network.of('server'), random: seededRandom('server'), classes, ...common },
  });
  const { credentials } = authentication({});
  const { listen, connect } = network.of('client');
  // What only hands on its calls is none that anybody knows to be simulated.
  const client = simulated ? network.of('client') : { listen, connect };
  const done = await time.run(
    repeatConversation(calls, {
      ...{ host: '192.0.2.10', port: 135, profile: CLIENT_PROFILES['windows-2023-03'], network: client, ...common },
      ...{ random: seededRandom('client'), ...(credentials && { credentials }) },
    }),
  );
  await server.close();
  return { done, methods };
}

describe.skipIf(corpusMissing)(
  `a conversation, repeated elsewhere${corpusMissing ? `: skipped, ${corpusMissing}` : ''}`,
  () => {
    test('on a host that is neither this machine nor simulated no method of an object is called, and each is listed', async () => {
      const { done, methods } = await repeated(false);
      expect(methods).toBe(0);
      const sent = new Set(done.filter(({ notSent }) => !notSent).map(({ call }) => call.interface));
      expect([...sent].sort()).toEqual(['IObjectExporter', 'IRemUnknown2', 'IRemoteSCMActivator']);
      const isMethod = ({ call }: RepeatedCall) => call.object !== undefined && call.interface !== 'IRemUnknown2';
      const left = done.filter(isMethod);
      expect(left.length).toBeGreaterThan(100);
      for (const { notSent, repeated: outcome } of left) {
        expect(outcome).toBeUndefined();
        expect(notSent).toMatch(/^methods of objects are called on this machine|^this server has not handed out/);
      }
      expect(left[0]?.notSent).toContain('not on 192.0.2.10');
    });

    test('on a simulated one they are', async () => {
      const { done, methods } = await repeated(true);
      expect(methods).toBeGreaterThan(100);
      expect(done.filter(({ notSent }) => notSent)).toEqual([]);
    });
  },
);
