import { Argument, type Command, Option } from 'commander';
import { assets, PduBook, packed, pageEnd, pageHead } from '../../report/html/index.js';
import type { AccountEntry, Secret } from '../../security/index.js';
import { output, UsageError } from '../io.js';
import { growHeapSlowly } from '../memory.js';
import { jsonOption, ntHashOption, passwordOption, portOf, userOption } from '../options.js';
import { Pages } from './pages.js';
import { serveReport } from './server.js';
import { readSources } from './source.js';

interface ViewOptions {
  readonly port: number;
  readonly user?: AccountEntry[];
  readonly password?: string[];
  readonly nthash?: Secret[];
  readonly json: boolean;
}

/** PDUs that the browser lists; their details it asks for as they are looked at. */
const MAX_ROWS = 1_000_000;

export const viewCommand = (command: Command): Command =>
  command
    .addArgument(
      new Argument('<file...>', 'captures or folders of captures; a folder that lab --out wrote; NDJSON of --json'),
    )
    .addOption(
      new Option('--port <number>', 'where to listen on 127.0.0.1; 0 takes a free port')
        .default(8135)
        .argParser(portOf),
    )
    .addOption(userOption("account whose NTLM is verified and unsealed, 'DOMAIN\\user:password'; may be given again"))
    .addOption(passwordOption())
    .addOption(ntHashOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
The page is the same as --html of lab, audit, replay and decode writes, but the browser fetches only the PDUs that it
shows, so it suits captures that are too large for one file. Only this machine can reach it. Open the address that is
printed in a browser; Ctrl-C ends the command.

Examples:
  dcom-harness view capture.pcapng --password 'P4ssw0rd'
  dcom-harness lab --out out; dcom-harness view out
  dcom-harness audit captures/ --json > audit.ndjson; dcom-harness view audit.ndjson --port 0`,
    )
    .action(view);

async function view(paths: string[], options: ViewOptions): Promise<void> {
  growHeapSlowly();
  const out = output(options);
  const pages = new Pages();
  try {
    const book = new PduBook({ rows: MAX_ROWS, page: (octets) => pages.add(octets) });
    const head = await readSources(out, book, paths, options);
    book.end();
    const parts = { head: packed(head), index: packed(book.rows.index()) };
    const made = assets();
    const data = (name: string): Buffer | undefined =>
      name === 'head' || name === 'index' ? parts[name] : pages.read(Number(name.replace('page-', '')));
    const { server, url } = await serveReport(
      { page: pageHead(made, head.title, 'served') + pageEnd(made), data },
      options.port,
    ).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EADDRINUSE'
        ? new UsageError(`port ${options.port} is taken; --port 0 takes a free one`)
        : error;
    });
    if (out.json) out.record('listening', { address: '127.0.0.1', port: Number(new URL(url).port), url });
    else out.line(url);
    await interrupted();
    server.closeAllConnections();
    server.close();
  } finally {
    pages.close();
  }
}

const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
