import { statSync } from 'node:fs';
import { basename } from 'node:path';

/** Programs that run a script, which is the client. */
const RUNS_SCRIPTS =
  /^(python[\d.]*|pypy[\d.]*|node|deno|bun|java|dotnet|mono|ruby|perl|php|pwsh|powershell|bash|sh|dash|zsh|sudo|env)(\.exe)?$/i;

/**
 * What a client is called in results where nobody has named it: the command, or the script that it runs, without folder
 * and extension. Of the other arguments nothing: secrets may be among them.
 */
export function clientName(command: string, args: readonly string[], isFile = isThere): string {
  const name = basename(command);
  const script = RUNS_SCRIPTS.test(name) ? args.find((arg) => !arg.startsWith('-') && isFile(arg)) : undefined;
  const shown = script === undefined ? name : basename(script);
  return shown.replace(/(?<=.)\.[a-z]\w*$/i, '');
}

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
