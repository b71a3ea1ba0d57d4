import { IRemUnknown, IRemUnknown2, RemQueryInterface } from '../../../codec/dcom/index.js';
import { FAULT, RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { UUID_NULL } from '../../../codec/uuid.js';
import { expectFault, must } from '../../core/index.js';
import { contextOf } from '../association.js';
import { group, type ServerCheckRow } from '../group.js';
import { Exported, exporterPort, mustBe, objectOf, stdOf } from './exported.js';

const IID_IUnknown = '00000000-0000-0000-c000-000000000046';
const NO_IPID = '0000beef-1234-4abc-8def-0123456789ab';
const RPC_E_VERSION_MISMATCH = 0x80010110;
const RPC_E_INVALID_HEADER = 0x80010111;
const RPC_E_DISCONNECTED = 0x80010108;
const E_ACCESSDENIED = 0x80070005;

const VERSIONS: readonly (readonly [name: string, major: number, minor: number])[] = [
  ['higher-minor', 5, 8],
  ['higher-major', 6, 0],
  ['lower-major', 4, 7],
];

/** A query that changes nothing but a reference count. */
const query = (exported: Exported) => ({ ripid: exported.std.ipid, cRefs: 1, iids: [IID_IUnknown] });

export const OBJECT_CHECKS = group({ needs: ['activation'], section: '[MS-DCOM] 3.1.1.5.4' }, [
  ...VERSIONS.map(
    ([name, MajorVersion, MinorVersion]): ServerCheckRow => ({
      id: `dcom/3.1.1.5.4/version-${name}`,
      requirement: `An ORPC call of COM version ${MajorVersion}.${MinorVersion} is RPC_E_VERSION_MISMATCH.`,
      stimulus: 'RemQueryInterface with this version in ORPCTHIS',
      async run(target) {
        const exported = await Exported.by(target);
        const version = { MajorVersion, MinorVersion };
        mustBe(await exported.result(RemQueryInterface, query(exported), { version }), RPC_E_VERSION_MISMATCH);
      },
    }),
  ),
  {
    id: 'dcom/3.1.1.5.4/flags',
    requirement: 'An ORPC call whose ORPCTHIS has flags is RPC_E_INVALID_HEADER.',
    stimulus: 'RemQueryInterface with flags 1 in ORPCTHIS',
    async run(target) {
      const exported = await Exported.by(target);
      mustBe(await exported.result(RemQueryInterface, query(exported), { flags: 1 }), RPC_E_INVALID_HEADER);
    },
  },
  {
    id: 'dcom/2.2.13.3/reserved1',
    section: '[MS-DCOM] 2.2.13.3',
    requirement: 'reserved1 of ORPCTHIS is ignored.',
    stimulus: 'RemQueryInterface with reserved1 0x1234 in ORPCTHIS',
    async run(target) {
      const exported = await Exported.by(target);
      mustBe(await exported.result(RemQueryInterface, query(exported), { reserved1: 0x1234 }), 0);
    },
  },
  {
    id: 'dcom/3.1.1.5.4/unknown-ipid',
    requirement: 'An ORPC call to an IPID that does not exist is RPC_E_DISCONNECTED.',
    stimulus: 'RemQueryInterface with an IPID that does not exist for an object UUID',
    async run(target) {
      const exported = await Exported.by(target);
      mustBe(await exported.result(RemQueryInterface, query(exported), { object: NO_IPID }), RPC_E_DISCONNECTED);
    },
  },
  {
    id: 'dcom/3.1.1.5.4/without-authentication',
    requirement: "An ORPC call below the exporter's level is refused with access denied.",
    stimulus: 'RemQueryInterface over a connection without authentication',
    async run(target) {
      const reply = await objectOf(target);
      const association = await target.connect(exporterPort(reply));
      await association.bindTo(IRemUnknown);
      const exported = new Exported(target, reply, association, undefined as never);
      mustBe(await exported.result(RemQueryInterface, query(exported)), FAULT.ACCESS_DENIED, E_ACCESSDENIED);
    },
  },
  {
    id: 'dcom/3.1.1.5.4/goes-on-after-a-refusal',
    requirement: 'An ORPC call that is refused leaves the connection usable.',
    stimulus: 'RemQueryInterface of another version, and one that is right',
    async run(target) {
      const exported = await Exported.by(target);
      const version = { MajorVersion: 5, MinorVersion: 9 };
      await exported.result(RemQueryInterface, query(exported), { version });
      mustBe(await exported.result(RemQueryInterface, query(exported)), 0);
    },
  },
  ...[RPC_C_AUTHN_LEVEL.PKT_INTEGRITY, RPC_C_AUTHN_LEVEL.PKT_PRIVACY].map(
    (level): ServerCheckRow => ({
      id: `dcom/3.1.1.5.4/call-at-${level === RPC_C_AUTHN_LEVEL.PKT_PRIVACY ? 'pkt-privacy' : 'pkt-integrity'}`,
      requirement:
        'Calls to objects are answered at PKT_INTEGRITY and PKT_PRIVACY, and the answers are protected alike.',
      stimulus: `RemQueryInterface at level ${level}`,
      async run(target) {
        const exported = await Exported.by(target, { level });
        mustBe(await exported.result(RemQueryInterface, query(exported)), 0);
      },
    }),
  ),
  ...[IRemUnknown, IRemUnknown2].map(
    (wanted): ServerCheckRow => ({
      id: `dcom/3.1.1.5.${wanted === IRemUnknown ? '6/i-rem-unknown' : '7/i-rem-unknown2'}`,
      section: `[MS-DCOM] 3.1.1.5.${wanted === IRemUnknown ? '6' : '7'}`,
      requirement: `An object exporter has ${wanted.name}.`,
      stimulus: `a bind of ${wanted.name} at the exporter, and RemQueryInterface over it`,
      async run(target) {
        const exported = await Exported.by(target, { wanted });
        mustBe(await exported.result(RemQueryInterface, query(exported)), 0);
      },
    }),
  ),
  {
    id: 'dcom/3.1.1.5.6/opnum-beyond',
    section: '[MS-DCOM] 3.1.1.5.6',
    requirement: 'IRemUnknown has no operation 6, and IRemUnknown2 none above.',
    stimulus: 'a call of IRemUnknown2 with opnum 9',
    async run(target) {
      const { association, protection, reply } = await Exported.by(target);
      const how = { protection, object: reply.ipidRemUnknown };
      expectFault(await association.ask(9, Buffer.alloc(40), how));
    },
  },
  {
    id: 'dcom/3.1.1.5.1/standard-reference',
    section: '[MS-DCOM] 3.1.1.5.1',
    requirement: 'A reference that an activation gives has an OXID, an OID and an IPID.',
    stimulus: 'an activation',
    async run(target) {
      const { oxid, oid, ipid } = stdOf((await objectOf(target)).interfaces[0]?.objref);
      must(oxid !== 0n && oid !== 0n && ipid !== UUID_NULL, 'three identifiers', `${oxid}, ${oid}, ${ipid}`);
    },
  },
  {
    id: 'dcom/3.1.1.5.1/references-given',
    section: '[MS-DCOM] 3.1.1.5.1',
    level: 'SHOULD',
    requirement: 'A reference that an activation gives comes with 5 public references.',
    stimulus: 'an activation',
    async run(target) {
      const { cPublicRefs } = stdOf((await objectOf(target)).interfaces[0]?.objref);
      must(cPublicRefs === 5, '5', `${cPublicRefs}`);
    },
  },
  {
    id: 'dcom/3.1.1.5.1/iid',
    section: '[MS-DCOM] 3.1.1.5.1',
    requirement: 'A reference names the interface that was asked for.',
    stimulus: 'an activation of IUnknown',
    async run(target) {
      const objref = (await objectOf(target)).interfaces[0]?.objref as { iid?: string } | null | undefined;
      must(objref?.iid === IID_IUnknown, IID_IUnknown, `${objref?.iid}`);
    },
  },
  {
    id: 'dcom/3.1.1.5.1/resolver-bindings',
    section: '[MS-DCOM] 3.1.1.5.1',
    requirement: 'saResAddr of a reference has the bindings of the resolver.',
    stimulus: 'an activation',
    async run(target) {
      const objref = (await objectOf(target)).interfaces[0]?.objref;
      stdOf(objref);
      const { saResAddr } = objref as { saResAddr: { stringBindings?: readonly unknown[] } };
      must((saResAddr.stringBindings?.length ?? 0) > 0, 'string bindings', 'none');
    },
  },
  {
    id: 'dcom/3.1.1.5.4/interface-of-the-object',
    level: 'WINDOWS',
    requirement: 'The interface of an object can be bound at its exporter.',
    stimulus: 'an alter_context of IUnknown at the exporter',
    async run(target) {
      const { association } = await Exported.by(target);
      const unknown = { name: 'IUnknown', uuid: IID_IUnknown, version: { major: 0, minor: 0 } };
      const received = await association.connection.exchange(association.alterPdu([contextOf(unknown, 1)]));
      const results = received.kind === 'pdu' && 'results' in received.pdu ? received.pdu.results : [];
      must(results[0]?.result === 0, 'acceptance (0)', `result ${results[0]?.result}`);
    },
  },
]);
