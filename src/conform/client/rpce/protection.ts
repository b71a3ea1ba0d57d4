import { encodePdu, type Pdu, RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { isSignedLevel } from '../../../codec/status/authn.js';
import { type ClientCheck, refused } from '../check.js';
import type { Change, Sent } from '../middle/answer.js';
import { activations, objectCalls, type Response } from '../middle/changes.js';

/** Where the stub of a response begins: what stands first there is ORPCTHAT.flags, which nobody misses. */
const STUB = 24;
const CALL_ID = 12;
const CANCEL_COUNT = 22;
/** [MS-NLMP] 2.2.2.9.1: the checksum within a signature. */
const CHECKSUM = 4;

const flipped = (octets: Buffer, at: number): Buffer => {
  const changed = Buffer.from(octets);
  changed[at] = (changed[at] as number) ^ 0xff;
  return changed;
};

const authLengthOf = (octets: Buffer): number => octets.readUInt16LE(10);

/** Another signature for the same PDU. */
const resigned =
  (signature: (response: Response) => Uint8Array | undefined) =>
  (response: Response): Sent[] | undefined => {
    const other = signature(response);
    if (other === undefined) return undefined;
    return [{ pdu: response.pdu, spoil: (octets) => Buffer.concat([octets.subarray(0, -other.length), other]) }];
  };

const signatureOf = (octets: Buffer): Buffer | undefined =>
  authLengthOf(octets) === 0 ? undefined : octets.subarray(-authLengthOf(octets));

/** The answer in plain, with a trailer that nobody signed: what who does not know the password can make. */
const unsigned =
  (trailer: Partial<NonNullable<Pdu['auth']>>) =>
  ({ pdu, call }: Response): Sent[] => {
    const { authType = 0, level = 0, authContextId = 0 } = call.security;
    const own = { auth_type: authType, auth_level: level, auth_context_id: authContextId };
    const { auth: _, frag_length: __, auth_length: ___, ...bare } = pdu;
    return [{ octets: encodePdu({ ...bare, auth: { ...own, auth_value: Buffer.alloc(16), ...trailer } }) }];
  };

interface Tampering {
  readonly name: string;
  /** What no client may take: ends the sentence `An answer … is not used`. */
  readonly answer: string;
  readonly stimulus: string;
  readonly section?: string;
  readonly change: (response: Response) => readonly Sent[] | undefined;
}

const SECTION = '[MS-RPCE] 3.3.1.5.2.2';

const TAMPERINGS: readonly Tampering[] = [
  {
    name: 'bad-signature',
    answer: 'whose signature is wrong',
    stimulus: 'one octet of the signature changed',
    change: ({ pdu }) => [{ pdu, spoil: (octets) => flipped(octets, octets.length - authLengthOf(octets) + CHECKSUM) }],
  },
  {
    name: 'changed-stub',
    answer: 'whose stub was changed on its way',
    stimulus: 'one octet of the stub changed, ORPCTHAT.flags, which nobody looks at',
    change: ({ pdu }) => [{ pdu, spoil: (octets) => flipped(octets, STUB) }],
  },
  {
    name: 'changed-header',
    answer: 'whose header was changed on its way',
    stimulus: 'cancel_count changed',
    change: ({ pdu }) => [{ pdu, spoil: (octets) => flipped(octets, CANCEL_COUNT) }],
  },
  {
    name: 'missing-trailer',
    answer: 'that comes in plain and without a trailer',
    stimulus: 'the answer in plain, without sec_trailer',
    section: '[MS-RPCE] 2.2.2.11',
    change({ pdu }) {
      const { auth: _, frag_length: __, auth_length: ___, ...bare } = pdu;
      return [{ octets: encodePdu(bare) }];
    },
  },
  {
    name: 'signature-of-zeros',
    answer: 'whose signature is nothing but zeros',
    stimulus: 'the answer in plain, with a signature of zeros',
    change: unsigned({}),
  },
  {
    name: 'short-signature',
    answer: 'whose signature is too short to be one',
    stimulus: 'a signature of four octets',
    change: unsigned({ auth_value: Buffer.alloc(4) }),
  },
  {
    name: 'empty-signature',
    answer: 'with a trailer, but without a signature',
    stimulus: 'sec_trailer with auth_length 0',
    change: unsigned({ auth_value: Buffer.alloc(0) }),
  },
  {
    name: 'lowered-level',
    answer: 'whose trailer claims a lower level than was agreed on',
    stimulus: 'the answer in plain, with auth_level CONNECT',
    section: '[MS-RPCE] 2.2.2.11',
    change: unsigned({ auth_level: RPC_C_AUTHN_LEVEL.CONNECT }),
  },
  {
    name: 'level-none',
    answer: 'whose trailer claims that there is no authentication',
    stimulus: 'the answer in plain, with auth_level NONE and auth_type 0',
    section: '[MS-RPCE] 2.2.2.11',
    change: unsigned({ auth_level: RPC_C_AUTHN_LEVEL.NONE, auth_type: 0 }),
  },
  {
    name: 'other-context',
    answer: 'that stands under another security context',
    stimulus: 'auth_context_id of a context that does not exist',
    section: '[MS-RPCE] 2.2.2.11',
    change: (response) => unsigned({ auth_context_id: (response.call.security.authContextId ?? 0) + 7 })(response),
  },
  {
    name: 'skipped-number',
    answer: 'whose sequence number is not the next one',
    stimulus: 'the answer signed as if another one had been before it',
    change: ({ pdu }) => [{ lost: pdu }, { pdu }],
  },
  {
    name: 'reflected-signature',
    answer: "that bears the client's own signature",
    stimulus: 'the signature of the request on the answer',
    change: resigned(({ asked }) => signatureOf(asked.bytes)),
  },
  {
    name: 'replayed-signature',
    answer: 'that bears the signature of an earlier answer',
    stimulus: 'the signature of the answer before',
    change: resigned(({ before }) => before && signatureOf(before)),
  },
  {
    name: 'replayed-answer',
    answer: 'that is an earlier one once more',
    stimulus: 'the answer before, with the call_id of this call',
    change({ before, pdu }) {
      if (before === undefined || authLengthOf(before) === 0) return undefined;
      const octets = Buffer.from(before);
      octets.writeUInt32LE(pdu.call_id, CALL_ID);
      return [{ octets }];
    },
  },
  {
    name: 'last-fragment',
    answer: 'of which the last fragment has a wrong signature',
    stimulus: 'fragments, of which the last was changed',
    change: ({ pdu }) => [
      { pdu, maxFragment: SMALL, spoil: (octets, { last }) => (last ? flipped(octets, CANCEL_COUNT) : octets) },
    ],
  },
  {
    name: 'first-fragment',
    answer: 'of which the first fragment has a wrong signature',
    stimulus: 'fragments, of which the first was changed',
    change: ({ pdu }) => [
      { pdu, maxFragment: SMALL, spoil: (octets, { index }) => (index === 0 ? flipped(octets, STUB) : octets) },
    ],
  },
];

/** So small that every answer takes several fragments. */
const SMALL = 88;
/** Changes that need an answer before this one on the same connection. */
const LATER_ONLY: ReadonlySet<string> = new Set(['replayed-signature', 'replayed-answer']);

const only =
  (change: Tampering['change']): Tampering['change'] =>
  (response) =>
    response.protectable && isSignedLevel(response.call.security.level ?? 0) ? change(response) : undefined;

const checkOf = (
  { name, answer, stimulus, section = SECTION, change }: Tampering,
  where: 'activation' | 'object',
): ClientCheck => {
  const changes = { activation: activations, object: objectCalls }[where];
  const at = where === 'activation' ? 'a granted activation that is signed' : 'a signed answer of an object';
  return refused({
    id: `rpce/${section.split(' ')[1]}/${where}-${name}`,
    section,
    requirement: `${where === 'activation' ? 'An answer to an activation' : 'An answer of an object'} ${answer} is not used.`,
    level: 'MUST',
    needs: where === 'activation' ? ['activation', 'signing'] : ['object', 'object-signing'],
    stimulus,
    with: { change: changes(only(change)) as Change },
    uses: where === 'activation' ? 'activation' : 'call',
    at,
  });
};

export const PROTECTION: readonly ClientCheck[] = [
  ...TAMPERINGS.filter(({ name }) => !LATER_ONLY.has(name)).map((tampering) => checkOf(tampering, 'activation')),
  ...TAMPERINGS.map((tampering) => checkOf(tampering, 'object')),
];
