import { expect, test } from 'vitest';
import { simulatedDomain } from '../../../../src/cli/replay/domain.js';

test.each([
  ['a password', { password: 'secret' }],
  ['an NT hash alone', { ntHash: '8846f7eaee8fb117ad06bdd830b7586c' }],
])('an account that is given by %s gets tickets', async (_what, secret) => {
  await using domain = await simulatedDomain({ domain: 'LAB', user: 'op', ...secret });
  const { tickets, service } = domain.logon;
  await expect(tickets?.obtain(service)).resolves.toBeUndefined();
});
