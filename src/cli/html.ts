import { CaptureError } from '../capture/file/error.js';
import { captureSets } from '../capture/file/sets.js';
import type { PduBook, ReportHead } from '../report/html/index.js';
import type { Sniffer } from '../security/index.js';
import { openForWriting } from './files.js';
import { inputOf, titleOf } from './input.js';
import { type Output, UsageError } from './io.js';

/** A report that is being written; its module is loaded when one is asked for, and for no other run. */
export interface ReportFile {
  readonly book: PduBook;
  end(head: ReportHead): void;
}

/** Opens the file before there are results: what cannot be written is said at once. */
export async function reportFile(path: string, title: string, inputs: readonly string[]): Promise<ReportFile> {
  if (inputs.includes('-')) throw new UsageError('--html reads captures again, which stdin cannot; save it to a file');
  const [file] = openForWriting([path] as const, inputs);
  const { HtmlReport: Report } = await import('../report/html/index.js');
  const report = new Report(title, (text) => file?.write(text));
  return {
    book: report.book,
    end(head) {
      report.end(head);
      file?.close();
    },
  };
}

/** The PDUs of captures; gives how many of them could be read. */
export async function addCaptures(
  out: Output,
  book: PduBook,
  files: readonly string[],
  observe: Sniffer,
): Promise<number> {
  let read = 0;
  for (const set of captureSets(files)) {
    const { onRead, note, end } = inputOf(out, set, titleOf(set), { quiet: true });
    try {
      await book.capture(set, { observe, onRead });
      read++;
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      note(`dcom-harness: ${error.message}`);
    } finally {
      end();
    }
  }
  return read;
}
