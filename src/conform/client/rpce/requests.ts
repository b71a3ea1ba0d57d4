import { isActivator } from '../../../codec/dcom/index.js';
import {
  BIND_TIME_FEATURES_PREFIX,
  NDR20_SYNTAX,
  type Pdu,
  PFC,
  VERIFICATION_TRAILER_SIGNATURE,
} from '../../../codec/rpce/index.js';
import { isSignedLevel } from '../../../codec/status/authn.js';
import { must, NotApplicable } from '../../core/index.js';
import { type ClientCheck, observed } from '../check.js';
import { callsOf } from '../history/calls.js';
import type { History, SentPdu } from '../history/history.js';
import type { Baseline } from '../judge.js';

type Of<T extends Pdu['PTYPE']> = SentPdu & { readonly pdu: Extract<Pdu, { PTYPE: T }> };

/** What the client sent of some types. */
const sentBy = <T extends 'bind' | 'alter_context' | 'request'>({ pdus }: History, ...types: readonly T[]): Of<T>[] =>
  pdus.filter(({ from, pdu }) => from === 'client' && types.includes(pdu?.PTYPE as T)) as Of<T>[];

/** The requests of fragments that are signed or sealed. */
const signed = (history: History): Of<'request'>[] =>
  sentBy(history, 'request').filter(({ pdu }) => pdu.auth !== undefined && isSignedLevel(pdu.auth.auth_level));

/** Throws `NotApplicable` where there is nothing to look at. */
function some<T>(found: readonly T[], none: string): readonly T[] {
  if (found.length === 0) throw new NotApplicable(none);
  return found;
}

/** C706 12.6.3.1: what every implementation has to take. */
const MUST_RECV_FRAG_SIZE = 1432;

