import { useEffect, useRef } from 'preact/hooks';
import type { Field } from './fields.js';
import { show } from './select.js';

interface TreeProps {
  readonly id: string | undefined;
  readonly title: string;
  readonly fields: readonly Field[];
  readonly selected: number | undefined;
  readonly select: (index: number | undefined) => void;
}

/** The fields of a part, each with its value; arrows go from one to the next. */
export function FieldTree({ id, title, fields, selected, select }: TreeProps) {
  const box = useRef<HTMLDivElement>(null);
  const prefix = `field-${title.replace(/\W/g, '')}`;
  useEffect(() => {
    if (selected !== undefined) show(box.current, document.getElementById(`${prefix}-${selected}`));
  }, [selected, prefix]);
  if (fields.length === 0) return <p class="fields empty">No fields are known of these octets.</p>;
  const pressed = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -fields.length, End: fields.length }[event.key];
    if (event.key === 'Escape') select(undefined);
    if (step === undefined) return;
    event.preventDefault();
    select(Math.min(fields.length - 1, Math.max(0, (selected ?? -1) + step)));
  };
  return (
    <div
      ref={box}
      id={id}
      class="fields"
      role="listbox"
      aria-label={`Fields of the ${title}`}
      aria-activedescendant={selected === undefined ? undefined : `${prefix}-${selected}`}
      tabIndex={0}
      onKeyDown={pressed}
    >
      {fields.map(({ group, name, value, depth, path, start }, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys.
        // biome-ignore lint/a11y/useFocusableInteractive: the list itself has the focus.
        <div
          key={`${path} ${start} ${depth}`}
          id={`${prefix}-${index}`}
          class="field"
          role="option"
          aria-selected={index === selected}
          style={{ paddingLeft: `${0.5 + depth * 0.9}rem` }}
          onClick={() => select(index)}
        >
          {group !== '' && <span class="group">{group}</span>}
          <span class="name">{name}</span>
          <span class="value">{value}</span>
        </div>
      ))}
    </div>
  );
}
