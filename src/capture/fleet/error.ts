/** Why a file is no partial audit, or one that cannot be used; its message says which and where. */
export class PartialError extends Error {
  constructor(file: string, line: number, detail: string, options?: ErrorOptions) {
    super(`${file} line ${line}: ${detail}`, options);
    this.name = 'PartialError';
  }
}
