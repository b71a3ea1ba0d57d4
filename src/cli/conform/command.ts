import type { Command } from 'commander';
import { clientCommand } from './client.js';
import { serverCommand } from './server.js';

/** The conformance suites, one for either side: a sub-command each. */
export function conformCommand(command: Command): Command {
  serverCommand(command.command('server').description('checks a server of MS-RPCE and MS-DCOM'));
  clientCommand(command.command('client').description('checks a client of MS-DCOM by running it again and again'));
  return command.addHelpText(
    'after',
    `
Each has --help with what it sends and its options. Exit code 0 where every check passed or failed as expected, 1 where
one did not, 2 for bad usage and where nothing could be checked.

Examples:
  dcom-harness conform server 192.0.2.10 --user 'LAB\\op:secret' --junit conform.xml
  dcom-harness conform server --list
  dcom-harness conform client --junit client.xml -- ./my-client {address} {user} {password}`,
  );
}
