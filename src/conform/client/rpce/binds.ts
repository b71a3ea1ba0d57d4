import { isActivator } from '../../../codec/dcom/index.js';
import { encodePdu, REASON, REJECT, RESULT } from '../../../codec/rpce/index.js';
import { UUID_NULL } from '../../../codec/uuid.js';
import { bindNakPdu, faultPdu } from '../../../rpc/server/pdus.js';
import { type ClientCheck, refused, tolerated } from '../check.js';
import type { Answer, Change, Sent } from '../middle/answer.js';
import { type Acknowledgement, bindAcks } from '../middle/changes.js';

/** Acknowledgements of the binds by which the client means to activate. */
const activatorBinds = (change: (ack: Acknowledgement, answer: Answer) => readonly Sent[] | undefined): Change =>
  bindAcks((ack, answer) => {
    const { pdu } = answer.asked;
    const meant =
      pdu !== undefined &&
      'p_context_elem' in pdu &&
      pdu.p_context_elem.some(({ abstract_syntax }) => isActivator(abstract_syntax.uuid));
    return meant ? change(ack, answer) : undefined;
  });

const nak = (reason: number): Change => activatorBinds(({ call_id }) => [{ octets: bindNakPdu(call_id, reason) }]);

/** The acknowledgement with other contents; its sec_trailer stays. */
const ackWith = (changes: (ack: Acknowledgement) => Partial<Acknowledgement>): Change =>
  bindAcks((ack) => {
    const { frag_length: _, auth_length: __, ...rest } = ack;
    return [{ octets: encodePdu({ ...rest, ...changes(ack) } as Acknowledgement) }];
  }, 'bind');

const none = { uuid: UUID_NULL, version: 0 };

const rejected = (result: number, reason: number): Change =>
  activatorBinds((ack) => {
    const { frag_length: _, auth_length: __, ...rest } = ack;
    const results = ack.results.map((each) =>
      each.result === RESULT.negotiate_ack ? each : { result, reason, transfer_syntax: none },
    );
    return [{ octets: encodePdu({ ...rest, results } as Acknowledgement) }];
  });

const refusedBind = (id: string, section: string, requirement: string, stimulus: string, change: Change): ClientCheck =>
  refused({
    id,
    section,
    requirement,
    level: 'MUST',
    needs: ['activation'],
    stimulus,
    with: { change },
    uses: 'connection',
    at: 'the bind of an activator',
  });

const naks: readonly (readonly [string, string, number])[] = [
  ['reason-not-specified', 'without a reason', REJECT.REASON_NOT_SPECIFIED],
  ['temporary-congestion', 'for congestion', REJECT.TEMPORARY_CONGESTION],
  ['local-limit-exceeded', 'for a limit of the server', REJECT.LOCAL_LIMIT_EXCEEDED],
  ['protocol-version', 'for its protocol version', REJECT.PROTOCOL_VERSION_NOT_SPECIFIED],
  ['authentication-type', 'for its authentication type', REJECT.authentication_type_not_recognized],
  ['invalid-checksum', 'for its token', REJECT.invalid_checksum],
  ['unknown-reason', 'for a reason that does not exist', 0x7fff],
];

const results: readonly (readonly [string, string, number, number])[] = [
  ['abstract-syntax', 'the interface is not there', RESULT.provider_rejection, REASON.abstract_syntax_not_supported],
  [
    'transfer-syntax',
    'the transfer syntax is not there',
    RESULT.provider_rejection,
    REASON.proposed_transfer_syntaxes_not_supported,
  ],
  ['local-limit', 'a limit is reached', RESULT.provider_rejection, REASON.local_limit_exceeded],
  ['user-rejection', 'the server does not want to', RESULT.user_rejection, REASON.reason_not_specified],
  ['unknown-result', 'for a result that does not exist', 9, 9],
];

const kept = (id: string, section: string, requirement: string, stimulus: string, change: Change): ClientCheck =>
  tolerated({
    ...{ id, section, requirement, stimulus },
    level: 'MUST',
    needs: ['activation'],
    with: { change },
    at: 'a bind_ack',
  });

