import { HRESULT } from '../../com.js';

/** What became of each item of a call. */
export interface Each<R> {
  readonly hresult: number;
  readonly result?: R;
}

/** S_OK where every item succeeded, else S_FALSE: the rule of all methods that take several. */
export const overall = (errors: readonly number[]): number =>
  errors.every((error) => error === HRESULT.S_OK) ? HRESULT.S_OK : HRESULT.S_FALSE;

/** ppErrors and the result of a method that gives nothing else. */
export const errorsOf = (ppErrors: readonly number[]) => ({ ppErrors: [...ppErrors], ReturnValue: overall(ppErrors) });

/** Whether lists that one dwCount counts are of that size, and not empty. */
export const counted = (
  { dwCount }: { readonly dwCount?: number | undefined },
  ...lists: readonly (readonly unknown[])[]
) => {
  const [first = []] = lists;
  return dwCount === undefined && first.length > 0 && lists.every(({ length }) => length === first.length);
};
