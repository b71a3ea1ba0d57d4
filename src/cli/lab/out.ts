import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabRun } from '../../lab/index.js';
import { systemReason } from '../../net/error.js';
import { junit } from '../../report/junit.js';
import { labResults } from '../../report/lab/results.js';
import { labEvents, labText } from '../../report/lab/text.js';
import { plain } from '../../report/ndjson.js';
import { tap } from '../../report/tap.js';
import { UsageError } from '../io.js';
import { OutputFile } from '../output-file.js';

const PLAIN = { colour: false } as const;
/** Octets of a recording that wait to be written together. */
const WRITE_AT = 1024 * 1024;

/** The folder that a lab writes into: results, captures and event logs. Throws `UsageError` where it cannot. */
export class LabFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#write(() => {
      mkdirSync(join(folder, 'captures'), { recursive: true });
      mkdirSync(join(folder, 'events'), { recursive: true });
    });
  }

  /** Forgets what an earlier run of a scenario has left, so that nobody takes it for what comes of the next one. */
  clear(scenario: string): void {
    const [capture, events] = [this.#captureOf(scenario), this.#eventsOf(scenario)];
    const keytab = join(this.#folder, 'captures', `${scenario}.keytab`);
    this.#write(() => {
      rmSync(capture, { force: true });
      rmSync(keytab, { force: true });
      rmSync(passwordsOf(this.#folder, scenario), { force: true });
      rmSync(events, { recursive: true, force: true });
    });
  }

  /** Where the packets of a scenario go, as they come. */
  capture(scenario: string): { write(block: Buffer): void; end(): void } {
    const file = new OutputFile(this.#captureOf(scenario));
    let blocks: Buffer[] = [];
    let waiting = 0;
    let broken: Error | undefined;
    const flush = (): void => {
      // The blocks come from within the run, which knows nothing of files: what is wrong is told at the end.
      try {
        if (broken === undefined) file.write(Buffer.concat(blocks));
      } catch (error) {
        broken = error as Error;
      }
      blocks = [];
      waiting = 0;
    };
    return {
      write(block) {
        blocks.push(block);
        waiting += block.length;
        if (waiting >= WRITE_AT) flush();
      },
      end() {
        flush();
        file.close();
        if (broken !== undefined) throw broken;
      },
    };
  }

  /** The keys of a domain with Kerberos, beside its recording: for `decode --keytab` and tshark's `-K`. */
  keytab({ scenario, keytab }: LabRun): void {
    if (keytab !== undefined)
      this.#write(() => writeFileSync(join(this.#folder, 'captures', `${scenario}.keytab`), keytab));
  }

  /** The passwords of its users, `USER:PASSWORD` a line: for `view`, which unseals the recording with them. */
  passwords({ scenario }: LabRun, passwords: ReadonlyMap<string, string>): void {
    const lines = [...passwords].map(([user, password]) => `${user}:${password}\n`);
    this.#write(() => writeFileSync(passwordsOf(this.#folder, scenario), lines.join('')));
  }

  /** The event log of each host, as Windows exports it, as JSON, and all of them as a table. */
  events(run: LabRun): void {
    const logged = run.logs.filter(({ entries }) => entries.length > 0);
    const folder = this.#eventsOf(run.scenario);
    const files = logged.flatMap(({ machine, xml, json }): [string, string][] => [
      [join(folder, `${fileName(machine.name)}.xml`), xml],
      [join(folder, `${fileName(machine.name)}.json`), jsonText(json)],
    ]);
    if (files.length === 0) return;
    this.#write(() => {
      mkdirSync(folder, { recursive: true });
      for (const [path, text] of files) writeFileSync(path, text);
      writeFileSync(join(folder, 'all.txt'), labEvents(run, PLAIN));
    });
  }

  async results(runs: readonly LabRun[]): Promise<void> {
    const results = labResults(runs);
    const files = {
      'results.tap': tap(results),
      'results.json': jsonText(runs.map(recordOf)),
      'report.txt': labText(runs, PLAIN),
      'results.xml': await junit(results, 'lab'),
    };
    this.#write(() => {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(this.#folder, name), text);
    });
  }

  #captureOf(scenario: string): string {
    return join(this.#folder, 'captures', `${fileName(scenario)}.pcapng`);
  }

  #eventsOf(scenario: string): string {
    return join(this.#folder, 'events', fileName(scenario));
  }

  #write<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      throw new UsageError(`cannot write to ${this.#folder}: ${systemReason(error)}`);
    }
  }
}

const passwordsOf = (folder: string, scenario: string): string =>
  join(folder, 'captures', `${fileName(scenario)}.passwords`);

/** Names come from scenarios, and a scenario from anybody: none of them leads out of the folder. */
function fileName(name: string): string {
  if (/^[^/\\\0]+$/.test(name) && name !== '.' && name !== '..') return name;
  throw new UsageError(`not a name for a file: ${JSON.stringify(name)}`);
}

/** A run for programs: its logs as other programs have them stand in files of their own. */
const recordOf = ({ logs, ...run }: LabRun): object => ({
  ...run,
  logs: logs.map(({ machine, entries }) => ({ machine, entries })),
});

const jsonText = (value: unknown): string => `${JSON.stringify(plain(value), undefined, 1)}\n`;
