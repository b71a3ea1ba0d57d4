import { inq_if_ids, inq_princ_name, inq_stats, is_server_listening, mgmt } from '../../../codec/mgmt/index.js';
import { FAULT, RPC_C_AUTHN } from '../../../codec/rpce/index.js';
import { expectFault, must } from '../../core/index.js';
import { mustBe } from '../dcom/exported.js';
import { group } from '../group.js';
import type { Target } from '../target.js';

const UNKNOWN_AUTHN_SERVICE = 0x000006d3;

/** The name that the server has for a mechanism, and the status beside it. */
const principal = async (target: Target, authn_proto: number) =>
  (await target.bound(mgmt)).invoke(inq_princ_name, { authn_proto, princ_name_size: 1024 });

export const MANAGEMENT_CHECKS = group({ needs: ['mgmt'], section: 'C706 Q' }, [
  {
    id: 'mgmt/interface/is-server-listening',
    requirement: 'A server that answers is listening: status 0, and TRUE.',
    stimulus: 'is_server_listening',
    async run(target) {
      const { status, ReturnValue } = await (await target.bound(mgmt)).invoke(is_server_listening, {});
      mustBe(status, 0);
      must(ReturnValue === 1, 'TRUE (1)', `${ReturnValue}`);
    },
  },
  {
    id: 'mgmt/2.2.1.3.1/inq-if-ids',
    section: '[MS-RPCE] 2.2.1.3.1',
    requirement: 'inq_if_ids gives the interfaces of the server.',
    stimulus: 'inq_if_ids',
    async run(target) {
      const { status, if_id_vector } = await (await target.bound(mgmt)).invoke(inq_if_ids, {});
      mustBe(status, 0);
      must((if_id_vector?.IfId.length ?? 0) > 0, 'interfaces', 'none');
    },
  },
  {
    id: 'mgmt/2.2.1.3.1/names-what-it-takes',
    section: '[MS-RPCE] 2.2.1.3.1',
    level: 'WINDOWS',
    needs: ['rpc', 'oxid'],
    requirement: 'inq_if_ids names an interface that the server takes calls of.',
    stimulus: 'inq_if_ids, to find IObjectExporter among its answer',
    async run(target) {
      const { if_id_vector } = await (await target.bound(mgmt)).invoke(inq_if_ids, {});
      const uuids = (if_id_vector?.IfId ?? []).map((each) => each?.Uuid);
      const { uuid } = target.simple.interface;
      must(uuids.includes(uuid), uuid, uuids.join(' '));
    },
  },
  {
    id: 'mgmt/2.2.1.3.3/inq-stats',
    section: '[MS-RPCE] 2.2.1.3.3',
    requirement: 'inq_stats gives four numbers: calls and packets, in and out.',
    stimulus: 'inq_stats of four numbers',
    async run(target) {
      const { status, statistics } = await (await target.bound(mgmt)).invoke(inq_stats, { count: 4 });
      mustBe(status, 0);
      must(statistics.length === 4, '4 numbers', `${statistics.length}`);
    },
  },
  {
    id: 'mgmt/2.2.1.3.3/fewer-statistics',
    section: '[MS-RPCE] 2.2.1.3.3',
    requirement: 'inq_stats gives no more numbers than were asked for.',
    stimulus: 'inq_stats of two numbers',
    async run(target) {
      const { statistics } = await (await target.bound(mgmt)).invoke(inq_stats, { count: 2 });
      must(statistics.length <= 2, 'at most 2 numbers', `${statistics.length}`);
    },
  },
  {
    id: 'mgmt/interface/counts-calls',
    section: 'C706 3.1.23',
    requirement: 'inq_stats counts the calls that come in.',
    stimulus: 'inq_stats, ten calls, and inq_stats again',
    async run(target) {
      const association = await target.bound(mgmt);
      const calls = async () => (await association.invoke(inq_stats, { count: 4 })).statistics[0] as number;
      const before = await calls();
      for (let call = 0; call < 10; call++) await association.invoke(is_server_listening, {});
      const after = await calls();
      must((after - before) >>> 0 >= 10, '10 calls more', `${after - before}`);
    },
  },
  {
    id: 'mgmt/2.2.1.3.4/unknown-mechanism',
    section: '[MS-RPCE] 2.2.1.3.4',
    level: 'WINDOWS',
    requirement: 'inq_princ_name of a mechanism that the server lacks is RPC_S_UNKNOWN_AUTHN_SERVICE.',
    stimulus: 'inq_princ_name of mechanism 111',
    run: async (target) => mustBe((await principal(target, 111)).status, UNKNOWN_AUTHN_SERVICE),
  },
  {
    id: 'mgmt/2.2.1.3.4/ntlm',
    section: '[MS-RPCE] 2.2.1.3.4',
    level: 'WINDOWS',
    needs: ['ntlm'],
    requirement: 'inq_princ_name of NTLM succeeds where the server takes NTLM.',
    stimulus: 'inq_princ_name of NTLM',
    run: async (target) => mustBe((await principal(target, RPC_C_AUTHN.WINNT)).status, 0),
  },
  {
    id: 'mgmt/interface/opnum-beyond',
    section: 'C706 Q',
    requirement: 'The management interface has five operations: there is no sixth.',
    stimulus: 'a call with opnum 5',
    async run(target) {
      const association = await target.bound(mgmt);
      expectFault(await association.ask(5, Buffer.alloc(0)), FAULT.OP_RNG_ERROR);
    },
  },
]);
