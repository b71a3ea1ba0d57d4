import type { OBJREF } from '../codec/dcom/index.js';
import { CodecError } from '../codec/error.js';
import {
  type CimObject,
  IEnumWbemClassObject,
  IWbemWCOSmartEnum,
  isCimObject,
  type KnownClasses,
  Next,
  objectArray,
  objectsOf,
  SmartNext,
  WBEMSTATUS,
} from '../codec/wmi/index.js';
import { isFailure, resultOutcome } from './outcome.js';
import { Refused } from './refused.js';
import type { RemoteInterface } from './remote-interface.js';

/** A call of WMI that ended with an error. */
export class WmiFailure extends Refused {
  /** `ExecQuery`, `Next`, `NTLMLogin`, … */
  readonly operation: string;
  readonly hresult: number;

  constructor(operation: string, hresult: number) {
    super(operation, resultOutcome(hresult));
    this.name = 'WmiFailure';
    this.operation = operation;
    this.hresult = hresult;
  }
}

/** Throws `WmiFailure` for a result that is an error. */
export function check(operation: string, hresult: number): void {
  if (isFailure(hresult)) throw new WmiFailure(operation, hresult);
}

/** What gets the next objects of an enumerator. */
export interface Fetch {
  next(timeout: number, count: number): Promise<{ objects: CimObject[]; status: number }>;
  release(): Promise<void>;
}

/** [MS-WMI] 3.1.4.4.2: each object with its class. */
export const plainFetch = (enumerator: RemoteInterface): Fetch => ({
  async next(lTimeout, uCount) {
    const { apObjects, ReturnValue } = await enumerator.call(IEnumWbemClassObject, Next, { lTimeout, uCount });
    check('Next', ReturnValue);
    return { objects: apObjects.map((object) => objectIn('Next', object)), status: ReturnValue };
  },
  release: async () => {},
});

/** [MS-WMI] 3.1.4.7.1: each class once. */
export function smartFetch(enumerator: RemoteInterface, proxyGUID: string): Fetch {
  const classes: KnownClasses = new Map();
  const array = objectArray(classes);
  return {
    async next(lTimeout, uCount) {
      const answer = await enumerator.call(IWbemWCOSmartEnum, SmartNext, { proxyGUID, lTimeout, uCount });
      check('Next', answer.ReturnValue);
      const { value } = answer.pBuffer === null ? { value: undefined } : array.decode(answer.pBuffer);
      const objects = value === undefined ? [] : objectsOf(value);
      if (value !== undefined && objects.length < value.objects.length)
        throw new CodecError('BAD_VALUE', 'ObjectArray', 0, 'an instance of a class that was never sent');
      return { objects, status: answer.ReturnValue };
    },
    release: () => enumerator.release(),
  };
}

export function objectIn(operation: string, object: CimObject | OBJREF | Uint8Array | null | undefined): CimObject {
  if (isCimObject(object)) return object;
  throw new WmiFailure(operation, WBEMSTATUS.WBEM_E_FAILED);
}
