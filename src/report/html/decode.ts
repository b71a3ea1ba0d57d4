import type { Result } from '../result.js';
import type { ReportHead } from './model.js';
import { checkFigures, checksBlock, figuresOf, notesOf, operationsBlock } from './overview.js';
import type { Rows } from './rows.js';

/** The report of captures as they are. */
export function decodeHead(files: readonly string[], rows: Rows): ReportHead {
  const operations = operationsBlock(rows);
  return {
    title: files.length === 1 ? `What is in ${files[0]}` : `What is in ${files.length} captures`,
    subtitle: `dcom-harness decode: ${files.join(', ')}${rows.epoch === '' ? '' : `; from ${rows.epoch} on`}`,
    figures: figuresOf(rows),
    blocks: operations === undefined ? [] : [operations],
    notes: notesOf(rows),
  };
}

/** The report of a replay: what was sent again, what came of it, and what was captured. */
export function resultsHead(title: string, command: string, results: readonly Result[], rows: Rows): ReportHead {
  const operations = operationsBlock(rows);
  return {
    title,
    subtitle: command,
    figures: [...checkFigures(results), ...figuresOf(rows)],
    blocks: [checksBlock(results, (result) => hrefOf(result, rows)), ...(operations === undefined ? [] : [operations])],
    notes: notesOf(rows),
  };
}

/** `FILE frame N` in what a result says of its PDUs. */
function hrefOf({ id, pdus }: Result, rows: Rows): string | undefined {
  for (const text of [id.replace(/^replay\.(.*)\.(\d+).*$/, '$1 frame $2'), ...pdus]) {
    const [, file = '', frame = ''] = /(\S.*) frame (\d+)/.exec(text) ?? [];
    const row = rows.ofFrame(file, Number(frame));
    if (row !== undefined) return `#/pdu/${row}`;
  }
  return undefined;
}
