import { useMemo, useRef } from 'preact/hooks';
import type { Conversation } from '../model.js';
import { lifelinesOf, STEP, topsOf } from './layout.js';
import { endsOf, hostOf, type Pdus, type Row } from './pdus.js';
import { placeOf, pressed, type Selectable, useInSight } from './select.js';
import { useVisible } from './window.js';

const HEADER = 34;
/** Lifelines that fit beside each other. */
const MOST_HOSTS = 12;

interface DiagramProps extends Selectable {
  readonly pdus: Pdus;
  readonly scale: 'steps' | 'time';
}

/** Hosts as lifelines, PDUs as arrows from one to the other. */
export function Diagram({ pdus, scale, ...selectable }: DiagramProps) {
  const { rows, selected, select } = selectable;
  const box = useRef<HTMLDivElement>(null);
  const hosts = useMemo(() => hostsOf(pdus, rows), [pdus, rows]);
  const tops = useMemo(
    () =>
      topsOf(
        rows.map((row) => pdus.index.time[row] as number),
        scale,
      ),
    [pdus, rows, scale],
  );
  const places = useMemo(() => ({ length: tops.length, at: (index: number) => tops[index] ?? 0 }), [tops]);
  const { first, last } = useVisible(box, places);
  const at = selected === undefined ? -1 : placeOf(rows, selected);
  const isShown = at >= 0 && rows[at] === selected;
  useInSight(box, isShown ? tops[at] : undefined, STEP, HEADER);
  if (hosts.length > MOST_HOSTS)
    return (
      <p class="diagram empty">
        {hosts.length} hosts are too many for one diagram: choose a conversation above, or narrow the filter.
      </p>
    );
  const place = (host: string): number => ((hosts.indexOf(host) + 0.5) / hosts.length) * 100;
  return (
    <div
      ref={box}
      class="diagram"
      role="listbox"
      aria-label="Sequence of PDUs"
      aria-activedescendant={isShown && at >= first && at < last ? `step-${selected}` : undefined}
      tabIndex={0}
      onKeyDown={(event) => pressed(event, selectable)}
    >
      <div class="hosts" role="presentation">
        {hosts.map((host) => (
          <span key={host} style={{ left: `${place(host)}%` }}>
            {host}
          </span>
        ))}
      </div>
      <div class="steps" role="presentation" style={{ height: `${(tops.at(-1) ?? 0) + STEP}px` }}>
        <div class="lifelines" role="presentation">
          {hosts.map((host) => (
            <i key={host} style={{ left: `${place(host)}%` }} />
          ))}
        </div>
        {rows.slice(first, last).map((number, index) => (
          <Step
            key={number}
            row={pdus.row(number)}
            before={timeBefore(pdus, rows, first + index)}
            origin={pdus.index.time[rows[0] as number] as number}
            top={tops[first + index] as number}
            place={place}
            position={first + index + 1}
            size={rows.length}
            selected={number === selected}
            select={select}
          />
        ))}
      </div>
    </div>
  );
}

function hostsOf(pdus: Pdus, rows: readonly number[]): string[] {
  const seen = new Set(rows.map((row) => pdus.index.conversation[row] as number));
  return lifelinesOf(
    [...seen].map((index) => {
      const [client, server] = endsOf(pdus.index.conversations[index] as Conversation);
      return [hostOf(client), hostOf(server)] as const;
    }),
  );
}

const timeBefore = (pdus: Pdus, rows: readonly number[], at: number): number | undefined =>
  at === 0 ? undefined : pdus.index.time[rows[at - 1] as number];

interface StepProps {
  readonly row: Row;
  readonly before: number | undefined;
  /** When the first one was sent. */
  readonly origin: number;
  readonly top: number;
  readonly place: (host: string) => number;
  readonly position: number;
  readonly size: number;
  readonly selected: boolean;
  readonly select: (row: number) => void;
}

function Step({ row, before, origin, top, place, position, size, selected, select }: StepProps) {
  const { from, to, type, what, level, result, tone, frame, time } = row;
  const [start, end] = [place(hostOf(from)), place(hostOf(to))];
  const [left, right] = [Math.min(start, end), Math.max(start, end)];
  const pause = before === undefined ? 0 : time - before;
  const name = what.replace(/^.*::/, '');
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys.
    // biome-ignore lint/a11y/useFocusableInteractive: the list itself has the focus.
    <div
      id={`step-${row.row}`}
      class={`step tone-${tone}`}
      role="option"
      aria-selected={selected}
      aria-posinset={position}
      aria-setsize={size}
      style={{ top: `${top}px` }}
      onClick={() => select(row.row)}
    >
      <span class="gutter">
        <b>{frame}</b> {pause >= 1 ? `+${pause.toFixed(pause < 60 ? 1 : 0)} s` : `${(time - origin).toFixed(3)}`}
      </span>
      <span class="lane">
        <span
          class={start < end ? 'arrow right' : 'arrow left'}
          style={{ left: `${left}%`, width: `${right - left}%` }}
        >
          <span class="label">
            <b>{type}</b> {name}
            {level !== '' && <em>{level}</em>}
            {result !== '' && <span class="result">{result}</span>}
            {/* What the arrow shows. */}
            <span class="unseen">
              from {from} to {to}
            </span>
          </span>
        </span>
      </span>
    </div>
  );
}
