import type { LabRun } from '../../lab/index.js';
import type { Sniffer } from '../../security/index.js';
import { reportFile } from '../html.js';

/** The report of a lab: each scenario's recording as it ends, and at the end what came of all. */
export interface LabReport {
  /** Takes the recording of one scenario. */
  capture(): { write(block: Buffer): void; end(run: LabRun, observe: Sniffer): Promise<void> };
  end(runs: readonly LabRun[]): void;
}

/** Opens the file; the modules that fill it are loaded now. */
export async function openLabReport(path: string): Promise<LabReport> {
  const { labHead } = await import('../../report/html/index.js');
  const report = await reportFile(path, 'dcom-harness lab', []);
  return {
    capture() {
      const blocks: Buffer[] = [];
      return {
        write: (block) => blocks.push(Buffer.from(block)),
        end: (run, observe) =>
          report.book.capture(Buffer.concat(blocks), { file: `${run.scenario}.pcapng`, names: namesOf(run), observe }),
      };
    },
    end: (runs) => report.end(labHead(runs, report.book.rows)),
  };
}

/** Hosts by their addresses, as the scenario calls them. */
function namesOf({ logs }: LabRun): (address: string) => string | undefined {
  const names = new Map(logs.flatMap(({ machine }) => machine.addresses.map((address) => [address, machine.name])));
  return (address) => names.get(address);
}
