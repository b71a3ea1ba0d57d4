import type { InterfacePointer, OBJREF } from '../../codec/dcom/index.js';
import { isFailure, resultOutcome } from '../outcome.js';
import { Refused } from '../refused.js';

/** Throws `Refused` for a method that failed; one that succeeded with a remark did not. */
export function succeeded(method: string, { ReturnValue }: { readonly ReturnValue: number }): void {
  if (isFailure(ReturnValue)) throw new Refused(method, resultOutcome(ReturnValue));
}

/** The object that a method gives. Throws `Refused` where it failed, or gave none. */
export function given(
  method: string,
  answer: { readonly ReturnValue: number },
  pointer: InterfacePointer | null,
): OBJREF {
  succeeded(method, answer);
  if (pointer !== null && !(pointer instanceof Uint8Array)) return pointer;
  throw new Refused(method, { accepted: false, refusedBy: 'codec', status: undefined, text: 'gave no object' });
}
