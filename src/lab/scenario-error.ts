/** A scenario that cannot be run: where in its file, and why. */
export class ScenarioError extends Error {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;

  constructor(at: { readonly file: string; readonly line: number; readonly column: number }, why: string) {
    super(`${at.file}:${at.line}:${at.column}: ${why}`);
    this.name = 'ScenarioError';
    this.file = at.file;
    this.line = at.line;
    this.column = at.column;
  }
}
