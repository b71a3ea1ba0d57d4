import { gzipSync } from 'node:zlib';
import { CaptureDecoder } from '../../capture/decode/decode.js';
import { type PduRecord, pduRecord } from '../../capture/decode/record.js';
import type { CaptureInput } from '../../capture/file/source.js';
import { readCapture } from '../../capture/pdu/pdus.js';
import type { Sniffer } from '../../security/index.js';
import { cutDetail, detailOf } from './detail.js';
import type { DetailPage, PduDetail } from './model.js';
import { type HostNames, PAGE, Rows } from './rows.js';
import { Texts } from './texts.js';

export interface BookOptions {
  /** PDUs that are listed, at most. */
  readonly rows?: number;
  /** Takes each page of details when it is full, compressed. */
  readonly page: (octets: Buffer) => void;
}

export interface CaptureOptions {
  /** Of octets at hand: what the report calls them. */
  readonly file?: string;
  readonly observe?: Sniffer;
  readonly names?: HostNames;
  /** Told of octets that were read. */
  readonly onRead?: (octets: number) => void;
}

/** The PDUs of a report: their list, which is kept, and their details, which are handed on page by page. */
export class PduBook {
  readonly rows: Rows;
  readonly #give: (octets: Buffer) => void;
  #texts = new Texts();
  #details: PduDetail[] = [];

  constructor({ rows, page }: BookOptions) {
    this.rows = new Rows(rows);
    this.#give = page;
  }

  /** All PDUs of a capture, or of files that belong together. Throws `CaptureError` where nothing can be read. */
  async capture(source: CaptureInput, { file, observe, names, onRead }: CaptureOptions = {}): Promise<void> {
    const decoder = new CaptureDecoder(
      {
        pdu: (decoded) => {
          const { captured } = decoded;
          const record = pduRecord(captured.file, decoded);
          const detail = (texts: Texts): PduDetail =>
            captured.kind === 'cut' ? cutDetail(captured) : detailOf(decoded, record.error, texts);
          this.#add(record, captured.direction === 'toServer', names, detail);
        },
      },
      observe && { observe },
    );
    const handlers = { open: decoder.open, observe, onKdcMessage: observe?.kdcMessage };
    await readCapture(source, handlers, {
      ...(file !== undefined && { file }),
      ...(onRead && { onRead }),
      reuse: true,
    });
  }

  /** A PDU of which only the record is there. */
  record(record: PduRecord, toServer: boolean): void {
    this.#add(record, toServer, undefined, () => ({
      parts: [],
      json: JSON.stringify(record.value ?? record.auth_token ?? null, undefined, 1),
      ...(record.error !== undefined && { error: record.error }),
    }));
  }

  #add(record: PduRecord, toServer: boolean, names: HostNames | undefined, detail: (texts: Texts) => PduDetail): void {
    const row = this.rows.add(record, toServer, names);
    if (row === undefined) return;
    this.#details.push(detail(this.#texts));
    if (this.#details.length === PAGE) this.#turn();
  }

  /** Gives the last page; the list is complete. */
  end(): void {
    if (this.#details.length > 0) this.#turn();
  }

  #turn(): void {
    const page: DetailPage = { texts: this.#texts.list, pdus: this.#details };
    this.#give(packed(page));
    this.#texts = new Texts();
    this.#details = [];
  }
}

/** As the page in the browser unpacks it. */
export const packed = (value: object): Buffer => gzipSync(JSON.stringify(value), { level: 6 });
