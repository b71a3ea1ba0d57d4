import { DREP_BIG, FAULT, PFC } from '../../../codec/rpce/index.js';
import { expectFault } from '../../core/index.js';
import type { Association } from '../association.js';
import { group } from '../group.js';
import type { Target } from '../target.js';

const FIRST = { pfc_flags: PFC.FIRST_FRAG };
const MIDDLE = { pfc_flags: 0 };
const LAST = { pfc_flags: PFC.LAST_FRAG };
const NOTHING = Buffer.alloc(0);
const MIB = 1024 * 1024;

/** A connection over which calls with parameters can be made. */
const boundForStubs = (target: Target): Promise<Association> => target.bound(target.stubCall.interface);

/** The stub in pieces of so many octets. */
function pieces(stub: Uint8Array, size: number): Uint8Array[] {
  const cut: Uint8Array[] = [];
  for (let at = 0; at < stub.length; at += size) cut.push(stub.subarray(at, at + size));
  return cut;
}

/** Sends fragments of one call, whose flags follow from their places. */
function sendPieces(association: Association, opnum: number, stubs: readonly Uint8Array[], hints?: number[]): void {
  const call_id = association.callId + 1;
  let left = stubs.reduce((sum, { length }) => sum + length, 0);
  for (const [index, stub] of stubs.entries()) {
    const pfc_flags = (index === 0 ? PFC.FIRST_FRAG : 0) | (index === stubs.length - 1 ? PFC.LAST_FRAG : 0);
    const alloc_hint = hints?.[index] ?? left;
    association.connection.send(association.requestPdu(opnum, stub, { pfc_flags, call_id, alloc_hint }));
    left -= stub.length;
  }
  association.callId = call_id;
}

