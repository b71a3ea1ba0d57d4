import { CommanderError } from 'commander';
import { CaptureError } from '../capture/file/error.js';
import { PolicyInputError } from '../hardening/error.js';
import { systemReason, TransportError } from '../net/error.js';
import { complain, UsageError } from './complain.js';
import { filesAreOpen } from './output-file.js';
import { program } from './program.js';

/** What a person can mend is said in one line; anything else is a fault of this program and keeps its stack. */
const MENDABLE = [UsageError, PolicyInputError, CaptureError, TransportError];

// `dcom-harness decode … | head` is not an error; what is written to files besides is written to its end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' && filesAreOpen()) return;
  if (error.code === 'EPIPE') process.exit(0);
  complain(`cannot write to stdout: ${systemReason(error)}`);
  process.exit(2);
});

try {
  const root = await program(process.argv.slice(2));
  await root.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (MENDABLE.some((kind) => error instanceof kind)) {
    complain((error as Error).message);
    process.exitCode = 2;
  } else {
    throw error;
  }
}
