import { type SecretOptions, secretsGiven } from './secrets.js';

/** Users that are named one by one. */
const MOST = 1024;

/** Says whose sessions no secret that was given opens, each once; nothing where none was given. */
export function unopenedNotes(
  secrets: SecretOptions,
  file: string,
  note: (text: string) => void,
): (who: string) => void {
  if (!secretsGiven(secrets)) return () => {};
  const told = new Set<string>();
  return (who) => {
    if (told.has(who) || told.size >= MOST) return;
    told.add(who);
    note(`note: ${file}: no secret that was given opens a session of ${who}`);
  };
}
