import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ReportHead } from '../model.js';
import { type Scene, scenesIn } from './conversations.js';
import { DetailView } from './detail.js';
import { Diagram } from './diagram.js';
import { FILTER_KEYS, filterOf } from './filter.js';
import { List } from './list.js';
import type { Pdus } from './pdus.js';
import type { Route } from './route.js';

interface PdusProps {
  readonly head: ReportHead;
  readonly pdus: Pdus;
  readonly route: Route;
  readonly go: (change: Partial<Route>, replace?: boolean) => void;
}

/** The PDUs, as a list or as a sequence diagram, and beside them the one that is selected. */
export function PdusView({ pdus, route, go }: PdusProps) {
  const rows = useFiltered(pdus, route);
  const select = (pdu: number): void => go({ pdu }, true);
  const props = { pdus, rows, selected: route.pdu, select };
  return (
    <div class="pdus">
      <Toolbar pdus={pdus} route={route} go={go} shown={rows.length} />
      <div class={route.pdu === undefined ? 'split alone' : 'split'}>
        {route.as === 'diagram' ? <Diagram {...props} scale={route.scale} /> : <List {...props} />}
        {route.pdu !== undefined && route.pdu < pdus.length && (
          <DetailView key={route.pdu} pdus={pdus} row={route.pdu} close={() => go({ pdu: undefined as never }, true)} />
        )}
      </div>
    </div>
  );
}

/** The rows that the route asks for. */
function useFiltered(pdus: Pdus, { scene, conversation, query }: Route): readonly number[] {
  return useMemo(() => {
    const fits = filterOf(query);
    const { index } = pdus;
    const rows: number[] = [];
    for (let row = 0; row < pdus.length; row++) {
      const at = index.conversation[row] as number;
      if (scene !== undefined && index.conversations[at]?.scene !== scene) continue;
      if (conversation !== undefined && at !== conversation) continue;
      if (fits === undefined || fits(pdus.row(row), pdus)) rows.push(row);
    }
    return rows;
  }, [pdus, scene, conversation, query]);
}

/** Milliseconds without a key, after which the list follows. */
const TYPED = 150;

function Toolbar({ pdus, route, go, shown }: Omit<PdusProps, 'head'> & { readonly shown: number }) {
  const scenes = useMemo(() => scenesThat(pdus, route.query), [pdus, route.query]);
  const [text, setText] = useState(route.query);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setText(route.query), [route.query]);
  useEffect(() => {
    if (text === route.query) return undefined;
    const timer = setTimeout(() => go({ query: text }, true), TYPED);
    return () => clearTimeout(timer);
  }, [text, route.query, go]);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
  return (
    <search class="toolbar">
      <label class="grow">
        <span>Filter</span>
        <input
          ref={input}
          type="search"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          title={`Words, or ${FILTER_KEYS.join(', ')} with = != <= >=; all have to fit`}
          placeholder="fault  activat  level<=pkt  src=10.0.0.7  result=failed   ( / )"
        />
      </label>
      <label>
        <span>Conversation</span>
        <select
          value={route.scene === undefined ? '' : String(route.scene)}
          onChange={({ currentTarget: { value } }) =>
            go({ scene: (value === '' ? undefined : Number(value)) as never, conversation: undefined as never })
          }
        >
          <option value="">all</option>
          {scenes.slice(0, MOST).map(({ scene, hosts, pdus: count, conversations }) => (
            <option key={scene} value={String(scene)}>
              {`${scene + 1}: ${hosts.join(' ⇄ ')}, ${conversations[0]?.file} (${count})`}
            </option>
          ))}
        </select>
      </label>
      <Choice label="As" value={route.as} of={['list', 'diagram']} pick={(as) => go({ as })} />
      {route.as === 'diagram' && (
        <Choice label="In" value={route.scale} of={['steps', 'time']} pick={(scale) => go({ scale })} />
      )}
      <output>
        {shown.toLocaleString('en')} of {pdus.length.toLocaleString('en')} PDUs
      </output>
    </search>
  );
}

/** The conversations with a PDU that fits the filter. */
function scenesThat(pdus: Pdus, query: string): Scene[] {
  const fits = filterOf(query);
  if (fits === undefined) return scenesIn(pdus);
  const fitting = new Set<number>();
  const { conversation, conversations } = pdus.index;
  for (let row = 0; row < pdus.length; row++) {
    const scene = conversations[conversation[row] as number]?.scene;
    if (scene !== undefined && !fitting.has(scene) && fits(pdus.row(row), pdus)) fitting.add(scene);
  }
  return scenesIn(pdus).filter(({ scene }) => fitting.has(scene));
}

/** Conversations in the menu; of more the filter finds one. */
const MOST = 300;

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly of: readonly T[];
  readonly pick: (value: T) => void;
}

const Choice = <T extends string>({ label, value, of, pick }: ChoiceProps<T>) => (
  <fieldset class="choice">
    <legend>{label}</legend>
    {of.map((each) => (
      <button key={each} type="button" aria-pressed={each === value} onClick={() => pick(each)}>
        {each}
      </button>
    ))}
  </fieldset>
);
