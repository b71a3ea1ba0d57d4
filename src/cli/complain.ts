import { printable } from '../report/printable.js';

/** A mistake of the person who called: one line on stderr, exit code 2. */
export class UsageError extends Error {}

/** What is wrong, in the one way in which every command says it. */
export const complain = (what: string): void => void process.stderr.write(`dcom-harness: ${printable(what)}\n`);
