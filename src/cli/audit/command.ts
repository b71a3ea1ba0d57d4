import { type Command, Option } from 'commander';
import { LAST_PHASE } from '../../capture/audit/audit.js';
import { captureSets } from '../../capture/file/sets.js';
import type { Unit } from '../../capture/fleet/units.js';
import { captureFiles } from '../files.js';
import { isLive } from '../input.js';
import { type Output, output, UsageError } from '../io.js';
import { inThreads, jobsOption } from '../jobs/option.js';
import { judgedOptions } from '../judged.js';
import { ccacheOption, keytabOption } from '../kerberos.js';
import { growHeapSlowly } from '../memory.js';
import {
  asOfOption,
  capturesArgument,
  htmlOption,
  ntHashOption,
  passwordOption,
  registryOption,
  userOption,
} from '../options.js';
import type { SecretOptions } from '../secrets.js';
import { readCaptures } from './captures.js';
import { readCapturesInThreads } from './jobs.js';
import { mergeCommand } from './merge.js';
import { writePartial } from './partial.js';
import { planCommand, unitsIn } from './plan.js';
import { type ReportOptions, reportAudit } from './report.js';

/** Options that decide or show the verdict; a partial audit has no verdict. */
const NOT_PARTIAL = ['jobs', 'asOf', 'registry', 'csv', 'parquet', 'html', 'tap', 'junit', 'json', 'allowNone'];

interface AuditCommandOptions extends ReportOptions, SecretOptions {
  readonly follow: boolean;
  readonly jobs: number;
  readonly html?: string;
  readonly units?: string;
  readonly partial?: string;
}

/** An audit of captures; and of many, its parts for many processes. */
export function auditCommand(command: Command): Command {
  // Options behind the name of a part belong to the part, which has options of the same names.
  command.parent?.enablePositionalOptions();
  capturesCommand(command.enablePositionalOptions().helpCommand(false));
  planCommand(command.command('plan'));
  mergeCommand(command.command('merge'));
  return command;
}

const capturesCommand = (command: Command): Command =>
  judgedOptions(command)
    .usage('[options] <file...>')
    .addArgument(capturesArgument('[file...]').default([]))
    .addOption(asOfOption(`patch level of the server; ${LAST_PHASE} where absent`))
    .addOption(registryOption())
    .addOption(userOption("account whose NTLM is unsealed, 'DOMAIN\\user:password'; may be given again"))
    .addOption(passwordOption())
    .addOption(ntHashOption())
    .addOption(keytabOption('opens the Kerberos tickets of its services: names their clients and unseals'))
    .addOption(ccacheOption('unseals what was done with the tickets of this cache file'))
    .option('--csv <file>', 'write every activation and finding as CSV')
    .option('--parquet <file>', 'write them as Apache Parquet, for DuckDB, Spark and others')
    .addOption(htmlOption())
    .addOption(jobsOption())
    .addOption(
      new Option('-f, --follow', 'goes on while the file still grows, until it is interrupted')
        .default(false)
        .conflicts(['jobs', 'html', 'units', 'partial']),
    )
    .addOption(
      new Option('--units <file>', 'reads the units of this file, as audit plan lists them; - for stdin').conflicts(
        'html',
      ),
    )
    .addOption(
      new Option(
        '--partial <file>',
        'writes what was found for audit merge, without a verdict; - for stdout',
      ).conflicts(NOT_PARTIAL),
    )
    .addHelpText(
      'after',
      `
Besides activations it finds calls of objects below PKT_INTEGRITY, NTLMv1, null sessions, MICs that are missing or, where
a secret is given, wrong, refused calls with their likely cause, and relays: one exchange of NTLM or Kerberos on two
connections of RPC, SMB, HTTP or LDAP, a challenge that was changed between them, and a target name that is not the
server's.

Many captures, on several cores or machines: audit plan, audit --partial and audit merge, each with its --help.

With --follow, and on stdin behind a pipe, activations are printed as they come, and the rest when it ends or is
interrupted.

It ends with what was understood and what was passed over. Files of one capture, as dumpcap -b and tcpdump -C
and -G write them, are read as one.

Exit code 0 where nothing would be refused, 1 where something would, 2 where nothing would as far as could be read, and
a file could not be read to its end or what was passed over may hold activations. Findings do not change it; in TAP and
JUnit the severe ones fail.

Examples:
  dcom-harness audit captures/
  dcom-harness audit capture.pcapng --as-of 2022-06-14 --registry RequireIntegrityActivationAuthenticationLevel=0
  dcom-harness audit capture.pcapng --password 'P4ssw0rd' --json
  dcom-harness audit captures/ --keytab server.keytab
  dcom-harness audit capture.pcapng --html audit.html
  dcom-harness audit captures/ --csv audit.csv --junit audit.xml
  tcpdump -U -w - port 135 | dcom-harness audit -
  dcom-harness audit --jobs 4 captures/ --parquet audit.parquet
  dcom-harness audit --partial one.partial captures/one.pcapng
  dcom-harness audit merge one.partial two.partial`,
    )
    .action(audit);

async function audit(paths: string[], options: AuditCommandOptions): Promise<void> {
  growHeapSlowly();
  const out = output({ json: options.json || options.partial === '-', batched: true });
  try {
    const units = await unitsOf(paths, options);
    if (options.partial !== undefined) await writePartial(out, units, options.partial, options);
    else await auditCaptures(out, units, options);
  } finally {
    await out.flush();
  }
}

async function unitsOf(paths: readonly string[], { units, follow }: AuditCommandOptions): Promise<readonly Unit[]> {
  if (units !== undefined && paths.length > 0)
    throw new UsageError('--units takes the place of files; give one or the other');
  const files = captureFiles(paths);
  if (follow && (files.length > 1 || files[0] !== paths[0] || files[0] === '-'))
    throw new UsageError('--follow takes one file; what comes on stdin is audited as it comes without it');
  const found = units === undefined ? captureSets(files) : await unitsIn('--units', units);
  if (found.length === 0) throw new UsageError('no capture to audit; give files, a folder or -');
  return found;
}

async function auditCaptures(out: Output, units: readonly Unit[], options: AuditCommandOptions): Promise<void> {
  const { html } = options;
  const inputs = units.flat();
  await reportAudit(out, options, {
    inputs,
    units: units.length,
    live: options.follow || isLive(inputs),
    read: (item) => (inThreads(options.jobs, units) ? readCapturesInThreads : readCaptures)(out, units, options, item),
    ...(html !== undefined && { html: { file: html, captures: inputs, secrets: options } }),
  });
}
