import type { SecretOptions } from './secrets.js';

/** Users that are named one by one. */
const MOST = 1024;

/** Says whose sessions no secret that was given opens, each once; nothing where none was given. */
export function unopenedNotes(
  { user, password, nthash, keytab, ccache }: SecretOptions,
  file: string,
  note: (text: string) => void,
): (who: string) => void {
  if ([user, password, nthash, keytab, ccache].every((given) => given === undefined)) return () => {};
  const told = new Set<string>();
  return (who) => {
    if (told.has(who) || told.size >= MOST) return;
    told.add(who);
    note(`note: ${file}: no secret that was given opens a session of ${who}`);
  };
}
