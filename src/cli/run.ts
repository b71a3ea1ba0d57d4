import { systemReason } from '../net/error.js';
import { complain } from './complain.js';
import { execute } from './execute.js';
import { filesAreOpen, removeUnwritten } from './output-file.js';

// `dcom-harness decode … | head` is not an error; what is written to files besides is written to its end. A command
// whose half result could be taken for one has set 2 before: `Verdicts`, `writePartial`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' && filesAreOpen()) return;
  if (error.code === 'EPIPE') {
    if (process.exitCode === 2) complain('stdout is not read any more: this ends without a result');
    process.exit();
  }
  complain(`cannot write to stdout: ${systemReason(error)}`);
  process.exit(2);
});

// Notes stand beside the results: that nobody reads them any more changes neither these nor the exit code.
process.stderr.on('error', () => {});

process.once('exit', removeUnwritten);

await execute(process.argv.slice(2));
