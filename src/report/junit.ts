import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { printable } from './printable.js';
import { type Result, resultsSummary } from './result.js';
import { tap } from './tap.js';

/**
 * Results as JUnit XML, as Jenkins, GitLab and GitHub's actions read it: a suite for each suite of the results, or one
 * named `name`. The cases are those of tap-junit, made of the results' TAP. What TAP has no place for, or tap-junit
 * drops, is put into them from the results: class names, files, times, the reasons of skips, and a text in each failure.
 * `verdict` is what a run says at its end, and `began` when it began, for suites whose results have no times.
 */
export async function junit(results: readonly Result[], name: string, run: JUnitRun = {}): Promise<string> {
  const cases = casesOf(await converted(results, name));
  if (cases.length !== results.length) throw new Error(`tap-junit made ${cases.length} of ${results.length} cases`);
  const suites = new Map<string, { result: Result; xml: string }[]>();
  for (const [index, result] of results.entries()) {
    const suite = result.suite ?? name;
    const xml = completed(cases[index] as string, result, suite === name ? name : `${name}.${suite}`);
    suites.set(suite, [...(suites.get(suite) ?? []), { result, xml }]);
  }
  if (suites.size === 0) suites.set(name, []);
  const inner = [...suites].map(([suite, items]) => suiteOf(suite, items, run));
  return `<?xml version="1.0"?>\n<testsuites ${attributes({ name, ...totals(results) })}>\n${inner.join('')}</testsuites>\n`;
}

interface JUnitRun {
  readonly verdict?: string | undefined;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly began?: number | undefined;
}

function suiteOf(
  name: string,
  items: readonly { result: Result; xml: string }[],
  { verdict, began }: JUnitRun,
): string {
  const results = items.map(({ result }) => result);
  const times = results.flatMap(({ time }) => time ?? []);
  const time = times.length === 0 ? began : Math.min(...times);
  const files = new Set(results.map(({ file }) => file));
  const [file] = files;
  const head = attributes({
    name,
    ...totals(results),
    // xs:dateTime without a zone, which is UTC: what Jenkins' schema takes.
    timestamp: time === undefined ? undefined : new Date(time).toISOString().slice(0, 19),
    file: files.size === 1 ? file : undefined,
  });
  // Where Jenkins and GitLab show what a suite as a whole has said.
  const [property, said] =
    verdict === undefined
      ? ['', '']
      : [
          `    <properties><property ${attributes({ name: 'verdict', value: verdict })}/></properties>\n`,
          `    <system-out>${escaped(`Verdict: ${verdict}`)}</system-out>\n`,
        ];
  const cases = items.map(({ xml }) => `    ${xml}\n`).join('');
  return `  <testsuite ${head}>\n${property}${cases}${said}  </testsuite>\n`;
}

function totals(results: readonly Result[]) {
  const { total, fail, skip, xfail } = resultsSummary(results);
  const seconds = results.reduce((sum, result) => sum + (result.seconds ?? 0), 0);
  return { tests: total, failures: fail, errors: 0, skipped: skip + xfail, time: seconds.toFixed(3) };
}

/** One case of tap-junit, which has its name and its comment, with what tap-junit does not know. */
function completed(xml: string, result: Result, classname: string): string {
  const { file, seconds = 0, outcome, reason = '', section, level, expected, actual, pdus } = result;
  const more = attributes({ classname, file, time: seconds.toFixed(3) });
  const why = outcome === 'xfail' ? `expected to fail: ${reason}` : reason;
  const told = [`section: ${section} (${level})`, `expected: ${expected}`, `actual: ${actual}`, ...pdus].join('\n');
  return xml
    .replace('<testcase ', () => `<testcase ${more} `)
    .replace(/<skipped\s*\/>/, () => `<skipped ${attributes({ message: why })}/>`)
    .replace(/(<failure [^>]*?)\s*\/>/, (_all, head) => `${head}>${escaped(told)}</failure>`);
}

/** Every > in an attribute is escaped, so an element ends where one stands. */
const casesOf = (xml: string): string[] =>
  [...xml.matchAll(/<testcase [^>]*?(?:\/>|>[\s\S]*?<\/testcase>)/g)].map(([found]) => found.replace(/>\s+</g, '><'));

function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}="${escaped(String(value)).replaceAll('\n', '&#10;')}"`)
    .join(' ');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (value: string): string =>
  value
    .split('\n')
    .map((line) => printable(line).replace(/[&<>"]/g, (char) => ENTITIES[char] as string))
    .join('\n');

/**
 * tap-junit is a command: as a library it prints to the console or ends the process, so it runs as a process of its own.
 * It counts `not ok … # TODO` as a failure, so expected failures go in as skips.
 */
async function converted(results: readonly Result[], name: string): Promise<string> {
  const command = createRequire(import.meta.url).resolve('tap-junit/bin/tap-junit');
  const converter = spawn(process.execPath, [command, '--pretty', `--name=${name}`, `--classname=${name}`], {
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
  return xml;
}
