import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { activateCommand } from './activate/command.js';
import { auditCommand } from './audit/command.js';
import { decodeCommand } from './decode/command.js';
import { demoCommand } from './demo/command.js';
import { explainCommand } from './explain/command.js';
import { labCommand } from './lab/command.js';
import { relayCommand } from './relay/command.js';
import { replayCommand } from './replay/command.js';
import { serveCommand } from './serve/command.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The command line. Throws `CommanderError` instead of ending the process. */
export function program(): Command {
  const root = new Command('dcom-harness')
    .description('Test harness for DCOM and DCE/RPC: decode, replay, serve and call what KB5004442 hardened')
    .version(version)
    .showHelpAfterError('(try --help)')
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
  for (const command of [
    decodeCommand(),
    auditCommand(),
    replayCommand(),
    serveCommand(),
    activateCommand(),
    explainCommand(),
    relayCommand(),
    labCommand(),
    demoCommand(),
  ]) {
    root.addCommand(command.copyInheritedSettings(root));
  }
  return withoutExit(root);
}

/** The setting does not reach commands that were made by themselves. */
function withoutExit(command: Command): Command {
  command.exitOverride();
  for (const child of command.commands) withoutExit(child);
  return command;
}
