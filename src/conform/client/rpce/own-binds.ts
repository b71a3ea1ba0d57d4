import { BIND_TIME_FEATURES, type ContextElement, RESULT } from '../../../codec/rpce/index.js';
import { bindTimeFeatures } from '../../../rpc/core/presentation.js';
import { must } from '../../core/index.js';
import { type ClientCheck, observed } from '../check.js';
import {
  at,
  carriesToken,
  conversations,
  interfacesOf,
  own,
  type Proposal,
  proposalsOf,
  requestsOf,
  some,
} from '../history/conversations.js';

/** Bits of the bind time features that mean nothing so far. */
const RESERVED_FEATURES = ~(
  BIND_TIME_FEATURES.SecurityContextMultiplexingSupported | BIND_TIME_FEATURES.KeepConnectionOnOrphanSupported
);

const key = ({ abstract_syntax, transfer_syntaxes }: ContextElement): string =>
  JSON.stringify([abstract_syntax, transfer_syntaxes]);

/** How the client binds and authenticates by itself. */
export const OWN_BINDS: readonly ClientCheck[] = [
  observed({
    id: 'rpce/3.3.1.5.2.1/starts-with-bind',
    section: '[MS-RPCE] 3.3.1.5.2.1',
    requirement: 'A connection begins with a bind, and has no other; what comes later is alter_context.',
    level: 'MUST',
    judge(baseline) {
      for (const each of some(conversations(baseline), 'the client sends nothing')) {
        const types = own(each).map(({ pdu }) => pdu?.PTYPE);
        must(types[0] === 'bind', 'a bind first', `${at(each)} begins with ${types[0]}`);
        must(types.lastIndexOf('bind') === 0, 'one bind', `a further one on ${at(each)}`);
      }
    },
  }),
  observed({
    id: 'rpce/3.3.1.5.2.1/context-of-each-connection',
    section: '[MS-RPCE] 3.3.1.5.2.1',
    requirement: 'A security context is built on the connection that uses it.',
    level: 'MUST',
    needs: ['security'],
    judge(baseline) {
      const using = conversations(baseline).filter((each) =>
        requestsOf(each).some(({ pdu }) => pdu.auth !== undefined),
      );
      for (const each of some(using, 'no request of the client has a sec_trailer'))
        must(proposalsOf(each).some(carriesToken), 'a handshake', `none on ${at(each)}`);
    },
  }),
  observed({
    id: 'rpce/3.3.1.5.2.1/same-contexts',
    section: '[MS-RPCE] 3.3.1.5.2.1',
    requirement: 'Further legs of a handshake by alter_context propose what its first leg proposed.',
    level: 'SHOULD',
    needs: ['security'],
    judge(baseline) {
      const legs = conversations(baseline).flatMap((each) => {
        const [first, ...more] = proposalsOf(each).filter(carriesToken);
        const id = first?.auth?.auth_context_id;
        return more.filter(({ auth }) => auth?.auth_context_id === id).map((leg) => [first as Proposal, leg] as const);
      });
      for (const [first, leg] of some(legs, 'no handshake of the client goes on by alter_context')) {
        const [before, after] = [first, leg].map((each) => interfacesOf(each).map(key).join(' '));
        must(before === after, 'the contexts of the first leg', 'others');
      }
    },
  }),
  observed({
    id: 'rpce/3.3.1.5.3/proposes-features',
    section: '[MS-RPCE] 3.3.1.5.3',
    requirement: 'A bind proposes bind time features.',
    level: 'SHOULD',
    judge(baseline) {
      const binds = conversations(baseline).flatMap((each) =>
        proposalsOf(each).filter(({ PTYPE }) => PTYPE === 'bind'),
      );
      const some = binds.some(({ p_context_elem }) =>
        p_context_elem.some((each) => bindTimeFeatures(each) !== undefined),
      );
      must(some, 'an element that does', 'none in any bind');
    },
  }),
  observed({
    id: 'rpce/3.3.1.5.3/one-proposal-of-features',
    section: '[MS-RPCE] 3.3.1.5.3',
    requirement:
      'Bind time features are proposed once in a bind, by an element of one transfer syntax, with no reserved bit.',
    level: 'MUST',
    judge(baseline) {
      const all = conversations(baseline).flatMap(proposalsOf);
      const proposing = all.map(({ p_context_elem }) =>
        p_context_elem.filter((each) => bindTimeFeatures(each) !== undefined),
      );
      for (const elements of some(
        proposing.filter(({ length }) => length > 0),
        'the client proposes no features',
      )) {
        const [element] = elements as [ContextElement];
        must(elements.length === 1, 'one element', `${elements.length}`);
        must(element.transfer_syntaxes.length === 1, 'one transfer syntax', `${element.transfer_syntaxes.length}`);
        const bits = bindTimeFeatures(element) as number;
        must((bits & RESERVED_FEATURES) === 0, 'no reserved bits', `0x${bits.toString(16)}`);
      }
    },
  }),
  observed({
    id: 'rpce/3.3.1.5.4/no-context-unasked',
    section: '[MS-RPCE] 3.3.1.5.4',
    requirement: 'A connection has a second security context only where multiplexing them was negotiated.',
    level: 'MUST',
    needs: ['security'],
    judge(baseline) {
      for (const each of conversations(baseline)) {
        const ids = new Set(
          proposalsOf(each)
            .filter(carriesToken)
            .map(({ auth }) => auth?.auth_context_id),
        );
        const agreed = each.pdus.some(
          ({ pdu }) =>
            pdu?.PTYPE === 'bind_ack' &&
            pdu.results.some(
              ({ result, reason }) =>
                result === RESULT.negotiate_ack &&
                (reason & BIND_TIME_FEATURES.SecurityContextMultiplexingSupported) !== 0,
            ),
        );
        must(ids.size <= 1 || agreed, 'one security context', `${ids.size} on ${at(each)}`);
      }
    },
  }),
  observed({
    id: 'rpce/3.3.2.4.1.3/contexts-used-again',
    section: '[MS-RPCE] 3.3.2.4.1.3',
    requirement: 'A presentation context that was accepted is used again, and not proposed anew on its connection.',
    level: 'SHOULD',
    judge(baseline) {
      for (const each of conversations(baseline)) {
        const proposed = proposalsOf(each).filter((proposal) => !carriesToken(proposal) || proposal.PTYPE === 'bind');
        const keys = proposed.flatMap(interfacesOf).map(key);
        const again = keys.find((one, index) => keys.indexOf(one) < index);
        must(again === undefined, 'each context once', `one more than once on ${at(each)}`);
      }
    },
  }),
  observed({
    id: 'rpce/3.3.2.4.1.3/one-exchange',
    section: '[MS-RPCE] 3.3.2.4.1.3',
    requirement: 'A connection that needs a security context negotiates it with its first presentation context.',
    level: 'SHOULD',
    needs: ['security'],
    judge(baseline) {
      const secured = conversations(baseline).filter((each) => proposalsOf(each).some(carriesToken));
      for (const each of some(secured, 'the client authenticates nowhere'))
        must(carriesToken(proposalsOf(each)[0] as Proposal), 'a token in the bind', `none on ${at(each)}`);
    },
  }),
];
