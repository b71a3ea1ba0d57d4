import { DREP_BIG, PFC, REASON, REJECT, RESULT } from '../../../codec/rpce/index.js';
import { expectBindNak, expectClosed, expectPdu, must, NotApplicable } from '../../core/index.js';
import { accepted, contextOf, WHOLE } from '../association.js';
import { group } from '../group.js';
import type { Target } from '../target.js';

/** An interface that nobody has: drawn at random for this suite. */
export const UNKNOWN_INTERFACE = {
  name: 'an interface that does not exist',
  uuid: '5d2ab4c8-6b0e-4f4e-9a4c-0d1f6f1b7e21',
  version: { major: 1, minor: 0 },
} as const;

/** How a server may refuse a bind: by a bind_nak, or by ending the connection. */
async function refusedBind(target: Target, changes: Parameters<typeof send>[1], ...reasons: number[]): Promise<void> {
  expectBindNak(await send(target, changes), ...reasons);
}

async function send(target: Target, changes: Parameters<Awaited<ReturnType<Target['connect']>>['bindPdu']>[1]) {
  const association = await target.connect();
  return association.connection.exchange(association.bindPdu([contextOf(target.simple.interface)], changes));
}

export const BIND_CHECKS = group({ needs: ['rpc'], section: 'C706 12.6.4.3' }, [
  {
    id: 'rpce/bind/answered',
    section: 'C706 12.6.4.4',
    requirement: 'A bind is answered by a bind_ack under its own call_id.',
    stimulus: 'a bind with call_id 77',
    async run(target) {
      const { call_id } = expectPdu(await send(target, { call_id: 77 }), 'bind_ack');
      must(call_id === 77, 'call_id 77', `call_id ${call_id}`);
    },
  },
  {
    id: 'rpce/bind/association-group',
    section: 'C706 12.6.4.4',
    requirement: 'A bind that asks for a new association is told the number of one, which is not 0.',
    stimulus: 'a bind with assoc_group_id 0',
    async run(target) {
      const { assoc_group_id } = expectPdu(await send(target, { assoc_group_id: 0 }), 'bind_ack');
      must(assoc_group_id !== 0, 'a number other than 0', '0');
    },
  },
  {
    id: 'rpce/bind/secondary-address',
    section: 'C706 12.6.4.4',
    requirement: 'A bind_ack names the port of the association as digits that end with a zero.',
    stimulus: 'a bind',
    async run(target) {
      const { sec_addr } = expectPdu(await send(target, {}), 'bind_ack');
      const text = Buffer.from(sec_addr).toString('latin1');
      must(/^\d+\0$/.test(text), 'digits and a zero', JSON.stringify(text));
    },
  },
  {
    id: 'rpce/bind/one-result-a-context',
    section: 'C706 12.6.4.4',
    requirement: 'A bind_ack holds one result for each context that was proposed, in their order.',
    stimulus: 'a bind with an unknown interface, a known one and an unknown one',
    async run(target) {
      const association = await target.connect();
      const unknown = contextOf(UNKNOWN_INTERFACE, 0);
      const known = contextOf(target.simple.interface, 1);
      const { results } = await association.bind([unknown, known, { ...unknown, p_cont_id: 2 }]);
      const { acceptance, provider_rejection } = RESULT;
      const got = results.map(({ result }) => result).join(' ');
      must(got === [provider_rejection, acceptance, provider_rejection].join(' '), 'results 2 0 2', `results ${got}`);
    },
  },
  {
    id: 'rpce/bind/any-context-id',
    section: 'C706 12.6.3.1',
    requirement: 'The client chooses the number of a presentation context, which need not be 0.',
    stimulus: 'a bind of context 200, and a call over it',
    async run(target) {
      const association = await target.connect();
      const { results } = await association.bind([contextOf(target.simple.interface, 200)]);
      accepted(results, 'context 200');
      await target.works(association, { p_cont_id: 200 });
    },
  },
  {
    id: 'rpce/bind/unknown-interface',
    section: '[MS-RPCE] 3.3.1.5.6',
    requirement: 'An interface that the server does not have is rejected as an abstract syntax that is not supported.',
    stimulus: 'a bind of an interface that does not exist',
    async run(target) {
      const association = await target.connect();
      const [result] = (await association.bind([contextOf(UNKNOWN_INTERFACE)])).results;
      const expected = `result 2, reason ${REASON.abstract_syntax_not_supported}`;
      const actual = `result ${result?.result}, reason ${result?.reason}`;
      must(actual === expected, expected, actual);
    },
  },
  {
    id: 'rpce/bind/goes-on-after-a-rejection',
    section: '[MS-RPCE] 3.3.1.5.6',
    requirement: 'A connection whose contexts were all rejected stays, and takes others by alter_context.',
    stimulus: 'a bind of an interface that does not exist, an alter_context of one that does, a call',
    async run(target) {
      const association = await target.connect();
      await association.bind([contextOf(UNKNOWN_INTERFACE)]);
      const alter = association.alterPdu([contextOf(target.simple.interface, 1)]);
      const answer = expectPdu(await association.connection.exchange(alter), 'alter_context_resp');
      accepted(answer.results, target.simple.interface.name);
      await target.works(association, { p_cont_id: 1 });
    },
  },
  {
    id: 'rpce/bind/other-major-version',
    section: 'C706 6.1.1',
    requirement: 'An interface of another major version is rejected.',
    stimulus: 'a bind of a known interface with its major version raised by 40',
    async run(target) {
      const association = await target.connect();
      const { simple } = target;
      const version = { ...simple.interface.version, major: simple.interface.version.major + 40 };
      const [result] = (await association.bind([contextOf({ ...simple.interface, version })])).results;
      must(result?.result === RESULT.provider_rejection, 'result 2', `result ${result?.result}`);
    },
  },
  {
    id: 'rpce/bind/higher-minor-version',
    section: 'C706 6.1.1',
    requirement: 'An interface of a higher minor version than the server has is rejected.',
    stimulus: 'a bind of a known interface with its minor version raised by 40',
    async run(target) {
      const association = await target.connect();
      const { simple } = target;
      const version = { ...simple.interface.version, minor: simple.interface.version.minor + 40 };
      const [result] = (await association.bind([contextOf({ ...simple.interface, version })])).results;
      must(result?.result === RESULT.provider_rejection, 'result 2', `result ${result?.result}`);
    },
  },
  {
    id: 'rpce/bind/unknown-transfer-syntax',
    section: '[MS-RPCE] 3.3.1.5.6',
    requirement: 'A known interface with none but unknown transfer syntaxes is rejected because of these.',
    stimulus: 'a bind of a known interface with a transfer syntax that does not exist',
    async run(target) {
      const association = await target.connect();
      const element = {
        ...contextOf(target.simple.interface),
        transfer_syntaxes: [{ uuid: UNKNOWN_INTERFACE.uuid, version: 1 }],
      };
      const [result] = (await association.bind([element])).results;
      const expected = `result 2, reason ${REASON.proposed_transfer_syntaxes_not_supported}`;
      const actual = `result ${result?.result}, reason ${result?.reason}`;
      must(actual === expected, expected, actual);
    },
  },
  {
    id: 'rpce/bind/big-endian',
    section: 'C706 14.1',
    requirement: 'A client may send everything in big-endian byte order.',
    stimulus: 'a bind and a call in big-endian byte order',
    async run(target) {
      const association = await target.connect();
      const packed_drep = DREP_BIG;
      const { results } = await association.bind([contextOf(target.simple.interface)], { packed_drep });
      accepted(results, target.simple.interface.name);
      const { opnum, stub } = target.simple;
      // A stub with numbers would have to be turned round too; those that are preferred have none.
      if (stub.length > 0) throw new NotApplicable('the call that the target answers has numbers in it');
      expectPdu(await association.ask(opnum, stub, { packed_drep }), 'response', 'an answer of its own');
    },
  },
  {
    id: 'rpce/bind/twice',
    section: 'C706 12.6.4.3',
    level: 'WINDOWS',
    requirement: 'A second bind on one connection is refused by a bind_nak.',
    stimulus: 'a bind, and another one',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const again = association.bindPdu([contextOf(target.simple.interface, 1)]);
      expectBindNak(await association.connection.exchange(again));
    },
  },
  ...([4, 6] as const).map((rpc_vers) => ({
    id: `rpce/3.3.1.5.1/bind-of-version-${rpc_vers}`,
    section: '[MS-RPCE] 3.3.1.5.1',
    requirement: `A bind of protocol version ${rpc_vers} is refused as one whose version is not supported.`,
    stimulus: `a bind with rpc_vers ${rpc_vers}`,
    run: (target: Target) => refusedBind(target, { rpc_vers }, REJECT.PROTOCOL_VERSION_NOT_SPECIFIED),
  })),
  {
    id: 'rpce/2.2.2.9/bind-nak-names-version',
    section: '[MS-RPCE] 2.2.2.9',
    requirement: 'A bind_nak names version 5.0 among those that the server takes.',
    stimulus: 'a bind with rpc_vers 4',
    async run(target) {
      const { versions } = expectBindNak(await send(target, { rpc_vers: 4 }));
      const named = versions.map(({ major, minor }) => `${major}.${minor}`).join(' ');
      must(
        versions.some(({ major, minor }) => major === 5 && minor === 0),
        'version 5.0',
        `versions ${named}`,
      );
    },
  },
  {
    id: 'rpce/bind/no-context',
    section: 'C706 12.6.4.3',
    level: 'WINDOWS',
    requirement: 'A bind that proposes no presentation context is refused by a bind_nak.',
    stimulus: 'a bind with an empty p_cont_list_t',
    run: (target) => refusedBind(target, { p_context_elem: [] }),
  },
  {
    id: 'rpce/bind/ends-after-bind-nak',
    section: 'C706 12.6.4.5',
    level: 'WINDOWS',
    requirement: 'After a bind_nak the server ends the connection.',
    stimulus: 'a bind with rpc_vers 4',
    async run(target) {
      const association = await target.connect();
      const pdu = association.bindPdu([contextOf(target.simple.interface)], { rpc_vers: 4 });
      expectBindNak(await association.connection.exchange(pdu));
      expectClosed(await association.connection.receive());
    },
  },
  {
    id: 'rpce/bind/multiplexing',
    section: 'C706 12.6.3.1',
    level: 'SHOULD',
    requirement: 'PFC_CONC_MPX is answered where the server lets several calls run at once.',
    stimulus: 'a bind with PFC_CONC_MPX',
    async run(target) {
      const { pfc_flags } = expectPdu(await send(target, { pfc_flags: WHOLE | PFC.CONC_MPX }), 'bind_ack');
      must((pfc_flags & PFC.CONC_MPX) !== 0, 'PFC_CONC_MPX in the bind_ack', `flags ${pfc_flags}`);
    },
  },
]);
