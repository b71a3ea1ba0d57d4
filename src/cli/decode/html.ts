import { basename } from 'node:path';
import { decodeHead } from '../../report/html/index.js';
import type { Sniffer } from '../../security/index.js';
import { addCaptures, reportFile } from '../html.js';
import type { Output } from '../io.js';

/** Instead of lines: every PDU with its fields beside its octets. */
export async function writeDecodeReport(
  out: Output,
  path: string,
  files: readonly string[],
  observe: Sniffer,
): Promise<void> {
  const names = files.map((file) => basename(file));
  const report = await reportFile(path, `dcom-harness decode ${names.join(' ')}`, files);
  const read = await addCaptures(out, report.book, files, observe);
  report.end(decodeHead(names, report.book.rows));
  if (read === 0) process.exitCode = 2;
  out.note(`the report is in ${path}`);
}
