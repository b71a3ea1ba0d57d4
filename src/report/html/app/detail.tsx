import { useEffect, useMemo, useState } from 'preact/hooks';
import { type Detail, fromBase64, readDetail } from './data.js';
import { FieldTree } from './field-tree.js';
import { type Field, fieldAt, fieldsOf } from './fields.js';
import { Hex } from './hex.js';
import type { Pdus } from './pdus.js';

interface DetailProps {
  readonly pdus: Pdus;
  readonly row: number;
  readonly close: () => void;
}

/** One PDU: what it says, its fields, and its octets beside them. */
export function DetailView({ pdus, row, close }: DetailProps) {
  const [detail, setDetail] = useState<Detail | 'none' | undefined>();
  const { frame, type, what, from, to, time, level, user, result, tone, conversation, conversationAt, size } =
    pdus.row(row);
  useEffect(() => {
    let gone = false;
    readDetail(row, pdus.index.page).then(
      (read) => {
        if (!gone) setDetail(read ?? 'none');
      },
      () => setDetail('none'),
    );
    return () => {
      gone = true;
    };
  }, [pdus, row]);
  const facts: [string, string][] = [
    ['from', from],
    ['to', to],
    ['UTC', pdus.clock(time)],
    ['level', level],
    ['user', user],
    ['result', result],
    ['frame', `${frame}, ${size} octets`],
  ];
  return (
    <aside class="detail" aria-label="Selected PDU">
      <header>
        <h2 class={`tone-${tone}`}>
          {type} <small>{what}</small>
        </h2>
        <a class="link" href={`#/pdu/${row}`} title="A link to this PDU">
          #{row}
        </a>
        <button type="button" onClick={close} aria-label="Close the details">
          ✕
        </button>
      </header>
      <dl class="facts">
        {facts
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        <div>
          <dt>in</dt>
          <dd>
            <a href={`#/pdus?conversation=${conversationAt}&pdu=${row}`}>
              {conversation.file}, stream {conversation.stream}
            </a>
          </dd>
        </div>
      </dl>
      {detail === undefined && <p class="empty">…</p>}
      {detail === 'none' && <p class="empty">The details of this PDU are not in the report.</p>}
      {typeof detail === 'object' && <Parts detail={detail} />}
    </aside>
  );
}

const Parts = ({ detail: { texts, pdu } }: { readonly detail: Detail }) => (
  <>
    {pdu.error !== undefined && <p class="error">{pdu.error}</p>}
    {pdu.json !== undefined && <pre class="json">{pdu.json}</pre>}
    {pdu.parts.map((part, index) => (
      <PartView key={part.title} part={part} texts={texts} first={index === 0} />
    ))}
  </>
);

interface PartProps {
  readonly part: Detail['pdu']['parts'][number];
  readonly texts: readonly string[];
  readonly first: boolean;
}

function PartView({ part, texts, first }: PartProps) {
  const fields = useMemo(() => fieldsOf(part.fields, texts), [part, texts]);
  const octets = useMemo(() => fromBase64(part.octets), [part]);
  const [selected, select] = useState<number | undefined>();
  const field = selected === undefined ? undefined : fields[selected];
  return (
    <section class="part">
      <h3>{part.title}</h3>
      <About field={field} />
      <div class="both">
        <FieldTree
          id={first ? 'fields' : undefined}
          title={part.title}
          fields={fields}
          selected={selected}
          select={select}
        />
        <Hex
          octets={octets}
          field={field}
          pick={(octet) => select(fieldAt(fields, octet))}
          move={(step) => select(moved(fields, selected, step))}
        />
      </div>
      {part.cut !== undefined && (
        <p class="cut">{part.cut.toLocaleString('en')} further octets are not in the report.</p>
      )}
    </section>
  );
}

/** The field whose octets follow, or come before; what has parts is passed. */
function moved(fields: readonly Field[], selected: number | undefined, step: number): number | undefined {
  const from = selected === undefined ? 0 : (fields[selected]?.start ?? 0);
  const octet =
    step > 0 && selected !== undefined ? (fields[selected]?.end ?? 0) : Math.max(0, from + Math.min(0, step));
  return fieldAt(fields, octet) ?? selected;
}

const About = ({ field }: { readonly field: Field | undefined }) => (
  <p class="about-field" aria-live="polite">
    {field === undefined ? (
      'Choose a field or an octet: each shows the other.'
    ) : (
      <>
        <b>{field.path}</b> {field.value !== '' && <code>= {field.value}</code>}{' '}
        {field.type !== '' && <code>{field.type}</code>} {field.section !== '' && <cite>{field.section}</cite>}{' '}
        <span>
          octets {field.start}–{field.end - 1}
          {field.note === '' ? '' : `; ${field.note}`}
        </span>
      </>
    )}
  </p>
);
