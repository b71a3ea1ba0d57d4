import type { Pseudonyms } from '../../capture/sanitize/pseudonyms/pseudonyms.js';
import type { Sanitizer } from '../../capture/sanitize/sanitizer.js';
import { Sessions } from '../../capture/sanitize/sessions.js';
import { Tally } from '../../capture/sanitize/tally.js';
import type { Output } from '../io.js';

/** What of all files was replaced, and what was zeroed. */
export class Totals {
  readonly #names: Pseudonyms;
  readonly #secrets: boolean;
  #password: string | undefined;
  readonly #files: { readonly to: string; readonly packets: number; readonly password: string | null }[] = [];
  readonly #sessions = new Sessions();
  readonly #tally = new Tally();

  /** `secrets`: some were given, so that what they open is signed anew. */
  constructor(names: Pseudonyms, secrets: boolean) {
    this.#names = names;
    this.#secrets = secrets;
  }

  add(to: string, { tally, packets, password, sessions }: Sanitizer): void {
    const opens = this.#secrets && sessions.opened.size > 0;
    if (opens) this.#password = password;
    this.#files.push({ to, packets, password: opens ? password : null });
    this.#sessions.add(sessions);
    for (const [reason, octets] of tally.zeroed) this.#tally.add(reason, octets);
  }

  print(out: Output): void {
    if (this.#secrets) this.#tellUnopened(out);
    const replaced = [...this.#names.replaced].map(([kind, count]) => ({ kind, count }));
    const zeroed = [...this.#tally.zeroed].map(([reason, octets]) => ({ reason, octets }));
    if (out.json) {
      for (const { to, ...others } of this.#files) out.record('sanitized', { file: to, ...others });
      for (const { kind, count } of replaced) out.record('replaced', { what: kind, count });
      for (const { reason, octets } of zeroed) out.record('zeroed', { what: reason, octets });
      return;
    }
    for (const { to, packets } of this.#files) out.line(`${to}: ${packets} packets`);
    if (this.#password !== undefined)
      out.line(`What the secrets opened is signed anew; this opens it: --password ${this.#password}`);
    if (replaced.length > 0) {
      out.text('');
      out.table(replaced, [
        { title: 'replaced', value: ({ kind }) => kind },
        { title: 'times', value: ({ count }) => count, align: 'right' },
      ]);
    }
    if (zeroed.length > 0) {
      out.text('');
      out.table(zeroed, [
        { title: 'zeroed', value: ({ reason }) => reason },
        { title: 'octets', value: ({ octets }) => octets, align: 'right' },
      ]);
    }
  }

  /** Of what they do not open the signatures and the sealed stubs are zero. */
  #tellUnopened(out: Output): void {
    const { opened, unopened } = this.#sessions;
    for (const who of unopened)
      if (!opened.has(who)) out.note(`note: no secret that was given opens the sessions of ${who}`);
    if (opened.size === 0 && unopened.size === 0)
      out.note('note: there is no session that a secret could open: none is signed anew');
  }
}
