import { encodePdu, PFC, type ResponsePdu } from '../../../codec/rpce/index.js';
import { type ClientCheck, refused, tolerated } from '../check.js';
import type { Change, Place, Sent } from '../middle/answer.js';
import { activations, bindAcks, either, objectCalls, type Response } from '../middle/changes.js';

/** So small that every answer takes several fragments. */
const SMALL = 88;

/** Every answer to an activation and of an object. */
const answers = (change: (response: Response) => readonly Sent[] | undefined): Change =>
  either(activations(change), objectCalls(change));

const shaped = (shape: (fragment: ResponsePdu, place: Place) => ResponsePdu, maxFragment?: number): Change =>
  answers(({ pdu }) => [{ pdu, shape, ...(maxFragment !== undefined && { maxFragment }) }]);

/** As `shaped`, only for activations, and with the end of the connection behind it. */
const brokenOff = (shape: (fragment: ResponsePdu, place: Place) => ResponsePdu): Change =>
  activations(({ pdu }) => [{ pdu, shape, maxFragment: SMALL }, { end: 'close' }]);

const taken = (id: string, section: string, requirement: string, stimulus: string, change: Change): ClientCheck =>
  tolerated({
    ...{ id, section, requirement, stimulus },
    level: 'MUST',
    needs: ['activation'],
    with: { change },
    at: 'an answer to an activation',
  });

const notTaken = (
  id: string,
  section: string,
  requirement: string,
  stimulus: string,
  change: Change,
  { level = 'MUST', notices = false }: { readonly level?: ClientCheck['level']; readonly notices?: boolean } = {},
): ClientCheck =>
  refused({
    ...{ id, section, requirement, stimulus, level, notices },
    needs: ['activation'],
    with: { change },
    uses: 'activation',
    at: 'an answer to an activation',
  });

export const FRAGMENTS: readonly ClientCheck[] = [
  taken(
    'c706/12.6.2/fragmented-answers',
    'C706 12.6.2',
    'An answer in several fragments is one answer.',
    'every answer in fragments of 88 octets',
    shaped((fragment) => fragment, SMALL),
  ),
  taken(
    'c706/12.6.2/octet-by-octet',
    'C706 12.6.2',
    'PDUs have no borders but their frag_length: they may come octet by octet.',
    'every answer in segments of one octet',
    either(
      bindAcks((pdu) => [{ octets: encodePdu(pdu), segment: 1 }]),
      answers(({ pdu }) => [{ pdu, segment: 1 }]),
    ),
  ),
  taken(
    'c706/12.6.2/joined-fragments',
    'C706 12.6.2',
    'PDUs have no borders but their frag_length: several may come at once.',
    'every answer in fragments that come in one segment',
    answers(({ pdu }) => [{ pdu, maxFragment: SMALL, segment: 'joined' }]),
  ),
  taken(
    'rpce/2.2.2.6/no-alloc-hint',
    '[MS-RPCE] 2.2.2.6',
    'An alloc_hint of 0 says nothing.',
    'alloc_hint 0 in every answer',
    shaped((fragment) => ({ ...fragment, alloc_hint: 0 })),
  ),
  taken(
    'rpce/2.2.2.6/no-alloc-hint-in-fragments',
    '[MS-RPCE] 2.2.2.6',
    'An alloc_hint of 0 says nothing, in fragments neither.',
    'alloc_hint 0 in every fragment',
    shaped((fragment) => ({ ...fragment, alloc_hint: 0 }), SMALL),
  ),
  taken(
    'c706/12.6.4.10/cancel-count',
    'C706 12.6.4.10',
    'A count of cancels in an answer changes nothing for a client that sent none.',
    'cancel_count 3 in every answer',
    shaped((fragment) => ({ ...fragment, cancel_count: 3 })),
  ),
  notTaken(
    'rpce/2.2.2.6/alloc-hint-beyond-stub',
    '[MS-RPCE] 2.2.2.6',
    'An answer whose alloc_hint is more than its fragments carry is refused.',
    'alloc_hint 65536 more than there is',
    activations(({ pdu }) => [
      { pdu, shape: (fragment) => ({ ...fragment, alloc_hint: fragment.alloc_hint + 65_536 }) },
    ]),
    { level: 'SHOULD' },
  ),
  notTaken(
    'rpce/3.3.2.5.2/alloc-hint-limit',
    '[MS-RPCE] 3.3.2.5.2',
    'An answer whose alloc_hint is beyond 0x7fffffff is refused.',
    'alloc_hint 0xfffffff0',
    activations(({ pdu }) => [{ pdu, shape: (fragment) => ({ ...fragment, alloc_hint: 0xfffffff0 }) }]),
    { level: 'SHOULD' },
  ),
  notTaken(
    'c706/12.6.2/no-first-fragment',
    'C706 12.6.2',
    'An answer begins with the fragment that says so.',
    'fragments without PFC_FIRST_FRAG',
    brokenOff((fragment) => ({ ...fragment, pfc_flags: fragment.pfc_flags & ~PFC.FIRST_FRAG })),
  ),
  notTaken(
    'c706/12.6.2/no-last-fragment',
    'C706 12.6.2',
    'An answer is complete with the fragment that says so.',
    'fragments without PFC_LAST_FRAG, and the end of the connection',
    brokenOff((fragment) => ({ ...fragment, pfc_flags: fragment.pfc_flags & ~PFC.LAST_FRAG })),
  ),
  notTaken(
    'c706/12.6.2/two-first-fragments',
    'C706 12.6.2',
    'An answer begins once.',
    'PFC_FIRST_FRAG in every fragment',
    brokenOff((fragment) => ({ ...fragment, pfc_flags: fragment.pfc_flags | PFC.FIRST_FRAG })),
  ),
  notTaken(
    'c706/12.6.2/fragment-of-another-call',
    'C706 12.6.2',
    'All fragments of an answer have one call_id.',
    'another call_id in all fragments but the first',
    brokenOff((fragment, { index }) => (index === 0 ? fragment : { ...fragment, call_id: fragment.call_id + 40 })),
  ),
  notTaken(
    'rpce/3.3.2.7.1/broken-off',
    '[MS-RPCE] 3.3.2.7.1',
    'An answer that breaks off is not an answer: the call has failed.',
    'half of the last fragment, and the end of the connection',
    activations(({ pdu }) => [{ pdu, spoil: (octets) => octets.subarray(0, octets.length >> 1) }, { end: 'close' }]),
    { notices: true },
  ),
  notTaken(
    'rpce/3.3.2.7.1/reset',
    '[MS-RPCE] 3.3.2.7.1',
    'A connection that is reset in place of an answer gives none: the call has failed.',
    'a reset in place of the answer',
    activations(() => [{ end: 'reset' }]),
    { notices: true },
  ),
  notTaken(
    'rpce/3.3.2.7.1/closed',
    '[MS-RPCE] 3.3.2.7.1',
    'A connection that ends in place of an answer gives none: the call has failed.',
    'the end of the connection in place of the answer',
    activations(() => [{ end: 'close' }]),
    { notices: true },
  ),
];
