import type { Block, Cell, Figure, ReportHead } from '../model.js';
import { Conversations } from './conversations.js';
import type { Pdus } from './pdus.js';
import { Timeline } from './timeline.js';

export const Overview = ({ head, pdus }: { readonly head: ReportHead; readonly pdus: Pdus }) => (
  <div class="overview">
    <dl class="figures">
      {head.figures.map((figure) => (
        <FigureCard key={figure.label} figure={figure} />
      ))}
    </dl>
    {head.notes.length > 0 && (
      <ul class="notes">
        {head.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    )}
    {head.blocks
      .filter(({ kind }) => kind !== 'checks')
      .map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
    {pdus.length > 0 && <Conversations pdus={pdus} />}
  </div>
);

const FigureCard = ({ figure: { label, value, tone = 'none', href } }: { readonly figure: Figure }) => (
  <div class={`figure tone-${tone}`}>
    <dt>{label}</dt>
    <dd>{href === undefined ? value : <a href={href}>{value}</a>}</dd>
  </div>
);

function BlockView({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'tasks':
      return <Tasks block={block} />;
    case 'table':
    case 'matrix':
      return <Table block={block} />;
    case 'trace':
      return <TraceView block={block} />;
    case 'timeline':
      return <Timeline block={block} />;
    default:
      return null;
  }
}

const Tasks = ({ block: { title, tasks } }: { readonly block: Extract<Block, { kind: 'tasks' }> }) => (
  <section class="card tasks">
    <h2>{title}</h2>
    <ul>
      {tasks.map(({ who, what, why, href }) => (
        <li key={`${who}\n${what}`}>
          <strong>{href === undefined ? who : <a href={href}>{who}</a>}</strong>
          <span>{what}</span>
          {why !== undefined && <small>{why}</small>}
        </li>
      ))}
    </ul>
  </section>
);

function Table({ block }: { readonly block: Extract<Block, { kind: 'table' | 'matrix' }> }) {
  const { kind, title, about, columns, rows } = block;
  return (
    <section class={`card ${kind}`}>
      <h2>{title}</h2>
      {about !== undefined && <p class="about">{about}</p>}
      {/* A table that is wider than the screen has to be reachable without a mouse. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls. */}
      <section class="scroll" aria-label={title} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index}>
                {row.map((cell, at) => (
                  <CellView
                    key={columns[at]}
                    cell={cell}
                    again={at === 0 && cell.text === rows[index - 1]?.[0]?.text}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

const CellView = ({ cell: { text, tone = 'none', href }, again }: { readonly cell: Cell; readonly again: boolean }) => {
  const shown = tone === 'none' ? text : <span class={`badge tone-${tone}`}>{text}</span>;
  return <td class={again ? 'again' : undefined}>{href === undefined ? shown : <a href={href}>{shown}</a>}</td>;
};

const TraceView = ({ block }: { readonly block: Extract<Block, { kind: 'trace' }> }) => (
  <section class="card trace">
    <h2>{block.title}</h2>
    <ol>
      {block.steps.map(({ text, found }) => (
        <li key={text} class={found ? 'found' : 'lost'}>
          {found ? '' : 'not found: '}
          {text}
        </li>
      ))}
    </ol>
    <p class="advice">
      <span class="badge tone-info">{block.conclusion}</span> {block.advice}
    </p>
  </section>
);
