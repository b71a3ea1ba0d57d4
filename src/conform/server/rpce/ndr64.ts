import { IObjectExporter, IRemoteSCMActivator, ServerAlive2 } from '../../../codec/dcom/index.js';
import { inq_if_ids, mgmt } from '../../../codec/mgmt/index.js';
import { NDR64_SYNTAX, RESULT } from '../../../codec/rpce/index.js';
import { Mismatch, must } from '../../core/index.js';
import { accepted, contextOf } from '../association.js';
import { group } from '../group.js';

export const NDR64_CHECKS = group({ needs: ['rpc', 'ndr64'], section: '[MS-RPCE] 2.2.5.1' }, [
  {
    id: 'rpce/2.2.5/accepted',
    requirement: 'NDR64 is accepted under its own UUID and version.',
    stimulus: 'a bind with NDR64 alone',
    async run(target) {
      const association = await target.connect();
      const { results } = await association.bind([contextOf(target.simple.interface, 0, 'ndr64')]);
      accepted(results, 'NDR64');
      const { uuid, version } = results[0]?.transfer_syntax ?? { uuid: '', version: 0 };
      must(uuid === NDR64_SYNTAX.uuid && version === 1, 'NDR64 of version 1.0', `${uuid} of version ${version}`);
    },
  },
  {
    id: 'rpce/2.2.5/server-alive2',
    section: '[MS-RPCE] 2.2.5',
    level: 'WINDOWS',
    needs: ['oxid'],
    requirement: 'Over NDR64 the out parameters of ServerAlive2 come in NDR64.',
    stimulus: 'a bind of IObjectExporter with NDR64, and ServerAlive2',
    async run(target) {
      const association = await target.connect();
      accepted((await association.bind([contextOf(IObjectExporter, 0, 'ndr64')])).results, 'NDR64');
      const { stub } = await association.call(ServerAlive2.opnum, ServerAlive2.request.encode({}, { syntax: 'ndr64' }));
      const { ReturnValue } = read(ServerAlive2, stub);
      must(ReturnValue === 0, 'result 0', `result ${ReturnValue}`);
    },
  },
  {
    id: 'rpce/2.2.5/inq-if-ids',
    section: '[MS-RPCE] 2.2.5.3.2.1',
    needs: ['mgmt'],
    requirement: 'Over NDR64 counts and pointers have eight octets: the list of interfaces can be read so.',
    stimulus: 'a bind of the management interface with NDR64, and inq_if_ids',
    async run(target) {
      const association = await target.connect();
      accepted((await association.bind([contextOf(mgmt, 0, 'ndr64')])).results, 'NDR64');
      const { stub } = await association.call(inq_if_ids.opnum, inq_if_ids.request.encode({}, { syntax: 'ndr64' }));
      const { if_id_vector } = read(inq_if_ids, stub);
      must((if_id_vector?.IfId.length ?? 0) > 0, 'interfaces', 'none');
    },
  },
  {
    id: 'rpce/3.3.1.5.6/ndr64-beside-ndr20',
    section: '[MS-RPCE] 3.3.1.5.6',
    requirement: 'NDR64 and NDR can be had on one connection, in two contexts that are proposed one after the other.',
    stimulus: 'a bind with NDR64, an alter_context with NDR, and a call over each',
    async run(target) {
      const association = await target.connect();
      accepted((await association.bind([contextOf(target.simple.interface, 0, 'ndr64')])).results, 'NDR64');
      association.connection.send(association.alterPdu([contextOf(target.simple.interface, 1)]));
      const received = await association.connection.receive();
      const results = received.kind === 'pdu' && 'results' in received.pdu ? received.pdu.results : [];
      accepted(results, 'NDR');
      await target.works(association, { p_cont_id: 1 });
    },
  },
  {
    id: 'dcom/3.1.2.5.2/activators-take-ndr20-alone',
    section: '[MS-DCOM] 3.1.2.5.2',
    needs: ['activator'],
    requirement: 'The activators do not take NDR64.',
    stimulus: 'a bind of IRemoteSCMActivator with NDR64 alone',
    async run(target) {
      const association = await target.connect();
      const [first] = (await association.bind([contextOf(IRemoteSCMActivator, 0, 'ndr64')])).results;
      must(first?.result === RESULT.provider_rejection, 'provider_rejection (2)', `result ${first?.result}`);
    },
  },
]);

type Read<O> = {
  readonly name: string;
  readonly response: { decode(stub: Uint8Array, how: { syntax: 'ndr64' }): { value: O } };
};

/** The out parameters, as NDR64. Throws `Mismatch` where they are none. */
function read<O>({ name, response }: Read<O>, stub: Uint8Array): O {
  try {
    return response.decode(stub, { syntax: 'ndr64' }).value;
  } catch (error) {
    throw new Mismatch(`the out parameters of ${name} in NDR64`, (error as Error).message);
  }
}
