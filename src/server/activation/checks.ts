import {
  ACTVFLAGS_ACTIVATE_32_BIT_SERVER,
  ACTVFLAGS_ACTIVATE_64_BIT_SERVER,
  ACTVFLAGS_DISABLE_AAA,
  type ActivationProperties,
  type ActivationRequest,
  activationPropertiesOf,
  CLSID_ActivationContextInfo,
  CLSID_InstanceInfo,
  CLSID_ScmRequestInfo,
  CLSID_ServerLocationInfo,
  CLSID_SpecialSystemProperties,
  type InterfacePointer,
  MAX_ACTPROP_LIMIT,
  MAX_REQUESTED_INTERFACES,
  NCACN_IP_TCP,
  propertyOf,
  SPD_FLAG_USE_CONSOLE_SESSION,
} from '../../codec/dcom/index.js';
import type { RefusedBy } from '../../codec/status/refused-by.js';
import type { ComClass } from '../classes/class.js';
import { HRESULT } from '../com.js';

/** The logon sessions of the simulated machine, where an object exporter could be started. */
export interface LogonSessions {
  readonly ids: readonly number[];
  /** Undefined where nobody sits at the console. */
  readonly console: number | undefined;
}

/** Session 0 of the services, and somebody at the console. */
export const DEFAULT_SESSIONS: LogonSessions = { ids: [0, 1], console: 1 };

/** What an activation asks for, beside what every method has in common. */
export interface AskedFor {
  readonly request: ActivationRequest | undefined;
  /** Of RemoteGetClassObject and RemoteCreateInstance. */
  readonly pActProperties?: InterfacePointer | null;
  /** RemoteActivation's pwszObjectName, or the fileName of InstanceInfoData. */
  readonly objectName?: string | undefined;
  /** RemoteActivation's Mode. */
  readonly mode?: number;
  /** RemoteActivation's pObjectStorage, or ifdStg of InstanceInfoData. */
  readonly storage?: boolean;
}

export interface ActivationRefusal {
  readonly hresult: number;
  readonly refusedBy: RefusedBy;
  readonly reason: string;
  /** How it is told; by a result in the answer where absent. */
  readonly form?: 'fault';
  /** An error thrown by a user's class. */
  readonly mistake?: Error;
}

type Check = (asked: Checked) => ActivationRefusal | undefined;

interface Checked {
  readonly request: ActivationRequest;
  readonly properties: ActivationProperties | undefined;
  readonly comClass: ComClass;
  readonly sessions: LogonSessions;
  /** Refuse a client without a context: [MS-DCOM] 2.2.22.2.5 asks for that, and what impacket does with Windows denies it. */
  readonly requireClientContext: boolean;
}

const ANY_SESSION = 0xffffffff;
const CONSOLE = 'at the console';

const refuse = (refusedBy: RefusedBy, hresult: number, reason: string): ActivationRefusal => ({
  refusedBy,
  hresult,
  reason,
});

/** Why a request cannot be carried out, whatever its class. */
export function malformed({ request, pActProperties = null }: AskedFor): ActivationRefusal | undefined {
  const bad = (reason: string) => refuse('request', HRESULT.E_INVALIDARG, reason);
  if (request === undefined) return bad('the request has no InstantiationInfoData, so it names no class');
  const count = request.iids.length;
  if (count === 0 || count > MAX_REQUESTED_INTERFACES)
    return bad(`the request names ${count} interfaces, not 1 to ${MAX_REQUESTED_INTERFACES}`);
  const properties = activationPropertiesOf(pActProperties)?.properties.length ?? 1;
  if (properties > MAX_ACTPROP_LIMIT) return bad(`${properties} activation properties, not 1 to ${MAX_ACTPROP_LIMIT}`);
  return undefined;
}

