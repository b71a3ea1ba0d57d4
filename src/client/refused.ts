import type { CallOutcome } from './outcome.js';

/** An activation or call that the server did not grant; `outcome` says where it was refused. */
export class Refused extends Error {
  readonly outcome: CallOutcome;

  constructor(doing: string, outcome: CallOutcome) {
    super(`${doing}: ${outcome.text}`);
    this.name = 'Refused';
    this.outcome = outcome;
  }
}
