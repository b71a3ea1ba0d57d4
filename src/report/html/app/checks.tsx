import { useEffect } from 'preact/hooks';
import type { Check, Tone } from '../model.js';
import type { Route } from './route.js';

const TONES: Readonly<Record<Check['outcome'], Tone>> = { pass: 'good', fail: 'bad', skip: 'none', xfail: 'warn' };

interface ChecksProps {
  readonly checks: readonly Check[];
  readonly route: Route;
  readonly go: (change: Partial<Route>, replace?: boolean) => void;
}

/** Checks by the section that asks for them; what failed is open. */
export function ChecksView({ checks, route, go }: ChecksProps) {
  const wanted = route.query.toLowerCase();
  const shown = checks.filter((check) => wanted === '' || textOf(check).includes(wanted));
  const sections = new Map<string, Check[]>();
  for (const check of shown) sections.set(check.section, [...(sections.get(check.section) ?? []), check]);
  useEffect(() => {
    if (route.check !== undefined) document.getElementById(`check-${route.check}`)?.scrollIntoView({ block: 'center' });
  }, [route.check]);
  return (
    <div class="checks">
      <div class="toolbar">
        <label>
          <span>Filter</span>
          <input
            type="search"
            value={route.query}
            onInput={(event) => go({ query: event.currentTarget.value }, true)}
            placeholder="fail, a section, a word"
          />
        </label>
        <output>
          {shown.length.toLocaleString('en')} of {checks.length.toLocaleString('en')}
        </output>
      </div>
      {[...sections].map(([section, own]) => (
        <section key={section} class="card">
          <h2>{section}</h2>
          {own.map((check) => (
            <CheckView key={check.id} check={check} open={check.outcome === 'fail' || check.id === route.check} />
          ))}
        </section>
      ))}
    </div>
  );
}

const CheckView = ({ check, open }: { readonly check: Check; readonly open: boolean }) => {
  const { id, title, level, outcome, expected, actual, reason, href } = check;
  return (
    <details id={`check-${id}`} open={open}>
      <summary>
        <span class={`badge tone-${TONES[outcome]}`}>{outcome}</span>
        <span class="check-title">{title}</span>
        <small>{level}</small>
      </summary>
      <dl>
        <dt>expected</dt>
        <dd>{expected}</dd>
        <dt>actual</dt>
        <dd>{actual}</dd>
        {reason !== undefined && (
          <>
            <dt>because</dt>
            <dd>{reason}</dd>
          </>
        )}
        <dt>id</dt>
        <dd>
          <a href={`#/checks/${encodeURIComponent(id)}`}>{id}</a>
        </dd>
        {href !== undefined && (
          <>
            <dt>PDUs</dt>
            <dd>
              <a href={href}>shown in the list</a>
            </dd>
          </>
        )}
      </dl>
    </details>
  );
};

const textOf = ({ id, title, section, outcome, expected, actual }: Check): string =>
  [id, title, section, outcome, expected, actual].join(' ').toLowerCase();
