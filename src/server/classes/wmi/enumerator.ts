import type { OBJREF } from '../../../codec/dcom/index.js';
import {
  type CimObject,
  Clone,
  GetSmartEnum,
  IID_IEnumWbemClassObject,
  IID_IWbemFetchSmartEnum,
  IID_IWbemWCOSmartEnum,
  Next,
  NextAsync,
  Reset,
  Skip,
  SmartNext,
  WBEM_INFINITE,
  WBEMSTATUS,
} from '../../../codec/wmi/index.js';
import {
  type ComInterface,
  type ComObject,
  comInterface,
  comMethod,
  handOut,
  type ObjectCall,
  type ObjectHost,
} from '../class.js';
import type { Guarded } from './session.js';
import { SmartBuffers } from './smart-buffers.js';
import type { ObjectSource } from './source.js';

/** [MS-WMI] 3.1.4.4: an enumerator, which also gives a smart one for the same objects. */
export class Enumerator implements ComObject {
  readonly name = 'IEnumWbemClassObject';
  readonly #host: ObjectHost;
  readonly #guarded: Guarded;
  #source: ObjectSource;
  readonly #interfaces: ReadonlyMap<string, ComInterface>;

  constructor(source: ObjectSource, host: ObjectHost, guarded: Guarded) {
    this.#host = host;
    this.#source = source;
    this.#guarded = guarded;
    this.#interfaces = new Map([
      [IID_IEnumWbemClassObject, this.#plain()],
      [IID_IWbemFetchSmartEnum, this.#fetch()],
    ]);
  }

  queryInterface(iid: string): ComInterface | undefined {
    return this.#interfaces.get(iid);
  }

  released(): void {
    this.#source.close();
  }

  #plain(): ComInterface {
    const guarded = this.#guarded;
    return comInterface(
      comMethod(Reset, (_, call) => guarded(call, {}, () => this.#restart())),
      comMethod(
        Next,
        ({ lTimeout, uCount }, call) =>
          guarded(call, { apObjects: [] }, async () => {
            const { objects, ReturnValue } = await this.take(lTimeout, uCount);
            return { apObjects: objects, ReturnValue };
          }),
        // The max_count of apObjects is the first word of the answer.
        ({ uCount }) => ({ words: [[0, uCount]] }),
      ),
      comMethod(NextAsync, (_, call) => guarded(call, {}, () => ({ ReturnValue: WBEMSTATUS.WBEM_E_NOT_SUPPORTED }))),
      comMethod(Clone, (_, call) => guarded(call, { ppEnum: null }, () => this.#clone(call))),
      comMethod(Skip, ({ nCount }, call) =>
        guarded(call, {}, () => ({
          ReturnValue: this.#source.skip(nCount) < nCount ? WBEMSTATUS.WBEM_S_FALSE : WBEMSTATUS.WBEM_S_NO_ERROR,
        })),
      ),
    );
  }

  #restart(): { ReturnValue: number } {
    const fresh = this.#source.restarted();
    if (fresh === undefined) return { ReturnValue: WBEMSTATUS.WBEM_E_INVALID_OPERATION };
    this.#source.close();
    this.#source = fresh;
    return { ReturnValue: WBEMSTATUS.WBEM_S_NO_ERROR };
  }

  #clone(call: ObjectCall): { ppEnum: OBJREF | null; ReturnValue: number } {
    const copy = this.#source.copied();
    if (copy === undefined) return { ppEnum: null, ReturnValue: WBEMSTATUS.WBEM_E_INVALID_OPERATION };
    const clone = new Enumerator(copy, this.#host, this.#guarded);
    const { pointer: ppEnum, ReturnValue } = handOut(call, clone, IID_IEnumWbemClassObject);
    return { ppEnum, ReturnValue };
  }

  /** [MS-WMI] 3.1.4.4.2: as many as there are within the time, and whether that was the end. */
  async take(lTimeout: number, uCount: number): Promise<{ objects: CimObject[]; ReturnValue: number }> {
    if (uCount === 0) return { objects: [], ReturnValue: WBEMSTATUS.WBEM_E_INVALID_PARAMETER };
    const objects = this.#source.take(uCount);
    if (objects.length < uCount && !this.#source.finished && lTimeout !== 0) {
      // An endless wait is for the first objects, not for so many ([MS-WMI] 3.1.4.4.2, WBEM_INFINITE).
      if (lTimeout !== WBEM_INFINITE || objects.length === 0)
        await this.#source.more(lTimeout === WBEM_INFINITE ? Number.POSITIVE_INFINITY : lTimeout);
      objects.push(...this.#source.take(uCount - objects.length));
    }
    if (objects.length === uCount) return { objects, ReturnValue: WBEMSTATUS.WBEM_S_NO_ERROR };
    const { WBEM_S_FALSE, WBEM_S_NO_ERROR, WBEM_S_TIMEDOUT } = WBEMSTATUS;
    if (this.#source.finished) return { objects, ReturnValue: WBEM_S_FALSE };
    return { objects, ReturnValue: lTimeout === WBEM_INFINITE ? WBEM_S_NO_ERROR : WBEM_S_TIMEDOUT };
  }

  /** [MS-WMI] 3.1.4.6. */
  #fetch(): ComInterface {
    return comInterface(
      comMethod(GetSmartEnum, (_, call) =>
        this.#guarded(call, { ppSmartEnum: null }, () => {
          const smart = smartEnumerator(this, this.#host, this.#guarded);
          const { pointer: ppSmartEnum, ReturnValue } = handOut(call, smart, IID_IWbemWCOSmartEnum);
          return { ppSmartEnum, ReturnValue };
        }),
      ),
    );
  }
}

/** [MS-WMI] 3.1.4.7: the same objects, with each class sent once. */
function smartEnumerator(enumerator: Enumerator, { random }: ObjectHost, guarded: Guarded): ComObject {
  const buffers = new SmartBuffers();
  const nothing = { puReturned: 0, pBuffer: null };
  const methods = comInterface(
    comMethod(SmartNext, ({ proxyGUID, lTimeout, uCount }, call) =>
      guarded(call, nothing, async () => {
        const { objects, ReturnValue } = await enumerator.take(lTimeout, uCount);
        if (objects.length === 0) return { ...nothing, ReturnValue };
        const pBuffer = buffers.encode(proxyGUID, objects, random);
        return { puReturned: objects.length, pBuffer, ReturnValue };
      }),
    ),
  );
  return {
    name: 'IWbemWCOSmartEnum',
    queryInterface: (iid) => (iid === IID_IWbemWCOSmartEnum ? methods : undefined),
  };
}
