import type { SeenIdentity } from './place.js';

/**
 * Who has logged on in the connections of SMB that are open: whose calls those in their pipes are that have no security of
 * their own, since the session has authenticated the client ([MS-RPCE] 2.1.1.2). Where several have, it is not told whose.
 */
export class SessionUsers {
  readonly #byStream = new Map<number, SeenIdentity | 'several'>();

  loggedOn(stream: number, who: SeenIdentity): void {
    const before = this.#byStream.get(stream);
    this.#byStream.set(stream, before === undefined || sameUser(before, who) ? who : 'several');
  }

  of(stream: number): SeenIdentity | undefined {
    const known = this.#byStream.get(stream);
    return known === 'several' ? undefined : known;
  }

  /** The connection has ended. */
  ended(stream: number): void {
    this.#byStream.delete(stream);
  }
}

const sameUser = (before: SeenIdentity | 'several', { user }: SeenIdentity): boolean =>
  before !== 'several' && typeof user === 'string' && before.user === user;
