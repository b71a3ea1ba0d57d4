import type { PduRecord } from '../../capture/decode/record.js';
import { resultOf } from '../../capture/decode/result.js';
import { faultName, hresultName } from '../../codec/status/explain.js';
import type { Conversation, PduIndex } from './model.js';
import { scenesOf } from './scenes.js';
import { Texts } from './texts.js';

/** PDUs that are listed one by one; of the others only the conversations tell. */
export const MAX_ROWS = 100_000;
/** PDUs whose details are kept together. */
export const PAGE = 200;

const COLUMNS = [
  'conversation',
  'frame',
  'time',
  'back',
  'type',
  'call',
  'what',
  'level',
  'result',
  'user',
  'tone',
  'size',
] as const;
type Columns = { readonly [C in (typeof COLUMNS)[number]]: number[] };

type Open = { -readonly [M in keyof Conversation]: Conversation[M] };

/** The name of a host by its address, where it has one. */
export type HostNames = (address: string) => string | undefined;

const BAD = 1;
const WARNING = 2;
/** It worked, with less than was asked for. */
const S_FALSE = 1;

/** The members of a listed PDU that other parts of a report are made of. */
export interface ListedPdu {
  readonly row: number;
  readonly file: string;
  /** Addresses without ports. */
  readonly client: string;
  readonly server: string;
  readonly frame: number;
  /** Seconds since the first one. */
  readonly time: number;
  readonly toServer: boolean;
  readonly type: string;
  readonly what: string;
  readonly level: number;
  readonly bad: boolean;
}

/** The list of PDUs, column by column. */
export class Rows {
  readonly #columns = Object.fromEntries(COLUMNS.map((name) => [name, []])) as unknown as Columns;
  readonly #texts = new Texts();
  readonly #conversations: Open[] = [];
  readonly #byStream = new Map<string, number>();
  readonly #max: number;
  #epoch: string | undefined;
  #frames: Map<string, number> | undefined;

  constructor(max = MAX_ROWS) {
    this.#max = max;
  }

  get length(): number {
    return this.#columns.frame.length;
  }

