import { BIND_TIME_FEATURES_PREFIX, type ContextElement, REJECT, RESULT } from '../../../codec/rpce/index.js';
import { UUID_NULL } from '../../../codec/uuid.js';
import { expectBindNak, expectPdu, must } from '../../core/index.js';
import { contextOf, type Interface } from '../association.js';
import { group, type ServerCheckRow } from '../group.js';
import type { Target } from '../target.js';

const hex = (bits: number): string => bits.toString(16).padStart(2, '0');

/** [MS-RPCE] 2.2.2.14: an element that asks for bind time features; `rest` are the reserved octets of its bitmask. */
export const featuresOf = (
  wanted: Interface,
  p_cont_id: number,
  bits: number,
  rest = '00-000000000000',
  version = 1,
): ContextElement => ({
  ...contextOf(wanted, p_cont_id),
  transfer_syntaxes: [{ uuid: `${BIND_TIME_FEATURES_PREFIX}${hex(bits)}${rest}`, version }],
});

/** The result for features that are asked for beside an interface. */
async function ask(target: Target, bits: number, rest?: string, version?: number) {
  const association = await target.connect();
  const wanted = target.simple.interface;
  const elements = [contextOf(wanted), featuresOf(wanted, 1, bits, rest, version)];
  const { results } = await association.bind(elements);
  must(results.length === 2, 'two results', `${results.length} results`);
  return results[1] as (typeof results)[number];
}

const ASKED: readonly (readonly [string, number])[] = [
  ['none', 0],
  ['security-context-multiplexing', 1],
  ['keep-connection-on-orphan', 2],
];

export const FEATURE_CHECKS = group({ needs: ['rpc'], section: '[MS-RPCE] 3.3.1.5.3' }, [
  {
    id: 'rpce/3.3.1.5.3/negotiate-ack',
    level: 'SHOULD',
    requirement: 'A proposal of bind time features is answered by negotiate_ack, with a transfer syntax of zeros.',
    stimulus: 'a bind with an interface and both features',
    async run(target) {
      const { result, transfer_syntax } = await ask(target, 3);
      must(result === RESULT.negotiate_ack, 'negotiate_ack (3)', `result ${result}`);
      const zeros = transfer_syntax.uuid === UUID_NULL && transfer_syntax.version === 0;
      must(zeros, 'a transfer syntax of zeros', transfer_syntax.uuid);
    },
  },
  ...ASKED.map(
    ([name, bits]): ServerCheckRow => ({
      id: `rpce/3.3.1.5.3/asked-for-${name}`,
      needs: ['features'],
      requirement: 'No feature is agreed on that the client did not ask for.',
      stimulus: `a bind with the bitmask 0x${hex(bits)}`,
      async run(target) {
        const { reason } = await ask(target, bits);
        must((reason & ~bits) === 0, `at most 0x${hex(bits)}`, `0x${hex(reason)}`);
      },
    }),
  ),
  ...ASKED.slice(1).map(
    ([name, bits]): ServerCheckRow => ({
      id: `rpce/3.3.1.5.3/agrees-to-${name}`,
      needs: ['features'],
      level: 'SHOULD',
      requirement: `The feature ${name} is agreed on where the client asks for it.`,
      stimulus: `a bind with the bitmask 0x${hex(bits)}`,
      async run(target) {
        const { reason } = await ask(target, bits);
        must(reason === bits, `0x${hex(bits)}`, `0x${hex(reason)}`);
      },
    }),
  ),
  {
    id: 'rpce/3.3.1.5.3/reserved-bits-cleared',
    needs: ['features'],
    requirement: 'Bits that are reserved are cleared in the answer.',
    stimulus: 'a bind with all 64 bits of the bitmask set',
    async run(target) {
      const { reason } = await ask(target, 0xff, 'ff-ffffffffffff');
      must((reason & ~3) === 0, 'no bit above 0x02', `0x${reason.toString(16)}`);
    },
  },
  {
    id: 'rpce/3.3.1.5.3/context-stays-usable',
    needs: ['features'],
    requirement: 'A negotiation of features does not touch the interface beside it.',
    stimulus: 'a bind with features and an interface, and a call',
    async run(target) {
      const association = await target.connect();
      const wanted = target.simple.interface;
      await association.bind([contextOf(wanted), featuresOf(wanted, 1, 3)]);
      await target.works(association);
    },
  },
  {
    id: 'rpce/3.3.1.5.3/twice',
    needs: ['features'],
    level: 'WINDOWS',
    requirement: 'A bind that proposes features twice is refused by a bind_nak.',
    stimulus: 'a bind with two such elements',
    async run(target) {
      const association = await target.connect();
      const wanted = target.simple.interface;
      const bind = association.bindPdu([contextOf(wanted), featuresOf(wanted, 1, 1), featuresOf(wanted, 2, 2)]);
      expectBindNak(await association.connection.exchange(bind), REJECT.REASON_NOT_SPECIFIED);
    },
  },
  {
    id: 'rpce/3.3.1.5.3/other-version',
    needs: ['features'],
    requirement:
      'The prefix with another version than 1.0 proposes no features: it is a transfer syntax like any other.',
    stimulus: 'a bind with version 2.0 of the features',
    async run(target) {
      const { result } = await ask(target, 3, undefined, 2);
      must(result === RESULT.provider_rejection, 'provider_rejection (2)', `result ${result}`);
    },
  },
  {
    id: 'rpce/3.3.1.5.3/not-by-alter-context',
    needs: ['features'],
    level: 'WINDOWS',
    requirement: 'Only a bind negotiates features.',
    stimulus: 'a bind, and an alter_context with both features',
    async run(target) {
      const association = await target.bound(target.simple.interface);
      const alter = association.alterPdu([featuresOf(target.simple.interface, 1, 3)]);
      const { results } = expectPdu(await association.connection.exchange(alter), 'alter_context_resp');
      const [first] = results;
      must(first?.result === RESULT.provider_rejection, 'provider_rejection (2)', `result ${first?.result}`);
    },
  },
]);
