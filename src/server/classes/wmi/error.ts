import { WBEMSTATUS } from '../../../codec/wmi/index.js';
import { WqlError } from '../../../codec/wql/index.js';

/** A call of WMI that fails with an HRESULT ([MS-WMI] 2.2.11): thrown by a method, a provider or the query engine. */
export class WmiError extends Error {
  readonly status: keyof typeof WBEMSTATUS;

  constructor(status: keyof typeof WBEMSTATUS, reason: string) {
    super(reason);
    this.name = 'WmiError';
    this.status = status;
  }

  get hresult(): number {
    return WBEMSTATUS[this.status];
  }
}

/** The result of a call that threw; what is neither a WmiError nor a bad query goes on. */
export function hresultOf(error: unknown, badQuery: keyof typeof WBEMSTATUS = 'WBEM_E_INVALID_QUERY'): number {
  if (error instanceof WmiError) return error.hresult;
  if (error instanceof WqlError) return WBEMSTATUS[badQuery];
  throw error;
}
