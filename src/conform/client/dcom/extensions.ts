import { CLSID_ERROR_EXTENSION, type ORPC_EXTENT, type ORPCTHAT, orpcOperation } from '../../../codec/dcom/index.js';
import { type ClientCheck, tolerated } from '../check.js';
import { isActivationCall, isObjectCall } from '../history/calls.js';
import type { AnsweredCall, Change } from '../middle/answer.js';
import { responses } from '../middle/changes.js';

/** Every ORPC answer begins with it. Without extensions, as the simulated server sends it, it takes eight octets. */
const anyAnswer = orpcOperation({ name: 'any', opnum: 0, section: '[MS-DCOM] 2.2.13.4', in: {}, out: {} });
const WITHOUT_EXTENSIONS = 8;

/**
 * The ORPCTHAT of each answer to such calls, changed. The octets behind it stay where they are: an ORPCTHAT takes a
 * multiple of eight octets, whatever its extensions.
 */
const orpcthat = (to: (made: { readonly call: AnsweredCall }) => boolean, changes: Partial<ORPCTHAT>): Change =>
  responses(to, ({ pdu }) => {
    const { ORPCthat } = anyAnswer.response.decode(pdu.stub).value;
    if ((ORPCthat.extensions ?? null) !== null) return undefined;
    const changed = anyAnswer.response.encode({ ORPCthat: { ...ORPCthat, ...changes } });
    return [{ pdu: { ...pdu, stub: Buffer.concat([changed, pdu.stub.subarray(WITHOUT_EXTENSIONS)]) } }];
  });

const UNKNOWN: ORPC_EXTENT = { id: '7f0d3c5e-6a52-4b1c-9d0e-2f6b8f4f1a79', data: Buffer.from('an extension') };
const ERROR: ORPC_EXTENT = { id: CLSID_ERROR_EXTENSION, data: Buffer.alloc(40) };

/** [MS-DCOM] 2.2.13.2: an even number of places. */
const extensions = (...extent: (ORPC_EXTENT | null)[]) => ({ extensions: { extent } });

const carries = (
  id: string,
  requirement: string,
  stimulus: string,
  to: 'activation' | 'object',
  changes: Partial<ORPCTHAT>,
): ClientCheck =>
  tolerated({
    id: `dcom/2.2.13.4/${id}`,
    section: '[MS-DCOM] 2.2.13.4',
    requirement,
    level: 'MUST',
    needs: [to],
    stimulus,
    with: { change: orpcthat(to === 'activation' ? isActivationCall : isObjectCall, changes) },
    at: to === 'activation' ? 'an answer to an activation' : 'an answer of an object',
  });

export const EXTENSIONS: readonly ClientCheck[] = [
  carries(
    'activation-extension',
    'An extension that the client does not know in the answer to an activation changes nothing.',
    'an unknown ORPC extension in the answer to the activation',
    'activation',
    extensions(UNKNOWN, null),
  ),
  carries(
    'activation-error-extension',
    'An error extension in the answer to a successful activation changes nothing, as Windows was seen to send it.',
    'an ORPC extension of {0000031c-…} in the answer to the activation',
    'activation',
    extensions(ERROR, null),
  ),
  carries(
    'object-extension',
    'An extension that the client does not know in the answer of an object changes nothing.',
    'an unknown ORPC extension in each answer of an object',
    'object',
    extensions(UNKNOWN, null),
  ),
  carries(
    'several-extensions',
    'Several extensions in the answer of an object change nothing.',
    'three ORPC extensions in each answer of an object',
    'object',
    extensions(UNKNOWN, ERROR, UNKNOWN, null),
  ),
  carries(
    'no-extension-in-array',
    'An array of extensions without any changes nothing.',
    'an empty array of ORPC extensions',
    'object',
    extensions(null, null),
  ),
  carries(
    'flags-of-activation',
    'ORPCTHAT.flags of the answer to an activation is ignored.',
    'ORPCTHAT.flags 0xffffffff in the answer to the activation',
    'activation',
    { flags: 0xffffffff },
  ),
  carries(
    'flags-of-object',
    'ORPCTHAT.flags of the answer of an object is ignored.',
    'ORPCTHAT.flags 0xffffffff in each answer of an object',
    'object',
    { flags: 0xffffffff },
  ),
];
