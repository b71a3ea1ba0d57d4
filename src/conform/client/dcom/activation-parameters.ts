import {
  type ActivationProperties,
  activationPropertiesOf,
  CLSID_ActivationPropertiesIn,
  CLSID_InstantiationInfo,
  CLSID_ScmRequestInfo,
  CLSID_ServerLocationInfo,
  IActivation,
  IID_IActivationPropertiesIn,
  type InterfacePointer,
  IRemoteSCMActivator,
  type OBJREF,
} from '../../../codec/dcom/index.js';
import { must, NotApplicable } from '../../core/index.js';
import type { Attempted } from '../attempt.js';
import { type ClientCheck, observed, tolerated } from '../check.js';
import { callsOf, isActivationCall, isServerAlive2, type MadeCall, parametersOf } from '../history/calls.js';
import { activationsOf, objectCallsOf } from '../judge.js';
import { values } from '../middle/changes.js';
import { orpcthisOf } from './versions.js';

type Parameters = { pUnkOuter?: InterfacePointer | null; pActProperties: InterfacePointer | null };

/** The first activation by IRemoteSCMActivator. Throws `NotApplicable` where there is none that can be read. */
function parameters(attempted: Attempted): Parameters {
  const call = activationsOf(attempted).find(({ call: { opnum } }) => opnum > 0);
  const found = call && parametersOf<Parameters>(call);
  if (found === undefined) throw new NotApplicable('the parameters of the activation cannot be read');
  return found;
}

/** The properties of an activation, or what else stands there. */
function propertiesOf({ pActProperties }: Parameters): ActivationProperties {
  const properties = activationPropertiesOf(pActProperties);
  must(
    properties !== undefined,
    'activation properties',
    pActProperties === null ? 'a null pointer' : 'something else',
  );
  return properties;
}

const REQUIRED = [
  [CLSID_InstantiationInfo, 'InstantiationInfoData'],
  [CLSID_ScmRequestInfo, 'ScmRequestInfoData'],
  [CLSID_ServerLocationInfo, 'LocationInfoData'],
] as const;

/** Another property in the answer, which nobody knows. */
const UNKNOWN = { clsid: '6a1d1b0a-64a3-4c0b-9f0e-3f6d2a0c5c11', raw: Buffer.alloc(16, 0x41) };

const withUnknownProperty = values<{ ppActProperties?: OBJREF | null }>(isActivationCall, (value) => {
  const properties = activationPropertiesOf(value.ppActProperties ?? null);
  if (properties === undefined) return value;
  const activationProperties = { ...properties, properties: [...properties.properties, UNKNOWN] };
  return { ...value, ppActProperties: { ...value.ppActProperties, activationProperties } as OBJREF };
});

const isReserved = ({ call }: MadeCall): boolean => call.opnum < 3;

export const ACTIVATION_PARAMETERS: readonly ClientCheck[] = [
  observed({
    id: 'dcom/3.1.2.5.2.3.3/properties-in',
    section: '[MS-DCOM] 3.1.2.5.2.3.3',
    requirement: 'The properties of an activation come in an OBJREF_CUSTOM of their own class and interface.',
    level: 'MUST',
    needs: ['create-instance'],
    judge(baseline) {
      const { pActProperties } = parameters(baseline);
      propertiesOf(parameters(baseline));
      const { clsid, iid } = pActProperties as { clsid?: string; iid?: string };
      must(clsid === CLSID_ActivationPropertiesIn, 'CLSID_ActivationPropertiesIn', `${clsid}`);
      must(iid === IID_IActivationPropertiesIn, 'IID_IActivationPropertiesIn', `${iid}`);
    },
  }),
  observed({
    id: 'dcom/3.1.2.5.2.3.3/required-properties',
    section: '[MS-DCOM] 3.1.2.5.2.3.3',
    requirement: 'InstantiationInfoData, ScmRequestInfoData and LocationInfoData are among the properties.',
    level: 'MUST',
    needs: ['create-instance'],
    judge(baseline) {
      const { properties } = propertiesOf(parameters(baseline));
      const missing = REQUIRED.filter(([clsid]) => !properties.some((each) => each.clsid === clsid));
      must(missing.length === 0, 'all three', () => `no ${missing.map(([, name]) => name).join(', no ')}`);
    },
  }),
  observed({
    id: 'dcom/3.1.2.5.2.3.3/outer',
    section: '[MS-DCOM] 3.1.2.5.2.3.3',
    requirement: 'RemoteCreateInstance has no pUnkOuter.',
    level: 'MUST',
    needs: ['create-instance'],
    judge(baseline) {
      must((parameters(baseline).pUnkOuter ?? null) === null, 'a null pointer', 'an OBJREF');
    },
  }),
  observed({
    id: 'dcom/3.1.2.5.2.3/no-extensions',
    section: '[MS-DCOM] 3.1.2.5.2.3.1, 3.1.2.5.2.3.2, 3.1.2.5.2.3.3',
    requirement: 'The ORPCTHIS of an activation has no extensions.',
    level: 'MUST',
    needs: ['activation'],
    judge(baseline) {
      for (const call of activationsOf(baseline))
        must((orpcthisOf(call).extensions ?? null) === null, 'no extensions', `${call.name} with some`);
    },
  }),
  tolerated({
    id: 'dcom/3.1.2.5.2.3.3/unknown-property-out',
    section: '[MS-DCOM] 3.1.2.5.2.3.3',
    requirement: 'A property of the answer that the client does not know is ignored.',
    level: 'SHOULD',
    needs: ['create-instance'],
    stimulus: 'a third property behind those of the answer',
    with: { change: withUnknownProperty },
    at: 'an answer to an activation',
  }),
  observed({
    id: 'dcom/3.1.2.5.2.2/local-opnums',
    section: '[MS-DCOM] 3.1.2.5.2.2',
    requirement: 'Opnums 0 to 2 of IRemoteSCMActivator, which are for local use, are not called.',
    level: 'MUST',
    needs: ['activation'],
    judge({ history }) {
      const calls = callsOf(history).filter(({ call }) => call.interface === IRemoteSCMActivator.uuid);
      if (calls.length === 0) throw new NotApplicable('the client activates by IActivation');
      const wrong = calls.find(isReserved);
      must(wrong === undefined, 'opnum 3 or 4', () => `opnum ${wrong?.call.opnum}`);
    },
  }),
  observed({
    id: 'dcom/3.1.1.5.8/iunknown-opnums',
    section: '[MS-DCOM] 3.1.1.5.8',
    requirement: 'Opnums 0 to 2 of an interface, which are those of IUnknown, are not called.',
    level: 'MUST',
    needs: ['object'],
    judge(baseline) {
      const wrong = objectCallsOf(baseline).find(
        (call) => call.call.interface !== IActivation.uuid && isReserved(call),
      );
      must(wrong === undefined, 'opnum 3 or above', () => `opnum ${wrong?.call.opnum} of ${wrong?.call.interface}`);
    },
  }),
  tolerated({
    id: 'dcom/3.1.2.5.1.6/reserved',
    section: '[MS-DCOM] 3.1.2.5.1.6',
    requirement: 'The pReserved that ServerAlive2 returns is ignored.',
    level: 'MUST',
    needs: ['server-alive2'],
    stimulus: 'an answer of ServerAlive2 whose pReserved is not 0',
    with: { change: values<{ pReserved?: number }>(isServerAlive2, (value) => ({ ...value, pReserved: 0x1234 })) },
    at: 'an answer of ServerAlive2',
  }),
];
