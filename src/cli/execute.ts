import { CommanderError } from 'commander';
import { CaptureError } from '../capture/file/error.js';
import { PartialError } from '../capture/fleet/error.js';
import { PolicyInputError } from '../codec/input-error.js';
import { TransportError } from '../net/error.js';
import { complain, UsageError } from './complain.js';
import { program } from './program.js';

/**
 * An error that a person can mend is said in one line; anything else is a fault of this program and keeps its stack.
 */
const MENDABLE = [UsageError, PolicyInputError, CaptureError, PartialError, TransportError];

/** Runs the command that `args` name, and leaves its exit code in `process.exitCode`. */
export async function execute(args: readonly string[]): Promise<void> {
  try {
    const root = await program(args);
    await root.parseAsync(args, { from: 'user' });
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
}
