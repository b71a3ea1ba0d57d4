import {
  IRemUnknown2,
  RemAddRef,
  RemQueryInterface,
  RemQueryInterface2,
  RemRelease,
} from '../../../codec/dcom/index.js';
import { must } from '../../core/index.js';
import { group } from '../group.js';
import { Exported, mustBe, stdOf } from './exported.js';

const IID_IUnknown = '00000000-0000-0000-c000-000000000046';
const NO_INTERFACE = '0f1e0a9c-6f1d-4b1d-8f0e-2a6f4c8d7e55';
const NO_IPID = '0000beef-1234-4abc-8def-0123456789ab';
const E_NOINTERFACE = 0x80004002;
const RPC_E_INVALID_OBJECT = 0x80010114;
const CO_E_OBJNOTREG = 0x800401fc;

const ref = (ipid: string, cPublicRefs: number, cPrivateRefs = 0) => ({ ipid, cPublicRefs, cPrivateRefs });

/** Whether an interface is there still: a query that starts from it says so. */
async function lives(exported: Exported, ripid: string): Promise<boolean> {
  const { ReturnValue, ppQIResults } = await exported.query([IID_IUnknown], { ripid });
  if (ReturnValue === RPC_E_INVALID_OBJECT) return false;
  mustBe(ReturnValue, 0);
  const { std } = ppQIResults?.[0] ?? {};
  // The references that the question added are given back.
  if (std !== undefined) await exported.release(std.ipid, std.cPublicRefs);
  return true;
}

/** Throws `Mismatch` where an interface is gone. */
export const mustLive = async (exported: Exported, ipid: string): Promise<void> =>
  must(await lives(exported, ipid), 'the interface to be there still', 'it is gone');

/** Throws `Mismatch` where an interface is there still. */
export const mustBeGone = async (exported: Exported, ipid: string): Promise<void> =>
  must(!(await lives(exported, ipid)), 'the interface to be gone', 'it is there still');

const QUERY = '[MS-DCOM] 3.1.1.5.6.1.1';
const ADD = '[MS-DCOM] 3.1.1.5.6.1.2';
const RELEASE = '[MS-DCOM] 3.1.1.5.6.1.3';
const QUERY2 = '[MS-DCOM] 3.1.1.5.7.1.1';

