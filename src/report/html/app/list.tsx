import { useRef } from 'preact/hooks';
import type { Pdus, Row } from './pdus.js';
import { placeOf, pressed, type Selectable, useInSight } from './select.js';
import { evenly, useVisible } from './window.js';

const HEIGHT = 26;

const COLUMNS: readonly { readonly title: string; readonly value: (row: Row) => string }[] = [
  { title: 'frame', value: ({ frame }) => String(frame) },
  { title: 'time', value: ({ time }) => time.toFixed(6) },
  { title: 'from', value: ({ from }) => from },
  { title: 'to', value: ({ to }) => to },
  { title: 'PDU', value: ({ type }) => type },
  { title: 'call', value: ({ call }) => String(call) },
  { title: 'what', value: ({ what }) => what },
  { title: 'level', value: ({ level }) => level },
  { title: 'result', value: ({ result }) => result },
];

/** The list draws what is in sight, so that it has no bound. */
export function List({ pdus, ...selectable }: Selectable & { readonly pdus: Pdus }) {
  const { rows, selected, select } = selectable;
  const box = useRef<HTMLDivElement>(null);
  const { first, last } = useVisible(box, evenly(rows.length, HEIGHT));
  const at = selected === undefined ? -1 : placeOf(rows, selected);
  const isListed = at >= 0 && rows[at] === selected;
  useInSight(box, isListed ? at * HEIGHT : undefined, HEIGHT, HEIGHT);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot leave out the rows that are not in sight.
    <div
      ref={box}
      class="list"
      role="grid"
      aria-label="PDUs"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={isListed && at >= first && at < last ? `row-${selected}` : undefined}
      tabIndex={0}
      onKeyDown={(event) => pressed(event, selectable)}
    >
      {/* biome-ignore-start lint/a11y/useSemanticElements: as above. */}
      {/* biome-ignore-start lint/a11y/useFocusableInteractive: the grid itself has the focus. */}
      <div class="row head" role="row" aria-rowindex={1}>
        {COLUMNS.map(({ title }) => (
          <span key={title} role="columnheader">
            {title}
          </span>
        ))}
      </div>
      <div class="rows" role="rowgroup" style={{ height: `${rows.length * HEIGHT}px` }}>
        {rows.slice(first, last).map((number, index) => (
          <ListRow
            key={number}
            row={pdus.row(number)}
            place={first + index}
            selected={number === selected}
            select={select}
          />
        ))}
      </div>
      {/* biome-ignore-end lint/a11y/useFocusableInteractive: see above. */}
      {/* biome-ignore-end lint/a11y/useSemanticElements: see above. */}
      {rows.length === 0 && <p class="empty">No PDU fits the filter.</p>}
    </div>
  );
}

interface ListRowProps {
  readonly row: Row;
  readonly place: number;
  readonly selected: boolean;
  readonly select: (row: number) => void;
}

const ListRow = ({ row, place, selected, select }: ListRowProps) => (
  // biome-ignore lint/a11y/useSemanticElements: see List.
  // biome-ignore lint/a11y/useFocusableInteractive: the grid itself has the focus.
  // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys.
  <div
    id={`row-${row.row}`}
    class={`row tone-${row.tone}`}
    role="row"
    aria-rowindex={place + 2}
    aria-selected={selected}
    style={{ top: `${place * HEIGHT}px` }}
    onClick={() => select(row.row)}
  >
    {COLUMNS.map(({ title, value }) => (
      // biome-ignore lint/a11y/useSemanticElements: see List.
      // biome-ignore lint/a11y/useFocusableInteractive: the grid itself has the focus.
      <span key={title} role="gridcell">
        {value(row)}
      </span>
    ))}
  </div>
);
