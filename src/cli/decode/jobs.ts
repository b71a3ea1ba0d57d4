import type { PduField } from '../../capture/decode/fields.js';
import type { Unit } from '../../capture/fleet/units.js';
import { type NamedTicket, TicketNameTable } from '../../security/index.js';
import { inputOf } from '../input.js';
import type { Output, Printing } from '../io.js';
import { readInThreads } from '../jobs/pool.js';
import { type SentSecrets, sentSecrets } from '../jobs/secrets.js';
import type { All, SetOptions } from './set.js';
import type { SummaryRow } from './summary.js';
import type { Counts } from './view.js';

/** What a thread is started with. */
export interface ThreadData {
  readonly printing: Printing;
  readonly secrets: SentSecrets;
  readonly summary: boolean;
  readonly calls: boolean;
  readonly verbose: boolean;
  readonly fields: readonly PduField[] | undefined;
  /** Filters, as they were given. */
  readonly filters: readonly string[];
}

/** What a thread says of a unit at its end. */
export interface DecodedUnit {
  /** Undefined where nothing could be read. */
  readonly summary: SummaryRow | undefined;
  readonly understood: Parameters<All['understood']['add']>[0];
  readonly counts: Counts;
  /** Tickets whose clients its KDCs have named, and tickets whose clients nobody had. */
  readonly named: readonly NamedTicket[];
  readonly unnamed: readonly string[];
}

/**
 * Decodes captures in threads. A KDC's answer in one names the clients in all later ones; a unit that has missed such a
 * name is decoded again with it.
 */
export async function decodeInThreads(
  out: Output,
  units: readonly Unit[],
  options: SetOptions & { readonly jobs: number },
  all: All,
): Promise<SummaryRow[]> {
  const { jobs, summary, calls, verbose, fields, filter = [] } = options;
  const { json, colour, width } = out;
  const data: ThreadData = {
    printing: { json, colour, width },
    secrets: sentSecrets(options),
    ...{ summary, calls, verbose, fields, filters: filter.map(({ text }) => text) },
  };
  const { onRead, note, end } = inputOf(out, units.flat(), `${units.length} captures`, { quiet: summary });
  const summaries: SummaryRow[] = [];
  const names = new TicketNameTable();
  try {
    await readInThreads<readonly NamedTicket[], DecodedUnit>({
      thread: new URL('./thread.js', import.meta.url),
      ...{ data, jobs, units, onRead, note },
      extra: () => names.all,
      atOnce: () => names.empty,
      stands: ({ unnamed }) => unnamed.every((ticket) => names.find(ticket) === undefined),
      output: out.printed,
      flush: out.flush,
      end(decoded) {
        if (decoded.summary !== undefined) summaries.push(decoded.summary);
        all.understood.add(decoded.understood);
        all.choice.add(decoded.counts);
        for (const named of decoded.named) names.take(named);
      },
    });
  } finally {
    end();
  }
  return summaries;
}
