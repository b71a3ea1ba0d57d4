import { readFileSync, statSync } from 'node:fs';
import { systemReason } from '../net/error.js';
import { UsageError } from './io.js';
import { askForSecret } from './prompt.js';

/** The help text of an option that takes a secret. */
export const SECRET_SOURCES = 'env:NAME and file:FILE take it from there';

/** What `env:NAME` and `file:FILE` stand for; of a file each line that is not empty. Any other text is itself. */
export function secretTexts(option: string, text: string): readonly string[] {
  const [, source, name = ''] = /^(env|file):(.+)$/s.exec(text) ?? [];
  if (source === undefined) return [text];
  const found = source === 'env' ? process.env[name] : contentOf(option, name);
  if (found === undefined) throw new UsageError(`${option}: the environment has no ${name}`);
  const lines = found.split(/\r?\n/).filter((line) => line !== '');
  if (lines.length === 0) throw new UsageError(`${option}: ${text} is empty`);
  return lines;
}

/** The same, where there can be one only. */
export function secretText(option: string, text: string): string {
  const [secret, ...others] = secretTexts(option, text);
  if (others.length > 0) throw new UsageError(`${option}: ${text} has more than one line`);
  return secret as string;
}

/** `DOMAIN\user:env:NAME` and `DOMAIN\user:file:FILE`, with the password from there; any other text is itself. */
export function withSecret(option: string, account: string): string {
  const [, user, source] = /^(?!env:|file:)([^:]+:)((?:env|file):.+)$/s.exec(account) ?? [];
  return user === undefined || source === undefined ? account : user + secretText(option, source);
}

/** A file of secrets that others can read holds none. */
const OTHERS = 0o077;

function contentOf(option: string, file: string): string {
  try {
    const stat = statSync(file);
    if (process.platform !== 'win32' && stat.isFile() && (stat.mode & OTHERS) !== 0)
      throw new UsageError(`${option}: others can read ${file}; chmod 600 ${file}`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${option}: cannot read ${file}: ${systemReason(error)}`);
  }
}

/** `DOMAIN\user` alone, whose password is asked for; a text with a password is itself. */
export const withPassword = (option: string, account: string): string =>
  account.includes(':') || account === '' ? account : `${account}:${askForSecret(option, `password of ${account}`)}`;
