import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { LabRun } from '../lab/index.js';
import { junit } from '../report/junit.js';
import { labResults } from '../report/lab-results.js';
import { labEvents, labText } from '../report/lab-text.js';
import { plain } from '../report/ndjson.js';
import { tap } from '../report/tap.js';
import { UsageError } from './io.js';

const PLAIN = { colour: false } as const;
/** Octets of a recording that wait to be written together. */
const WRITE_AT = 1024 * 1024;

/** The folder that a lab writes into: results, captures and event logs. Throws `UsageError` where it cannot. */
export class LabFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    try {
      mkdirSync(join(folder, 'captures'), { recursive: true });
      mkdirSync(join(folder, 'events'), { recursive: true });
    } catch (error) {
      throw new UsageError(`cannot write to ${folder}: ${(error as Error).message}`);
    }
  }

  /** Where the packets of a scenario go, as they come. */
  capture(scenario: string): { write(block: Buffer): void; end(): void } {
    const file = openSync(join(this.#folder, 'captures', `${scenario}.pcapng`), 'w');
    let blocks: Buffer[] = [];
    let waiting = 0;
    const flush = (): void => {
      writeSync(file, Buffer.concat(blocks));
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
        closeSync(file);
      },
    };
  }

  /** The event log of each host, as Windows exports it, as JSON, and all of them as a table. */
  events(run: LabRun): void {
    const logged = run.logs.filter(({ entries }) => entries.length > 0);
    const folder = join(this.#folder, 'events', run.scenario);
    rmSync(folder, { recursive: true, force: true });
    if (logged.length === 0) return;
    mkdirSync(folder, { recursive: true });
    for (const { machine, xml, json } of logged) {
      writeFileSync(join(folder, `${machine.name}.xml`), xml);
      writeFileSync(join(folder, `${machine.name}.json`), jsonText(json));
    }
    writeFileSync(join(folder, 'all.txt'), labEvents(run, PLAIN));
  }

  async results(runs: readonly LabRun[]): Promise<void> {
    const results = labResults(runs);
    writeFileSync(join(this.#folder, 'results.tap'), tap(results));
    writeFileSync(join(this.#folder, 'results.json'), jsonText(runs.map(recordOf)));
    writeFileSync(join(this.#folder, 'report.txt'), labText(runs, PLAIN));
    writeFileSync(join(this.#folder, 'results.xml'), await junit(results, 'lab'));
  }
}

/** A run for programs: what its logs hold stands in files of their own. */
const recordOf = ({ logs: _, ...run }: LabRun): object => run;

const jsonText = (value: unknown): string => `${JSON.stringify(plain(value), undefined, 1)}\n`;
