import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Argument, type Command } from 'commander';
import { z } from 'zod';
import { captureSets } from '../../capture/file/sets.js';
import type { Unit } from '../../capture/fleet/units.js';
import { systemReason } from '../../net/error.js';
import { captureFiles, statOf } from '../files.js';
import { output, UsageError } from '../io.js';
import { UNUSABLE } from '../judged.js';
import { jsonOption } from '../options.js';

export const planCommand = (command: Command): Command =>
  command
    .description('the units of captures that any process can audit by itself, one a line')
    .addArgument(new Argument('<file...>', 'captures and folders, as audit takes them'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
A unit is a capture, or the files of one that dumpcap -b or tcpdump -C and -G have rotated; these stand in one line, with
tabs between them. --units of audit and --plan of audit merge take such lines, and those of --json. Exit code 2 where a
capture is not there; it is listed all the same.

Examples:
  dcom-harness audit plan captures/
  dcom-harness audit plan captures/ > all.plan
  dcom-harness audit --units - --partial - < all.plan > all.partial
  dcom-harness audit merge --plan all.plan all.partial`,
    )
    .action(plan);

async function plan(paths: string[], { json }: { readonly json: boolean }): Promise<void> {
  const out = output({ json, batched: true });
  const files = captureFiles(paths);
  if (files.length === 0) throw new UsageError('no capture to plan; give files or a folder');
  for (const file of files.filter((each) => statOf(each) === undefined)) {
    out.note(`dcom-harness: ${file}: it is not there, or cannot be reached`);
    process.exitCode = UNUSABLE;
  }
  for (const unit of captureSets(files)) {
    const octets = unit.reduce((sum, file) => sum + Number(statOf(file)?.size ?? 0), 0);
    if (out.json) out.record('audit-unit', { files: unit, octets });
    else out.verbatim(unit.map(plainName).join('\t'));
  }
  await out.flush();
}

/** Between tabs, one a line. */
function plainName(file: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f]/.test(file)) throw new UsageError(`${JSON.stringify(file)} cannot stand in a line; use --json`);
  return file;
}

const UnitLine = z.object({ files: z.array(z.string().min(1)).min(1) });

/** The units of a file with a line each, as `audit plan` lists them, which `option` names. Throws `UsageError`. */
export async function unitsIn(option: string, file: string): Promise<Unit[]> {
  const lines = await content(option, file);
  return lines.split('\n').flatMap((line, index) => {
    const bare = line.replace(/\r$/, '');
    return bare === ''
      ? []
      : [bare.startsWith('{') ? unitOf(bare, `${option}: ${file} line ${index + 1}`) : bare.split('\t')];
  });
}

async function content(option: string, file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${option}: cannot read ${file}: ${systemReason(error)}`);
  }
}

function unitOf(line: string, place: string): Unit {
  try {
    return UnitLine.parse(JSON.parse(line)).files;
  } catch {
    throw new UsageError(`${place} is no unit, as audit plan --json lists them`);
  }
}
