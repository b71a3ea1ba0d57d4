import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LabRun, runScenario, type Scenario, shippedScenario } from '../../src/lab/index.js';
import { seededRandom } from '../../src/net/simulation/index.js';

export interface RecordedLab {
  readonly run: LabRun;
  readonly capture: Buffer;
}

/** Runs a scenario that comes with the program, with its recording. */
export async function recordedLab(scenario: string | Scenario, seed: string | number = 1): Promise<RecordedLab> {
  const blocks: Buffer[] = [];
  const found = typeof scenario === 'string' ? shippedScenario(scenario) : scenario;
  if (found === undefined) throw new Error(`no scenario ${String(scenario)}`);
  const run = await runScenario(found, { seed, record: (block) => void blocks.push(block) });
  return { run, capture: Buffer.concat(blocks) };
}

/** The password of an account of a scenario that gives none. */
export const passwordOf = (scenario: string, user: string, seed: string | number = 1): string =>
  seededRandom(seed, `${scenario} password of ${user}`)(12).toString('hex');

/** A file for programs that read files. */
export function captureFile(name: string, capture: Buffer): string {
  const path = join(mkdtempSync(join(tmpdir(), 'lab-')), `${name}.pcapng`);
  writeFileSync(path, capture);
  return path;
}
