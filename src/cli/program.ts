import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { COMMANDS, type CommandEntry } from './commands.js';
import { complain } from './complain.js';
import { helpText } from './help-text.js';

const TRY_HELP = 'try --help';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The command line, with the command that `args` name. Throws `CommanderError` instead of ending the process. */
export async function program(args: readonly string[]): Promise<Command> {
  const root = new Command('dcom-harness')
    .description('Test harness for DCOM and DCE/RPC: decode, replay, serve and call what KB5004442 hardened')
    .version(version)
    .exitOverride()
    .configureOutput({
      outputError: (text) => complain(`${text.trim().replace(/^error: /, '')} (${TRY_HELP})`),
      writeOut: (text) => process.stdout.write(helpText(text, widthOf(process.stdout))),
      writeErr: (text) => process.stderr.write(helpText(text, widthOf(process.stderr))),
    })
    .addHelpText(
      'after',
      `
Exit codes: 0 all as expected; 1 a check failed or something was refused; 2 bad usage or unreadable input.

Examples:
  dcom-harness decode capture.pcapng
  dcom-harness audit captures/
  dcom-harness serve --listen 127.0.0.2:135 --as-of 2022-06-14 --user 'LAB\\op:secret'
  dcom-harness activate 127.0.0.2 --clsid 49B2791A-B1AE-4C90-9B8E-E860BA07F889 --user 'LAB\\op:secret' --level connect
  dcom-harness replay capture.pcapng --as-of 2023-03-14 --user 'LAB\\op:secret'
  dcom-harness lab --out out
  dcom-harness explain 0x80010111`,
    );
  const named = namedBy(args);
  for (const entry of COMMANDS) {
    const command = root.command(entry.name).description(entry.does);
    if (entry.name === named) (await entry.load())(command);
    else if (entry.takes !== '') command.argument(entry.takes);
  }
  return root;
}

/** As wide as commander makes the options: the terminal, or 80 columns where there is none. */
const widthOf = ({ isTTY, columns }: NodeJS.WriteStream): number => (isTTY && columns > 0 ? columns : 80);

/** The command of `decode FILE`, and of `help decode`. */
function namedBy(args: readonly string[]): CommandEntry['name'] | undefined {
  const [first, second] = args.filter((arg) => !arg.startsWith('-'));
  return first === 'help' ? second : first;
}
