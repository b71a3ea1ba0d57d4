import {
  Context,
  CTXMSHLFLAGS_BYVAL,
  OBJREF,
  OBJREF_FLAG_CUSTOM,
  OBJREF_FLAG_EXTENDED,
  OBJREF_FLAG_HANDLER,
  packed,
} from '../../../codec/dcom/index.js';
import { must, NotApplicable } from '../../core/index.js';
import { type ClientCheck, reaction, refused, tolerated } from '../check.js';
import {
  callsOf,
  isMethodCall,
  isObjectCall,
  isRemAddRef,
  isRemQueryInterface,
  isRemRelease,
  parametersOf,
} from '../history/calls.js';
import { goesOn, reached } from '../judge.js';
import type { Change } from '../middle/answer.js';
import { activationReplies, objrefs, references, type Standard } from '../middle/changes.js';

/** The octets of an OBJREF with one unsigned long changed: the signature at 0, the flags at 4. */
const withWord =
  (at: number, word: number) =>
  (objref: Standard): Uint8Array => {
    const octets = Buffer.from(packed(OBJREF).encode(objref, { syntax: 'ndr20' }));
    octets.writeUInt32LE(word, at);
    return octets;
  };

/** [MS-DCOM] 2.2.18.7: a context without properties, as the only element. */
const extended =
  (changes: Partial<Context>) =>
  ({ iid, std, saResAddr }: Standard): OBJREF => ({
    ...{ flags: OBJREF_FLAG_EXTENDED, iid, std, saResAddr },
    ElmArray: [
      {
        dataID: SOME_CONTEXT,
        Data: packed(Context).encode(
          { ContextId: SOME_CONTEXT, Flags: 0, MshlFlags: CTXMSHLFLAGS_BYVAL, PropMarshalHeader: [], ...changes },
          { syntax: 'ndr20' },
        ),
      },
    ],
  });

const SOME_CONTEXT = '7f0d3c5e-6a52-4b1c-9d0e-2f6b8f4f1a76';
const SOME_CLASS = '7f0d3c5e-6a52-4b1c-9d0e-2f6b8f4f1a77';
const SOME_INTERFACE = '7f0d3c5e-6a52-4b1c-9d0e-2f6b8f4f1a78';

const wrong = (id: string, requirement: string, stimulus: string, change: Change): ClientCheck =>
  refused({
    id: `dcom/3.2.4.1.2/${id}`,
    section: '[MS-DCOM] 3.2.4.1.2',
    requirement,
    level: 'MUST',
    needs: ['activation'],
    stimulus,
    with: { change },
    uses: 'reference',
  });

