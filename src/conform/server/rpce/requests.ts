import { FAULT, PFC } from '../../../codec/rpce/index.js';
import { expectClosed, expectFault, expectPdu, must } from '../../core/index.js';
import { contextOf, WHOLE } from '../association.js';
import { group, type ServerCheckRow } from '../group.js';

/** Milliseconds after which a piece has arrived. */
const PAUSE = 50;

/** Far above what any interface has here. */
const NO_OPNUMS = [200, 0xffff] as const;

export const REQUEST_CHECKS = group({ needs: ['rpc'], section: 'C706 12.6.4.9' }, [
  ...NO_OPNUMS.map(
    (opnum): ServerCheckRow => ({
      id: `rpce/requests/opnum-${opnum}`,
      section: 'C706 N.2',
      requirement: `A call to operation ${opnum} of an interface that lacks it is nca_s_op_rng_error.`,
      stimulus: `a call with opnum ${opnum}`,
      async run(target) {
        const association = await target.bound(target.simple.interface);
        expectFault(await association.ask(opnum, Buffer.alloc(0)), FAULT.OP_RNG_ERROR);
      },
    }),
  ),
  {
    id: 'rpce/requests/goes-on-after-op-rng-error',
    section: 'C706 N.2',
    requirement: 'A call to an operation that does not exist leaves the connection usable.',
    stimulus: 'a call with opnum 200, and one that is right',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      expectFault(await association.ask(200, Buffer.alloc(0)));
      await target.works(association);
    },
  },
  {
    id: 'rpce/requests/did-not-execute',
    section: 'C706 12.6.4.7',
    level: 'WINDOWS',
    requirement: 'A fault for a call that was never dispatched has PFC_DID_NOT_EXECUTE.',
    stimulus: 'a call with opnum 200',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const { pfc_flags } = expectFault(await association.ask(200, Buffer.alloc(0)));
      must((pfc_flags & PFC.DID_NOT_EXECUTE) !== 0, 'PFC_DID_NOT_EXECUTE', `flags ${pfc_flags}`);
    },
  },
  {
    id: 'rpce/requests/unknown-context',
    section: 'C706 N.2',
    requirement: 'A request over a presentation context that was not negotiated is nca_s_unk_if.',
    stimulus: 'a call over context 4,321',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const { opnum, stub } = target.simple;
      expectFault(await association.ask(opnum, stub, { p_cont_id: 4321 }), FAULT.UNKNOWN_IF);
    },
  },
  {
    id: 'rpce/requests/goes-on-after-unknown-context',
    section: 'C706 N.2',
    level: 'WINDOWS',
    requirement: 'A request over an unknown presentation context leaves the connection usable.',
    stimulus: 'a call over context 4,321, and one that is right',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const { opnum, stub } = target.simple;
      expectFault(await association.ask(opnum, stub, { p_cont_id: 4321 }));
      await target.works(association);
    },
  },
  {
    id: 'rpce/2.2.2.8/fault-without-stub',
    section: '[MS-RPCE] 2.2.2.8',
    requirement:
      'A fault has no stub data; what follows its head is extended error information, and announced as such.',
    stimulus: 'a call with opnum 200',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const { stub, reserved = 0 } = expectFault(await association.ask(200, Buffer.alloc(0)));
      must(stub.length === 0 || (reserved & 1) === 1, 'no stub data', `${stub.length} octets`);
    },
  },
  {
    id: 'rpce/3.3.3.5.2/call-ids-with-gaps',
    section: '[MS-RPCE] 3.3.3.5.2',
    requirement: 'call_ids that increase, with gaps, are taken up to 0x7fffffff.',
    stimulus: 'calls with call_id 2, 3, 50 and 0x7fffffff',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      for (const call_id of [2, 3, 50, 0x7fffffff]) await target.works(association, { call_id });
    },
  },
  {
    id: 'rpce/3.3.3.5.2/call-id-above-31-bits',
    section: '[MS-RPCE] 3.3.3.5.2',
    level: 'WINDOWS',
    requirement: 'A call_id above 0x7fffffff is a protocol error: there is no roll-over.',
    stimulus: 'a call with call_id 0x80000000',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const { opnum, stub } = target.simple;
      expectFault(await association.ask(opnum, stub, { call_id: 0x80000000 }), FAULT.PROTO_ERROR);
    },
  },
  {
    id: 'rpce/3.3.3.5.2/falling-call-id',
    section: '[MS-RPCE] 3.3.3.5.2',
    level: 'SHOULD',
    requirement: 'A request whose call_id is lower than that of the one before is a protocol error.',
    stimulus: 'calls with call_id 70 and 60',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      await target.works(association, { call_id: 70 });
      const { opnum, stub } = target.simple;
      expectFault(await association.ask(opnum, stub, { call_id: 60 }), FAULT.PROTO_ERROR);
    },
  },
  {
    id: 'rpce/requests/response-context-id',
    section: 'C706 12.6.4.10',
    level: 'WINDOWS',
    requirement: 'A response names the low octet of the presentation context of its request.',
    stimulus: 'a call over context 0x1001',
    async run(target) {
      const association = await target.connect();
      await association.bind([contextOf(target.simple.interface, 0x1001)]);
      const { opnum, stub } = target.simple;
      const { p_cont_id } = expectPdu(await association.ask(opnum, stub, { p_cont_id: 0x1001 }), 'response');
      must(p_cont_id === 1, 'p_cont_id 1', `p_cont_id ${p_cont_id}`);
    },
  },
  {
    id: 'rpce/3.3.1.5.8/several-calls-at-once',
    section: '[MS-RPCE] 3.3.1.5.8',
    requirement: 'Over a connection that multiplexes, calls that are sent one after the other are all answered.',
    stimulus: 'a bind with PFC_CONC_MPX, and three calls before the first answer',
    async run(target) {
      const association = await target.connect();
      const ack = await association.bind([contextOf(target.simple.interface)], { pfc_flags: WHOLE | PFC.CONC_MPX });
      must((ack.pfc_flags & PFC.CONC_MPX) !== 0, 'PFC_CONC_MPX in the bind_ack', `flags ${ack.pfc_flags}`);
      const { opnum, stub } = target.simple;
      const calls = [5, 6, 7].map((call_id) => association.requestPdu(opnum, stub, { call_id }));
      association.connection.send(...calls);
      const answered: number[] = [];
      for (const _ of calls) answered.push(expectPdu(await association.connection.receive(), 'response').call_id);
      must(answered.sort().join(' ') === '5 6 7', 'answers to 5 6 7', `answers to ${answered.join(' ')}`);
    },
  },
  {
    id: 'rpce/requests/octet-by-octet',
    section: 'C706 12.6.2',
    requirement: 'PDUs are told apart by frag_length, whatever pieces the transport delivers them in.',
    stimulus: 'a call in five pieces with a pause after each, and one in one piece',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const { opnum, stub, check } = target.simple;
      const [octets] = association.fragments(opnum, stub) as [Buffer];
      let from = 0;
      for (const to of [1, 9, 16, 20, octets.length]) {
        association.connection.send(octets.subarray(from, to));
        from = to;
        // Else the transport may put them together again.
        if (to < octets.length) await target.wait(PAUSE);
      }
      check((await association.answer(await association.connection.receive(), undefined)).stub);
      await target.works(association);
    },
  },
  {
    id: 'rpce/requests/header-shorter-than-a-header',
    section: 'C706 12.6.3.1',
    level: 'WINDOWS',
    requirement: 'A PDU whose frag_length is shorter than its header ends the connection, with or without a fault.',
    stimulus: 'a request with frag_length 8',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const request = association.requestPdu(target.simple.opnum, Buffer.alloc(0), { frag_length: 8 });
      const received = await association.connection.exchange(request);
      if (received.kind === 'closed') return;
      expectFault(received);
      expectClosed(await association.connection.receive());
    },
  },
  {
    id: 'rpce/requests/no-rpc-at-all',
    section: 'C706 12.6.3.1',
    level: 'WINDOWS',
    requirement: 'Bytes that are no PDU at all are refused, and the connection ends.',
    stimulus: 'the first line of an HTTP request',
    async run(target) {
      const { connection } = await target.connect();
      const received = await connection.exchange(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', 'latin1'));
      if (received.kind === 'pdu') expectClosed(await connection.receive());
      else expectClosed(received);
    },
  },
]);
