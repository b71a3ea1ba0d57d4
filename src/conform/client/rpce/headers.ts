import { encodePdu, type Pdu, PFC, type ResponsePdu, type UnknownPdu } from '../../../codec/rpce/index.js';
import { type ClientCheck, refused, tolerated } from '../check.js';
import { isServerAlive, isServerAlive2 } from '../history/calls.js';
import type { Change, Sent } from '../middle/answer.js';
import { activations, bigEndian, either, objectCalls, type Response, responses } from '../middle/changes.js';

const WHOLE = PFC.FIRST_FRAG | PFC.LAST_FRAG;

/** The answer to an activation with another header, and the end of the connection behind it. */
const headed = (changes: (pdu: ResponsePdu) => Partial<ResponsePdu>): Change =>
  activations(({ pdu }) => [{ pdu: { ...pdu, ...changes(pdu) } }, { end: 'close' }]);

/** Another PDU in place of the answer, and the end of the connection. */
const instead = (other: (pdu: ResponsePdu) => Pdu | Uint8Array): Change =>
  activations(({ pdu }) => {
    const it = other(pdu);
    return [{ octets: it instanceof Uint8Array ? it : encodePdu(it) }, { end: 'close' }];
  });

const inBigEndian = (response: Response): readonly Sent[] | undefined => {
  const pdu = bigEndian(response);
  return pdu && [{ pdu }];
};

const notTaken = (
  id: string,
  section: string,
  requirement: string,
  stimulus: string,
  change: Change,
  level: ClientCheck['level'] = 'MUST',
): ClientCheck =>
  refused({
    ...{ id, section, requirement, stimulus, level },
    needs: ['activation'],
    with: { change },
    uses: 'activation',
    at: 'an answer to an activation',
  });

export const HEADERS: readonly ClientCheck[] = [
  tolerated({
    id: 'c706/14.1/big-endian-answers',
    section: 'C706 14.1',
    requirement: 'Answers come in the byte order of the server, and the client converts them.',
    level: 'MUST',
    needs: ['activation'],
    stimulus: 'every answer in big-endian',
    with: {
      change: either(
        activations(inBigEndian),
        objectCalls(inBigEndian),
        responses((call) => isServerAlive2(call) || isServerAlive(call), inBigEndian),
      ),
    },
    at: 'an answer to an activation',
  }),
  notTaken(
    'rpce/3.3.1.5.1/other-major-version',
    '[MS-RPCE] 3.3.1.5.1',
    'An answer of another major version of the protocol is an error.',
    'rpc_vers 4',
    headed(() => ({ rpc_vers: 4 })),
    'SHOULD',
  ),
  notTaken(
    'rpce/3.3.1.5.1/other-minor-version',
    '[MS-RPCE] 3.3.1.5.1',
    'An answer of another minor version of the protocol is an error.',
    'rpc_vers_minor 9',
    headed(() => ({ rpc_vers_minor: 9 })),
    'SHOULD',
  ),
  notTaken(
    'rpce/3.3.2.5.2/other-call-id',
    '[MS-RPCE] 3.3.2.5.2',
    'An answer belongs to the call whose call_id it has, and to no other.',
    'a call_id that the client has not used',
    headed(({ call_id }) => ({ call_id: call_id + 1000 })),
  ),
  notTaken(
    'c706/12.6.4/request-for-answer',
    'C706 12.6.4.9',
    'A request is no answer.',
    'a request in place of the answer',
    instead(({ call_id, stub }) => ({
      ...{ PTYPE: 'request', pfc_flags: WHOLE, call_id, alloc_hint: stub.length, p_cont_id: 0, opnum: 0, stub },
    })),
  ),
  notTaken(
    'c706/12.6.4/unknown-pdu',
    'C706 12.6.4',
    'A PDU of a type that does not exist is no answer.',
    'PTYPE 99 in place of the answer',
    instead(({ call_id, stub }): UnknownPdu => ({ PTYPE: 99, pfc_flags: WHOLE, call_id, body: stub })),
  ),
  notTaken(
    'c706/12.6.4.11/shutdown',
    'C706 12.6.4.11',
    'A server that shuts down answers no more.',
    'shutdown in place of the answer',
    instead(({ call_id }) => ({ PTYPE: 'shutdown', pfc_flags: WHOLE, call_id })),
  ),
  notTaken(
    'c706/12.6.3.1/no-pdu',
    'C706 12.6.3.1',
    'Octets that are no PDU are no answer.',
    '256 octets of 0xff in place of the answer',
    instead(() => Buffer.alloc(256, 0xff)),
  ),
  notTaken(
    'c706/12.6.3.1/frag-length-too-small',
    'C706 12.6.3.1',
    'A PDU is not shorter than its header.',
    'frag_length 4',
    activations(({ pdu }) => [{ pdu, spoil: (octets) => withFragLength(octets, 4) }, { end: 'close' }]),
  ),
  notTaken(
    'c706/12.6.3.1/frag-length-too-large',
    'C706 12.6.3.1',
    'A PDU that says to be longer than what comes is not complete.',
    'frag_length 512 more than there is, and the end of the connection',
    activations(({ pdu }) => [
      { pdu, spoil: (octets) => withFragLength(octets, octets.length + 512) },
      { end: 'close' },
    ]),
  ),
  notTaken(
    'rpce/2.2.2.11/auth-length-too-large',
    '[MS-RPCE] 2.2.2.11',
    'A trailer that would begin before its PDU does is an error.',
    'auth_length beyond frag_length',
    activations(({ pdu }) => [{ pdu, spoil: (octets) => withAuthLength(octets, octets.length) }, { end: 'close' }]),
  ),
];

function withFragLength(octets: Buffer, length: number): Buffer {
  const changed = Buffer.from(octets);
  changed.writeUInt16LE(length, 8);
  return changed;
}

function withAuthLength(octets: Buffer, length: number): Buffer {
  const changed = Buffer.from(octets);
  changed.writeUInt16LE(length, 10);
  return changed;
}
