import { useLayoutEffect } from 'preact/hooks';

/** Rows that a list or diagram shows, and which of them is selected. */
export interface Selectable {
  readonly rows: readonly number[];
  readonly selected: number | undefined;
  readonly select: (row: number) => void;
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 20,
  PageUp: -20,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** Arrows and their kin move the selection; Enter goes on to the details. */
export function pressed(event: KeyboardEvent, { rows, selected, select }: Selectable): void {
  if (event.key === 'Enter') document.getElementById('fields')?.focus();
  const step = STEPS[event.key];
  if (step === undefined || rows.length === 0) return;
  event.preventDefault();
  const at = selected === undefined ? -1 : placeOf(rows, selected);
  const next = Math.min(rows.length - 1, Math.max(0, at + step));
  select(rows[next] as number);
}

/** Where a row stands among `rows`, which ascend; that of the one before it where it is not among them. */
export function placeOf(rows: readonly number[], row: number): number {
  let [low, high] = [-1, rows.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((rows[middle] as number) <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Keeps the selected row in sight. */
export function useInSight(
  box: { readonly current: HTMLElement | null },
  top: number | undefined,
  height: number,
  header: number,
): void {
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || top === undefined) return;
    if (top < element.scrollTop) element.scrollTop = top;
    const over = top + height + header - (element.scrollTop + element.clientHeight);
    if (over > 0) element.scrollTop += over;
  }, [box, top, height, header]);
}

/** Scrolls a box, and nothing around it, until something in it is in sight, with some room around. */
export function show(box: HTMLElement | null, item: Element | null | undefined): void {
  if (box === null || !(item instanceof HTMLElement)) return;
  const room = Math.min(80, box.clientHeight / 3);
  const [top, bottom] = [item.offsetTop - room, item.offsetTop + item.offsetHeight + room];
  if (top < box.scrollTop) box.scrollTop = top;
  else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
}
