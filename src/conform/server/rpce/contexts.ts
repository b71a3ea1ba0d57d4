import { mgmt } from '../../../codec/mgmt/index.js';
import { FAULT, NDR20_SYNTAX, RESULT } from '../../../codec/rpce/index.js';
import { expectBindNak, expectFault, expectPdu, must } from '../../core/index.js';
import { accepted, contextOf } from '../association.js';
import { group } from '../group.js';
import { UNKNOWN_INTERFACE } from './bind.js';

const SECTION = '[MS-RPCE] 3.3.1.5.6';
const NOBODYS_SYNTAX = { uuid: UNKNOWN_INTERFACE.uuid, version: 1 };

export const CONTEXT_CHECKS = group({ needs: ['rpc'], section: SECTION }, [
  {
    id: 'rpce/3.3.1.5.6/ndr20',
    level: 'SHOULD',
    requirement: 'Every interface can be had with the transfer syntax NDR.',
    stimulus: 'a bind with NDR alone',
    async run(target) {
      const association = await target.connect();
      const { results } = await association.bind([contextOf(target.simple.interface)]);
      accepted(results, 'NDR');
      const uuid = results[0]?.transfer_syntax.uuid;
      must(uuid === NDR20_SYNTAX.uuid, 'the syntax that was proposed', `${uuid}`);
    },
  },
  {
    id: 'rpce/3.3.1.5.6/at-most-one-syntax',
    level: 'SHOULD',
    requirement: 'Of several transfer syntaxes for one interface at most one is accepted.',
    stimulus: 'a bind with the same interface and syntax in two contexts, and NDR64 in a third',
    async run(target) {
      const association = await target.connect();
      const wanted = target.simple.interface;
      const elements = [contextOf(wanted, 0), contextOf(wanted, 1), contextOf(wanted, 2, 'ndr64')];
      const { results } = await association.bind(elements);
      const count = results.filter(({ result }) => result === RESULT.acceptance).length;
      must(count === 1, 'one acceptance', `${count}`);
    },
  },
  {
    id: 'rpce/3.3.1.5.6/first-supported-syntax',
    requirement: 'A transfer syntax that the server has is accepted, also where it stands behind unknown ones.',
    stimulus: 'a bind with an unknown transfer syntax and NDR in one context, and a call',
    async run(target) {
      const association = await target.connect();
      const element = { ...contextOf(target.simple.interface), transfer_syntaxes: [NOBODYS_SYNTAX, NDR20_SYNTAX] };
      accepted((await association.bind([element])).results, 'NDR');
      await target.works(association);
    },
  },
  {
    id: 'rpce/3.3.1.5.6/all-syntaxes-rejected',
    requirement: 'If no transfer syntax is supported, the answer is a bind_ack that rejects all contexts.',
    stimulus: 'a bind of an interface with three unknown transfer syntaxes in three contexts',
    async run(target) {
      const association = await target.connect();
      const elements = [0, 1, 2].map((id) => ({
        ...contextOf(target.simple.interface, id),
        transfer_syntaxes: [{ ...NOBODYS_SYNTAX, version: id + 1 }],
      }));
      const { results } = await association.bind(elements);
      const got = results.map(({ result }) => result).join(' ');
      must(got === '2 2 2', 'results 2 2 2', `results ${got}`);
    },
  },
  {
    id: 'rpce/3.3.1.5.6/syntax-version',
    requirement: 'A transfer syntax counts with its version.',
    stimulus: 'a bind with NDR of version 1.0',
    async run(target) {
      const association = await target.connect();
      const element = {
        ...contextOf(target.simple.interface),
        transfer_syntaxes: [{ ...NDR20_SYNTAX, version: 1 }],
      };
      const [first] = (await association.bind([element])).results;
      must(first?.result === RESULT.provider_rejection, 'provider_rejection (2)', `result ${first?.result}`);
    },
  },
  {
    id: 'rpce/3.3.1.5.6/scope-is-the-connection',
    requirement: 'A presentation context belongs to the connection on which it was negotiated.',
    stimulus: 'a bind of context 7 on one connection, and a call over context 7 on another of the same association',
    async run(target) {
      const first = await target.connect();
      await first.bind([contextOf(target.simple.interface, 7)]);
      const second = await target.connect();
      await second.bind([contextOf(target.simple.interface, 1)], { assoc_group_id: first.groupId });
      const { opnum, stub } = target.simple;
      expectFault(await second.ask(opnum, stub, { p_cont_id: 7 }), FAULT.UNKNOWN_IF);
    },
  },
  {
    id: 'rpce/3.3.1.5.6/lasts-as-long-as-the-connection',
    level: 'SHOULD',
    requirement: 'A presentation context lasts as long as its connection.',
    stimulus: 'a bind of context 0, ten alter_contexts, and a call over context 0',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      for (let id = 1; id <= 10; id++) {
        const alter = association.alterPdu([contextOf(target.simple.interface, id)]);
        accepted(
          expectPdu(await association.connection.exchange(alter), 'alter_context_resp').results,
          `context ${id}`,
        );
      }
      await target.works(association);
      await target.works(association, { p_cont_id: 10 });
    },
  },
  {
    id: 'rpce/contexts/proposed-again',
    section: 'C706 12.6.4.1',
    level: 'WINDOWS',
    requirement: 'A context that exists may be proposed again as it is.',
    stimulus: 'a bind of context 0, and an alter_context with the same',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const alter = association.alterPdu([contextOf(target.simple.interface)]);
      accepted(expectPdu(await association.connection.exchange(alter), 'alter_context_resp').results, 'context 0');
      await target.works(association);
    },
  },
  {
    id: 'rpce/contexts/other-interface-under-its-id',
    section: 'C706 12.6.4.1',
    level: 'WINDOWS',
    needs: ['mgmt', 'oxid'],
    requirement: 'A context that exists may not get another interface: that is a protocol error.',
    stimulus: 'a bind of context 0, and an alter_context of context 0 with the management interface',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const alter = association.alterPdu([contextOf(mgmt)]);
      expectFault(await association.connection.exchange(alter), FAULT.PROTO_ERROR);
    },
  },
  {
    id: 'rpce/contexts/alter-without-context',
    section: 'C706 12.6.4.1',
    level: 'WINDOWS',
    requirement: 'An alter_context that proposes no context is a protocol error.',
    stimulus: 'a bind, and an alter_context with an empty p_cont_list_t',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      expectFault(await association.connection.exchange(association.alterPdu([])), FAULT.PROTO_ERROR);
    },
  },
  {
    id: 'rpce/contexts/without-syntax',
    section: 'C706 12.6.3.1',
    level: 'WINDOWS',
    requirement: 'A bind of a context without any transfer syntax is refused by a bind_nak.',
    stimulus: 'a bind with n_transfer_syn 0',
    async run(target) {
      const association = await target.connect();
      const bind = association.bindPdu([{ ...contextOf(target.simple.interface), transfer_syntaxes: [] }]);
      expectBindNak(await association.connection.exchange(bind));
    },
  },
  {
    id: 'rpce/contexts/list-cut-off',
    section: 'C706 12.6.3.1',
    level: 'WINDOWS',
    requirement: 'A bind whose list has fewer contexts than it counts is refused by a bind_nak.',
    stimulus: 'a bind with n_context_elem 3 and one context',
    async run(target) {
      const association = await target.connect();
      const bind = association.bindPdu([contextOf(target.simple.interface)], { n_context_elem: 3 });
      expectBindNak(await association.connection.exchange(bind));
    },
  },
  {
    id: 'rpce/3.3.1.5.7/new-association',
    section: '[MS-RPCE] 3.3.1.5.7',
    requirement: 'Each bind that asks for a new association gets one of its own.',
    stimulus: 'two connections that bind with assoc_group_id 0',
    async run(target) {
      const [one, two] = [await target.connect(), await target.connect()];
      for (const each of [one, two]) await each.bindTo(target.simple.interface);
      must(one.groupId !== two.groupId, 'two associations', `${one.groupId} twice`);
    },
  },
  {
    id: 'rpce/3.3.1.5.7/join',
    section: '[MS-RPCE] 3.3.1.5.7',
    requirement: 'Another connection from the same machine may join an association by its number.',
    stimulus: 'a second connection whose bind has the assoc_group_id of the first, and a call',
    async run(target) {
      const first = await target.bound(target.simple.interface);
      const second = await target.connect();
      await second.bind([contextOf(target.simple.interface)], { assoc_group_id: first.groupId });
      must(second.groupId === first.groupId, `association ${first.groupId}`, `association ${second.groupId}`);
      await target.works(second);
      await target.works(first);
    },
  },
  {
    id: 'rpce/3.3.1.5.7/lives-while-a-connection-does',
    section: '[MS-RPCE] 3.3.1.5.7',
    requirement: 'An association that has lost one of its connections may be joined while it has another.',
    stimulus: 'two connections of one association, of which the second ends, and a third that joins',
    async run(target) {
      const first = await target.bound(target.simple.interface);
      const join = async () => {
        const association = await target.connect();
        await association.bind([contextOf(target.simple.interface)], { assoc_group_id: first.groupId });
        return association;
      };
      const second = await join();
      second.connection.destroy();
      await second.connection.ended;
      await target.works(first);
      const third = await join();
      must(third.groupId === first.groupId, `association ${first.groupId}`, `association ${third.groupId}`);
      await target.works(third);
    },
  },
  {
    id: 'rpce/3.3.1.5.7/unknown-association',
    section: '[MS-RPCE] 3.3.1.5.7',
    level: 'WINDOWS',
    requirement: 'A bind that would join an association that does not exist is refused by a bind_nak.',
    stimulus: 'a bind with assoc_group_id 0x7fffabcd',
    async run(target) {
      const association = await target.connect();
      const bind = association.bindPdu([contextOf(target.simple.interface)], { assoc_group_id: 0x7fffabcd });
      expectBindNak(await association.connection.exchange(bind));
    },
  },
]);
