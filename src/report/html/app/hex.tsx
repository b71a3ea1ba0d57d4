import { Component } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Field } from './fields.js';
import { show } from './select.js';

const WIDTH = 16;

interface HexProps {
  readonly octets: Uint8Array;
  readonly field: Field | undefined;
  readonly pick: (octet: number) => void;
  readonly move: (step: number) => void;
}

/** Octets in rows of sixteen, with those of the selected field marked. */
export function Hex({ octets, field, pick, move }: HexProps) {
  const box = useRef<HTMLDivElement>(null);
  const start = field?.start;
  useEffect(() => {
    if (start === undefined) return;
    show(box.current, box.current?.querySelector(`[data-row="${Math.floor(start / WIDTH)}"]`));
  }, [start]);
  const clicked = ({ target }: Event): void => {
    const octet = (target as HTMLElement).dataset.octet;
    if (octet !== undefined) pick(Number(octet));
  };
  const pressed = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move(step);
  };
  const rows = Array.from({ length: Math.ceil(octets.length / WIDTH) }, (_, index) => index);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of octets is no fieldset.
    <div
      ref={box}
      class="hex"
      role="group"
      aria-label="Octets"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows go from field to field.
      tabIndex={0}
      onClick={clicked}
      onKeyDown={pressed}
    >
      {rows.map((row) => (
        <HexRow
          key={row}
          row={row}
          octets={octets}
          from={clamp((start ?? 0) - row * WIDTH)}
          to={clamp((field?.end ?? 0) - row * WIDTH)}
        />
      ))}
    </div>
  );
}

const clamp = (at: number): number => Math.min(WIDTH, Math.max(0, at));

interface HexRowProps {
  readonly row: number;
  readonly octets: Uint8Array;
  /** What of the row is marked. */
  readonly from: number;
  readonly to: number;
}

/** Drawn anew only where its marks change: there are many. */
class HexRow extends Component<HexRowProps> {
  override shouldComponentUpdate({ octets, from, to }: HexRowProps): boolean {
    return octets !== this.props.octets || from !== this.props.from || to !== this.props.to;
  }

  override render() {
    const { row, octets, from, to } = this.props;
    const start = row * WIDTH;
    const own = [...octets.subarray(start, start + WIDTH)];
    const cell = (text: (octet: number) => string) =>
      own.map((octet, index) => (
        <span key={index} data-octet={start + index} class={index >= from && index < to ? 'on' : undefined}>
          {text(octet)}
        </span>
      ));
    return (
      <div class="hex-row" data-row={row}>
        <span class="offset">{start.toString(16).padStart(4, '0')}</span>
        <span class="octets">{cell((octet) => octet.toString(16).padStart(2, '0'))}</span>
        <span class="text">{cell((octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '·'))}</span>
      </div>
    );
  }
}
