import { type Explanation, explain, type Meaning } from '../codec/status/explain.js';
import { hexStatus } from '../codec/status/hex.js';
import { pastedCodes } from '../codec/status/pasted.js';
import { type EventExplanation, explainEvent } from '../hardening/event-explanations.js';
import { DCOM_EVENTS } from '../hardening/events.js';

export interface ExplainText {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What the codes in a text mean, in words; nothing where none is known. */
export const explainPasted = (text: string): ExplainText[] =>
  pastedCodes(text, (token) => eventOf(token) !== undefined).flatMap((code) => explainText(code) ?? []);

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

const eventOf = (token: string): EventExplanation | undefined =>
  /^\d{5}$/.test(token) ? explainEvent(Number(token)) : undefined;

function eventText(code: string): ExplainText | undefined {
  const event = eventOf(code);
  if (event === undefined) return undefined;
  const source = event.hardening ? 'KB5004442' : 'not an event of the hardening';
  return {
    title: `event ${code}: ${event.title}`,
    lines: [
      `${DCOM_EVENTS.provider}, channel ${DCOM_EVENTS.channel}; ${source}`,
      ...event.advice.map((line) => `- ${line}`),
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
        ...causes.flatMap(({ refusedBy, text, check }) => [`- ${refusedBy}: ${text}`, `  check: ${check}`]),
      ];

/** Small numbers as people write them, statuses as specifications do. */
const number = (code: number): string => (code < 0x10000 ? `${code}, 0x${code.toString(16)}` : hexStatus(code));
