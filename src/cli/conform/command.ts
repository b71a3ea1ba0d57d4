import type { Command } from 'commander';
import { serverCommand } from './server.js';

/** The conformance suites, one for either side: a sub-command each. */
export function conformCommand(command: Command): Command {
  serverCommand(command.command('server').description('checks a server of MS-RPCE and MS-DCOM'));
  return command.addHelpText(
    'after',
    `
Each has --help with what it sends and its options. Exit code 0 where every check passed or failed as expected, 1 where
one did not, 2 for bad usage and where nothing could be checked.

Examples:
  dcom-harness conform server 192.0.2.10 --user 'LAB\\op:secret' --junit conform.xml
  dcom-harness conform server --list`,
  );
}
