import type { Output } from '../../src/cli/io.js';
import type { RecordKind } from '../../src/report/record.js';

/** An output that keeps what a command prints. */
export class Heard implements Output {
  readonly json: boolean;
  readonly colour = false;
  readonly width = undefined;
  readonly said: string[] = [];
  readonly records: object[] = [];
  readonly notes: string[] = [];

  constructor({ json = false } = {}) {
    this.json = json;
  }

  text = (text: string): void => void this.said.push(text);
  line = this.text;
  printed(text: string): void {
    this.verbatim(text);
  }

  verbatim = this.text;
  record = (kind: RecordKind, members: object): void => void this.records.push({ kind, ...members });
  table = (rows: readonly unknown[]): void => void this.said.push(`table of ${rows.length} rows`);
  note = (text: string): void => void this.notes.push(text);
  flush = async (): Promise<void> => {};
  finish = async (): Promise<void> => {};
}
