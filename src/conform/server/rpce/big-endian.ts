import { inq_stats, mgmt } from '../../../codec/mgmt/index.js';
import { DREP_BIG } from '../../../codec/rpce/index.js';
import { expectPdu, must } from '../../core/index.js';
import { accepted, contextOf } from '../association.js';
import { group } from '../group.js';

/** Count, maximum count, one number and the status. */
const ONE_NUMBER = 16;

export const BIG_ENDIAN_CHECKS = group({ needs: ['mgmt'], section: 'C706 14.1' }, [
  {
    id: 'rpce/requests/big-endian-stub',
    requirement: 'A stub is read in the byte order that its PDU names.',
    stimulus: 'inq_stats of one number in big-endian byte order',
    async run(target) {
      const association = await target.connect();
      const packed_drep = DREP_BIG;
      accepted((await association.bind([contextOf(mgmt)], { packed_drep })).results, mgmt.name);
      const received = await association.ask(inq_stats.opnum, Buffer.from([0, 0, 0, 1]), { packed_drep });
      const { length } = expectPdu(received, 'response', 'an answer of its own').stub;
      must(length === ONE_NUMBER, 'one number', `${length} octets`);
    },
  },
]);
