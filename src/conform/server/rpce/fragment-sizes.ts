import { FAULT } from '../../../codec/rpce/index.js';
import { expectFault, expectPdu, must } from '../../core/index.js';
import { contextOf, MAX_FRAGMENT } from '../association.js';
import { group, type ServerCheckRow } from '../group.js';

/** What Samba's tests of Windows ask for: max_xmit_frag and max_recv_frag of the bind, and both of the bind_ack. */
const FIGURES: readonly (readonly [number, number, number])[] = [
  [0xffff, 0xffff, 5840],
  [0, 0xffff, 2048],
  [0xffff, 0, 2048],
  [0, 0, 2048],
  [3199, 0, 2048],
  [3199, 0xffff, 3192],
  [0xffff, 3199, 3192],
  [2047, 2047, 2048],
  [2056, 2056, 2056],
  [4280, 4280, 4280],
  [5841, 5841, 5840],
];

/** MustRecvFragSize, C706 12.6.3.1. */
const LEAST = 1432;

export const FRAGMENT_SIZE_CHECKS = group({ needs: ['rpc'], section: 'C706 12.6.4.4', level: 'WINDOWS' }, [
  ...FIGURES.map(
    ([max_xmit_frag, max_recv_frag, both]): ServerCheckRow => ({
      id: `rpce/fragment-sizes/${max_xmit_frag}-${max_recv_frag}`,
      requirement: `A bind of max_xmit_frag ${max_xmit_frag} and max_recv_frag ${max_recv_frag} is answered by ${both} for both.`,
      stimulus: 'a bind with these sizes',
      async run(target) {
        const association = await target.connect();
        const sizes = { max_xmit_frag, max_recv_frag };
        const ack = await association.bind([contextOf(target.simple.interface)], sizes);
        const actual = `${ack.max_xmit_frag} and ${ack.max_recv_frag}`;
        must(actual === `${both} and ${both}`, `${both} and ${both}`, actual);
      },
    }),
  ),
  {
    id: 'rpce/fragment-sizes/least',
    section: 'C706 12.6.3.1',
    level: 'MUST',
    requirement: 'A server takes fragments of at least 1,432 octets.',
    stimulus: 'a bind with the sizes 5,840',
    async run(target) {
      const association = await target.connect();
      const { max_recv_frag } = await association.bind([contextOf(target.simple.interface)]);
      must(max_recv_frag >= LEAST, `max_recv_frag of ${LEAST} or more`, `${max_recv_frag}`);
    },
  },
  {
    id: 'rpce/fragment-sizes/client-takes-no-more',
    section: 'C706 12.6.4.4',
    level: 'MUST',
    requirement: 'A server does not announce fragments that are larger than the client takes.',
    stimulus: 'a bind with max_recv_frag 2,500',
    async run(target) {
      const association = await target.connect();
      const ack = await association.bind([contextOf(target.simple.interface)], { max_recv_frag: 2500 });
      must(ack.max_xmit_frag <= 2500, 'max_xmit_frag of at most 2500', `${ack.max_xmit_frag}`);
    },
  },
  {
    id: 'rpce/fragment-sizes/not-by-alter-context',
    section: 'C706 12.6.4.1',
    requirement: 'An alter_context changes neither the sizes of fragments nor the association.',
    stimulus: 'a bind with sizes of 3,199, an alter_context with 65,535 and another association',
    async run(target) {
      const association = await target.connect();
      const sizes = { max_xmit_frag: 3199, max_recv_frag: 3199 };
      const ack = await association.bind([contextOf(target.simple.interface)], sizes);
      const alter = association.alterPdu([contextOf(target.simple.interface, 1)], {
        max_xmit_frag: 0xffff,
        max_recv_frag: 0xffff,
        assoc_group_id: (ack.assoc_group_id ^ 0xffff) >>> 0,
      });
      const answer = expectPdu(await association.connection.exchange(alter), 'alter_context_resp');
      must(answer.max_xmit_frag === ack.max_xmit_frag, `${ack.max_xmit_frag}`, `${answer.max_xmit_frag}`);
      const group = `association ${ack.assoc_group_id}`;
      must(answer.assoc_group_id === ack.assoc_group_id, group, `association ${answer.assoc_group_id}`);
    },
  },
  {
    id: 'rpce/fragment-sizes/request-up-to-the-transport',
    section: 'C706 12.6.4.9',
    requirement: 'A request fragment of 5,840 octets is taken, whatever sizes were agreed on.',
    stimulus: 'a bind with sizes of 0, and a call whose only fragment has 5,840 octets',
    async run(target) {
      const association = await target.connect();
      await association.bind([contextOf(target.simple.interface)], { max_xmit_frag: 0, max_recv_frag: 0 });
      const { opnum } = target.simple;
      const request = association.requestPdu(opnum, Buffer.alloc(MAX_FRAGMENT - 24));
      const received = await association.connection.exchange(request);
      // Octets behind the parameters belong to nobody; an implementation may object to them.
      const taken =
        received.kind === 'pdu' && received.pdu.PTYPE === 'fault' && received.pdu.status !== FAULT.PROTO_ERROR;
      if (!taken) expectPdu(received, 'response', 'the fragment to be taken');
    },
  },
  {
    id: 'rpce/fragment-sizes/request-beyond-the-transport',
    section: 'C706 12.6.4.9',
    requirement: 'A request fragment of 5,841 octets is a protocol error.',
    stimulus: 'a bind, and a call whose only fragment has 5,841 octets',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const request = association.requestPdu(target.simple.opnum, Buffer.alloc(MAX_FRAGMENT - 23));
      expectFault(await association.connection.exchange(request), FAULT.PROTO_ERROR);
    },
  },
]);