export const BINDS: readonly ClientCheck[] = [
  ...naks.map(([name, why, reason]) =>
    refusedBind(
      `c706/12.6.4.5/${name}`,
      'C706 12.6.4.5',
      `A bind that is refused ${why} is no association: no request follows on that connection.`,
      `bind_nak with reason ${reason}`,
      nak(reason),
    ),
  ),
  ...results.map(([name, why, result, reason]) =>
    refusedBind(
      `rpce/3.3.1.5.6/${name}`,
      '[MS-RPCE] 3.3.1.5.6',
      `If no presentation context is accepted, the call fails: ${why}.`,
      `bind_ack with result ${result}, reason ${reason} for each context`,
      rejected(result, reason),
    ),
  ),
  refusedBind(
    'rpce/3.3.1.5.6/no-results',
    '[MS-RPCE] 3.3.1.5.6',
    'Results belong to contexts by their places: a context without a result is not accepted.',
    'bind_ack without results',
    activatorBinds(({ frag_length: _, auth_length: __, ...ack }) => [
      { octets: encodePdu({ ...ack, results: [] } as Acknowledgement) },
    ]),
  ),
  refusedBind(
    'rpce/3.3.1.5.2.1/fault-for-bind',
    '[MS-RPCE] 3.3.1.5.2.1',
    'A fault in place of a bind_ack ends the attempt.',
    'a fault in place of bind_ack',
    activatorBinds(({ call_id }) => [
      { octets: faultPdu({ callId: call_id, contextId: 0, status: 0x1c010003, didNotExecute: true }) },
    ]),
  ),
  refusedBind(
    'c706/12.6.4.4/other-answer',
    'C706 12.6.4.4',
    'A PDU that does not answer a bind does not open an association.',
    'an orphaned PDU in place of bind_ack, and the end of the connection',
    activatorBinds(({ call_id }) => [
      { octets: encodePdu({ PTYPE: 'orphaned', pfc_flags: 3, call_id }) },
      { end: 'close' },
    ]),
  ),
  refused({
    id: 'rpce/3.3.2.7.1/closed-for-bind',
    section: '[MS-RPCE] 3.3.2.7.1',
    requirement: 'A connection that ends in place of a bind_ack is no association: the call has failed.',
    level: 'MUST',
    needs: ['activation'],
    stimulus: 'the end of the connection in place of bind_ack',
    with: { change: activatorBinds(() => [{ end: 'close' }]) },
    uses: 'connection',
    at: 'the bind of an activator',
    notices: true,
  }),
  kept(
    'rpce/3.3.1.5.5/secondary-address',
    '[MS-RPCE] 3.3.1.5.5',
    'The secondary address of a bind_ack is ignored.',
    'a secondary address on which nobody listens',
    ackWith(() => ({ sec_addr: Buffer.from('9\0', 'latin1') })),
  ),
  kept(
    'rpce/3.3.1.5.5/no-secondary-address',
    '[MS-RPCE] 3.3.1.5.5',
    'A bind_ack without a secondary address is one as well.',
    'an empty secondary address',
    ackWith(() => ({ sec_addr: Buffer.alloc(0) })),
  ),
  kept(
    'rpce/3.3.1.5.5/long-secondary-address',
    '[MS-RPCE] 3.3.1.5.5',
    'A secondary address may be as long as a name.',
    'a secondary address of 255 octets',
    ackWith(() => ({ sec_addr: Buffer.from(`${'x'.repeat(254)}\0`, 'latin1') })),
  ),
  kept(
    'c706/12.6.4.4/small-fragments',
    'C706 12.6.4.4',
    'A server may agree on small fragments.',
    'max_xmit_frag and max_recv_frag 2048',
    ackWith(() => ({ max_xmit_frag: 2048, max_recv_frag: 2048 })),
  ),
  kept(
    'rpce/3.3.1.5.2.2/server-without-header-signing',
    '[MS-RPCE] 3.3.1.5.2.2',
    'A server that does not sign headers is spoken to without.',
    'PFC_SUPPORT_HEADER_SIGN cleared in each answer to a bind',
    bindAcks(({ frag_length: _, auth_length: __, ...ack }) => [
      { octets: encodePdu({ ...ack, pfc_flags: ack.pfc_flags & ~0x04 } as Acknowledgement) },
    ]),
  ),
  kept(
    'rpce/3.3.1.5.8/server-without-multiplexing',
    '[MS-RPCE] 3.3.1.5.8',
    'A server that does not multiplex is spoken to one call after the other.',
    'PFC_CONC_MPX cleared in each answer to a bind',
    ackWith((ack) => ({ pfc_flags: ack.pfc_flags & ~0x10 })),
  ),
];
