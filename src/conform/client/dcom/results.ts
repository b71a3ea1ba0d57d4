import {
  activationObjref,
  activationPropertiesOf,
  CLSID_ActivationPropertiesOut,
  CLSID_PropsOutInfo,
  CLSID_ScmReplyInfo,
  IID_IActivationPropertiesOut,
  type RemoteActivationResponse,
  type RemoteCreateInstance,
} from '../../../codec/dcom/index.js';
import type { Infer } from '../../../codec/ndr/index.js';
import { type ClientCheck, refused } from '../check.js';
import { isActivationCall, isRemQueryInterface } from '../history/calls.js';
import type { Change } from '../middle/answer.js';
import { activations, carried, values, withValue } from '../middle/changes.js';

type Activated = Infer<typeof RemoteCreateInstance.response>;

/** An activation that fails with a result, in whichever method. */
const failing = (result: number): Change =>
  activations((response) => {
    if (response.call.opnum === 0) {
      const value = carried<RemoteActivationResponse>(response);
      const none = { ppdsaOxidBindings: null, pOxid: 0n };
      return [{ pdu: withValue(response, { ...value, ...none, phr: result, ReturnValue: 0 }) }];
    }
    const value = carried<Activated>(response);
    return [{ pdu: withValue<Activated>(response, { ...value, ppActProperties: null, ReturnValue: result }) }];
  });

/** As `failing`, but with all that a success has. */
const failingWithAll = (result: number): Change =>
  activations((response) =>
    response.call.opnum === 0
      ? [{ pdu: withValue(response, { ...carried<RemoteActivationResponse>(response), phr: result }) }]
      : [{ pdu: withValue(response, { ...carried<Activated>(response), ReturnValue: result }) }],
  );

/** The answer of RemoteCreateInstance or RemoteGetClassObject without one of its properties. */
const without = (clsid: string): Change =>
  values<Activated>(isActivationCall, (value, { call }) => {
    const properties = activationPropertiesOf(value.ppActProperties)?.properties ?? [];
    if (call.opnum === 0) return value;
    const left = properties.filter((property) => property.clsid !== clsid);
    const { ppActProperties: _, ...rest } = value;
    return {
      ...rest,
      ppActProperties: activationObjref(CLSID_ActivationPropertiesOut, IID_IActivationPropertiesOut, left),
    };
  });

const result = (id: string, name: string, hresult: number): ClientCheck =>
  refused({
    id: `dcom/3.2.4.1.1.2/${id}`,
    section: '[MS-DCOM] 3.2.4.1.1.2',
    requirement: `An activation whose overall result is a failure returned nothing: ${name}.`,
    level: 'MUST',
    needs: ['activation'],
    stimulus: `${name} for each activation`,
    with: { change: failing(hresult) },
    uses: 'activation',
    at: 'an answer to an activation',
  });

export const RESULTS: readonly ClientCheck[] = [
  result('access-denied', 'E_ACCESSDENIED', 0x80070005),
  result('class-not-registered', 'REGDB_E_CLASSNOTREG', 0x80040154),
  result('no-interface', 'E_NOINTERFACE', 0x80004002),
  result('server-busy', 'CO_E_SERVER_EXEC_FAILURE', 0x80080005),
  refused({
    id: 'dcom/3.2.4.1.1.2/failed-with-references',
    section: '[MS-DCOM] 3.2.4.1.1.2',
    requirement: 'An activation whose overall result is a failure returned nothing, whatever comes with it.',
    level: 'MUST',
    needs: ['activation'],
    stimulus: 'E_FAIL beside all that a success has',
    with: { change: failingWithAll(0x80004005) },
    uses: 'reference',
    at: 'an answer to an activation',
  }),
  refused({
    id: 'dcom/3.1.2.5.2.3.3/no-properties',
    section: '[MS-DCOM] 3.1.2.5.2.3.3',
    requirement: 'A success without activation properties gave nothing.',
    level: 'MUST',
    needs: ['create-instance'],
    stimulus: 'S_OK and a null pointer instead of the activation properties',
    with: {
      change: values<Activated>(isActivationCall, (value) => ({ ...value, ppActProperties: null })),
    },
    uses: 'activation',
  }),
  refused({
    id: 'dcom/2.2.22/no-scm-reply',
    section: '[MS-DCOM] 2.2.22.2.8',
    requirement: 'A success without ScmReplyInfo names no object exporter, so nothing can be called.',
    level: 'MUST',
    needs: ['create-instance'],
    stimulus: 'activation properties without ScmReplyInfo',
    with: { change: without(CLSID_ScmReplyInfo) },
    uses: 'activation',
  }),
  refused({
    id: 'dcom/2.2.22/no-props-out',
    section: '[MS-DCOM] 2.2.22.2.9',
    requirement: 'A success without PropsOutInfo returned no interface, so none can be called.',
    level: 'MUST',
    needs: ['create-instance'],
    stimulus: 'activation properties without PropsOutInfo',
    with: { change: without(CLSID_PropsOutInfo) },
    uses: 'reference',
  }),
  refused({
    id: 'dcom/3.2.4.4.3/query-refused',
    section: '[MS-DCOM] 3.2.4.4.3',
    requirement: 'An interface that RemQueryInterface refuses was not obtained.',
    level: 'MUST',
    needs: ['object'],
    stimulus: 'E_NOINTERFACE for each RemQueryInterface',
    with: {
      change: values<{ ppQIResults: { hResult: number }[] | null; ReturnValue: number }>(
        isRemQueryInterface,
        (value) => ({
          ...value,
          ppQIResults: value.ppQIResults?.map((each) => ({ ...each, hResult: 0x80004002 })) ?? null,
          ReturnValue: 0x80004002,
        }),
      ),
    },
    uses: 'call',
    at: 'RemQueryInterface',
  }),
];
