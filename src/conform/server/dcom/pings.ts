import { OR_INVALID_OID, OR_INVALID_SET } from '../../../codec/dcom/index.js';
import { must } from '../../core/index.js';
import { group } from '../group.js';
import type { Target } from '../target.js';
import { mustBe, objectOf, stdOf } from './exported.js';
import { Pinger } from './pinger.js';

const NOBODYS = 0x1122334455667788n;

const oidOf = async (target: Target): Promise<bigint> => stdOf((await objectOf(target)).interfaces[0]?.objref).oid;

export const PING_CHECKS = [
  ...group({ needs: ['oxid', 'account'] }, [
    {
      id: 'dcom/3.1.2.5.1.2/unknown-set',
      section: '[MS-DCOM] 3.1.2.5.1.2',
      requirement: 'A SimplePing of a set that does not exist is OR_INVALID_SET.',
      stimulus: 'SimplePing of SETID 0x1122334455667788',
      run: async (target) => mustBe(await (await Pinger.at(target)).simple(NOBODYS), OR_INVALID_SET),
    },
    {
      id: 'dcom/3.1.2.5.1.3/unknown-set',
      section: '[MS-DCOM] 3.1.2.5.1.3',
      requirement: 'A ComplexPing of a set that does not exist is OR_INVALID_SET.',
      stimulus: 'ComplexPing of SETID 0x1122334455667788',
      run: async (target) =>
        mustBe((await (await Pinger.at(target)).complex({ set: NOBODYS })).ReturnValue, OR_INVALID_SET),
    },
  ]),
  ...group({ needs: ['oxid', 'account', 'activation'], section: '[MS-DCOM] 3.1.2.5.1.3' }, [
    {
      id: 'dcom/3.1.2.5.1.3/new-set',
      requirement: 'A ComplexPing of SETID 0 makes a set, and gives its number.',
      stimulus: 'an activation, and a ComplexPing that adds its OID to set 0',
      async run(target) {
        await (await Pinger.at(target)).set(await oidOf(target));
      },
    },
    {
      id: 'dcom/3.1.2.5.1.3/sets-of-their-own',
      requirement: 'Each ComplexPing of SETID 0 makes a set of its own.',
      stimulus: 'two ComplexPings of set 0 with one object',
      async run(target) {
        const oid = await oidOf(target);
        const pinger = await Pinger.at(target);
        const [one, two] = [await pinger.set(oid), await pinger.set(oid)];
        must(one !== two, 'two sets', `${one} twice`);
      },
    },
    {
      id: 'dcom/3.1.2.5.1.2/simple-ping',
      section: '[MS-DCOM] 3.1.2.5.1.2',
      requirement: 'A SimplePing of a set that exists succeeds.',
      stimulus: 'a new set with an object, and a SimplePing of it',
      async run(target) {
        const pinger = await Pinger.at(target);
        mustBe(await pinger.simple(await pinger.set(await oidOf(target))), 0);
      },
    },
    {
      id: 'dcom/3.1.2.5.1.3/set-of-the-machine',
      requirement: 'A set belongs to no connection: it can be pinged over another one.',
      stimulus: 'a new set, and a SimplePing of it over another connection',
      async run(target) {
        const set = await (await Pinger.at(target)).set(await oidOf(target));
        mustBe(await (await Pinger.at(target)).simple(set), 0);
      },
    },
    {
      id: 'dcom/3.1.2.5.1.3/number-stays',
      requirement: 'A ComplexPing of a set does not change its number.',
      stimulus: 'a new set, and a ComplexPing of it',
      async run(target) {
        const pinger = await Pinger.at(target);
        const set = await pinger.set(await oidOf(target));
        const { pSetId, ReturnValue } = await pinger.complex({ set, sequence: 2 });
        mustBe(ReturnValue, 0);
        must(pSetId === set, `${set}`, `${pSetId}`);
      },
    },
    {
      id: 'dcom/3.1.2.5.1.3/unknown-object-for-a-set',
      requirement: 'A ComplexPing that adds an object that does not exist to a set is OR_INVALID_OID.',
      stimulus: 'a new set, and a ComplexPing that adds OID 0x1122334455667788',
      async run(target) {
        const pinger = await Pinger.at(target);
        const set = await pinger.set(await oidOf(target));
        mustBe((await pinger.complex({ set, sequence: 2, add: [NOBODYS] })).ReturnValue, OR_INVALID_OID);
      },
    },
    {
      id: 'dcom/3.1.2.5.1.3/unknown-object-for-a-new-set',
      requirement: 'A new set leaves out the objects that do not exist, and is made.',
      stimulus: 'a ComplexPing of set 0 that adds OID 0x1122334455667788, and a SimplePing of the set',
      async run(target) {
        const pinger = await Pinger.at(target);
        mustBe(await pinger.simple(await pinger.set(NOBODYS)), 0);
      },
    },
    {
      id: 'dcom/3.1.2.5.1.3/overtaken',
      requirement: 'A ComplexPing with a lower sequence number than the set has does nothing, and succeeds.',
      stimulus: 'a set of sequence number 10, and a ComplexPing of number 9 that adds an object that does not exist',
      async run(target) {
        const pinger = await Pinger.at(target);
        const set = await pinger.set(await oidOf(target), 10);
        mustBe((await pinger.complex({ set, sequence: 9, add: [NOBODYS] })).ReturnValue, 0);
      },
    },
    {
      id: 'dcom/3.1.2.5.1.3/sequence-number-is-taken-over',
      requirement: 'The sequence number of a ComplexPing becomes that of the set.',
      stimulus: 'a set of number 10, pings of numbers 20 and 15, the last of which adds an object that does not exist',
      async run(target) {
        const pinger = await Pinger.at(target);
        const set = await pinger.set(await oidOf(target), 10);
        mustBe((await pinger.complex({ set, sequence: 20 })).ReturnValue, 0);
        mustBe((await pinger.complex({ set, sequence: 15, add: [NOBODYS] })).ReturnValue, 0);
        mustBe((await pinger.complex({ set, sequence: 21, add: [NOBODYS] })).ReturnValue, OR_INVALID_OID);
      },
    },
    {
      id: 'dcom/3.1.2.5.1.3/remove',
      requirement: 'Objects are taken out of a set; those that are not in it cause no error.',
      stimulus: 'a set with an object, and a ComplexPing that takes out this object and one that does not exist',
      async run(target) {
        const oid = await oidOf(target);
        const pinger = await Pinger.at(target);
        const set = await pinger.set(oid);
        mustBe((await pinger.complex({ set, sequence: 2, remove: [oid, NOBODYS] })).ReturnValue, 0);
        mustBe((await pinger.complex({ set, sequence: 3, add: [oid] })).ReturnValue, 0);
      },
    },
    {
      id: 'dcom/3.1.2.5.1.3/object-twice',
      requirement: 'An object that the set has already is added once more without an error.',
      stimulus: 'a set with an object, and a ComplexPing that adds it again',
      async run(target) {
        const oid = await oidOf(target);
        const pinger = await Pinger.at(target);
        mustBe((await pinger.complex({ set: await pinger.set(oid), sequence: 2, add: [oid] })).ReturnValue, 0);
      },
    },
  ]),
];
