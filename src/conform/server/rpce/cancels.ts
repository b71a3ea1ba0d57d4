import { PFC } from '../../../codec/rpce/index.js';
import { expectPdu } from '../../core/index.js';
import { contextOf, WHOLE } from '../association.js';
import { group, type ServerCheckRow } from '../group.js';
import { featuresOf } from './features.js';

const BARE = ['co_cancel', 'orphaned'] as const;
const A_PDU = { co_cancel: 'A co_cancel', orphaned: 'An orphaned PDU' } as const;
const SECTIONS = { co_cancel: 'C706 12.6.4.2', orphaned: 'C706 12.6.4.8' } as const;

export const CANCEL_CHECKS = group({ needs: ['rpc'] }, [
  ...BARE.flatMap((PTYPE): ServerCheckRow[] => {
    const name = PTYPE.replace('_', '-');
    return [
      {
        id: `rpce/cancels/${name}-of-no-call`,
        section: SECTIONS[PTYPE],
        requirement: `${A_PDU[PTYPE]} of a call that was never made is ignored.`,
        stimulus: `a bind, the PDU ${PTYPE} with call_id 33, and a call`,
        async run(target) {
          const association = await target.bound(target.simple.interface);
          association.connection.send({ PTYPE, pfc_flags: WHOLE, call_id: 33 });
          await target.works(association, { call_id: 34 });
        },
      },
      {
        id: `rpce/cancels/${name}-after-the-answer`,
        section: SECTIONS[PTYPE],
        requirement: `${A_PDU[PTYPE]} of a call that is answered is ignored.`,
        stimulus: `a call, the PDU ${PTYPE} for it, and another call`,
        async run(target) {
          const association = await target.connect();
          await association.bind([contextOf(target.simple.interface), featuresOf(target.simple.interface, 1, 3)]);
          await target.works(association);
          association.connection.send({ PTYPE, pfc_flags: WHOLE, call_id: association.callId });
          await target.works(association);
        },
      },
      {
        id: `rpce/cancels/${name}-between-fragments`,
        section: SECTIONS[PTYPE],
        level: 'WINDOWS',
        requirement: `${A_PDU[PTYPE]} between the fragments of a request does not keep it from being answered.`,
        stimulus: `a first fragment, the PDU ${PTYPE} for its call, and the last fragment`,
        async run(target) {
          const association = await target.connect();
          await association.bind([contextOf(target.simple.interface), featuresOf(target.simple.interface, 1, 3)]);
          const { opnum, stub } = target.simple;
          const first = association.requestPdu(opnum, stub, { pfc_flags: PFC.FIRST_FRAG });
          const { call_id } = first;
          association.connection.send(first, { PTYPE, pfc_flags: WHOLE, call_id });
          const last = { ...first, pfc_flags: PFC.LAST_FRAG, stub: Buffer.alloc(0), alloc_hint: 0 };
          expectPdu(await association.connection.exchange(last), 'response');
        },
      },
    ];
  }),
  {
    id: 'rpce/3.3.1.5.10/connection-stays',
    section: '[MS-RPCE] 3.3.1.5.10',
    level: 'SHOULD',
    requirement: 'A server that agreed to it keeps the connection open when a call is orphaned.',
    stimulus: 'a bind with KeepConnectionOnOrphanSupported, a call that is orphaned at once, and another one',
    async run(target) {
      const association = await target.connect();
      await association.bind([contextOf(target.simple.interface), featuresOf(target.simple.interface, 1, 2)]);
      const { opnum, stub } = target.simple;
      const request = association.requestPdu(opnum, stub);
      association.connection.send(request, { PTYPE: 'orphaned', pfc_flags: WHOLE, call_id: request.call_id });
      // Its answer may have been on the way already.
      const next = association.requestPdu(opnum, stub);
      const first = expectPdu(await association.connection.exchange(next), 'response');
      if (first.call_id === request.call_id) expectPdu(await association.connection.receive(), 'response');
    },
  },
]);
