import { encodePdu, FAULT } from '../../../codec/rpce/index.js';
import { faultName } from '../../../codec/status/explain.js';
import { hexStatus } from '../../../codec/status/hex.js';
import { must } from '../../core/index.js';
import { type ClientCheck, reaction, refused } from '../check.js';
import {
  isActivationCall,
  isComplexPing,
  isObjectCall,
  isRemRelease,
  isServerAlive,
  isServerAlive2,
  isSimplePing,
} from '../history/calls.js';
import { reached } from '../judge.js';
import type { Change } from '../middle/answer.js';
import { activations, faults, WHOLE } from '../middle/changes.js';
import { endedText } from '../under-test.js';

const atActivation = (name: string, status: number, level: ClientCheck['level'] = 'MUST'): ClientCheck =>
  refused({
    id: `rpce/2.2.2.8/activation-${name}`,
    section: '[MS-RPCE] 2.2.2.8',
    requirement: `An activation that ends with a fault gave nothing: ${faultName(status)}.`,
    level,
    needs: ['activation'],
    stimulus: `fault ${hexStatus(status)} for each activation`,
    with: { change: faults(isActivationCall, status) },
    uses: 'activation',
    at: 'an answer to an activation',
  });

/** [MS-RPCE] 3.3.3.5.1: statuses that no server may send. */
const atActivationForbidden = (name: string, status: number): ClientCheck =>
  refused({
    id: `rpce/3.3.2.5.1/${name}`,
    section: '[MS-RPCE] 3.3.2.5.1',
    requirement: `A fault with a status that no server may send is an error still: ${hexStatus(status)}.`,
    level: 'SHOULD',
    needs: ['activation'],
    stimulus: `fault ${hexStatus(status)} for each activation`,
    with: { change: faults(isActivationCall, status) },
    uses: 'activation',
    at: 'an answer to an activation',
  });

const atObject = (name: string, status: number): ClientCheck =>
  refused({
    id: `rpce/2.2.2.8/object-${name}`,
    section: '[MS-RPCE] 2.2.2.8',
    requirement: `A call to an object that ends with a fault has failed: ${faultName(status)}.`,
    level: 'MUST',
    needs: ['object'],
    stimulus: `fault ${hexStatus(status)} for each call to an object but releases`,
    with: { change: faults((call) => isObjectCall(call) && !isRemRelease(call), status) },
    uses: 'reference',
    at: 'a call to an object',
  });

/** What no client may still wait for once a fault has come. */
const settles = (name: string, call: string, to: Parameters<typeof faults>[0]): ClientCheck =>
  reaction({
    id: `rpce/3.3.2.1.3/fault-for-${name}`,
    section: '[MS-RPCE] 3.3.2.1.3',
    requirement: `A fault ends its call: after one for a ${call} the client does not wait for more.`,
    level: 'MUST',
    needs: name === 'ping' ? ['ping'] : ['object'],
    stimulus: `fault 5 for each ${call}`,
    with: { change: faults(to, FAULT.ACCESS_DENIED) },
    judge(attempted) {
      reached(attempted, `a ${call}`);
      must(attempted.ended.how !== 'stopped', 'the client ends, in whatever way', endedText(attempted.ended));
    },
  });

/** [MS-RPCE] 2.2.2.8: a fault with the stub of the answer, as if it were one. */
const withStub: Change = activations(({ pdu }) => [
  {
    octets: encodePdu({
      ...{ PTYPE: 'fault', pfc_flags: WHOLE, call_id: pdu.call_id, alloc_hint: pdu.stub.length },
      ...{ p_cont_id: pdu.p_cont_id, cancel_count: 0, status: FAULT.ACCESS_DENIED, stub: pdu.stub },
    }),
  },
]);

/** [MS-RPCE] 2.2.2.8: the flag of extended error information, and octets that are no such information. */
const withExtendedError: Change = activations(({ pdu }) => [
  {
    octets: encodePdu({
      ...{ PTYPE: 'fault', pfc_flags: WHOLE, call_id: pdu.call_id, alloc_hint: 0x20 + 64, reserved: 1 },
      ...{ p_cont_id: pdu.p_cont_id, cancel_count: 0, status: FAULT.ACCESS_DENIED, stub: Buffer.alloc(64, 0x5a) },
    }),
  },
]);

export const FAULTS: readonly ClientCheck[] = [
  atActivation('access-denied', FAULT.ACCESS_DENIED),
  atActivation('bad-stub-data', FAULT.BAD_STUB_DATA),
  atActivation('security-package', FAULT.SEC_PKG_ERROR),
  atActivation('opnum-range', FAULT.OP_RNG_ERROR),
  atActivation('unknown-interface', FAULT.UNKNOWN_IF),
  atActivation('protocol-error', FAULT.PROTO_ERROR),
  atActivation('context-mismatch', FAULT.CONTEXT_MISMATCH),
  atActivation('server-too-busy', FAULT.SERVER_TOO_BUSY),
  atActivation('unknown-status', 0x12345678),
  atActivationForbidden('status-of-success', 0),
  atActivationForbidden('status-of-an-exception', 0xc0000005),
  refused({
    id: 'rpce/2.2.2.8/stub-in-fault',
    section: '[MS-RPCE] 2.2.2.8',
    requirement: 'The stub data of a fault is ignored.',
    level: 'MUST',
    needs: ['activation'],
    stimulus: 'fault 5 that carries the answer',
    with: { change: withStub },
    uses: 'activation',
    at: 'an answer to an activation',
  }),
  refused({
    id: 'rpce/2.2.2.8/extended-error',
    section: '[MS-RPCE] 2.2.2.8',
    requirement: 'A fault with extended error information is a fault, whatever that information says.',
    level: 'MUST',
    needs: ['activation'],
    stimulus: 'fault 5 with 64 octets that are no extended error information',
    with: { change: withExtendedError },
    uses: 'activation',
    at: 'an answer to an activation',
  }),
  atObject('access-denied', FAULT.ACCESS_DENIED),
  atObject('unknown-interface', FAULT.UNKNOWN_IF),
  atObject('opnum-range', FAULT.OP_RNG_ERROR),
  atObject('status-of-success', 0),
  refused({
    id: 'dcom/3.2.4.1.1.1/server-alive-refused',
    section: '[MS-DCOM] 3.2.4.1.1.1',
    requirement:
      'A server that answers ServerAlive2 by another fault, over each protocol sequence, is not activated on.',
    level: 'MUST',
    needs: ['activation', 'server-alive'],
    stimulus: 'fault 5 for ServerAlive2 and ServerAlive',
    with: { change: faults((call) => isServerAlive2(call) || isServerAlive(call), FAULT.ACCESS_DENIED) },
    uses: 'activation',
    at: 'ServerAlive2',
  }),
  settles('release', 'RemRelease', isRemRelease),
  settles('ping', 'ping', (call) => isSimplePing(call) || isComplexPing(call)),
];
