import type { PduRecord } from '../../capture/decode/record.js';
import { wrap } from '../../report/wrap.js';
import { after, detail, levelStyle, levelText, paintedType, painter, pipePrefix, typeText } from './pdu-line.js';

/** Columns from which on a line has the level and the user of each PDU; below, they are said where they change. */
const WIDE = 120;
/** Connections whose level and user are kept in mind. */
const MOST = 10_000;

interface Said {
  level?: number | undefined;
  user?: string | undefined;
}

/** PDUs for a terminal: the date, and the ends of each connection, are said once, and a PDU takes a line where it can. */
export class TerminalLines {
  readonly #colour: boolean;
  readonly #width: number;
  #date = '';
  readonly #connections = new Map<string, Said & { readonly first: string }>();

  constructor(colour: boolean, width: number) {
    this.#colour = colour;
    this.#width = width;
  }

  /** The line of a PDU, after those that it is the first to need. */
  text(record: PduRecord): string {
    const paint = painter(this.#colour);
    const lines: string[] = [];
    const date = record.time.slice(0, 10);
    if (date !== this.#date) lines.push(paint('bold', `${date}, times in UTC`));
    this.#date = date;
    const key = `${record.file} ${record.stream}`;
    const known = this.#connections.get(key);
    if (known === undefined) lines.push(paint('bold', `#${record.stream} ${record.src} > ${record.dst}`));
    const said = known ?? { first: record.src };
    if (known === undefined) this.#remember(key, said);
    lines.push(this.#line(record, said, said.first === record.src ? '>' : '<'));
    return lines.join('\n');
  }

  #line(record: PduRecord, said: Said, direction: string): string {
    const paint = painter(this.#colour);
    const wide = this.#width >= WIDE;
    const { auth_level: level, user } = record;
    const news = {
      level: wide || level !== said.level ? levelText(level) : '',
      user: wide || user !== said.user ? user : undefined,
    };
    said.level = level ?? said.level;
    said.user = user ?? said.user;
    const { text, bad } = detail({ ...record, user: news.user } as PduRecord, wide);
    const asked = record.request_frame === undefined ? '' : ` <${record.request_frame}${after(record.elapsed)}`;
    const what = `${pipePrefix(record)}${text}${asked}`.trim();
    const shown = wide ? news.level.padEnd(13) : news.level;
    const head = [
      String(record.frame).padStart(6),
      `#${record.stream}`.padEnd(3),
      record.time.slice(11, 23),
      direction,
    ].join(' ');
    const type = typeText(record);
    const before = head.length + type.length + 2;
    const body = [shown, what].filter((part) => part !== '').join(' ');
    const [first = '', ...more] = wrap(`${' '.repeat(before)}${body}`, this.#width, ' '.repeat(8));
    const styled = bad ? paint('red', first.slice(before)) : styledLevel(first.slice(before), news.level, level, paint);
    return [`${head} ${paintedType(record, type, paint)} ${styled}`.trimEnd(), ...more].join('\n');
  }

  #remember(key: string, said: Said & { readonly first: string }): void {
    const [oldest] = this.#connections.keys();
    if (this.#connections.size >= MOST && oldest !== undefined) this.#connections.delete(oldest);
    this.#connections.set(key, said);
  }
}

function styledLevel(
  line: string,
  shown: string,
  level: number | undefined,
  paint: ReturnType<typeof painter>,
): string {
  const style = levelStyle(level);
  return style === undefined || shown === ''
    ? line
    : paint(style, line.slice(0, shown.length)) + line.slice(shown.length);
}