export const OBJREFS: readonly ClientCheck[] = [
  wrong(
    'wrong-signature',
    'An object reference without the signature MEOW is invalid.',
    'an OBJREF that begins with WOEM',
    objrefs(withWord(0, 0x4d454f57)),
  ),
  wrong(
    'no-form',
    'An object reference whose flags name no form is invalid.',
    'OBJREF flags 0',
    objrefs(withWord(4, 0)),
  ),
  wrong(
    'two-forms',
    'An object reference whose flags name two forms is invalid.',
    'OBJREF flags 3',
    objrefs(withWord(4, 3)),
  ),
  wrong(
    'unknown-form',
    'An object reference whose flags name a form that does not exist is invalid.',
    'OBJREF flags 0x10',
    objrefs(withWord(4, 0x10)),
  ),
  wrong(
    'extended-with-extents',
    'An OBJREF_EXTENDED whose context has extents is invalid.',
    'OBJREF_EXTENDED, dwNumExtents and cbExtents 1',
    objrefs(extended({ dwNumExtents: 1, cbExtents: 1 })),
  ),
  wrong(
    'custom-of-unknown-class',
    'An OBJREF_CUSTOM is for the class that it names: what the client cannot unmarshal is not called.',
    'OBJREF_CUSTOM of a class that nobody has',
    objrefs(({ iid }) => ({ flags: OBJREF_FLAG_CUSTOM, iid, clsid: SOME_CLASS, pObjectData: Buffer.alloc(64, 0x5a) })),
  ),
  wrong(
    'truncated',
    'An object reference that ends too early is invalid.',
    'the first 40 octets of an OBJREF',
    objrefs((objref) => withWord(0, 0x574f454d)(objref).subarray(0, 40)),
  ),
  wrong(
    'null-pointer',
    'No object reference comes with the success code of an interface: there is nothing to call.',
    'S_OK and a null pointer',
    objrefs(() => null),
  ),
  refused({
    id: 'dcom/3.2.4.1.1.2/interface-refused',
    section: '[MS-DCOM] 3.2.4.1.1.2',
    requirement: 'An interface whose own result is a failure was not obtained, whatever is in its place.',
    level: 'MUST',
    needs: ['activation'],
    stimulus: 'E_NOINTERFACE beside an object reference',
    with: {
      change: activationReplies((reply) => ({
        ...reply,
        interfaces: reply.interfaces.map((each) => ({ ...each, hresult: 0x80004002 })),
      })),
    },
    uses: 'reference',
  }),
  reaction({
    id: 'dcom/3.2.4.1.2/handler-form',
    section: '[MS-DCOM] 3.2.4.1.2',
    requirement:
      'An OBJREF_HANDLER is handed to the application, or used by the reference that it holds: nothing else.',
    level: 'MUST',
    needs: ['activation'],
    stimulus: 'OBJREF_HANDLER of a class that nobody has',
    with: {
      change: objrefs(({ iid, std, saResAddr }) => ({
        ...{ flags: OBJREF_FLAG_HANDLER, iid, std, saResAddr },
        clsid: SOME_CLASS,
      })),
    },
    judge(attempted) {
      reached(attempted, 'an activation that is granted');
      const { ended } = attempted;
      must(ended.how !== 'stopped', 'the client uses the reference or gives up', 'it does neither');
    },
  }),
  tolerated({
    id: 'dcom/3.2.4.1.2/extended-form',
    section: '[MS-DCOM] 3.2.4.1.2',
    requirement: 'An OBJREF_EXTENDED with a context is a reference as any other.',
    level: 'SHOULD',
    needs: ['activation'],
    stimulus: 'OBJREF_EXTENDED with a context without properties',
    with: { change: objrefs(extended({})) },
    at: 'an activation that is granted',
  }),
  reaction({
    id: 'dcom/3.2.4.4/no-references',
    section: '[MS-DCOM] 3.2.4.4',
    requirement: 'A reference that comes with a count of 0 is given references by RemAddRef.',
    level: 'MUST',
    needs: ['object'],
    stimulus: 'cPublicRefs 0',
    with: { change: references((std) => ({ ...std, cPublicRefs: 0 })) },
    judge({ history }) {
      const calls = callsOf(history);
      const used = calls.find(isMethodCall);
      if (!calls.some(isObjectCall)) throw new NotApplicable('the client does not call the object');
      const counted = calls.find(isRemAddRef);
      const inTime = counted !== undefined && (used === undefined || counted.at < used.at);
      must(
        inTime,
        'RemAddRef before the first method',
        () => `${used?.name ?? 'other calls'} without RemAddRef before`,
      );
    },
  }),
  reaction({
    id: 'dcom/3.2.4.1.2/other-interface',
    section: '[MS-DCOM] 3.2.4.1.2',
    requirement: 'A reference to another interface than was asked for is exchanged by RemQueryInterface, or released.',
    level: 'MUST',
    needs: ['object'],
    stimulus: 'an OBJREF whose IID is another one',
    with: { change: objrefs((objref) => ({ ...objref, iid: SOME_INTERFACE })) },
    judge(attempted) {
      reached(attempted, 'an activation that is granted');
      const calls = callsOf(attempted.history);
      const done = calls.some((call) => isRemQueryInterface(call) || isRemRelease(call));
      const used = calls.find(isMethodCall);
      must(done || used === undefined, 'RemQueryInterface or RemRelease', () => `${used?.name} on the wrong interface`);
    },
  }),
  tolerated({
    id: 'dcom/2.2.18/further-references',
    section: '[MS-DCOM] 2.2.18.2',
    requirement: 'More references than usual change nothing but what is released.',
    level: 'MUST',
    needs: ['activation'],
    stimulus: 'cPublicRefs 32',
    with: { change: references((std) => ({ ...std, cPublicRefs: 32 })) },
    at: 'an activation that is granted',
  }),
  reaction({
    id: 'dcom/2.2.18.2/no-ping',
    section: '[MS-DCOM] 2.2.18.2',
    requirement: 'An object that is not to be pinged is not pinged.',
    level: 'MUST',
    needs: ['ping'],
    stimulus: 'SORF_NOPING',
    with: { change: references((std) => ({ ...std, flags: std.flags | 0x1000, oid: NOT_PINGED })) },
    judge(attempted, baseline) {
      const pinged = callsOf(attempted.history)
        .flatMap((call) => parametersOf<{ AddToSet?: bigint[] | null }>(call)?.AddToSet ?? [])
        .includes(NOT_PINGED);
      must(!pinged, 'no ping of the object', 'a ping of it');
      goesOn(attempted, baseline);
    },
  }),
];

/** An OID of its own, so that a ping of it is one. */
const NOT_PINGED = 0x1122334455667788n;
