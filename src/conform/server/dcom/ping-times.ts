import { type ActivationReply, OR_INVALID_SET, PING_PERIOD } from '../../../codec/dcom/index.js';
import { TransportError } from '../../../net/error.js';
import type { Milliseconds } from '../../../security/index.js';
import { group } from '../group.js';
import type { Target } from '../target.js';
import { Exported, mustBe, objectOf, stdOf } from './exported.js';
import { Pinger } from './pinger.js';
import { mustBeGone, mustLive } from './references.js';

/** [MS-DCOM] 3.1.2.2: a set runs out three periods after its last ping. */
const LIVES: Milliseconds = 3 * PING_PERIOD;
const A_MOMENT: Milliseconds = 10_000;
/** Servers look for what has run out now and then: Windows at every period. */
const UNTIL_NOTICED: Milliseconds = PING_PERIOD + A_MOMENT;
const PERIODS = 4;

interface Held {
  readonly reply: ActivationReply;
  readonly set: bigint;
}

/** An object in a new set. */
async function held(target: Target): Promise<Held> {
  const reply = await objectOf(target);
  return { reply, set: await (await Pinger.at(target)).set(stdOf(reply.interfaces[0]?.objref).oid) };
}

/** Pings once a period, for longer than a set lives without. Connections are fresh: idle ones may be closed. */
async function pinging(target: Target, ping: (pinger: Pinger, sequence: number) => Promise<number>): Promise<void> {
  for (let n = 0; n < PERIODS; n++) {
    await target.wait(PING_PERIOD);
    mustBe(await ping(await Pinger.at(target), n + 2), 0);
  }
}

const ipidOf = ({ reply }: Held): string => stdOf(reply.interfaces[0]?.objref).ipid;

const livesStill = async (target: Target, object: Held): Promise<void> =>
  mustLive(await Exported.of(target, object.reply), ipidOf(object));

/** An exporter that ends with its last object is gone as well. */
async function isGone(target: Target, object: Held): Promise<void> {
  const exported = await Exported.of(target, object.reply).catch((error: unknown) => {
    if (error instanceof TransportError) return undefined;
    throw error;
  });
  if (exported !== undefined) await mustBeGone(exported, ipidOf(object));
}

/** Checks that take minutes: how long sets and their objects live. */
export const PING_TIME_CHECKS = group({ needs: ['oxid', 'account', 'activation'], section: '[MS-DCOM] 3.1.2.6' }, [
  {
    id: 'dcom/3.1.2.2/three-periods',
    section: '[MS-DCOM] 3.1.2.2',
    requirement: 'A ping set lives for three ping periods after its last ping.',
    stimulus: 'a new set, ten seconds less than six minutes without a ping, and a SimplePing',
    waits: LIVES - A_MOMENT,
    async run(target) {
      const { set } = await held(target);
      await target.wait(LIVES - A_MOMENT);
      mustBe(await (await Pinger.at(target)).simple(set), 0);
    },
  },
  {
    id: 'dcom/3.1.2.6/set-that-ran-out',
    level: 'SHOULD',
    requirement: 'A ping set that ran out is gone.',
    stimulus: 'a new set, a good eight minutes without a ping, and a SimplePing',
    waits: LIVES + UNTIL_NOTICED,
    async run(target) {
      const { set } = await held(target);
      await target.wait(LIVES + UNTIL_NOTICED);
      mustBe(await (await Pinger.at(target)).simple(set), OR_INVALID_SET);
    },
  },
  {
    id: 'dcom/3.1.2.6/objects-of-a-set-that-ran-out',
    level: 'SHOULD',
    requirement: 'An object of no other set goes with the set that ran out.',
    stimulus: 'an object in a new set, a good eight minutes without a ping, and a query of the object',
    waits: LIVES + UNTIL_NOTICED,
    async run(target) {
      const object = await held(target);
      await target.wait(LIVES + UNTIL_NOTICED);
      await isGone(target, object);
    },
  },
  {
    id: 'dcom/3.1.2.6/objects-of-another-set',
    requirement: 'An object stays as long as one of its sets is pinged.',
    stimulus: 'an object in two sets, of which one is pinged every two minutes, and after eight a query of the object',
    waits: PERIODS * PING_PERIOD,
    async run(target) {
      const object = await held(target);
      const other = await (await Pinger.at(target)).set(stdOf(object.reply.interfaces[0]?.objref).oid);
      await pinging(target, (pinger) => pinger.simple(other));
      await livesStill(target, object);
    },
  },
  {
    id: 'dcom/3.1.2.5.1.2/timer-starts-again',
    section: '[MS-DCOM] 3.1.2.5.1.2',
    requirement: 'A SimplePing in every ping period keeps a set and its objects.',
    stimulus: 'an object in a set that is pinged every two minutes, and after eight a query of the object',
    waits: PERIODS * PING_PERIOD,
    async run(target) {
      const object = await held(target);
      await pinging(target, (pinger) => pinger.simple(object.set));
      await livesStill(target, object);
    },
  },
  {
    id: 'dcom/3.1.2.5.1.3/timer-starts-again',
    section: '[MS-DCOM] 3.1.2.5.1.3',
    requirement: 'A ComplexPing in every ping period keeps a set and its objects.',
    stimulus:
      'an object in a set of which a ComplexPing comes every two minutes, and after eight a query of the object',
    waits: PERIODS * PING_PERIOD,
    async run(target) {
      const object = await held(target);
      await pinging(target, async (pinger, sequence) => {
        const { pSetId, ReturnValue } = await pinger.complex({ set: object.set, sequence });
        return pSetId === object.set ? ReturnValue : OR_INVALID_SET;
      });
      await livesStill(target, object);
    },
  },
]);
