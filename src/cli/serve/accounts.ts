import type { AccountEntry } from '../../security/index.js';

/** `LAB\\op`, as it is said at the start. */
export const accountName = ({ domain = '', user }: AccountEntry): string =>
  domain === '' ? user : `${domain}\\${user}`;

/** Oddities of an account that are most likely slips. Nothing of its secret is said. */
export function doubtsAbout(account: AccountEntry): string[] {
  const { domain = '', user, password } = account;
  const name = accountName(account);
  const doubts: string[] = [];
  if (domain === '' && !user.includes('@'))
    doubts.push(`${name} has no domain; without quotes a shell takes the \\ of DOMAIN\\user away`);
  if (password === '') doubts.push(`${name} has an empty password, which Windows lets nobody log on with`);
  if (user.includes('@')) doubts.push(`${name} is taken for user@realm`);
  if (password?.includes('@'))
    doubts.push(`the password of ${name} has an @ in it; an account ends with its password, no @HOST follows`);
  return doubts;
}
