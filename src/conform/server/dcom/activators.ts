import type { ActivationMethod } from '../../../client/activate.js';
import {
  CLSID_ActivationPropertiesOut,
  IID_IActivationPropertiesOut,
  IID_IUnknown,
  NCACN_IP_TCP,
  packActivationRequest,
  RemoteActivation,
  RemoteCreateInstance,
} from '../../../codec/dcom/index.js';
import { FAULT, RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { UUID_NULL } from '../../../codec/uuid.js';
import { expectFault, Mismatch, must } from '../../core/index.js';
import {
  ACTIVATION_METHODS,
  activateOver,
  activationCall,
  activator,
  activatorOf,
  mustBeAccepted,
  mustBeRefused,
  NO_CLASS,
  type Wanted,
} from '../activation.js';
import { decoded } from '../association.js';
import { group, type ServerCheckRow } from '../group.js';
import { activatorFact, slug } from '../hardening/levels.js';
import type { Target } from '../target.js';
import { mustBe, stdOf } from './exported.js';
import { readBindings } from './resolver.js';

const { PKT_INTEGRITY } = RPC_C_AUTHN_LEVEL;
const RPC_E_VERSION_MISMATCH = 0x80010110;
const REGDB_E_CLASSNOTREG = 0x80040154;
const E_NOINTERFACE = 0x80004002;
const CO_S_NOTALLINTERFACES = 0x00080012;

const NO_INTERFACE = '0f1e0a9c-6f1d-4b1d-8f0e-2a6f4c8d7e55';

const SECTION = '[MS-DCOM] 3.1.2.5.2.3';
const SECTIONS = {
  RemoteActivation: '[MS-DCOM] 3.1.2.5.2.3.1',
  RemoteGetClassObject: '[MS-DCOM] 3.1.2.5.2.3.2',
  RemoteCreateInstance: '[MS-DCOM] 3.1.2.5.2.3.3',
} as const;

/** An activation at PKT_INTEGRITY. */
async function activate(target: Target, method: ActivationMethod, wanted: Wanted = {}) {
  return activateOver(target, await activator(target, method, target.authType, PKT_INTEGRITY), method, wanted);
}

const VERSIONS: readonly (readonly [name: string, major: number, minor: number])[] = [
  ['higher-minor', 5, 8],
  ['higher-major', 6, 0],
  ['lower-major', 4, 7],
];

const byMethod = ACTIVATION_METHODS.flatMap((method): ServerCheckRow[] => [
  ...VERSIONS.map(
    ([name, MajorVersion, MinorVersion]): ServerCheckRow => ({
      id: `dcom/3.1.2.5.2.3/version-${name}-${slug(method)}`,
      needs: [activatorFact(method)],
      requirement: `${method} with COM version ${MajorVersion}.${MinorVersion} is RPC_E_VERSION_MISMATCH.`,
      stimulus: `${method} at PKT_INTEGRITY with this version in ORPCTHIS`,
      async run(target) {
        const outcome = await activate(target, method, { version: { MajorVersion, MinorVersion } });
        const { refused, status } = await mustBeRefused(target, outcome);
        if (status === undefined) throw new Mismatch('RPC_E_VERSION_MISMATCH', refused);
        mustBe(status, RPC_E_VERSION_MISMATCH);
      },
    }),
  ),
  {
    id: `dcom/3.1.2.5.2.3/unknown-class-${slug(method)}`,
    needs: [activatorFact(method), 'several-classes'],
    level: 'WINDOWS',
    requirement: `${method} of a class that nobody has registered is REGDB_E_CLASSNOTREG.`,
    stimulus: `${method} at PKT_INTEGRITY of a class that does not exist`,
    async run(target) {
      const { refused, status } = await mustBeRefused(target, await activate(target, method, { clsid: NO_CLASS }));
      if (status === undefined) throw new Mismatch('REGDB_E_CLASSNOTREG', refused);
      mustBe(status, REGDB_E_CLASSNOTREG);
    },
  },
  {
    id: `dcom/2.2.13.3/any-flags-${slug(method)}`,
    section: '[MS-DCOM] 2.2.13.3',
    needs: [activatorFact(method)],
    requirement: `flags of the ORPCTHIS of ${method} are ignored.`,
    stimulus: `${method} at PKT_INTEGRITY with flags 0xabcd`,
    run: async (target) => void mustBeAccepted(await activate(target, method, { flags: 0xabcd })),
  },
  {
    id: `${SECTIONS[method].replace('[MS-DCOM] ', 'dcom/')}/bindings`,
    section: SECTIONS[method],
    needs: [activatorFact(method)],
    requirement: `${method} gives the bindings of the exporter, with endpoints.`,
    stimulus: `${method} at PKT_INTEGRITY`,
    async run(target) {
      const { stringBindings } = readBindings(mustBeAccepted(await activate(target, method)).bindings);
      const tcp = stringBindings.filter(({ wTowerId }) => wTowerId === NCACN_IP_TCP);
      must(
        tcp.some(({ aNetworkAddr }) => /\[\d+\]$/.test(aNetworkAddr)),
        'ncacn_ip_tcp with an endpoint',
        `${tcp.length}`,
      );
    },
  },
  {
    id: `${SECTIONS[method].replace('[MS-DCOM] ', 'dcom/')}/identifiers`,
    section: SECTIONS[method],
    needs: [activatorFact(method)],
    requirement: `${method} gives an OXID, and the IPID of the remote unknown.`,
    stimulus: `${method} at PKT_INTEGRITY`,
    async run(target) {
      const { oxid, ipidRemUnknown } = mustBeAccepted(await activate(target, method));
      must(oxid !== 0n && ipidRemUnknown !== UUID_NULL, 'an OXID and an IPID', `${oxid} and ${ipidRemUnknown}`);
    },
  },
  {
    id: `${SECTIONS[method].replace('[MS-DCOM] ', 'dcom/')}/version`,
    section: SECTIONS[method],
    needs: [activatorFact(method)],
    requirement: `${method} gives the COM version of the exporter, 5.1 to 5.7.`,
    stimulus: `${method} at PKT_INTEGRITY`,
    async run(target) {
      const { MajorVersion = 0, MinorVersion = 0 } = mustBeAccepted(await activate(target, method)).serverVersion ?? {};
      const right = MajorVersion === 5 && MinorVersion >= 1 && MinorVersion <= 7;
      must(right, '5.1 to 5.7', `${MajorVersion}.${MinorVersion}`);
    },
  },
  {
    id: `${SECTIONS[method].replace('[MS-DCOM] ', 'dcom/')}/one-exporter`,
    section: SECTIONS[method],
    needs: [activatorFact(method)],
    requirement: 'The reference that an activation gives names the exporter that its answer names.',
    stimulus: `${method} at PKT_INTEGRITY`,
    async run(target) {
      const { oxid, interfaces } = mustBeAccepted(await activate(target, method));
      const std = stdOf(interfaces[0]?.objref);
      must(std.oxid === oxid, `OXID ${oxid}`, `OXID ${std.oxid}`);
    },
  },
]);

export const ACTIVATOR_CHECKS = group({ needs: ['activation'], section: SECTION }, [
  ...byMethod,
  {
    id: 'dcom/3.1.2.5.2.3/interfaces-in-order',
    needs: ['activator'],
    requirement: 'An activation gives a result for each interface that was asked for, in their order.',
    stimulus: 'RemoteCreateInstance of IUnknown, and of an interface that does not exist',
    async run(target) {
      const iids = [IID_IUnknown, NO_INTERFACE];
      const { interfaces } = mustBeAccepted(await activate(target, 'RemoteCreateInstance', { iids }));
      must(
        interfaces.map(({ iid }) => iid).join() === iids.join(),
        iids.join(),
        interfaces.map(({ iid }) => iid).join(),
      );
      const [first, second] = interfaces;
      must(first?.hresult === 0 && first.objref !== null, 'a reference to IUnknown', `${first?.hresult}`);
      mustBe(second?.hresult ?? 0, E_NOINTERFACE);
    },
  },
  {
    id: 'dcom/3.1.2.5.2.3/not-all-interfaces',
    needs: ['activator'],
    level: 'WINDOWS',
    requirement: 'If some of the interfaces exist, the activation succeeds, with S_OK or CO_S_NOTALLINTERFACES.',
    stimulus: 'RemoteCreateInstance of IUnknown and an interface that does not exist',
    async run(target) {
      const { association, protection } = await activator(
        target,
        'RemoteCreateInstance',
        target.authType,
        PKT_INTEGRITY,
      );
      const iids = [IID_IUnknown, NO_INTERFACE];
      const { opnum, stub } = activationCall(target, 'RemoteCreateInstance', { iids });
      const answer = await association.call(opnum, stub, { protection });
      mustBe(decoded(RemoteCreateInstance, answer.stub).ReturnValue, 0, CO_S_NOTALLINTERFACES);
    },
  },
  {
    id: 'dcom/3.1.2.5.2.3/no-such-interface',
    needs: ['activator'],
    level: 'WINDOWS',
    requirement: 'An activation that asks only for interfaces that do not exist fails.',
    stimulus: 'RemoteCreateInstance of an interface that does not exist',
    run: async (target) =>
      void (await mustBeRefused(target, await activate(target, 'RemoteCreateInstance', { iids: [NO_INTERFACE] }))),
  },
  {
    id: 'dcom/3.1.2.5.2.3.3/answer-is-custom',
    section: '[MS-DCOM] 3.1.2.5.2.3.3',
    needs: ['activator'],
    requirement: 'The answer is an OBJREF_CUSTOM of CLSID_ActivationPropertiesOut and IID_IActivationPropertiesOut.',
    stimulus: 'RemoteCreateInstance at PKT_INTEGRITY',
    async run(target) {
      const { association, protection } = await activator(
        target,
        'RemoteCreateInstance',
        target.authType,
        PKT_INTEGRITY,
      );
      const { opnum, stub } = activationCall(target, 'RemoteCreateInstance');
      const { ppActProperties } = decoded(
        RemoteCreateInstance,
        (await association.call(opnum, stub, { protection })).stub,
      );
      const { flags, clsid, iid } = (ppActProperties ?? {}) as { flags?: number; clsid?: string; iid?: string };
      const actual = `${flags} ${clsid} ${iid}`;
      const expected = `4 ${CLSID_ActivationPropertiesOut} ${IID_IActivationPropertiesOut}`;
      must(actual === expected, expected, actual);
    },
  },
  {
    id: 'dcom/3.1.2.5.2.3.3/objects-of-their-own',
    section: '[MS-DCOM] 3.1.2.5.2.3.3',
    needs: ['activator'],
    level: 'WINDOWS',
    requirement: 'Each RemoteCreateInstance makes an object of its own.',
    stimulus: 'two activations of one class',
    async run(target) {
      const oids = [];
      for (let call = 0; call < 2; call++) {
        const { interfaces } = mustBeAccepted(await activate(target, 'RemoteCreateInstance'));
        oids.push(stdOf(interfaces[0]?.objref).oid);
      }
      must(oids[0] !== oids[1], 'two objects', `OID ${oids[0]} twice`);
    },
  },
  {
    id: 'dcom/3.1.2.5.2.3.3/without-properties',
    section: '[MS-DCOM] 3.1.2.5.2.3.3',
    needs: ['activator'],
    requirement: 'An activation without pActProperties, which name the class, is refused.',
    stimulus: 'RemoteCreateInstance whose pActProperties is NULL',
    async run(target) {
      const { association, protection } = await activator(
        target,
        'RemoteCreateInstance',
        target.authType,
        PKT_INTEGRITY,
      );
      const orpcthis = { version: { MajorVersion: 5, MinorVersion: 7 }, flags: 1, cid: NO_INTERFACE };
      const stub = RemoteCreateInstance.request.encode({ orpcthis, pActProperties: null });
      const first = await association.ask(RemoteCreateInstance.opnum, stub, { protection });
      if (first.kind === 'pdu' && first.pdu.PTYPE === 'fault') return;
      const { ReturnValue } = decoded(RemoteCreateInstance, (await association.answer(first, protection)).stub);
      must(ReturnValue !== 0, 'a failure', 'success');
    },
  },
  {
    id: 'dcom/3.1.2.5.2.3.3/unknown-property',
    section: '[MS-DCOM] 3.1.2.5.2.3.3',
    needs: ['activator'],
    level: 'SHOULD',
    requirement: 'Activation properties that a server does not know are ignored.',
    stimulus: 'RemoteCreateInstance with a property of a CLSID that does not exist',
    async run(target) {
      const { association, protection } = await activator(
        target,
        'RemoteCreateInstance',
        target.authType,
        PKT_INTEGRITY,
      );
      const known = packActivationRequest({ clsid: target.options.clsid, iids: [IID_IUnknown] });
      if (!('activationProperties' in known)) throw new TypeError('no activation properties');
      const { activationProperties } = known;
      // [MS-RPCE] 2.2.6: a property is serialized; one of eight octets that say nothing.
      const raw = Buffer.from('01100800cccccccc08000000000000000000000000000000', 'hex');
      const properties = [...activationProperties.properties, { clsid: NO_CLASS, raw }];
      const pActProperties = { ...known, activationProperties: { ...activationProperties, properties } };
      const orpcthis = { version: { MajorVersion: 5, MinorVersion: 7 }, flags: 1, cid: NO_INTERFACE };
      const stub = RemoteCreateInstance.request.encode({ orpcthis, pActProperties });
      const answer = await association.call(RemoteCreateInstance.opnum, stub, { protection });
      mustBe(decoded(RemoteCreateInstance, answer.stub).ReturnValue, 0);
    },
  },
  {
    id: 'dcom/3.1.2.5.2.3.1/success-is-0',
    section: '[MS-DCOM] 3.1.2.5.2.3.1',
    needs: ['old-activator'],
    requirement: 'RemoteActivation gives 0 for an activation that succeeds, and for an interface that is there.',
    stimulus: 'RemoteActivation at PKT_INTEGRITY',
    async run(target) {
      const { association, protection } = await activator(target, 'RemoteActivation', target.authType, PKT_INTEGRITY);
      const { opnum, stub } = activationCall(target, 'RemoteActivation');
      const answer = decoded(RemoteActivation, (await association.call(opnum, stub, { protection })).stub);
      mustBe(answer.ReturnValue, 0);
      mustBe(answer.phr, 0);
      mustBe(answer.pResults[0] ?? -1, 0);
    },
  },
  ...(['RemoteActivation', 'RemoteCreateInstance'] as const).map(
    (method): ServerCheckRow => ({
      id: `dcom/3.1.2.5.2.${method === 'RemoteActivation' ? '1' : '2'}/opnum-beyond`,
      section: `[MS-DCOM] 3.1.2.5.2.${method === 'RemoteActivation' ? '1' : '2'}`,
      needs: [activatorFact(method)],
      requirement: `${activatorOf(method).name} has no operation 5.`,
      stimulus: 'a signed call with opnum 5',
      async run(target) {
        const { association, protection } = await activator(target, method, target.authType, PKT_INTEGRITY);
        expectFault(await association.ask(5, Buffer.alloc(8), { protection }), FAULT.OP_RNG_ERROR);
      },
    }),
  ),
]);
