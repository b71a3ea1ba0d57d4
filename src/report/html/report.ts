import { PduBook } from './book.js';
import type { ReportHead } from './model.js';
import { type Assets, assets, detailScript, headScript, indexScript, pageEnd, pageHead } from './page.js';

/** One file that holds a whole report. Details of PDUs are written as they come, so that memory does not grow with them. */
export class HtmlReport {
  readonly book: PduBook;
  readonly #assets: Assets;
  readonly #write: (text: string) => void;
  #pages = 0;

  constructor(title: string, write: (text: string) => void) {
    this.#assets = assets();
    this.#write = write;
    write(pageHead(this.#assets, title, 'embedded'));
    this.book = new PduBook({ page: (octets) => write(detailScript(this.#pages++, octets)) });
  }

  /** Writes the rest. */
  end(head: ReportHead): void {
    this.book.end();
    this.#write(indexScript(this.book.rows.index()));
    this.#write(headScript(head));
    this.#write(pageEnd(this.#assets));
  }
}
