import { FAULT, PFC } from '../../../codec/rpce/index.js';
import { expectFault, expectPdu, must } from '../../core/index.js';
import { contextOf, WHOLE } from '../association.js';
import { group, type ServerCheckRow } from '../group.js';

/** Flags of a bind and those of its bind_ack, as Samba's tests of Windows have them. */
const ECHOED: readonly (readonly [string, number, number])[] = [
  ['none', 0, WHOLE],
  ['first-frag', PFC.FIRST_FRAG, WHOLE],
  ['last-frag', PFC.LAST_FRAG, WHOLE],
  ['undefined-0x08', WHOLE | 0x08, WHOLE],
  ['did-not-execute', WHOLE | PFC.DID_NOT_EXECUTE, WHOLE],
  ['maybe', WHOLE | PFC.MAYBE, WHOLE],
  ['object-uuid', WHOLE | PFC.OBJECT_UUID, WHOLE],
];

const IGNORED: readonly (readonly [string, number, string])[] = [
  ['maybe', PFC.MAYBE, '[MS-RPCE] 2.2.2.2'],
  ['did-not-execute', PFC.DID_NOT_EXECUTE, 'C706 12.6.3.1'],
  ['conc-mpx', PFC.CONC_MPX, 'C706 12.6.3.1'],
  ['undefined-0x08', 0x08, 'C706 12.6.3.1'],
];

const hex = (flags: number): string => `0x${flags.toString(16).padStart(2, '0')}`;

export const FLAG_CHECKS = group({ needs: ['rpc'], section: 'C706 12.6.3.1', level: 'WINDOWS' }, [
  ...ECHOED.map(
    ([name, pfc_flags, inAck]): ServerCheckRow => ({
      id: `rpce/flags/bind-${name}`,
      requirement: `A bind with pfc_flags ${hex(pfc_flags)} is answered by a bind_ack with ${hex(inAck)}.`,
      stimulus: 'a bind with these flags',
      async run(target) {
        const association = await target.connect();
        const ack = await association.bind([contextOf(target.simple.interface)], { pfc_flags });
        must(ack.pfc_flags === inAck, `flags ${hex(inAck)}`, `flags ${hex(ack.pfc_flags)}`);
      },
    }),
  ),
  ...IGNORED.map(
    ([name, flag, section]): ServerCheckRow => ({
      id: `rpce/flags/request-${name}`,
      section,
      requirement: `pfc_flags ${hex(flag)} of a request do not change what becomes of it.`,
      stimulus: `a call with pfc_flags ${hex(WHOLE | flag)}`,
      async run(target) {
        const association = await target.bound(target.simple.interface);
        const { opnum, stub, check } = target.simple;
        const request = association.requestPdu(opnum, stub, { pfc_flags: WHOLE | flag });
        check((await association.answer(await association.connection.exchange(request), undefined)).stub);
      },
    }),
  ),
  {
    id: 'rpce/flags/request-object-uuid',
    section: 'C706 12.6.4.9',
    level: 'MUST',
    requirement:
      'PFC_OBJECT_UUID says that an object UUID stands before the stub, which an interface without objects ignores.',
    stimulus: 'a call with an object UUID',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      await target.works(association, { object: '00112233-4455-6677-8899-aabbccddeeff' });
    },
  },
  {
    id: 'rpce/flags/object-uuid-without-room',
    section: 'C706 12.6.4.9',
    requirement: 'A request with PFC_OBJECT_UUID that is too short for an object is a protocol error.',
    stimulus: 'a request with PFC_OBJECT_UUID and eight octets',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const request = association.requestPdu(target.simple.opnum, Buffer.alloc(8), {
        pfc_flags: WHOLE | PFC.OBJECT_UUID,
      });
      expectFault(await association.connection.exchange(request), FAULT.PROTO_ERROR);
    },
  },
  {
    id: 'rpce/2.2.2.3/pending-cancel-on-first-fragment',
    section: '[MS-RPCE] 2.2.2.3',
    requirement:
      'The bit 0x04 of a request is PFC_PENDING_CANCEL: on a first fragment, nothing is there to be cancelled.',
    stimulus: 'a call whose only fragment has the bit 0x04',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const { opnum, stub } = target.simple;
      const request = association.requestPdu(opnum, stub, { pfc_flags: WHOLE | PFC.PENDING_CANCEL });
      expectFault(await association.connection.exchange(request), FAULT.NO_CALL_ACTIVE);
    },
  },
  {
    id: 'rpce/flags/response',
    section: 'C706 12.6.4.10',
    level: 'MUST',
    requirement: 'A response of one fragment is first and last, and has the call_id of its request.',
    stimulus: 'a call with call_id 4,711',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const { opnum, stub } = target.simple;
      const received = await association.ask(opnum, stub, { call_id: 4711 });
      const { pfc_flags, call_id } = expectPdu(received, 'response');
      must(call_id === 4711, 'call_id 4711', `call_id ${call_id}`);
      must((pfc_flags & WHOLE) === WHOLE, `flags ${hex(WHOLE)}`, `flags ${hex(pfc_flags)}`);
    },
  },
  {
    id: 'rpce/flags/response-alloc-hint',
    section: '[MS-RPCE] 2.2.2.6',
    level: 'SHOULD',
    requirement: 'alloc_hint of a response is 0, or the length of the stub that is still to come.',
    stimulus: 'a call',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const { alloc_hint, stub } = expectPdu(
        await association.ask(target.simple.opnum, target.simple.stub),
        'response',
      );
      const right = alloc_hint === 0 || alloc_hint === stub.length;
      must(right, `alloc_hint ${stub.length}`, `alloc_hint ${alloc_hint}`);
    },
  },
  {
    id: 'rpce/flags/response-cancel-count',
    section: 'C706 12.6.4.10',
    level: 'MUST',
    requirement: 'cancel_count of a response to a call that nobody cancelled is 0.',
    stimulus: 'a call',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const { cancel_count } = expectPdu(await association.ask(target.simple.opnum, target.simple.stub), 'response');
      must(cancel_count === 0, 'cancel_count 0', `cancel_count ${cancel_count}`);
    },
  },
]);