export const FRAGMENT_CHECKS = [
  ...group({ needs: ['rpc', 'stub'], section: 'C706 12.6.4.9' }, [
    {
      id: 'rpce/fragments/joined',
      requirement: 'The stubs of the fragments of a request are joined in their order.',
      stimulus: 'a call whose parameters come in fragments of eight octets and fewer',
      async run(target) {
        const association = await boundForStubs(target);
        const { opnum, stub, check } = target.stubCall;
        sendPieces(association, opnum, pieces(stub, stub.length > 8 ? 8 : 2));
        check((await association.answer(await association.connection.receive(), undefined)).stub);
      },
    },
    {
      id: 'rpce/2.2.2.6/alloc-hint-0',
      section: '[MS-RPCE] 2.2.2.6',
      requirement: 'alloc_hint may be 0.',
      stimulus: 'a call in two fragments with alloc_hint 0',
      async run(target) {
        const association = await boundForStubs(target);
        const { opnum, stub, check } = target.stubCall;
        sendPieces(association, opnum, pieces(stub, stub.length / 2), [0, 0]);
        check((await association.answer(await association.connection.receive(), undefined)).stub);
      },
    },
    {
      id: 'rpce/2.2.2.6/alloc-hint-too-small',
      section: '[MS-RPCE] 2.2.2.6',
      level: 'WINDOWS',
      requirement: 'An alloc_hint below the length of the stub does no harm.',
      stimulus: 'a call with alloc_hint 1',
      run: async (target) => target.works(await boundForStubs(target), { alloc_hint: 1 }, target.stubCall),
    },
    {
      id: 'rpce/2.2.2.6/alloc-hint-too-large',
      section: '[MS-RPCE] 2.2.2.6',
      level: 'SHOULD',
      requirement: 'A fragmented request is refused whose alloc_hint exceeds what all of its fragments carry.',
      stimulus: 'a call in two fragments, the first with an alloc_hint of 1,000 too many',
      async run(target) {
        const association = await boundForStubs(target);
        const { opnum, stub } = target.stubCall;
        sendPieces(association, opnum, pieces(stub, stub.length / 2), [stub.length + 1000, stub.length / 2]);
        expectFault(await association.connection.receive());
      },
    },
    {
      id: 'rpce/fragments/first-one-counts',
      level: 'WINDOWS',
      requirement: 'Operation and presentation context of a request are those of its first fragment.',
      stimulus: 'a call whose last fragment names operation and context 111',
      async run(target) {
        const association = await boundForStubs(target);
        const { opnum, stub, check } = target.stubCall;
        const [one, two] = pieces(stub, stub.length / 2) as [Uint8Array, Uint8Array];
        const first = association.requestPdu(opnum, one, { ...FIRST, alloc_hint: stub.length });
        const last = { ...LAST, call_id: first.call_id, p_cont_id: 111 };
        association.connection.send(first, association.requestPdu(111, two, last));
        check((await association.answer(await association.connection.receive(), undefined)).stub);
      },
    },
    {
      id: 'rpce/fragments/one-data-representation',
      level: 'WINDOWS',
      requirement: 'The fragments of a request share their data representation: another one is a protocol error.',
      stimulus: 'a call whose last fragment is big-endian',
      async run(target) {
        const association = await boundForStubs(target);
        const { opnum, stub } = target.stubCall;
        const [one, two] = pieces(stub, stub.length / 2) as [Uint8Array, Uint8Array];
        const first = association.requestPdu(opnum, one, { ...FIRST, alloc_hint: stub.length });
        const last = association.requestPdu(opnum, two, { ...LAST, call_id: first.call_id, packed_drep: DREP_BIG });
        association.connection.send(first, last);
        expectFault(await association.connection.receive(), FAULT.PROTO_ERROR);
      },
    },
  ]),
  ...group({ needs: ['rpc'], section: 'C706 12.6.4.9' }, [
    {
      id: 'rpce/fragments/empty',
      level: 'WINDOWS',
      requirement: 'Fragments without any stub are taken.',
      stimulus: 'a call in four fragments, all but one of them empty',
      async run(target) {
        const association = await target.bound(target.simple.interface);
        const { opnum, stub, check } = target.simple;
        sendPieces(association, opnum, [stub, NOTHING, NOTHING, NOTHING]);
        check((await association.answer(await association.connection.receive(), undefined)).stub);
      },
    },
    ...(
      [
        ['middle', MIDDLE],
        ['last', LAST],
      ] as const
    ).map(([name, flags]) => ({
      id: `rpce/fragments/${name}-of-nothing`,
      level: 'WINDOWS' as const,
      requirement: `A ${name} fragment of a request that never began is a protocol error.`,
      stimulus: `a bind, and a request without PFC_FIRST_FRAG under a new call_id`,
      async run(target: Target) {
        const association = await target.bound(target.simple.interface);
        const request = association.requestPdu(target.simple.opnum, NOTHING, flags);
        expectFault(await association.connection.exchange(request), FAULT.PROTO_ERROR);
      },
    })),
    {
      id: 'rpce/fragments/other-call-between',
      level: 'WINDOWS',
      requirement: 'A fragment of another call between those of a request is a protocol error.',
      stimulus: 'a first fragment under call_id 3, a last one under call_id 4',
      async run(target) {
        const association = await target.bound(target.simple.interface);
        const { opnum } = target.simple;
        const first = association.requestPdu(opnum, NOTHING, { ...FIRST, call_id: 3 });
        association.connection.send(first, association.requestPdu(opnum, NOTHING, { ...LAST, call_id: 4 }));
        expectFault(await association.connection.receive(), FAULT.PROTO_ERROR);
      },
    },
    {
      id: 'rpce/fragments/two-first-ones',
      level: 'WINDOWS',
      requirement: 'Another first fragment before the last one is a protocol error.',
      stimulus: 'two first fragments under call_ids 50 and 51',
      async run(target) {
        const association = await target.bound(target.simple.interface);
        const { opnum } = target.simple;
        for (const call_id of [50, 51])
          association.connection.send(association.requestPdu(opnum, NOTHING, { ...FIRST, call_id }));
        expectFault(await association.connection.receive(), FAULT.PROTO_ERROR);
      },
    },
    {
      id: 'rpce/3.3.3.5.6/stale-fragment',
      section: '[MS-RPCE] 3.3.3.5.6',
      level: 'SHOULD',
      requirement: 'A fragment of a call that is older by less than 150 is ignored.',
      stimulus: 'a call with call_id 1,000, a middle fragment with 851, and another call',
      async run(target) {
        const association = await target.bound(target.simple.interface);
        await target.works(association, { call_id: 1000 });
        const stale = association.requestPdu(target.simple.opnum, NOTHING, { ...MIDDLE, call_id: 851 });
        association.connection.send(stale);
        await target.works(association, { call_id: 1001 });
      },
    },
    {
      id: 'rpce/3.3.3.5.6/too-stale-fragment',
      section: '[MS-RPCE] 3.3.3.5.6',
      level: 'SHOULD',
      requirement: 'A fragment of a call that is older by 150 or more is a protocol error.',
      stimulus: 'a call with call_id 1,000, a middle fragment with 850',
      async run(target) {
        const association = await target.bound(target.simple.interface);
        await target.works(association, { call_id: 1000 });
        const stale = association.requestPdu(target.simple.opnum, NOTHING, { ...MIDDLE, call_id: 850 });
        expectFault(await association.connection.exchange(stale), FAULT.PROTO_ERROR);
      },
    },
    {
      id: 'rpce/3.3.3.5.8/error-at-once',
      section: '[MS-RPCE] 3.3.3.5.8',
      level: 'SHOULD',
      requirement: 'An error in a fragment that is not the last is answered at once.',
      stimulus: 'a first fragment over a presentation context that was not negotiated, and nothing more',
      async run(target) {
        const association = await target.bound(target.simple.interface);
        const request = association.requestPdu(target.simple.opnum, NOTHING, { ...FIRST, p_cont_id: 4321 });
        expectFault(await association.connection.exchange(request), FAULT.UNKNOWN_IF);
      },
    },
    {
      id: 'rpce/3.3.3.5.6/rest-is-ignored',
      section: '[MS-RPCE] 3.3.3.5.6',
      level: 'WINDOWS',
      requirement: 'The rest of a request that was refused is ignored.',
      stimulus: 'a first fragment that is refused, the last one of the same call, and another call',
      async run(target) {
        const association = await target.bound(target.simple.interface);
        const { opnum } = target.simple;
        const first = association.requestPdu(opnum, NOTHING, { ...FIRST, p_cont_id: 4321 });
        expectFault(await association.connection.exchange(first));
        association.connection.send({ ...first, ...LAST });
        await target.works(association);
      },
    },
    {
      id: 'rpce/3.3.3.5.4/alloc-hint-above-4-mib',
      section: '[MS-RPCE] 3.3.3.5.4',
      level: 'WINDOWS',
      requirement: 'A request that announces more than 4 MiB of stub is fault 5.',
      stimulus: 'a first fragment with alloc_hint 0x400001',
      async run(target) {
        const association = await target.bound(target.simple.interface);
        const request = association.requestPdu(target.simple.opnum, NOTHING, { ...FIRST, alloc_hint: 4 * MIB + 1 });
        expectFault(await association.connection.exchange(request), FAULT.ACCESS_DENIED);
      },
    },
    {
      id: 'rpce/3.3.3.5.4/more-than-4-mib',
      section: '[MS-RPCE] 3.3.3.5.4',
      level: 'SHOULD',
      requirement: 'A request with more than 4 MiB of stub in all its fragments is fault 5.',
      stimulus: 'fragments of 4,096 octets of stub, 1,025 of them',
      async run(target) {
        const association = await target.bound(target.simple.interface);
        const { opnum } = target.simple;
        const chunk = Buffer.alloc(4096);
        const call_id = association.callId + 1;
        for (let sent = 0; sent <= 4 * MIB; sent += chunk.length) {
          const pfc_flags = sent === 0 ? PFC.FIRST_FRAG : 0;
          association.connection.send(association.requestPdu(opnum, chunk, { pfc_flags, call_id, alloc_hint: 0 }));
        }
        expectFault(await association.connection.receive(), FAULT.ACCESS_DENIED);
      },
    },
  ]),
];