export const RPC_REQUESTS: readonly ClientCheck[] = [
  observed({
    id: 'rpce/3.3.1.5.2.2/requests-are-protected',
    section: '[MS-RPCE] 3.3.1.5.2.2',
    requirement: 'From PKT on each request is signed or sealed.',
    level: 'MUST',
    needs: ['security'],
    judge({ history }) {
      const bare = callsOf(history).find(
        ({ level, message }) => isSignedLevel(level) && message.security.from !== 'trailer',
      );
      must(bare === undefined, 'a sec_trailer', () => `${bare?.name} without one`);
    },
  }),
  observed({
    id: 'rpce/3.3.1.5.2.2/right-signatures',
    section: '[MS-RPCE] 3.3.1.5.2.2',
    requirement: 'The signature of each request is right.',
    level: 'MUST',
    needs: ['security'],
    judge({ history }) {
      const calls = some(
        callsOf(history).filter(({ level }) => isSignedLevel(level)),
        'the client signs nothing',
      );
      const wrong = calls.find(({ message }) => message.stubState === 'bad signature');
      must(wrong === undefined, 'right signatures', () => `${wrong?.name} with a wrong one`);
    },
  }),
  observed({
    id: 'rpce/2.2.2.11/aligned-trailer',
    section: '[MS-RPCE] 2.2.2.11',
    requirement:
      'The sec_trailer of a request begins on a boundary of 16 octets, counted from the stub, as Windows has it.',
    level: 'WINDOWS',
    needs: ['security'],
    judge({ history }) {
      for (const { pdu } of some(signed(history), 'the client signs nothing')) {
        const length = pdu.stub.length + (pdu.auth?.auth_pad?.length ?? 0);
        must(length % 16 === 0, 'a multiple of 16', `stub and padding are ${length} octets`);
      }
    },
  }),
  observed({
    id: 'c706/13.2.6/four-aligned-trailer',
    section: 'C706 13.2.6',
    requirement: 'The sec_trailer of each PDU begins on a boundary of four octets.',
    level: 'MUST',
    needs: ['security'],
    judge({ history }) {
      for (const { pdu, bytes, from } of history.pdus) {
        if (from !== 'client' || pdu?.auth === undefined || pdu.auth.auth_value.length === 0) continue;
        const at = bytes.length - pdu.auth.auth_value.length - 8;
        must(at % 4 === 0, 'a multiple of 4', `${pdu.PTYPE}: sec_trailer at octet ${at}`);
      }
    },
  }),
  observed({
    id: 'rpce/3.3.1.5.2.2/announces-header-signing',
    section: '[MS-RPCE] 3.3.1.5.2.2',
    requirement: 'The first bind with security at PKT_INTEGRITY or above announces header signing, as Windows does.',
    level: 'WINDOWS',
    needs: ['security'],
    judge({ history }) {
      const binds = sentBy(history, 'bind', 'alter_context').filter(({ pdu }) => (pdu.auth?.auth_level ?? 0) >= 5);
      const [first] = some(binds, 'the client asks for no integrity');
      must(
        (((first as SentPdu).pdu?.pfc_flags ?? 0) & PFC.SUPPORT_HEADER_SIGN) !== 0,
        'PFC_SUPPORT_HEADER_SIGN',
        'the flag is not set',
      );
    },
  }),
  observed({
    id: 'rpce/2.2.2.13/verification-trailer',
    section: '[MS-RPCE] 2.2.2.13',
    requirement: 'Requests without header signing have a verification trailer.',
    level: 'SHOULD',
    needs: ['security'],
    judge({ history }) {
      const protectedCalls = some(
        callsOf(history).filter(({ level }) => isSignedLevel(level)),
        'the client signs nothing',
      );
      const unsignedHeaders = protectedCalls.filter(({ connection }) => !signsHeaders(history, connection.number));
      const [first] = some(unsignedHeaders, 'the client signs the headers of its requests');
      const { stub } = (first as (typeof unsignedHeaders)[number]).message;
      must(Buffer.from(stub).includes(Buffer.from(VERIFICATION_TRAILER_SIGNATURE)), 'a verification trailer', 'none');
    },
  }),
  observed({
    id: 'rpce/3.3.3.5.2/call-ids-rise',
    section: '[MS-RPCE] 3.3.3.5.2',
    requirement: 'The call_ids of the requests of a connection rise.',
    level: 'MUST',
    judge({ history }) {
      const last = new Map<number, number>();
      for (const { pdu, connection } of sentBy(history, 'request')) {
        if ((pdu.pfc_flags & PFC.FIRST_FRAG) === 0) continue;
        const before = last.get(connection.number) ?? -1;
        must(pdu.call_id > before, `more than ${before}`, `call_id ${pdu.call_id}`);
        last.set(connection.number, pdu.call_id);
      }
    },
  }),
  observed({
    id: 'rpce/3.3.1.5.1/version',
    section: '[MS-RPCE] 3.3.1.5.1',
    requirement: 'Each PDU is of version 5.0.',
    level: 'MUST',
    judge({ history }) {
      const other = history.pdus.find(
        ({ from, pdu }) => from === 'client' && (pdu?.rpc_vers !== 5 || pdu.rpc_vers_minor !== 0),
      );
      must(other === undefined, 'version 5.0', () => `${other?.pdu?.rpc_vers}.${other?.pdu?.rpc_vers_minor}`);
    },
  }),
  observed({
    id: 'c706/12.6.3.1/least-fragment',
    section: 'C706 12.6.3.1',
    requirement: 'A client takes fragments of 1432 octets at least.',
    level: 'MUST',
    judge({ history }) {
      for (const { pdu } of sentBy(history, 'bind'))
        must(pdu.max_recv_frag >= MUST_RECV_FRAG_SIZE, '1432 or more', `max_recv_frag ${pdu.max_recv_frag}`);
    },
  }),
  observed({
    id: 'c706/12.6.4.4/agreed-fragments',
    section: 'C706 12.6.4.4',
    requirement: 'No request is longer than the server said that it takes.',
    level: 'MUST',
    judge({ history }) {
      const most = new Map<number, number>();
      for (const { pdu, bytes, from, connection } of history.pdus) {
        if (from === 'server' && pdu?.PTYPE === 'bind_ack') most.set(connection.number, pdu.max_recv_frag);
        const limit = most.get(connection.number);
        if (from !== 'client' || pdu?.PTYPE !== 'request' || limit === undefined) continue;
        must(bytes.length <= limit, `${limit} octets or less`, `a request of ${bytes.length} octets`);
      }
    },
  }),
  observed({
    id: 'rpce/3.3.1.5.6/one-syntax-an-element',
    section: '[MS-RPCE] 3.3.1.5.6',
    requirement: 'Each presentation context is proposed with one transfer syntax.',
    level: 'SHOULD',
    judge: ({ history }) =>
      eachElement(history, ({ transfer_syntaxes }) =>
        must(transfer_syntaxes.length === 1, 'one transfer syntax', `${transfer_syntaxes.length}`),
      ),
  }),
  observed({
    id: 'c706/12.6.3.1/unique-context-ids',
    section: 'C706 12.6.3.1',
    requirement: 'The presentation contexts of one bind have different numbers.',
    level: 'MUST',
    judge({ history }) {
      for (const { pdu } of sentBy(history, 'bind', 'alter_context')) {
        const ids = pdu.p_context_elem.map(({ p_cont_id }) => p_cont_id);
        must(new Set(ids).size === ids.length, 'different numbers', ids.join(', '));
      }
    },
  }),
  observed({
    id: 'rpce/3.3.1.5.3/reserved-features',
    section: '[MS-RPCE] 3.3.1.5.3',
    requirement: 'Bind time features are asked for by their own bits, and by no reserved ones.',
    level: 'MUST',
    judge({ history }) {
      let asked = 0;
      eachElement(history, ({ transfer_syntaxes }) => {
        for (const { uuid } of transfer_syntaxes.filter((syntax) =>
          syntax.uuid.startsWith(BIND_TIME_FEATURES_PREFIX),
        )) {
          asked++;
          const bits = Number.parseInt(uuid.slice(BIND_TIME_FEATURES_PREFIX.length).slice(0, 2), 16);
          must((bits & ~0x03) === 0, 'bits 0x01 and 0x02', `0x${bits.toString(16)}`);
        }
      });
      if (asked === 0) throw new NotApplicable('the client asks for no bind time features');
    },
  }),
  observed({
    id: 'dcom/3.1.2.5.2/ndr20-for-activators',
    section: '[MS-DCOM] 3.1.2.5.2',
    requirement: 'The activators are proposed with NDR 2.0, which is all that they have.',
    level: 'MUST',
    needs: ['activation'],
    judge({ history }) {
      const proposed = sentBy(history, 'bind', 'alter_context')
        .flatMap(({ pdu }) => pdu.p_context_elem)
        .filter(({ abstract_syntax }) => isActivator(abstract_syntax.uuid))
        .flatMap(({ transfer_syntaxes }) => transfer_syntaxes.map(({ uuid }) => uuid));
      must(proposed.includes(NDR20_SYNTAX.uuid), 'NDR 2.0', proposed.join(', '));
    },
  }),
  observed({
    id: 'rpce/3.3.1.5.8/one-call-after-the-other',
    section: '[MS-RPCE] 3.3.1.5.8',
    requirement: 'If multiplexing was not agreed on, a request follows the whole answer to the one before.',
    level: 'MUST',
    judge(baseline) {
      for (const { number } of baseline.history.connections) oneAfterTheOther(baseline, number);
    },
  }),
  observed({
    id: 'rpce/3.3.2.4.1.2/joins-its-association',
    section: '[MS-RPCE] 3.3.2.4.1.2',
    requirement: 'A further connection to the same port belongs to the association of the first.',
    level: 'SHOULD',
    judge({ history }) {
      const groups = new Map<string, number>();
      let further = 0;
      for (const { pdu, connection } of history.pdus) {
        if (pdu?.PTYPE === 'bind' && groups.has(connection.to)) {
          further++;
          const own = groups.get(connection.to) as number;
          must(pdu.assoc_group_id === own, `assoc_group_id ${own}`, `${pdu.assoc_group_id}`);
        }
        if (pdu?.PTYPE === 'bind_ack' && !groups.has(connection.to)) groups.set(connection.to, pdu.assoc_group_id);
      }
      if (further === 0) throw new NotApplicable('the client opens one connection to each port');
    },
  }),
];

