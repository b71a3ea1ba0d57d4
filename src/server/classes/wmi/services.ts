import type { OBJREF } from '../../../codec/dcom/index.js';
import { type BSTR, bstrText } from '../../../codec/oaut/index.js';
import {
  CancelAsyncCall,
  type CimObject,
  CreateClassEnum,
  CreateInstanceEnum,
  DeleteClass,
  DeleteInstance,
  ExecMethod,
  ExecNotificationQuery,
  ExecQuery,
  GetObject,
  IID_IEnumWbemClassObject,
  IID_IWbemCallResult,
  IID_IWbemServices,
  NO_PARENT,
  OpenNamespace,
  PutClass,
  PutInstance,
  QueryObjectSink,
  WBEM_FLAG_FORWARD_ONLY,
  WBEM_FLAG_RETURN_IMMEDIATELY,
  WBEMSTATUS,
} from '../../../codec/wmi/index.js';
import { parseObjectPath } from '../../../codec/wql/index.js';
import { type ComObject, comInterface, comMethod, handOut, type ObjectCall, type ObjectHost } from '../class.js';
import { ASYNCHRONOUS } from './asynchronous.js';
import { type CallResult, callResult, outcome } from './call-result.js';
import { Enumerator } from './enumerator.js';
import { hresultOf, WmiError } from './error.js';
import { execute } from './methods.js';
import type { CimNamespace } from './namespace.js';
import { notifications } from './notifications.js';
import { objectAt } from './objects.js';
import { classesBelow, instancesOf, type ResultSet, runQuery } from './query.js';
import type { CimRepository } from './repository.js';
import type { Moment } from './row.js';
import { admit, guardedFor, serveAt } from './session.js';
import { type ObjectSource, ResultSource } from './source.js';

/** An [in, out, unique] parameter that the client left out stays so. */
const asked = <T>(given: unknown, value: T): T | undefined => (given === undefined ? undefined : value);

type Pointer = OBJREF | null;

/** [MS-WMI] 3.1.4.3: one namespace, as NTLMLogin and OpenNamespace give it. */
export function services(namespace: CimNamespace, repository: CimRepository, host: ObjectHost): ComObject {
  const momentOf = ({ time }: ObjectCall): Moment => ({ host, time });
  const methods = comInterface(
    comMethod(OpenNamespace, async ({ strNamespace, lFlags, ppWorkingNamespace, ppResult }, call) => {
      const result = await outcome(() => {
        const child = repository.find(`${namespace.name}\\${bstrText(strNamespace)}`);
        admit(child, call, 'enable');
        return {
          services: (later: ObjectCall) => marshaled(services(child, repository, host), IID_IWbemServices, later),
        };
      });
      const { later, ReturnValue } = delivered(result, lFlags, ppResult, call);
      const now = lFlags & WBEM_FLAG_RETURN_IMMEDIATELY ? null : (result.services?.(call) ?? null);
      return { ppWorkingNamespace: asked(ppWorkingNamespace, now), ppResult: asked(ppResult, later), ReturnValue };
    }),
    comMethod(CancelAsyncCall, () => ({ ReturnValue: WBEMSTATUS.WBEM_E_NOT_FOUND })),
    comMethod(QueryObjectSink, () => ({ ppResponseHandler: null, ReturnValue: WBEMSTATUS.WBEM_E_NOT_SUPPORTED })),
    comMethod(GetObject, async ({ strObjectPath, lFlags, ppObject, ppCallResult }, call) => {
      const result = await outcome(() => {
        serveAt(namespace, call);
        admit(namespace, call, 'enable');
        const path = bstrText(strObjectPath);
        return { object: path === '' ? EMPTY_CLASS : objectAt(namespace, parseObjectPath(path), momentOf(call)) };
      });
      const { now, later, ReturnValue } = delivered(result, lFlags, ppCallResult, call);
      return { ppObject: out(ppObject, now), ppCallResult: asked(ppCallResult, later), ReturnValue };
    }),
    comMethod(CreateClassEnum, ({ strSuperclass, lFlags }, call) =>
      enumeration({ namespace, host }, call, lFlags, () =>
        classesBelow(namespace, bstrText(strSuperclass), lFlags, momentOf(call)),
      ),
    ),
    comMethod(CreateInstanceEnum, ({ strSuperClass, lFlags }, call) =>
      enumeration({ namespace, host }, call, lFlags, () =>
        instancesOf(namespace, bstrText(strSuperClass), lFlags, momentOf(call)),
      ),
    ),
    comMethod(ExecQuery, ({ strQueryLanguage, strQuery, lFlags }, call) =>
      enumeration({ namespace, host }, call, lFlags, () => {
        inWql(strQueryLanguage);
        return runQuery(namespace, bstrText(strQuery), lFlags, momentOf(call));
      }),
    ),
    comMethod(ExecNotificationQuery, ({ strQueryLanguage, strQuery, lFlags }, call) =>
      handedOut({ namespace, host }, call, 'WBEM_E_UNPARSABLE_QUERY', () => {
        inWql(strQueryLanguage);
        return notifications(namespace, bstrText(strQuery), lFlags, host);
      }),
    ),
    comMethod(
      ExecMethod,
      async ({ strObjectPath, strMethodName, lFlags, pInParams, ppOutParams, ppCallResult }, call) => {
        const result = await outcome(async () => {
          serveAt(namespace, call);
          admit(namespace, call, 'execute');
          const path = parseObjectPath(bstrText(strObjectPath));
          return { object: await execute(namespace, path, bstrText(strMethodName), pInParams, { call, host }) };
        });
        const { now, later, ReturnValue } = delivered(result, lFlags, ppCallResult, call);
        return { ppOutParams: out(ppOutParams, now), ppCallResult: asked(ppCallResult, later), ReturnValue };
      },
    ),
    ...READ_ONLY,
    ...ASYNCHRONOUS,
  );
  return {
    name: `IWbemServices ${namespace.name}`,
    queryInterface: (iid) => (iid === IID_IWbemServices ? methods : undefined),
  };
}

