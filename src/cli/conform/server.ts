import { Argument, type Command } from 'commander';
import { serverChecks, serverSuite } from '../../conform/server/suite.js';
import type { HardeningVerdict } from '../../conform/server/verdict.js';
import { formatEndpoint } from '../../net/channel.js';
import type { SaidVerdict } from '../../report/html/index.js';
import type { AccountEntry } from '../../security/index.js';
import { output, UsageError } from '../io.js';
import { classOption, credentialsOf, endpointParser, oneUserOption } from '../options.js';
import { type ConformOptions, conformOptions, expectationsFor, listChecks, selectedChecks } from './options.js';
import { runSuite } from './run.js';

interface Options extends ConformOptions {
  readonly slow: boolean;
  readonly user?: AccountEntry;
  readonly clsid?: string;
}

export const serverCommand = (command: Command): Command =>
  conformOptions(command)
    .addArgument(
      new Argument('[host]', 'the server, as HOST or HOST:PORT (135 where absent)').argParser(endpointParser(135)),
    )
    .addOption(oneUserOption("account that may activate, 'DOMAIN\\user:password'; without it, what needs none"))
    .addOption(classOption("class to activate; WMI's WbemLevel1Login where absent"))
    .option('--slow', 'the checks of what takes minutes too: nearly an hour in all', false)
    .addHelpText(
      'after',
      `
What is sent, to this host alone: binds, right and wrong; calls to the endpoint
mapper, the management interface and the object resolver that only ask;
activations of one class, by every method and level; and on the objects that
these give QueryInterface, AddRef, Release and pings, never a method of their
own. Wrong PDUs are part of it: a server that breaks by one breaks here. Logons
that are to fail use a name that does not exist, or are the account's own with
a message changed, which a server may take for a wrong password: never two of
them in a row.

A run opens at most 4,000 connections, at most 40 for one check, and takes about
a minute; a check ends after 20 seconds, beside what it waits with --slow. Checks of what the target does not have (a
plain RPC server has no activators) are not applicable, not failed. The end is a
verdict on the hardening of CVE-2021-26414 (KB5004442).

Exit code 0 where every check passed or failed as expected, 1 where one did not,
2 for bad usage and where nothing could be checked.

Examples:
  dcom-harness conform server 192.0.2.10 --user 'LAB\\op:secret' --junit c.xml
  dcom-harness conform server 127.0.0.2 --user 'LAB\\op:secret' --only hardening
  dcom-harness conform server 127.0.0.2:49152 --expect known.yaml --html c.html
  dcom-harness conform server --list --only rpce/2.2.2.11`,
    )
    .action(run);

async function run(target: { host: string; port: number } | undefined, options: Options): Promise<void> {
  const out = output(options);
  const checks = selectedChecks(serverChecks, options);
  if (options.list) {
    listChecks(out, checks);
    return;
  }
  if (target === undefined) throw new UsageError('which server? give HOST or HOST:PORT');
  const expectations = expectationsFor(serverChecks, options);
  const { only, skip, seed, strict, user, clsid, timeout, slow } = options;
  const name = formatEndpoint({ address: target.host, port: target.port });
  const judging = { expectations, strict, target: name, suite: 'conform server', title: `Conformance of ${name}` };
  await runSuite(out, options, judging, async ({ record, told }) => {
    const { results, verdict, facts } = await serverSuite({
      ...target,
      seed,
      slow,
      told,
      patience: timeout,
      ...(only && { only }),
      ...(skip && { skip }),
      ...(user && { credentials: credentialsOf(user) }),
      ...(clsid !== undefined && { clsid }),
      ...(record && { record }),
    });
    return { results, verdict: verdict && said(verdict), more: { facts, missing: verdict?.missing ?? [] } };
  });
}

const TONES = {
  hardened: 'good',
  'not hardened': 'bad',
  'partly hardened': 'bad',
  'cannot tell': 'warn',
} as const;

const said = ({ verdict, text }: HardeningVerdict): SaidVerdict => ({ title: verdict, text, tone: TONES[verdict] });
