import { FAULT, type Pdu, REJECT } from '../../../codec/rpce/index.js';
import { expectBindNak, expectFault } from '../../core/index.js';
import { contextOf, WHOLE } from '../association.js';
import { group, type ServerCheckRow } from '../group.js';

const head = { pfc_flags: WHOLE, call_id: 9 } as const;
const stub = Buffer.alloc(0);
const ack = {
  ...head,
  max_xmit_frag: 5840,
  max_recv_frag: 5840,
  assoc_group_id: 1,
  sec_addr: Buffer.alloc(0),
  results: [],
};

/** What only a server sends, and a type that does not exist. */
const SERVERS_OWN: readonly (readonly [string, Pdu])[] = [
  ['response', { ...head, PTYPE: 'response', alloc_hint: 0, p_cont_id: 0, cancel_count: 0, stub }],
  ['fault', { ...head, PTYPE: 'fault', alloc_hint: 32, p_cont_id: 0, cancel_count: 0, status: 5, stub }],
  ['bind-ack', { ...ack, PTYPE: 'bind_ack' }],
  ['bind-nak', { ...head, PTYPE: 'bind_nak', provider_reject_reason: 0, versions: [] }],
  ['alter-context-resp', { ...ack, PTYPE: 'alter_context_resp' }],
  ['shutdown', { ...head, PTYPE: 'shutdown' }],
  ['unknown-type', { ...head, PTYPE: 200, body: Buffer.alloc(8) }],
];

const BEFORE_BIND: readonly (readonly [string, Pdu])[] = [
  ['request', { ...head, PTYPE: 'request', alloc_hint: 0, p_cont_id: 0, opnum: 0, stub }],
  ['auth3', { ...head, PTYPE: 'auth3', pad: Buffer.alloc(4) }],
  ['co-cancel', { ...head, PTYPE: 'co_cancel' }],
  ['orphaned', { ...head, PTYPE: 'orphaned' }],
];

export const ROLE_CHECKS = group({ needs: ['rpc'], section: 'C706 12.6.4', level: 'WINDOWS' }, [
  ...SERVERS_OWN.map(
    ([name, pdu]): ServerCheckRow => ({
      id: `rpce/roles/${name}-from-client`,
      requirement: `${name === 'unknown-type' ? 'A PDU type that does not exist' : `A PDU of type ${pdu.PTYPE} from a client`} is a protocol error.`,
      stimulus: `a bind, and a PDU of type ${pdu.PTYPE}`,
      async run(target) {
        const association = await target.bound(target.simple.interface);
        expectFault(await association.connection.exchange(pdu), FAULT.PROTO_ERROR);
      },
    }),
  ),
  ...BEFORE_BIND.map(
    ([name, pdu]): ServerCheckRow => ({
      id: `rpce/roles/${name}-before-bind`,
      requirement: `A PDU of type ${pdu.PTYPE} before any bind is refused by a bind_nak, as a protocol error.`,
      stimulus: `a PDU of type ${pdu.PTYPE} on a fresh connection`,
      async run(target) {
        const { connection } = await target.connect();
        expectBindNak(await connection.exchange(pdu), REJECT.PROTOCOL_VERSION_NOT_SPECIFIED);
      },
    }),
  ),
  {
    id: 'rpce/roles/alter-context-before-bind',
    requirement: 'An alter_context before any bind is refused by a bind_nak, as a protocol error.',
    stimulus: 'an alter_context on a fresh connection',
    async run(target) {
      const association = await target.connect();
      const alter = association.alterPdu([contextOf(target.simple.interface)]);
      expectBindNak(await association.connection.exchange(alter), REJECT.PROTOCOL_VERSION_NOT_SPECIFIED);
    },
  },
  {
    id: 'rpce/3.3.1.5.1/request-of-version-5.1',
    section: '[MS-RPCE] 3.3.1.5.1',
    level: 'SHOULD',
    requirement: 'A request of protocol version 5.1 is answered by an error.',
    stimulus: 'a bind, and a request with rpc_vers_minor 1',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const { opnum, stub: octets } = target.simple;
      expectFault(await association.connection.exchange(association.requestPdu(opnum, octets, { rpc_vers_minor: 1 })));
    },
  },
  {
    id: 'rpce/3.3.1.5.1/bind-of-version-5.1',
    section: '[MS-RPCE] 3.3.1.5.1',
    level: 'SHOULD',
    requirement: 'A bind of protocol version 5.1 is answered by an error.',
    stimulus: 'a bind with rpc_vers_minor 1',
    async run(target) {
      const association = await target.connect();
      const bind = association.bindPdu([contextOf(target.simple.interface)], { rpc_vers_minor: 1 });
      expectBindNak(await association.connection.exchange(bind));
    },
  },
]);
