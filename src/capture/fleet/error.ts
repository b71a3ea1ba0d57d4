/** Why a file is no partial audit, or one that cannot be used; its message says which and where. */
export class PartialError extends Error {
  /** `line` is undefined for what is wrong with the file as a whole. */
  constructor(file: string, line: number | undefined, detail: string, options?: ErrorOptions) {
    super(`${file}${line === undefined ? '' : ` line ${line}`}: ${detail}`, options);
    this.name = 'PartialError';
  }
}
