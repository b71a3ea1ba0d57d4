import type { Conversation, PduIndex } from '../model.js';

/** `CONNECT`, `PKT_INTEGRITY`: as the tables of this program write them. */
const LEVELS = ['', 'NONE', 'CONNECT', 'CALL', 'PKT', 'PKT_INTEGRITY', 'PKT_PRIVACY'];

/** One PDU as the list shows it. */
export interface Row {
  readonly row: number;
  readonly conversation: Conversation;
  readonly conversationAt: number;
  readonly frame: number;
  readonly time: number;
  readonly back: boolean;
  readonly type: string;
  readonly call: number;
  readonly what: string;
  readonly level: string;
  readonly result: string;
  readonly user: string;
  readonly tone: 'bad' | 'warn' | 'none';
  readonly size: number;
  readonly from: string;
  readonly to: string;
}

/** The list of PDUs, row by row. */
export class Pdus {
  readonly index: PduIndex;
  #texts: string[] | undefined;

  constructor(index: PduIndex) {
    this.index = index;
  }

  get length(): number {
    return this.index.frame.length;
  }

  row(row: number): Row {
    const { index } = this;
    const text = (column: readonly number[]): string => index.texts[column[row] as number] ?? '';
    const conversationAt = index.conversation[row] as number;
    const conversation = index.conversations[conversationAt] as Conversation;
    const back = index.back[row] === 1;
    const [client, server] = endsOf(conversation);
    return {
      row,
      conversation,
      conversationAt,
      frame: index.frame[row] as number,
      time: index.time[row] as number,
      back,
      type: text(index.type),
      call: index.call[row] as number,
      what: text(index.what),
      level: levelName(index.level[row] as number),
      result: text(index.result),
      user: text(index.user),
      tone: (['none', 'bad', 'warn'] as const)[index.tone[row] as number] ?? 'none',
      size: index.size[row] as number,
      from: back ? server : client,
      to: back ? client : server,
    };
  }

  /** When that was, in UTC to the microsecond. */
  clock(time: number): string {
    const whole = Math.floor(time * 1000);
    const micro = Math.round(time * 1e6 - whole * 1000);
    const date = new Date(Date.parse(this.index.epoch) + whole);
    if (Number.isNaN(date.valueOf())) return `${time.toFixed(6)} s`;
    return date.toISOString().replace('T', ' ').replace('Z', String(micro).padStart(3, '0'));
  }

  /** All that can be searched for in a row, in small letters; made once. */
  text(row: number): string {
    this.#texts ??= Array.from({ length: this.length }, (_, i) => this.#textOf(i));
    return this.#texts[row] as string;
  }

  #textOf(i: number): string {
    const { from, to, type, what, level, result, user, conversation, frame } = this.row(i);
    const { client, server, file } = conversation;
    return [`#${frame}`, from, to, client, server, type, what, level, result, user, file].join(' ').toLowerCase();
  }
}

export const levelName = (level: number): string => LEVELS[level] ?? String(level);

/** Client and server, by their names where they have some. */
export const endsOf = ({ client, server, clientName, serverName }: Conversation): [string, string] => [
  clientName ?? client,
  serverName ?? server,
];

/** Host of `HOST:PORT`. */
export const hostOf = (endpoint: string): string => endpoint.replace(/:\d+$/, '');
