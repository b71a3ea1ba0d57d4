import { RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { must } from '../../core/index.js';
import { type ClientCheck, observed, reaction } from '../check.js';
import { acceptedContexts, at, conversations, requestsOf, some } from '../history/conversations.js';

/** How the client's own requests follow each other, and what protects them. */
export const OWN_REQUESTS: readonly ClientCheck[] = [
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
      // A request that was signed in plain has a wrong signature once it is decrypted.
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
];