function signsHeaders({ pdus }: History, number: number): boolean {
  const set = (side: SentPdu['from']): boolean =>
    pdus.some(
      ({ connection, from, pdu }) =>
        connection.number === number &&
        from === side &&
        pdu !== undefined &&
        /^(bind|alter)/.test(String(pdu.PTYPE)) &&
        (pdu.pfc_flags & PFC.SUPPORT_HEADER_SIGN) !== 0,
    );
  return set('client') && set('server');
}

type Element = Extract<Pdu, { PTYPE: 'bind' }>['p_context_elem'][number];

function eachElement(history: History, look: (element: Element) => void): void {
  for (const { pdu } of sentBy(history, 'bind', 'alter_context'))
    for (const element of pdu.p_context_elem) look(element);
}

/** The requests of one connection, none before the answer to the last. */
function oneAfterTheOther({ history }: Baseline, number: number): void {
  const pdus = history.pdus.filter(({ connection }) => connection.number === number);
  const multiplexed = (from: SentPdu['from'], type: string): boolean =>
    pdus.some(({ pdu, ...sent }) => sent.from === from && pdu?.PTYPE === type && (pdu.pfc_flags & PFC.CONC_MPX) !== 0);
  if (multiplexed('client', 'bind') && multiplexed('server', 'bind_ack')) return;
  let waiting: number | undefined;
  for (const { pdu } of pdus) {
    if (pdu?.PTYPE === 'request') {
      must(waiting === undefined || waiting === pdu.call_id, 'an answer first', `call ${pdu.call_id} before it`);
      waiting = pdu.call_id;
    }
    const over = pdu?.PTYPE === 'fault' || (pdu?.PTYPE === 'response' && (pdu.pfc_flags & PFC.LAST_FRAG) !== 0);
    if (over) waiting = undefined;
  }
}