/** [MS-DCOM] 3.1.2.5.2.3: what RemoteGetClassObject and RemoteCreateInstance check before the object exporter is made. */
export function propertyRefusal(checked: Checked): ActivationRefusal | undefined {
  for (const check of CHECKS) {
    const refusal = check(checked);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

const session: Check = ({ properties, sessions }) => {
  const special = properties && propertyOf(properties, CLSID_SpecialSystemProperties);
  if (special === undefined) return undefined;
  const console = (special.dwFlags & SPD_FLAG_USE_CONSOLE_SESSION) !== 0;
  const there = console
    ? sessions.console !== undefined
    : special.dwSessionId === ANY_SESSION || sessions.ids.includes(special.dwSessionId);
  const which = console ? CONSOLE : `with the id ${special.dwSessionId}`;
  return there ? undefined : refuse('session', HRESULT.CO_E_RUNAS_LOGON_FAILURE, `nobody has logged on ${which}`);
};

const activateAsActivator: Check = ({ request: { actvflags = 0 }, comClass }) =>
  (actvflags & ACTVFLAGS_DISABLE_AAA) !== 0 && comClass.runsAsClient === true
    ? refuse(
        'class',
        HRESULT.E_ACCESSDENIED,
        `${comClass.name} runs as its client, which ACTVFLAGS_DISABLE_AAA forbids`,
      )
    : undefined;

const addressSpace: Check = ({ request: { actvflags = 0 }, comClass: { name, bits } }) => {
  const wants32 = (actvflags & ACTVFLAGS_ACTIVATE_32_BIT_SERVER) !== 0 && bits === 64;
  const wants64 = (actvflags & ACTVFLAGS_ACTIVATE_64_BIT_SERVER) !== 0 && bits === 32;
  return wants32 || wants64
    ? refuse('class', HRESULT.REGDB_E_CLASSNOTREG, `${name} is a server of ${bits} bits, and another one is asked for`)
    : undefined;
};

/** [MS-DCOM] 2.2.22.2.5: the client's context must be one; only a class with an application looks further into it. */
const contexts: Check = ({ properties, comClass, requireClientContext }) => {
  const info = properties && propertyOf(properties, CLSID_ActivationContextInfo);
  if (info === undefined) return undefined;
  const { pIFDClientCtx, pIFDPrototypeCtx = null } = info;
  const bad = (reason: string) => refuse('request', HRESULT.RPC_E_INVALID_OBJREF, reason);
  if (pIFDClientCtx === null && requireClientContext) return bad('pIFDClientCtx is NULL');
  if (pIFDClientCtx !== null && !hasContext(pIFDClientCtx)) return bad('pIFDClientCtx is no Context');
  if (pIFDPrototypeCtx !== null && !hasContext(pIFDPrototypeCtx)) return bad('pIFDPrototypeCtx is no Context');
  if (comClass.application === undefined) return undefined;
  if (hasExtents(pIFDClientCtx)) return bad('the Context of pIFDClientCtx has extents');
  return hasExtents(pIFDPrototypeCtx) ? bad('the Context of pIFDPrototypeCtx has extents') : undefined;
};

const CHECKS: readonly Check[] = [session, activateAsActivator, addressSpace, contexts];

const contextOf = (pointer: InterfacePointer | null) =>
  pointer !== null && 'context' in pointer ? pointer.context : undefined;

const hasContext = (pointer: InterfacePointer | null): boolean => contextOf(pointer) !== undefined;

function hasExtents(pointer: InterfacePointer | null): boolean {
  const { dwNumExtents = 0, cbExtents = 0 } = contextOf(pointer) ?? {};
  return dwNumExtents !== 0 || cbExtents !== 0;
}

/** The file or storage that RemoteGetClassObject and RemoteCreateInstance name: [MS-DCOM] 2.2.22.2.3. */
export function instanceOf(pActProperties: InterfacePointer | null): Pick<AskedFor, 'objectName' | 'storage'> {
  const properties = activationPropertiesOf(pActProperties);
  const info = properties && propertyOf(properties, CLSID_InstanceInfo);
  return { objectName: info?.fileName ?? undefined, storage: (info?.ifdStg ?? null) !== null };
}

/** Where a request departs from what [MS-DCOM] 3.1.2.5.2.3 asks of clients, though nothing says to refuse it for that. */
export function departures({ request, pActProperties = null, objectName, mode }: AskedFor): string[] {
  if (request === undefined) return [];
  const found: string[] = [];
  const { protocolSequences = [], iids } = request;
  if (protocolSequences.length === 0) found.push('no protocol sequence is asked for');
  else if (!protocolSequences.includes(NCACN_IP_TCP))
    found.push(`ncacn_ip_tcp is not among the protocol sequences asked for (${protocolSequences.join(', ')})`);
  if (new Set(iids).size < iids.length) found.push('an interface is asked for twice');
  if (mode !== undefined && mode !== 0 && mode !== ANY_MODE && objectName === undefined)
    found.push(`Mode is ${mode} without a pwszObjectName`);
  const properties = activationPropertiesOf(pActProperties);
  if (properties === undefined) return found;
  for (const [clsid, name] of REQUIRED)
    if (propertyOf(properties, clsid) === undefined) found.push(`the required property ${name} is missing`);
  if (propertyOf(properties, CLSID_ActivationContextInfo)?.pIFDClientCtx === null) found.push('pIFDClientCtx is NULL');
  return found;
}

const ANY_MODE = 0xffffffff;
const REQUIRED = [
  [CLSID_ScmRequestInfo, 'ScmRequestInfoData'],
  [CLSID_ServerLocationInfo, 'LocationInfoData'],
] as const;
