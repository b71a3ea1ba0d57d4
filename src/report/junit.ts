import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import type { Result } from './result.js';
import { tap } from './tap.js';

/**
 * Results as JUnit XML, by piping their TAP through tap-junit. The package is a command: as a library it prints to the
 * console or ends the process, so it runs as a process of its own.
 *
 * It counts `not ok … # TODO` as a failure and drops the reasons of skips; so expected failures go in as skips, and
 * the reasons as comments, which become the system-out of their test case.
 */
export async function junit(results: readonly Result[], suite: string): Promise<string> {
  const command = createRequire(import.meta.url).resolve('tap-junit/bin/tap-junit');
  const converter = spawn(process.execPath, [command, '--pretty', `--name=${suite}`, `--classname=${suite}`], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    converter.once('error', reject);
    converter.once('close', resolve);
  });
  // The converter may be gone before it has read all; its exit code says so.
  converter.stdin.on('error', () => {});
  converter.stdin.end(tap(results, { xfail: 'skip' }));
  const [xml, errors, code] = await Promise.all([text(converter.stdout), text(converter.stderr), exit]);
  if (code !== 0) throw new Error(`tap-junit ended with exit code ${code}: ${errors.trim()}`);
  return xml.trimEnd().concat('\n');
}
