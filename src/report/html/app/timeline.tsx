import type { Block } from '../model.js';

/** The phases of the hardening from left to right, and each host where its newest update puts it. */
export function Timeline({ block }: { readonly block: Extract<Block, { kind: 'timeline' }> }) {
  const { title, phases, hosts } = block;
  const phaseOf = (date: string): number =>
    phases.reduce((found, phase, index) => (phase.from <= date ? index : found), 0);
  return (
    <section class="card timeline">
      <h2>{title}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls. */}
      <section class="scroll" aria-label={title} tabIndex={0}>
        <ol>
          {phases.map(({ from, title: text, server, client }, index) => (
            <li key={from}>
              <h3>{from.startsWith('0') ? 'before' : from}</h3>
              <p>{text}</p>
              <dl>
                <dt>server</dt>
                <dd>{server}</dd>
                <dt>client raises</dt>
                <dd>{client}</dd>
              </dl>
              <ul>
                {hosts
                  .filter(({ date }) => date !== undefined && phaseOf(date) === index)
                  .map(({ name, what }) => (
                    <li key={name}>
                      <strong>{name}</strong> <small>{what}</small>
                    </li>
                  ))}
              </ul>
            </li>
          ))}
        </ol>
      </section>
      {hosts.some(({ date }) => date === undefined) && (
        <p class="others">
          Not Windows, so without these updates:{' '}
          {hosts
            .filter(({ date }) => date === undefined)
            .map(({ name, what }) => `${name} (${what})`)
            .join(', ')}
        </p>
      )}
    </section>
  );
}