  /** Gives the number of the row, or nothing where the list is full. */
  add(record: PduRecord, toServer: boolean, names?: HostNames): number | undefined {
    this.#epoch ??= record.time;
    const time = secondsBetween(this.#epoch, record.time);
    const tone = toneOf(record);
    const conversation = this.#conversationOf(record, toServer, time, names);
    const of = this.#conversations[conversation] as Open;
    of.pdus++;
    of.end = Math.max(of.end, time);
    if (tone === BAD) of.bad++;
    if (this.length >= this.#max) return undefined;
    const columns = this.#columns;
    columns.conversation.push(conversation);
    columns.frame.push(record.frame);
    columns.time.push(time);
    columns.back.push(toServer ? 0 : 1);
    columns.type.push(this.#texts.place(String(record.header_ptype ?? record.ptype)));
    columns.call.push(record.call_id ?? 0);
    columns.what.push(this.#texts.place(whatOf(record)));
    columns.level.push(record.auth_level ?? 0);
    columns.result.push(this.#texts.place(resultText(record)));
    columns.user.push(this.#texts.place(record.user ?? ''));
    columns.tone.push(tone);
    columns.size.push(record.frag_length ?? 0);
    return this.length - 1;
  }

  /** The row of a frame; of several PDUs that end in one, the first. */
  ofFrame(file: string, frame: number): number | undefined {
    this.#frames ??= this.#byFrame();
    return this.#frames.get(`${file}\n${frame}`);
  }

  #byFrame(): Map<string, number> {
    const found = new Map<string, number>();
    for (const { row, file, frame } of this.all()) {
      const key = `${file}\n${frame}`;
      if (!found.has(key)) found.set(key, row);
    }
    return found;
  }

  /** What is listed, in order. */
  *all(): Generator<ListedPdu> {
    const { conversation, frame, time, back, type, what, level, tone } = this.#columns;
    for (let row = 0; row < frame.length; row++) {
      const { file, client, server } = this.#conversations[conversation[row] as number] as Open;
      yield {
        row,
        file,
        client: hostOf(client),
        server: hostOf(server),
        frame: frame[row] as number,
        time: time[row] as number,
        toServer: back[row] === 0,
        type: this.#texts.list[type[row] as number] as string,
        what: this.#texts.list[what[row] as number] as string,
        level: level[row] as number,
        bad: tone[row] === BAD,
      };
    }
  }

  get conversations(): readonly Conversation[] {
    return this.#conversations;
  }

  get epoch(): string {
    return this.#epoch ?? '';
  }

  index(): PduIndex {
    const order = this.#conversations.map((_, index) => index).sort((a, b) => this.#start(a) - this.#start(b));
    const scenes = scenesOf(order.map((index) => streamOf(this.#conversations[index] as Open)));
    for (const [place, index] of order.entries()) (this.#conversations[index] as Open).scene = scenes[place] as number;
    return {
      texts: this.#texts.list,
      conversations: this.#conversations,
      epoch: this.epoch,
      page: PAGE,
      ...this.#columns,
    };
  }

  #start(index: number): number {
    return (this.#conversations[index] as Open).start;
  }

  #conversationOf({ file, stream, src, dst }: PduRecord, toServer: boolean, time: number, names?: HostNames): number {
    const key = `${file}\n${stream}`;
    const known = this.#byStream.get(key);
    if (known !== undefined) return known;
    const [client, server] = toServer ? [src, dst] : [dst, src];
    const named = { ...nameOf('clientName', client, names), ...nameOf('serverName', server, names) };
    const counts = { pdus: 0, bad: 0, start: time, end: time, scene: 0 };
    this.#conversations.push({ file, stream, client, server, ...named, ...counts });
    this.#byStream.set(key, this.#conversations.length - 1);
    return this.#conversations.length - 1;
  }
}

const streamOf = ({ file, client, server, start, end }: Open) => ({
  file,
  hosts: [hostOf(client), hostOf(server)] as [string, string],
  start,
  end,
});

function nameOf<K extends string>(key: K, endpoint: string, names: HostNames | undefined): { [P in K]?: string } {
  const name = names?.(hostOf(endpoint));
  return name === undefined ? {} : ({ [key]: `${name}${/:\d+$/.exec(endpoint)?.[0] ?? ''}` } as { [P in K]?: string });
}

/** The address of `ADDRESS:PORT`. */
export const hostOf = (endpoint: string): string => endpoint.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');

/** To the microsecond, which is what a double holds of it for centuries. */
function secondsBetween(epoch: string, time: string): number {
  const whole = (Date.parse(time) - Date.parse(epoch)) / 1000;
  const [, below = '0'] = /\.\d{3}(\d{3})/.exec(time) ?? [];
  const [, belowEpoch = '0'] = /\.\d{3}(\d{3})/.exec(epoch) ?? [];
  const seconds = whole + (Number(below) - Number(belowEpoch)) / 1e6;
  return Number.isFinite(seconds) ? Math.round(seconds * 1e6) / 1e6 : 0;
}

function whatOf({ interface: name, operation, opnum, auth_token }: PduRecord): string {
  if (auth_token !== undefined && 'message' in auth_token) return auth_token.message;
  if (name === undefined) return opnum === undefined ? '' : `opnum ${opnum}`;
  if (operation !== undefined) return `${name}::${operation}`;
  return opnum === undefined ? name : `${name} opnum ${opnum}`;
}

function resultText(record: PduRecord): string {
  if (record.error !== undefined) return record.error;
  if (record.ptype === 'fault') return faultName(record.status ?? 0);
  const result = resultOf(record);
  if (result !== undefined) return result === 0 ? 'S_OK' : hresultName(result);
  return record.stub === 'plain' ? '' : (record.stub ?? '');
}

function toneOf(record: PduRecord): number {
  if (record.error !== undefined || record.ptype === 'fault' || record.ptype === 'bind_nak') return BAD;
  if (record.stub === 'bad signature') return BAD;
  const result = resultOf(record) ?? 0;
  if (result === S_FALSE) return WARNING;
  return result === 0 ? 0 : BAD;
}
