import { PFC, RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { isSignedLevel } from '../../../codec/status/authn.js';
import { must } from '../../core/index.js';
import { type ClientCheck, observed, reaction } from '../check.js';
import { acceptedContexts, at, conversations, requestsOf, some } from '../history/conversations.js';

/** How the client's own requests follow each other, and what protects them. */
export const OWN_REQUESTS: readonly ClientCheck[] = [
  observed({
    id: 'rpce/3.3.1.5.2.2/requests-signed',
    section: '[MS-RPCE] 3.3.1.5.2.2',
    requirement: 'From packet level on every request carries a signature that is right.',
    level: 'MUST',
    needs: ['signing'],
    judge({ history }) {
      const made = history.pdus.filter(({ from, pdu }) => from === 'client' && pdu?.PTYPE === 'request');
      const signed = made.filter(({ observed: seen }) => isSignedLevel(seen?.security.level ?? 0));
      for (const { observed: seen, pdu } of some(signed, 'no request of the client is signed')) {
        must(pdu?.auth !== undefined, 'a sec_trailer', `call ${pdu?.call_id} without one`);
        const state = seen?.message?.stubState ?? 'verified';
        must(state === 'verified', 'a signature that is right', `call ${pdu?.call_id}: ${state}`);
      }
    },
  }),
  reaction({
    id: 'rpce/3.3.1.5.2.2/privacy-encrypts',
    section: '[MS-RPCE] 3.3.1.5.2.2',
    requirement: 'At PKT_PRIVACY the bodies of requests are encrypted.',
    level: 'MUST',
    needs: ['level'],
    stimulus: 'a client that is told PKT_PRIVACY',
    with: { level: RPC_C_AUTHN_LEVEL.PKT_PRIVACY },
    judge({ history }) {
      const sealed = history.pdus.filter(
        ({ observed: seen, from, pdu }) =>
          from === 'client' &&
          pdu?.PTYPE === 'request' &&
          pdu.auth?.auth_level === RPC_C_AUTHN_LEVEL.PKT_PRIVACY &&
          seen?.message !== undefined,
      );
      // What was signed in plain has no signature that is right once it is decrypted.
      for (const { observed: seen, pdu } of some(sealed, 'no request of the client is at PKT_PRIVACY')) {
        const state = seen?.message?.stubState;
        must(state === 'verified', 'a body that can be decrypted', `call ${pdu?.call_id}: ${state}`);
      }
    },
  }),
  observed({
    id: 'rpce/3.3.2.4.1.3/over-accepted-contexts',
    section: '[MS-RPCE] 3.3.2.4.1.3',
    requirement: 'Requests go over presentation contexts that were accepted.',
    level: 'MUST',
    judge(baseline) {
      for (const each of conversations(baseline)) {
        const accepted = acceptedContexts(each);
        const other = requestsOf(each).find(({ pdu }) => !accepted.has(pdu.p_cont_id));
        must(other === undefined, 'an accepted context', () => `context ${other?.pdu.p_cont_id} on ${at(each)}`);
      }
    },
  }),
  observed({
    id: 'rpce/3.3.1.5.8/one-request-after-the-other',
    section: '[MS-RPCE] 3.3.1.5.8',
    requirement:
      'The fragments of a request follow each other; without multiplexing a request waits for the answer before.',
    level: 'MUST',
    judge(baseline) {
      for (const each of conversations(baseline)) {
        const multiplexed = each.pdus.some(
          ({ pdu }) => pdu?.PTYPE === 'bind_ack' && (pdu.pfc_flags & PFC.CONC_MPX) !== 0,
        );
        let open: number | undefined;
        for (const { pdu, from } of each.pdus) {
          if (from === 'server' && (pdu?.PTYPE === 'response' || pdu?.PTYPE === 'fault') && pdu.call_id === open)
            open = undefined;
          if (from !== 'client' || pdu?.PTYPE !== 'request') continue;
          const first = (pdu.pfc_flags & PFC.FIRST_FRAG) !== 0;
          must(
            first ? open === undefined : pdu.call_id === open,
            'one request after the other',
            `two at once on ${at(each)}`,
          );
          open = multiplexed && (pdu.pfc_flags & PFC.LAST_FRAG) !== 0 ? undefined : pdu.call_id;
        }
      }
    },
  }),
  observed({
    id: 'rpce/3.3.3.5.2/call-ids-increase',
    section: '[MS-RPCE] 3.3.3.5.2',
    requirement: 'The call_id of requests increases on a connection, and all fragments of a request have the same.',
    level: 'MUST',
    judge(baseline) {
      for (const each of conversations(baseline)) {
        let last = -1;
        for (const { pdu } of requestsOf(each)) {
          const first = (pdu.pfc_flags & PFC.FIRST_FRAG) !== 0;
          const fits = first ? pdu.call_id > last : pdu.call_id === last;
          must(fits, first ? `a call_id above ${last}` : `call_id ${last}`, `call_id ${pdu.call_id} on ${at(each)}`);
          last = pdu.call_id;
        }
      }
    },
  }),
];
