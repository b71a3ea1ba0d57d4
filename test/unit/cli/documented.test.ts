import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.js';
import { helpText } from '../../../src/cli/help-text.js';
import { program } from '../../../src/cli/program.js';

const root = join(import.meta.dirname, '../../..');
const PAGES = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** What a line of documentation calls this program by. */
const CALL =
  /^\s*(?:- (?:run: )?)?(?:\$ )?(?:[A-Z_]+=\S+ )*(?:sudo )?(?:node dist\/cli\/main\.js|npx dcom-harness|dcom-harness) (.+)$/;

/** The commands of a page or a help text, each in one line. */
const commandsIn = (text: string): string[] =>
  text
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((line) => CALL.exec(line)?.[1] ?? [])
    // What its output looks like is not a command.
    .filter((line) => /^[a-z-]/.test(line) && !/^[a-z]+:/.test(line));

/** The words of a shell line, up to what is another command's. */
function words(line: string): string[] {
  const found: string[] = [];
  for (const [, single, double, plain = '', operator] of line.matchAll(
    /'([^']*)'|"([^"]*)"|([^\s'"|;&>#]+)|(\||;|&|>|#)/g,
  )) {
    if (operator !== undefined) break;
    found.push(single ?? double ?? plain);
  }
  return found;
}

/** Takes the actions away, so that only the words are looked at. */
function idle(command: Command): void {
  command.action(() => {});
  command.configureOutput({ outputError: () => {}, writeErr: () => {}, writeOut: () => {} });
  for (const each of command.commands) if (each.name() !== 'help') idle(each);
}

/** Why the program does not take these words; undefined where it does. */
async function refusal(args: readonly string[]): Promise<string | undefined> {
  const parsed = await program(args);
  if (parsed.commands.every((command) => command.name() !== args[0]) && !args[0]?.startsWith('-'))
    return 'no such command';
  idle(parsed);
  try {
    await parsed.parseAsync(args, { from: 'user' });
    return undefined;
  } catch (error) {
    // Files and variables of the reader are not here.
    if (/cannot read|the environment has no/.test((error as Error).message)) return undefined;
    if (error instanceof CommanderError && error.exitCode === 0) return undefined;
    return (error as Error).message;
  }
}

const SHOWN = PAGES.map((page) => ({ page, commands: commandsIn(readFileSync(join(root, page), 'utf8')) }));

describe('documents', () => {
  test('show commands', () => {
    expect(SHOWN.filter(({ commands }) => commands.length > 0).map(({ page }) => page)).toContain('README.md');
  });

  test.each(SHOWN.filter(({ commands }) => commands.length > 0))(
    '$page shows those that the program takes',
    async ({ commands }) => {
      for (const line of commands)
        expect({ line, refused: await refusal(words(line)) }).toEqual({ line, refused: undefined });
    },
  );
});

/** What a command says of itself, and each of its parts, such as `conform client`. */
function helpOf(command: Command, laidOut = (text: string): string => text): string {
  let help = '';
  command.configureOutput({
    getOutHelpWidth: () => 80,
    writeOut: (text) => {
      help += laidOut(text);
    },
  });
  command.outputHelp();
  const parts = command.commands.filter((part) => part.name() !== 'help');
  return [help, ...parts.map((part) => helpOf(part, laidOut))].join('\n');
}

test.each(COMMANDS.map(({ name }) => name))('the help of %s shows commands that the program takes', async (name) => {
  const command = (await program([name])).commands.find((each) => each.name() === name) as Command;
  const lines = commandsIn(helpOf(command));
  expect(lines).not.toEqual([]);
  for (const line of lines) expect({ line, refused: await refusal(words(line)) }).toEqual({ line, refused: undefined });
});

/** The lines of a help that are wider than 80 columns and no example, which stays in one line, to be copied. */
const tooWide = (help: string): string[] =>
  help
    .replace(/^ +dcom-harness (?:.*\\\n)*.*$/gm, '')
    .split('\n')
    .filter((line) => line.length > 80);

test.each(COMMANDS.map(({ name }) => name))('the help of %s fits 80 columns, but for its examples', async (name) => {
  const command = (await program([name])).commands.find((each) => each.name() === name) as Command;
  const help = helpOf(command, (text) => helpText(text, 80));
  expect(help).toContain(`Usage: dcom-harness ${name}`);
  expect(tooWide(help)).toEqual([]);
});

test('the help of the program fits 80 columns, but for its examples', async () => {
  const root = await program([]);
  expect(tooWide(helpOf(root, (text) => helpText(text, 80)))).toEqual([]);
});

test('a line of a help that is too wide is found out, and an example that goes on below is none', () => {
  const long = 'x'.repeat(79);
  expect(tooWide(`  ${long}\n  dcom-harness decode ${long} \\\n    ${long}\n`)).toEqual([`  ${long}`]);
});

test('a command that the program does not take is found out', async () => {
  expect(await refusal(words("decode --sumary 'x y' | head"))).toMatch(/unknown option '--sumary'/);
  expect(await refusal(words('frobnicate'))).toBe('no such command');
});
