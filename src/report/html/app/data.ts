import type { DetailPage, PduDetail, PduIndex, ReportHead } from '../model.js';

/** Where the data of the report comes from: this page, or the server of `dcom-harness view`. */
const served = document.documentElement.dataset.source === 'served';

export const readHead = (): Promise<ReportHead> => read<ReportHead>('head');
export const readIndex = (): Promise<PduIndex> => read<PduIndex>('index');

/** Pages of details that are kept unpacked. */
const KEPT = 12;
const pages = new Map<number, Promise<DetailPage>>();

export interface Detail {
  readonly texts: readonly string[];
  readonly pdu: PduDetail;
}

/** The details of one PDU, by its place in the list. */
export async function readDetail(row: number, perPage: number): Promise<Detail | undefined> {
  const number = Math.floor(row / perPage);
  const known = pages.get(number) ?? read<DetailPage>(`page-${number}`);
  pages.delete(number);
  pages.set(number, known);
  for (const oldest of pages.keys()) {
    if (pages.size <= KEPT) break;
    pages.delete(oldest);
  }
  const { texts, pdus } = await known;
  const pdu = pdus[row % perPage];
  return pdu && { texts, pdu };
}

async function read<T>(name: string): Promise<T> {
  const stream = (await octetsOf(name)).pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(stream).json()) as T;
}

async function octetsOf(name: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  if (!served) return new Blob([fromBase64(document.getElementById(name)?.textContent ?? '')]).stream();
  const response = await fetch(`./data/${name}`);
  if (!response.ok || response.body === null) throw new Error(`${name}: ${response.status}`);
  return response.body;
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const octets = atob(text);
  const bytes = new Uint8Array(octets.length);
  for (let i = 0; i < octets.length; i++) bytes[i] = octets.charCodeAt(i);
  return bytes;
}
