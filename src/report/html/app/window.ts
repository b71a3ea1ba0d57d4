import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

/** The part of a tall list that is on the screen: from `first` up to `last`, and how far down the first one stands. */
export interface Visible {
  readonly first: number;
  readonly last: number;
}

/** Rows above and below what is seen, so that scrolling does not show empty places. */
const SPARE = 12;
/** Paper cannot be scrolled; so many rows are printed. */
const PRINTED = 400;

/** Which of the things at `tops` (with the end of the last one behind them) a scrolled element shows. */
export function visibleOf(
  tops: { at(index: number): number; readonly length: number },
  top: number,
  height: number,
): Visible {
  const first = Math.max(0, lastBefore(tops, top) - SPARE);
  const last = Math.min(tops.length, lastBefore(tops, top + height) + 1 + SPARE);
  return { first, last };
}

/** The last thing that begins at or before a place. */
function lastBefore(tops: { at(index: number): number; readonly length: number }, place: number): number {
  let [low, high] = [0, tops.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (tops.at(middle) <= place) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

/** The part of the list in `element` that is to be drawn; all of it, up to a bound, while it is printed. */
export function useVisible(
  element: { readonly current: HTMLElement | null },
  tops: { at(index: number): number; readonly length: number },
): Visible {
  const [scroll, setScroll] = useState({ top: 0, height: 800 });
  const printing = usePrinting();
  useLayoutEffect(() => {
    const box = element.current;
    if (box === null) return undefined;
    const measure = (): void =>
      setScroll((before) =>
        before.top === box.scrollTop && before.height === box.clientHeight
          ? before
          : { top: box.scrollTop, height: box.clientHeight },
      );
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    box.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', measure);
    };
  }, [element]);
  return printing ? { first: 0, last: Math.min(PRINTED, tops.length) } : visibleOf(tops, scroll.top, scroll.height);
}

export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const paper = matchMedia('print');
    const changed = (): void => setPrinting(paper.matches);
    const before = (): void => setPrinting(true);
    const after = (): void => setPrinting(false);
    paper.addEventListener('change', changed);
    addEventListener('beforeprint', before);
    addEventListener('afterprint', after);
    return () => {
      paper.removeEventListener('change', changed);
      removeEventListener('beforeprint', before);
      removeEventListener('afterprint', after);
    };
  }, []);
  return printing;
}

/** Rows that are all of one height. */
export const evenly = (count: number, height: number) => ({ length: count, at: (index: number) => index * height });
