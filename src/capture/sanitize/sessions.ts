/** Users that are named one by one; of a capture with more of them the first ones are. */
const MOST_USERS = 1024;

/** The users whose sessions the known secrets open, and those whose sessions no secret opens. */
export class Sessions {
  readonly opened = new Set<string>();
  readonly unopened = new Set<string>();

  add({ opened, unopened }: { readonly opened: Iterable<string>; readonly unopened: Iterable<string> }): void {
    for (const who of opened) if (this.opened.size < MOST_USERS) this.opened.add(who);
    for (const who of unopened) if (this.unopened.size < MOST_USERS) this.unopened.add(who);
  }
}
