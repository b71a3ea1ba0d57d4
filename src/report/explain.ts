import { type Explanation, explain, type Meaning } from '../codec/status/explain.js';
import { DCOM_EVENTS, EVENT_EXPLANATIONS } from '../hardening/events.js';

export interface ExplainText {
  readonly title: string;
  readonly lines: readonly string[];
}

/** A code in words: every meaning with its section, then what it can come from; nothing where it is unknown. */
export function explainText(code: string): ExplainText | undefined {
  const event = eventText(code.trim());
  const known = explain(code);
  if (known === undefined) return event;
  if (event !== undefined)
    return { title: event.title, lines: [...event.lines, '', 'as a number also:', ...meanings(known)] };
  const [first] = known.meanings as readonly [Meaning];
  const lines = [...meanings(known), ...causes(known)];
  return { title: `${first.name} (${number(known.code)})`, lines };
}

function eventText(code: string): ExplainText | undefined {
  const id = Object.keys(EVENT_EXPLANATIONS).find((known) => known === code) as
    | keyof typeof EVENT_EXPLANATIONS
    | undefined;
  if (id === undefined) return undefined;
  const { title, advice } = EVENT_EXPLANATIONS[id];
  return {
    title: `event ${id}: ${title}`,
    lines: [
      `${DCOM_EVENTS.provider}, channel ${DCOM_EVENTS.channel}, error; KB5004442`,
      ...advice.map((line) => `- ${line}`),
    ],
  };
}

const meanings = ({ meanings }: Explanation): string[] =>
  meanings.map(({ kind, name, text, section, win32 }) => {
    const mapped = win32 === undefined || win32 === name ? '' : `; a Windows client reports ${win32}`;
    return `${kind}: ${name}${text === undefined ? '' : ` – ${text}`}${mapped} (${section})`;
  });

const causes = ({ causes }: Explanation): string[] =>
  causes.length === 0
    ? []
    : [
        '',
        'possible causes:',
        ...causes.flatMap(({ topic, text, check }) => [`- ${topic}: ${text}`, `  check: ${check}`]),
      ];

/** Small numbers as people write them, statuses as specifications do. */
const number = (code: number): string =>
  code < 0x10000 ? `${code}, 0x${code.toString(16)}` : `0x${code.toString(16).padStart(8, '0')}`;
