import { useEffect, useState } from 'preact/hooks';

/** What is shown, as the part of the address behind `#` says it: `#/pdus?scene=3&q=fault&pdu=17`. */
export interface Route {
  readonly view: 'overview' | 'pdus' | 'checks';
  /** What the list is narrowed to. */
  readonly scene?: number;
  readonly conversation?: number;
  readonly query: string;
  /** The selected PDU. */
  readonly pdu?: number;
  readonly check?: string;
  readonly as: 'list' | 'diagram';
  readonly scale: 'steps' | 'time';
}

export function parseRoute(hash: string): Route {
  const [path = '', parameters = ''] = hash.replace(/^#\/?/, '').split('?');
  const [first = '', second] = path.split('/');
  const search = new URLSearchParams(parameters);
  const number = (text: string | null | undefined): number | undefined =>
    text !== null && text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  const common = {
    query: search.get('q') ?? '',
    as: search.get('as') === 'diagram' ? 'diagram' : 'list',
    scale: search.get('scale') === 'time' ? 'time' : 'steps',
  } as const;
  const numbers = {
    ...given('scene', number(search.get('scene'))),
    ...given('conversation', number(search.get('conversation'))),
  };
  switch (first) {
    case 'pdu':
      return { view: 'pdus', ...common, ...numbers, ...given('pdu', number(second)) };
    case 'pdus':
      return { view: 'pdus', ...common, ...numbers, ...given('pdu', number(search.get('pdu'))) };
    case 'checks':
      return { view: 'checks', ...common, ...given('check', second === undefined ? undefined : decoded(second)) };
    default:
      return { view: 'overview', ...common };
  }
}

const given = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A link that somebody has cut.
    return text;
  }
}

export function hashOf({ view, scene, conversation, query, pdu, check, as, scale }: Route): string {
  if (view === 'overview') return '#/';
  const search = new URLSearchParams();
  if (scene !== undefined) search.set('scene', String(scene));
  if (conversation !== undefined) search.set('conversation', String(conversation));
  if (query !== '') search.set('q', query);
  if (view === 'pdus' && as !== 'list') search.set('as', as);
  if (view === 'pdus' && scale !== 'steps') search.set('scale', scale);
  if (view === 'pdus' && pdu !== undefined) search.set('pdu', String(pdu));
  const text = search.toString();
  const path = view === 'checks' && check !== undefined ? `checks/${encodeURIComponent(check)}` : view;
  return `#/${path}${text === '' ? '' : `?${text}`}`;
}

/** The route, and a way to change it; `replace` leaves no entry in the history, as for each key in a filter. */
export function useRoute(): [Route, (change: Partial<Route>, replace?: boolean) => void] {
  const [route, set] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const changed = (): void => set(parseRoute(location.hash));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  const change = (members: Partial<Route>, replace = false): void => {
    const hash = hashOf({ ...parseRoute(location.hash), ...members });
    if (hash === location.hash) return;
    if (!replace) location.hash = hash;
    else {
      history.replaceState(null, '', hash);
      set(parseRoute(hash));
    }
  };
  return [route, change];
}