/** Nothing of a repository is written through a client. */
const READ_ONLY = [
  comMethod(PutClass, () => ({ ReturnValue: WBEMSTATUS.WBEM_E_ACCESS_DENIED })),
  comMethod(DeleteClass, () => ({ ReturnValue: WBEMSTATUS.WBEM_E_ACCESS_DENIED })),
  comMethod(PutInstance, () => ({ ReturnValue: WBEMSTATUS.WBEM_E_PROVIDER_NOT_CAPABLE })),
  comMethod(DeleteInstance, () => ({ ReturnValue: WBEMSTATUS.WBEM_E_PROVIDER_NOT_CAPABLE })),
];

/** [MS-WMI] 3.1.4.3.4: what GetObject gives for no path. */
const EMPTY_CLASS: CimObject = { kind: 'class', parent: NO_PARENT, class: NO_PARENT };

/** impacket leaves the parameter out and reads it nevertheless, so that Windows must give it. */
const out = (_given: unknown, value: CimObject | null): CimObject | null => value;

function inWql(language: BSTR): void {
  if (bstrText(language).toUpperCase() !== 'WQL')
    throw new WmiError('WBEM_E_INVALID_QUERY_TYPE', `queries are in WQL, not in ${bstrText(language)}`);
}

/** A result as the flags want it: at once, or by an IWbemCallResult. */
function delivered(
  result: CallResult,
  lFlags: number,
  askedResult: unknown,
  call: ObjectCall,
): { now: CimObject | null; later: Pointer; ReturnValue: number } {
  const isLater = (lFlags & WBEM_FLAG_RETURN_IMMEDIATELY) !== 0;
  if (isLater && askedResult === undefined)
    return { now: null, later: null, ReturnValue: WBEMSTATUS.WBEM_E_INVALID_PARAMETER };
  if (!isLater) return { now: result.object ?? null, later: null, ReturnValue: result.status };
  return {
    now: null,
    later: marshaled(callResult(result), IID_IWbemCallResult, call),
    ReturnValue: WBEMSTATUS.WBEM_S_NO_ERROR,
  };
}

const marshaled = (object: ComObject, iid: string, call: ObjectCall): Pointer => call.marshal(object, iid) ?? null;

/** An enumerator of results; a query that cannot be run is refused at once, also where it is semisynchronous. */
const enumeration = (scope: Scope, call: ObjectCall, lFlags: number, results: () => ResultSet) =>
  handedOut(
    scope,
    call,
    'WBEM_E_INVALID_QUERY',
    () => new ResultSource(results(), (lFlags & WBEM_FLAG_FORWARD_ONLY) !== 0),
  );

interface Scope {
  readonly namespace: CimNamespace;
  readonly host: ObjectHost;
}

function handedOut(
  { namespace, host }: Scope,
  call: ObjectCall,
  badQuery: keyof typeof WBEMSTATUS,
  source: () => ObjectSource,
): { ppEnum: Pointer; ReturnValue: number } {
  try {
    serveAt(namespace, call);
    admit(namespace, call, 'enable');
    const enumerator = new Enumerator(source(), host, guardedFor(namespace, call.security?.identity));
    const { pointer: ppEnum, ReturnValue } = handOut(call, enumerator, IID_IEnumWbemClassObject);
    if (ppEnum === null) enumerator.released();
    return { ppEnum, ReturnValue };
  } catch (error) {
    return { ppEnum: null, ReturnValue: hresultOf(error, badQuery) };
  }
}
