import {
  COM_VERSION_5_7,
  ComplexPing,
  IActivation,
  IID_IUnknown,
  IObjectExporter,
  NCACN_IP_TCP,
  RemoteActivation,
  ResolveOxid2,
} from '../../../codec/dcom/index.js';
import { ept, ept_map, packTower } from '../../../codec/epm/index.js';
import { NULL_CONTEXT_HANDLE } from '../../../codec/ndr/index.js';
import { FAULT, NDR20_SYNTAX, RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { UUID_NULL } from '../../../codec/uuid.js';
import { expectFault, must } from '../../core/index.js';
import { decoded, type Interface } from '../association.js';
import { group } from '../group.js';
import { NTLM, type Target } from '../target.js';

/** What [MS-RPCE] 3.1.3.5.2 has for any stub, and what Windows has where a number is outside of its range: RPC_X_INVALID_BOUND. */
const BAD_STUB: readonly number[] = [FAULT.BAD_STUB_DATA];
const BAD_STUB_OR_BOUND: readonly number[] = [FAULT.BAD_STUB_DATA, 0x000006c6];

/** A call by the account, so that what refuses it is not who calls. */
async function ask(target: Target, wanted: Interface, opnum: number, stub: Uint8Array) {
  const association = await target.connect();
  const level = RPC_C_AUTHN_LEVEL.PKT_INTEGRITY;
  const context = await target.logon(NTLM, level);
  const protection = await association.authenticate(wanted, { context, level });
  return { association, received: await association.ask(opnum, stub, { protection }), protection };
}

async function refused(
  target: Target,
  [wanted, opnum]: readonly [Interface, number],
  stub: Uint8Array,
  statuses = BAD_STUB,
): Promise<void> {
  expectFault((await ask(target, wanted, opnum, stub)).received, ...statuses);
}

const PING = [IObjectExporter, ComplexPing.opnum] as const;
const ACTIVATION = [IActivation, RemoteActivation.opnum] as const;

/** A new ping set with an object that nobody has: what an honest server makes of it is gone after some minutes. */
const ping = (changes: Partial<Parameters<typeof ComplexPing.request.encode>[0]> = {}): Buffer =>
  Buffer.from(
    ComplexPing.request.encode({ pSetId: 0n, SequenceNum: 1, AddToSet: [0x1234n], DelFromSet: null, ...changes }),
  );

/** The octets of `ping`: where its parts stand. */
const PING_GAP = 14;
const PING_MAXIMUM = 20;

/** An activation of a class that does not exist, with a name of four characters. */
const activation = (changes: Partial<Parameters<typeof RemoteActivation.request.encode>[0]> = {}): Buffer =>
  Buffer.from(
    RemoteActivation.request.encode({
      ORPCthis: { version: COM_VERSION_5_7, flags: 0, cid: UUID_NULL },
      Clsid: '9d3b0f5e-1f0a-4b7e-8a57-2f4c3c9b7a11',
      pwszObjectName: 'name',
      ClientImpLevel: 2,
      Mode: 0,
      pIIDs: [IID_IUnknown],
      aRequestedProtseqs: [NCACN_IP_TCP],
      ...changes,
    }),
  );

/** ORPCTHIS of 32 octets, the class, and the referent of the name; then maximum count, offset and actual count. */
const NAME_MAXIMUM = 52;
const NAME_OFFSET = NAME_MAXIMUM + 4;
const NAME_ACTUAL = NAME_MAXIMUM + 8;

const written = (stub: Buffer, offset: number, value: number): Buffer => {
  const changed = Buffer.from(stub);
  changed.writeUInt32LE(value >>> 0, offset);
  return changed;
};

/** A tower of five floors has 75 octets, and says 76. */
const mapping = (): Uint8Array =>
  ept_map.request.encode({
    obj: null,
    map_tower: {
      ...packTower({
        interface: { uuid: ept.uuid, ...ept.version },
        transferSyntax: { uuid: NDR20_SYNTAX.uuid, major: NDR20_SYNTAX.version, minor: 0 },
        protseq: 'ncacn_ip_tcp',
        address: '0.0.0.0',
        endpoint: '0',
      }),
      tower_length: 76,
    },
    entry_handle: NULL_CONTEXT_HANDLE,
    max_towers: 1,
  });

/** What a server makes of parameters that contradict themselves: [MS-RPCE] 3.1.1.5.3. */
export const STUB_CHECKS = [
  ...group({ needs: ['oxid', 'ntlm'], section: '[MS-RPCE] 3.1.1.5.3.2.1', level: 'SHOULD' }, [
    {
      id: 'rpce/3.1.3.5.2/bad-stub-data',
      section: '[MS-RPCE] 3.1.3.5.2',
      level: 'MUST',
      requirement: 'Parameters that cannot be read are refused with the fault 0x000006f7.',
      stimulus: 'ResolveOxid2 without parameters',
      run: (target) => refused(target, [IObjectExporter, ResolveOxid2.opnum], Buffer.alloc(0)),
    },
    {
      id: 'rpce/3.1.1.5.3/short-stub',
      section: '[MS-RPCE] 3.1.1.5.3.2.2',
      level: 'MUST',
      requirement: 'Parameters that end too early are refused.',
      stimulus: 'ComplexPing without its last eight octets',
      run: (target) => refused(target, PING, ping().subarray(0, -8)),
    },
    {
      id: 'rpce/3.1.1.5.3/conformance-mismatch',
      requirement: 'The maximum count of an array equals the parameter that gives it.',
      stimulus: 'ComplexPing whose cAddToSet says one, with an array of two',
      run: (target) => refused(target, PING, ping({ cAddToSet: 1, AddToSet: [0x1234n, 0x5678n] })),
    },
    {
      id: 'rpce/3.1.1.5.3/maximum-count-huge',
      section: '[MS-RPCE] 3.1.1.5.3.2.2',
      requirement: 'An array has no more than 2^31 - 1 elements.',
      stimulus: 'ComplexPing with an array whose maximum count is 0xffffffff',
      run: (target) => refused(target, PING, written(ping(), PING_MAXIMUM, 0xffffffff)),
    },
    {
      id: 'rpce/3.1.1.5.3/null-array',
      section: '[MS-RPCE] 3.1.1.5.3.3.1',
      requirement: 'A NULL pointer stands for no array of elements.',
      stimulus: 'ComplexPing whose cAddToSet says one, with a NULL pointer',
      run: (target) => refused(target, PING, ping({ cAddToSet: 1, AddToSet: null })),
    },
    {
      id: 'rpce/3.1.1.5.3/gaps-ignored',
      section: '[MS-RPCE] 3.1.1.5.3.2.2',
      requirement: 'The contents of alignment gaps are ignored.',
      stimulus: 'ComplexPing with octets other than zero in its gap',
      async run(target) {
        const stub = ping();
        stub.writeUInt16LE(0xdead, PING_GAP);
        const { association, received, protection } = await ask(target, ...PING, stub);
        const answer = await association.answer(received, protection);
        const { ReturnValue } = decoded(ComplexPing, answer.stub);
        must(ReturnValue === 0, 'status 0', `status ${ReturnValue}`);
      },
    },
  ]),
  ...group({ needs: ['epm', 'ntlm'], section: '[MS-RPCE] 3.1.1.5.3.2.1', level: 'SHOULD' }, [
    {
      id: 'rpce/3.1.1.5.3/structure-conformance-mismatch',
      requirement: "The maximum count of a structure's array equals the field that gives it.",
      stimulus: 'ept_map with a tower whose tower_length is one too many',
      run: (target) => refused(target, [ept, ept_map.opnum], mapping()),
    },
  ]),
  ...group({ needs: ['old-activator', 'ntlm'], section: '[MS-RPCE] 3.1.1.5.3.2.1', level: 'SHOULD' }, [
    {
      id: 'rpce/3.1.1.5.3/string-offset',
      requirement: 'A string begins at offset 0.',
      stimulus: 'RemoteActivation whose pwszObjectName has the offset 1',
      run: (target) => refused(target, ACTIVATION, written(activation(), NAME_OFFSET, 1)),
    },
    {
      id: 'rpce/3.1.1.5.3/actual-above-maximum',
      level: 'MUST',
      requirement: 'Offset and actual count together do not exceed the maximum count.',
      stimulus: 'RemoteActivation whose pwszObjectName has more characters than its maximum count',
      run: (target) => refused(target, ACTIVATION, written(activation(), NAME_MAXIMUM, 4)),
    },
    {
      id: 'rpce/3.1.1.5.3/actual-count-huge',
      level: 'MUST',
      requirement: 'A string of more characters than its maximum count is refused, whatever it counts.',
      stimulus: 'RemoteActivation whose pwszObjectName counts 0xffffffff characters',
      run: (target) => refused(target, ACTIVATION, written(activation(), NAME_ACTUAL, 0xffffffff)),
    },
    {
      id: 'dcom/3.1.2.5.2.3.1/interfaces-range',
      section: '[MS-DCOM] 3.1.2.5.2.3.1',
      requirement: 'Interfaces is between 1 and 0x8000.',
      stimulus: 'RemoteActivation whose Interfaces is 0x8001, with an array of one',
      run: (target) => refused(target, ACTIVATION, activation({ Interfaces: 0x8001 }), BAD_STUB_OR_BOUND),
    },
    {
      id: 'dcom/3.1.2.5.2.3.1/interfaces-count',
      section: '[MS-DCOM] 3.1.2.5.2.3.1',
      requirement: 'Interfaces is the number of the IIDs.',
      stimulus: 'RemoteActivation whose Interfaces says two, with an array of one',
      run: (target) => refused(target, ACTIVATION, activation({ Interfaces: 2 })),
    },
  ]),
];
