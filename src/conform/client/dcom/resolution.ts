import type { DUALSTRINGARRAY, STRINGBINDING } from '../../../codec/dcom/index.js';
import { bindingsOf, OR_INVALID_OXID } from '../../../codec/dcom/index.js';
import { FAULT } from '../../../codec/rpce/index.js';
import { must, NotApplicable } from '../../core/index.js';
import type { Attempted } from '../attempt.js';
import { type ClientCheck, reaction, refused } from '../check.js';
import {
  callsOf,
  isObjectCall,
  isResolveOxid,
  isResolveOxid2,
  isServerAlive,
  isServerAlive2,
  type MadeCall,
} from '../history/calls.js';
import { goesOn } from '../judge.js';
import type { Change } from '../middle/answer.js';
import { activationReplies, either, faults, type Standard, values } from '../middle/changes.js';
import { otherExporter } from './binding-changes.js';

const NCACN_IP_TCP = 7;
const NOBODYS_PORT_ADDRESS = '127.255.255.254';

/** The resolutions that a client made. Throws `NotApplicable` where it resolves nothing. */
function resolutionsOf({ history }: Attempted): MadeCall[] {
  const found = callsOf(history).filter((call) => isResolveOxid2(call) || isResolveOxid(call));
  if (found.length === 0) throw new NotApplicable('the client resolves no OXID');
  return found;
}

/** The object's exporter has to be resolved, at a resolver that has such bindings. */
const resolverAt = (change: (own: readonly STRINGBINDING[]) => readonly STRINGBINDING[]): Change =>
  activationReplies((reply) => ({
    ...reply,
    oxid: reply.oxid ^ 1n,
    interfaces: reply.interfaces.map((each) => {
      const { objref } = each;
      if (objref === null || !('saResAddr' in objref)) return each;
      const { stringBindings, securityBindings } = bindingsOf(objref.saResAddr);
      const saResAddr: DUALSTRINGARRAY = { stringBindings: change(stringBindings), securityBindings };
      return { ...each, objref: { ...(objref as Standard), saResAddr } };
    }),
  }));

const section = '[MS-DCOM] 3.2.4.1.2';
const stimulus = "an object of an exporter other than the activation's";

export const RESOLUTION: readonly ClientCheck[] = [
  reaction({
    id: 'dcom/3.2.4.1.2/unknown-oxid',
    section,
    requirement: 'An object of an OXID that the client does not know is not called before that OXID is resolved.',
    level: 'MUST',
    needs: ['object'],
    stimulus,
    with: { change: otherExporter },
    judge({ history }) {
      const calls = callsOf(history);
      const called = calls.find(isObjectCall);
      if (called === undefined) throw new NotApplicable('the client calls no object of it');
      const before = calls.some((call) => isResolveOxid2(call) && call.at < called.at);
      must(before, 'ResolveOxid2 before the first call', `${called.name} without any resolution`);
    },
  }),
  reaction({
    id: 'dcom/3.2.4.1.2.1/server-alive-before-resolution',
    section: '[MS-DCOM] 3.2.4.1.2.1',
    requirement: 'Before an OXID is resolved, the resolver is asked by ServerAlive2, or ServerAlive, without security.',
    level: 'MUST',
    needs: ['object'],
    stimulus,
    with: { change: otherExporter },
    judge(attempted) {
      const [first] = resolutionsOf(attempted);
      const alive = callsOf(attempted.history).find(
        (call) => (isServerAlive2(call) || isServerAlive(call)) && call.at < (first as MadeCall).at,
      );
      must(alive !== undefined && alive.level <= 1, 'ServerAlive2 without security', 'none, or one with security');
    },
  }),
  reaction({
    id: 'dcom/3.2.4.1.2.2/resolve-oxid2-missing',
    section: '[MS-DCOM] 3.2.4.1.2.2',
    requirement: 'A resolver without ResolveOxid2 is asked by ResolveOxid.',
    level: 'MUST',
    needs: ['object'],
    stimulus: 'RPC_S_PROCNUM_OUT_OF_RANGE for ResolveOxid2',
    with: { change: either(otherExporter, faults(isResolveOxid2, FAULT.OP_RNG_ERROR)) },
    judge(attempted, baseline) {
      const resolutions = resolutionsOf(attempted);
      must(resolutions.some(isResolveOxid), 'ResolveOxid', 'no ResolveOxid');
      goesOn(attempted, baseline);
    },
  }),
  reaction({
    id: 'dcom/3.2.4.1.2.1/dead-resolver-first',
    section: '[MS-DCOM] 3.2.4.1.2.1',
    requirement: 'If the first string binding of a resolver does not answer, the next one is tried.',
    level: 'MUST',
    needs: ['object'],
    stimulus: 'an address that nobody has before that of the resolver',
    with: { change: resolverAt((own) => [{ wTowerId: NCACN_IP_TCP, aNetworkAddr: NOBODYS_PORT_ADDRESS }, ...own]) },
    judge(attempted, baseline) {
      resolutionsOf(attempted);
      goesOn(attempted, baseline);
    },
  }),
  refused({
    id: 'dcom/3.2.4.1.2.2/invalid-oxid',
    section: '[MS-DCOM] 3.2.4.1.2.2',
    requirement: 'An object whose OXID the resolver does not know is not called.',
    level: 'MUST',
    needs: ['object'],
    stimulus: 'OR_INVALID_OXID for the resolution',
    with: {
      change: either(
        otherExporter,
        values<object>(isResolveOxid2, (value) => ({
          ...value,
          ppdsaOxidBindings: null,
          ReturnValue: OR_INVALID_OXID,
        })),
        faults(isResolveOxid, FAULT.OP_RNG_ERROR),
      ),
    },
    uses: 'activation',
  }),
  refused({
    id: 'dcom/3.2.4.1.2.2/resolution-refused',
    section: '[MS-DCOM] 3.2.4.1.2.2',
    requirement: 'An object whose OXID the client may not resolve is not called.',
    level: 'MUST',
    needs: ['object'],
    stimulus: 'fault 5 for each resolution',
    with: {
      change: either(
        otherExporter,
        faults((call) => isResolveOxid2(call) || isResolveOxid(call), FAULT.ACCESS_DENIED),
      ),
    },
    uses: 'activation',
  }),
];