export const REFERENCE_CHECKS = group({ needs: ['activation'] }, [
  {
    id: 'dcom/3.1.1.5.6.1.1/known-interface',
    section: QUERY,
    requirement:
      'RemQueryInterface of an interface that the object has gives its reference, in the same object and exporter.',
    stimulus: 'RemQueryInterface of IUnknown with 3 references',
    async run(target) {
      const exported = await Exported.by(target);
      const { ReturnValue, ppQIResults } = await exported.query([IID_IUnknown], { cRefs: 3 });
      mustBe(ReturnValue, 0);
      const [first] = ppQIResults ?? [];
      mustBe(first?.hResult ?? -1, 0);
      const { oxid, oid } = exported.std;
      must(
        first?.std.oxid === oxid && first.std.oid === oid,
        `OID ${oid} of ${oxid}`,
        `OID ${first?.std.oid} of ${first?.std.oxid}`,
      );
    },
  },
  {
    id: 'dcom/3.1.1.5.6.1.1/references-asked-for',
    section: QUERY,
    requirement: 'RemQueryInterface gives as many references as it was asked for, and flags of 0.',
    stimulus: 'RemQueryInterface of IUnknown with 3 references',
    async run(target) {
      const exported = await Exported.by(target);
      const { ppQIResults } = await exported.query([IID_IUnknown], { cRefs: 3 });
      const { std } = ppQIResults?.[0] ?? {};
      must(
        std?.cPublicRefs === 3 && std.flags === 0,
        '3 references, flags 0',
        `${std?.cPublicRefs}, flags ${std?.flags}`,
      );
    },
  },
  {
    id: 'dcom/3.1.1.5.6.1.1/same-ipid',
    section: QUERY,
    requirement: 'RemQueryInterface of an interface that was handed out already gives the IPID that it has.',
    stimulus: 'an activation of IUnknown, and RemQueryInterface of it',
    async run(target) {
      const exported = await Exported.by(target);
      const { ppQIResults } = await exported.query([IID_IUnknown]);
      const ipid = ppQIResults?.[0]?.std.ipid;
      must(ipid === exported.std.ipid, exported.std.ipid, `${ipid}`);
    },
  },
  {
    id: 'dcom/3.1.1.5.6.1.1/unknown-interface',
    section: QUERY,
    requirement: 'The result for an interface that the object lacks is E_NOINTERFACE.',
    stimulus: 'RemQueryInterface of IUnknown and of an interface that does not exist',
    async run(target) {
      const exported = await Exported.by(target);
      const { ppQIResults } = await exported.query([IID_IUnknown, NO_INTERFACE]);
      must(ppQIResults?.length === 2, 'two results', `${ppQIResults?.length}`);
      mustBe(ppQIResults?.[0]?.hResult ?? -1, 0);
      mustBe(ppQIResults?.[1]?.hResult ?? 0, E_NOINTERFACE);
    },
  },
  {
    id: 'dcom/3.1.1.5.6.1.1/unknown-ipid',
    section: QUERY,
    requirement: 'RemQueryInterface that starts from an IPID that does not exist is RPC_E_INVALID_OBJECT.',
    stimulus: 'RemQueryInterface with a ripid that does not exist',
    async run(target) {
      const exported = await Exported.by(target);
      mustBe((await exported.query([IID_IUnknown], { ripid: NO_IPID })).ReturnValue, RPC_E_INVALID_OBJECT);
    },
  },
  {
    id: 'dcom/3.1.1.5.6.1.1/many-interfaces',
    section: QUERY,
    requirement: 'A long answer comes in fragments that the client takes, each of them signed.',
    stimulus: 'RemQueryInterface of 301 interfaces',
    async run(target) {
      const exported = await Exported.by(target);
      const iids = Array.from({ length: 300 }, () => NO_INTERFACE);
      const { ppQIResults } = await exported.query([...iids, IID_IUnknown]);
      must(ppQIResults?.length === 301, '301 results', `${ppQIResults?.length}`);
      mustBe(ppQIResults?.[300]?.hResult ?? -1, 0);
    },
  },
  {
    id: 'rpce/fragment-sizes/answers-in-small-fragments',
    section: 'C706 12.6.4.4',
    requirement: 'No fragment of an answer is longer than the client takes.',
    stimulus: 'RemQueryInterface of 301 interfaces by a client whose max_recv_frag is 2,048',
    async run(target) {
      const exported = await Exported.by(target, { max_recv_frag: 2048 });
      const iids = Array.from({ length: 301 }, () => NO_INTERFACE);
      const input = { ORPCthis: exported.orpcthis(), ripid: exported.std.ipid, cRefs: 1, iids };
      const { fragments } = await exported.association.call(
        RemQueryInterface.opnum,
        RemQueryInterface.request.encode(input),
        { protection: exported.protection, object: exported.reply.ipidRemUnknown },
      );
      const longest = Math.max(...fragments.map((each) => (each.kind === 'pdu' ? each.bytes.length : 0)));
      must(longest <= 2048, 'fragments of at most 2048 octets', `one of ${longest}`);
    },
  },
  {
    id: 'dcom/3.1.1.5.6.1.2/adds',
    section: ADD,
    requirement: 'RemAddRef adds to the public references of an interface.',
    stimulus: 'RemAddRef of 2, RemRelease of what the activation gave, of 1 and of 1, with a look after each',
    async run(target) {
      const exported = await Exported.by(target);
      const { ipid, cPublicRefs } = exported.std;
      const { pResults, ReturnValue } = await exported.call(RemAddRef, { InterfaceRefs: [ref(ipid, 2)] });
      mustBe(ReturnValue, 0);
      mustBe(pResults[0] ?? -1, 0);
      for (const count of [cPublicRefs, 1]) {
        mustBe(await exported.release(ipid, count), 0);
        await mustLive(exported, ipid);
      }
      mustBe(await exported.release(ipid, 1), 0);
      await mustBeGone(exported, ipid);
    },
  },
  {
    id: 'dcom/3.1.1.5.6.1.2/adds-private-ones',
    section: ADD,
    requirement: 'RemAddRef adds private references, which keep an interface when the public ones are gone.',
    stimulus: 'RemAddRef of 1 private reference, RemRelease of all public ones, then of the private one',
    async run(target) {
      const exported = await Exported.by(target);
      const { ipid, cPublicRefs } = exported.std;
      mustBe((await exported.call(RemAddRef, { InterfaceRefs: [ref(ipid, 0, 1)] })).pResults[0] ?? -1, 0);
      mustBe(await exported.release(ipid, cPublicRefs), 0);
      const { ReturnValue } = await exported.call(RemAddRef, { InterfaceRefs: [ref(ipid, 0, 0)] });
      mustBe(ReturnValue, 0);
      await mustLive(exported, ipid);
      await exported.call(RemRelease, { InterfaceRefs: [ref(ipid, 0, 1)] });
      await mustBeGone(exported, ipid);
    },
  },
  {
    id: 'dcom/3.1.1.5.6.1.2/unknown-ipid',
    section: ADD,
    requirement: 'The result of RemAddRef for an IPID that does not exist is CO_E_OBJNOTREG, and others are added to.',
    stimulus: 'RemAddRef of an IPID that does not exist, and of one that does',
    async run(target) {
      const exported = await Exported.by(target);
      const InterfaceRefs = [ref(NO_IPID, 1), ref(exported.std.ipid, 1)];
      const { pResults } = await exported.call(RemAddRef, { InterfaceRefs });
      mustBe(pResults[0] ?? 0, CO_E_OBJNOTREG);
      mustBe(pResults[1] ?? -1, 0);
    },
  },
  {
    id: 'dcom/3.1.1.5.6.1.3/keeps-what-is-left',
    section: RELEASE,
    requirement: 'An interface stays while it has references left.',
    stimulus: 'RemRelease of all references but one',
    async run(target) {
      const exported = await Exported.by(target);
      const { ipid, cPublicRefs } = exported.std;
      mustBe(await exported.release(ipid, cPublicRefs - 1), 0);
      await mustLive(exported, ipid);
    },
  },
  {
    id: 'dcom/3.1.1.5.6.1.3/removes-the-last',
    section: RELEASE,
    requirement: 'An interface without references left is removed.',
    stimulus: 'RemRelease of all references, and a query by its IPID',
    async run(target) {
      const exported = await Exported.by(target);
      const { ipid, cPublicRefs } = exported.std;
      mustBe(await exported.release(ipid, cPublicRefs), 0);
      await mustBeGone(exported, ipid);
    },
  },
  {
    id: 'dcom/3.1.1.5.6.1.3/more-than-there-are',
    section: RELEASE,
    requirement: 'A release of more references than there are releases all, and is no error.',
    stimulus: 'RemRelease of 1,000 references, and a query by the IPID',
    async run(target) {
      const exported = await Exported.by(target);
      mustBe(await exported.release(exported.std.ipid, 1000), 0);
      await mustBeGone(exported, exported.std.ipid);
    },
  },
  {
    id: 'dcom/3.1.1.5.6.1.3/unknown-ipid',
    section: RELEASE,
    level: 'WINDOWS',
    requirement: 'A release of an IPID that does not exist is no error.',
    stimulus: 'RemRelease of an IPID that does not exist',
    run: async (target) => mustBe(await (await Exported.by(target)).release(NO_IPID, 1), 0),
  },
  {
    id: 'dcom/3.1.1.5.6.1.3/own-object-alone',
    section: RELEASE,
    requirement: 'The release of one object leaves another one of the same class.',
    stimulus: 'two activations, RemRelease of the first object, and a query of the second',
    async run(target) {
      const [one, two] = [await Exported.by(target), await Exported.by(target)];
      mustBe(await one.release(one.std.ipid, one.std.cPublicRefs), 0);
      await mustLive(two, two.std.ipid);
    },
  },
  {
    id: 'dcom/3.1.1.5.7.1.1/known-interface',
    section: QUERY2,
    requirement: 'RemQueryInterface2 gives the reference as an OBJREF of the interface.',
    stimulus: 'RemQueryInterface2 of IUnknown',
    async run(target) {
      const exported = await Exported.by(target, { wanted: IRemUnknown2 });
      const query = { ripid: exported.std.ipid, iids: [IID_IUnknown] };
      const { ReturnValue, phr, ppMIF } = await exported.call(RemQueryInterface2, query);
      mustBe(ReturnValue, 0);
      mustBe(phr[0] ?? -1, 0);
      const { oid } = stdOf(ppMIF[0]);
      must(oid === exported.std.oid, `OID ${exported.std.oid}`, `OID ${oid}`);
    },
  },
  {
    id: 'dcom/3.1.1.5.7.1.1/unknown-interface',
    section: QUERY2,
    requirement: 'RemQueryInterface2 of an interface that the object lacks gives E_NOINTERFACE, and no reference.',
    stimulus: 'RemQueryInterface2 of an interface that does not exist',
    async run(target) {
      const exported = await Exported.by(target, { wanted: IRemUnknown2 });
      const query = { ripid: exported.std.ipid, iids: [NO_INTERFACE] };
      const { phr, ppMIF } = await exported.call(RemQueryInterface2, query);
      mustBe(phr[0] ?? 0, E_NOINTERFACE);
      must(ppMIF[0] === null, 'no reference', 'one');
    },
  },
  {
    id: 'dcom/3.1.1.5.7.1.1/unknown-ipid',
    section: QUERY2,
    requirement: 'RemQueryInterface2 that starts from an IPID that does not exist is RPC_E_INVALID_OBJECT.',
    stimulus: 'RemQueryInterface2 with a ripid that does not exist',
    async run(target) {
      const exported = await Exported.by(target, { wanted: IRemUnknown2 });
      const query = { ripid: NO_IPID, iids: [IID_IUnknown] };
      mustBe((await exported.call(RemQueryInterface2, query)).ReturnValue, RPC_E_INVALID_OBJECT);
    },
  },
]);
