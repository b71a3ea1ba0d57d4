import { CodecError } from '../error.js';
import type { PrincipalName } from './basic.js';
import { NT } from './numbers.js';

/** A principal's name as people write it, without its realm: `RPCSS/server.lab.example`; RFC 1964 2.1.1 quotes by `\`. */
export const principalText = ({ name_string }: Pick<PrincipalName, 'name_string'>): string =>
  name_string.map((part) => part.replace(/[\\/@]/g, (sign) => `\\${sign}`)).join('/');

/** `user`, `RPCSS/server`, each with or without `@REALM`. */
export function parsePrincipal(text: string): { readonly name: readonly string[]; readonly realm: string | undefined } {
  const parts: string[] = [];
  let part = '';
  let realm: string | undefined;
  for (const [sign] of text.matchAll(/\\?./gs)) {
    if (realm !== undefined) realm += sign;
    else if (sign === '/' || sign === '@') {
      parts.push(part);
      part = '';
      if (sign === '@') realm = '';
    } else part += sign.length === 2 ? sign[1] : sign;
  }
  if (realm === undefined) parts.push(part);
  if (parts.includes('')) throw new CodecError('UNENCODABLE', 'PrincipalName', 0, `not a principal: ${text}`);
  return { name: parts, realm: realm === '' ? undefined : realm };
}

export const userName = (user: string): PrincipalName => ({ name_type: NT.PRINCIPAL, name_string: [user] });

/** RFC 4120 6.2: a service with its instance. */
export const serviceName = (...parts: readonly string[]): PrincipalName => ({
  name_type: NT.SRV_INST,
  name_string: parts,
});

/** Whether two names are the same to Windows, which looks at no case and at no name-type. */
export const samePrincipal = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((part, i) => part.toUpperCase() === b[i]?.toUpperCase());
