/** What is wrong with a query or an object path, and where. */
export class WqlError extends Error {
  /** Characters from the start of the text. */
  readonly position: number;
  readonly detail: string;

  constructor(detail: string, position: number) {
    super(`at character ${position + 1}: ${detail}`);
    this.name = 'WqlError';
    this.position = position;
    this.detail = detail;
  }
}
