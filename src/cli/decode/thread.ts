import { workerData } from 'node:worker_threads';
import { parseFilter } from '../../capture/decode/filter.js';
import { CaptureError } from '../../capture/file/error.js';
import { Understood, understoodState } from '../../capture/file/understood.js';
import { type NamedTicket, type TicketClient, TicketNameTable } from '../../security/index.js';
import { type Output, printer } from '../io.js';
import { receivedSecrets } from '../jobs/secrets.js';
import { serveUnits } from '../jobs/thread.js';
import { observer } from '../secrets.js';
import type { DecodedUnit, ThreadData } from './jobs.js';
import { decodeSet } from './set.js';
import { CallStatistics } from './statistics.js';
import { Choice } from './view.js';

const { printing, secrets: sent, filters, fields, ...views } = workerData as ThreadData;
const secrets = receivedSecrets(sent);
const filter = filters.map((text) => parseFilter(text));
const options = {
  ...{ ...views, ...secrets, follow: false, statistics: false },
  ...(filters.length > 0 && { filter }),
  ...(fields && { fields }),
};

/** What earlier captures have named, what this one names, and what it would have needed besides. */
class UnitNames extends TicketNameTable {
  readonly named = new TicketNameTable();
  readonly unnamed = new Set<string>();

  constructor(known: readonly NamedTicket[]) {
    super();
    for (const each of known) super.take(each);
  }

  override get empty(): boolean {
    return false;
  }

  override take(named: NamedTicket): void {
    super.take(named);
    this.named.take(named);
  }

  override find(ticket: string): TicketClient | undefined {
    const client = super.find(ticket);
    if (client === undefined) this.unnamed.add(ticket);
    return client;
  }
}

serveUnits(async (files, { output, note, onRead, pause }, known: readonly NamedTicket[]): Promise<DecodedUnit> => {
  const names = new UnitNames(known);
  const choice = new Choice(options.filter);
  const understood = new Understood();
  const out: Output = {
    ...printer(printing, output),
    printed: output,
    ...{ note, flush: pause, finish: pause },
  };
  let summary: DecodedUnit['summary'];
  try {
    const all = { several: true, choice, packets: undefined, statistics: new CallStatistics(), understood };
    summary = (await decodeSet(out, files, all, options, observer(secrets, names), onRead)).row;
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    note(`dcom-harness: ${error.message}`);
  }
  return {
    summary,
    understood: understoodState(understood),
    counts: choice.counts,
    named: names.named.all,
    unnamed: [...names.unnamed],
  };
});
