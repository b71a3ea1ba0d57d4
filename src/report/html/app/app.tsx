import { useEffect, useState } from 'preact/hooks';
import type { ReportHead } from '../model.js';
import { ChecksView } from './checks.js';
import { Overview } from './overview.js';
import type { Pdus } from './pdus.js';
import { PdusView } from './pdus-view.js';
import { type Route, useRoute } from './route.js';

const VIEWS = { overview: 'Overview', pdus: 'PDUs', checks: 'Checks' } as const;

export function App({ head, pdus }: { readonly head: ReportHead; readonly pdus: Pdus }) {
  const [route, go] = useRoute();
  const checks = head.blocks.filter((block) => block.kind === 'checks').flatMap((block) => block.checks);
  const there: Route['view'][] = ['overview', ...(pdus.length > 0 ? (['pdus'] as const) : [])];
  if (checks.length > 0) there.push('checks');
  return (
    <>
      <button class="skip" type="button" onClick={() => document.getElementById('content')?.focus()}>
        To the content
      </button>
      <header class="top">
        <div class="titles">
          <h1>{head.title}</h1>
          <p>{head.subtitle}</p>
        </div>
        <nav aria-label="Views">
          {there.map((view) => (
            <a key={view} href={`#/${view}`} aria-current={route.view === view ? 'page' : undefined}>
              {VIEWS[view]}
              <Count value={view === 'pdus' ? pdus.length : view === 'checks' ? checks.length : undefined} />
            </a>
          ))}
        </nav>
        <Theme />
      </header>
      <main id="content" tabIndex={-1} class={`view-${route.view}`}>
        {route.view === 'overview' && <Overview head={head} pdus={pdus} />}
        {route.view === 'pdus' && <PdusView head={head} pdus={pdus} route={route} go={go} />}
        {route.view === 'checks' && <ChecksView checks={checks} route={route} go={go} />}
      </main>
    </>
  );
}

const Count = ({ value }: { readonly value: number | undefined }) =>
  value === undefined ? null : <span class="count">{value.toLocaleString('en')}</span>;

const THEMES = ['system', 'light', 'dark'] as const;

function Theme() {
  const [theme, set] = useState<(typeof THEMES)[number]>('system');
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <label class="theme">
      <span>Theme</span>
      <select value={theme} onChange={(event) => set(event.currentTarget.value as typeof theme)}>
        {THEMES.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}
