import stringWidth from 'string-width';
import type { CallRecord } from '../../capture/decode/call-record.js';
import type { PduRecord } from '../../capture/decode/record.js';
import { remember } from '../../codec/remember.js';
import { wrap } from '../../report/wrap.js';
import { elapsedText, ending, framesText, whatText } from './call-line.js';
import { after, detail, levelStyle, levelText, paintedType, painter, pipePrefix, typeText } from './pdu-line.js';

/** Columns from which on a line has the level and the user of each PDU; below, they are said where they change. */
const WIDE = 120;
/** Connections whose level and user are kept in mind. */
const MOST = 10_000;

interface Said {
  level?: number | undefined;
  user?: string | undefined;
}

interface Opened extends Said {
  /** The end that the connection was told from. */
  readonly first: string;
}

interface News {
  readonly level: string;
  readonly user: string | undefined;
}

/** What goes on below begins here. */
const INDENT = ' '.repeat(8);

/** The columns of a call, whose operation takes the rest. */
const callColumns = (frames: string, stream: string, time: string, elapsed: string): string =>
  [frames.padStart(11), stream.padEnd(3), time.padEnd(12), elapsed.padStart(11)].join(' ');

/**
 * PDUs or calls for a terminal: the date, and the ends of each connection, are said once, and each takes a line where it
 * can.
 */
export class TerminalLines {
  readonly #colour: boolean;
  readonly #width: number;
  readonly #dates = new Dates();
  readonly #connections = new Map<string, Opened>();

  constructor(colour: boolean, width: number) {
    this.#colour = colour;
    this.#width = width;
  }

  /** The line of a PDU, after those that it is the first to need. */
  text(record: PduRecord): string {
    const { lines, said } = this.#opening(record, record.src, record.dst);
    return [...lines, this.#line(record, said, said.first === record.src ? '>' : '<')].join('\n');
  }

  /** The head of the table that `callText` gives the rows of. */
  get callHead(): string {
    const level = this.#wide ? 'level'.padEnd(14) : '';
    return painter(this.#colour)('bold', `${callColumns('frames', '#', 'time', 'elapsed')} ${level}operation`);
  }

  /** The row of a call, after the lines that it is the first to need. */
  callText(call: CallRecord): string {
    const { lines, said } = this.#opening(call, call.client, call.server);
    return [...lines, ...this.#row(call, this.#news(call, said))].join('\n');
  }

  get #wide(): boolean {
    return this.#width >= WIDE;
  }

  #opening(place: PduRecord | CallRecord, first: string, second: string): { lines: string[]; said: Opened } {
    const paint = painter(this.#colour);
    const lines: string[] = [];
    const date = this.#dates.news(place);
    if (date !== undefined) lines.push(paint('bold', date));
    const key = `${place.file} ${place.stream}`;
    const known = this.#connections.get(key);
    if (known === undefined) lines.push(paint('bold', `#${place.stream} ${first} > ${second}`));
    const said = known ?? { first };
    if (known === undefined) remember(this.#connections, key, said, MOST);
    return { lines, said };
  }

  /** Level and user, where they have to be said. */
  #news({ auth_level: level, user }: PduRecord | CallRecord, said: Said): News {
    const news = {
      level: this.#wide || level !== said.level ? levelText(level) : '',
      user: this.#wide || user !== said.user ? user : undefined,
    };
    said.level = level ?? said.level;
    said.user = user ?? said.user;
    return news;
  }

  #row(call: CallRecord, news: News): string[] {
    const paint = painter(this.#colour);
    const { user: _, ...rest } = call;
    const what = whatText(news.user === undefined ? rest : call);
    const level = this.#wide ? news.level.padEnd(13) : news.level;
    const columns = callColumns(framesText(call), `#${call.stream}`, call.time.slice(11, 23), elapsedText(call));
    const before = columns.length + 1;
    const body = [level, what].filter((part) => part !== '').join(' ');
    const [first = '', ...more] = wrap(`${' '.repeat(before)}${body}`, this.#width, INDENT);
    const rows = [`${columns} ${first.slice(before)}`, ...more];
    const { text, style } = ending(call);
    const ended = text === '' ? rows : endedWith(rows, text, this.#width, (part) => paint(style, part));
    const [top = '', ...below] = ended;
    return [`${columns} ${styledLevel(top.slice(before), news.level, call.auth_level, paint)}`.trimEnd(), ...below];
  }

  #line(record: PduRecord, said: Said, direction: string): string {
    const paint = painter(this.#colour);
    const wide = this.#wide;
    const news = this.#news(record, said);
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
    const [first = '', ...more] = wrap(`${' '.repeat(before)}${body}`, this.#width, INDENT);
    const styled = bad
      ? paint('red', first.slice(before))
      : styledLevel(first.slice(before), news.level, record.auth_level, paint);
    return [`${head} ${paintedType(record, type, paint)} ${styled}`.trimEnd(), ...more].join('\n');
  }
}

/** How a call ended stands behind it where there is room, or else below. */
function endedWith(rows: readonly string[], text: string, width: number, paint: (text: string) => string): string[] {
  const last = rows.at(-1) ?? '';
  if (stringWidth(`${last} ${text}`) <= width) return [...rows.slice(0, -1), `${last} ${paint(text)}`];
  const below = wrap(INDENT + text, width, INDENT);
  return [...rows, ...below.map((line) => INDENT + paint(line.trimStart()))];
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

/** The date of what is told, and the zone of its times, said once. */
export class Dates {
  #last = '';

  /** Undefined where it is that of what came before. */
  news({ time }: { readonly time: string }): string | undefined {
    const date = time.slice(0, 10);
    if (date === this.#last) return undefined;
    this.#last = date;
    return `${date}, times in UTC`;
  }
}
