import { describe, expect, test } from 'vitest';
import { audit } from '../../../../src/capture/audit/audit.js';
import { play } from '../../../support/lab-steps.js';

const HOSTS = {
  dc: { address: '10.0.0.5', windows: 'Windows Server 2019', kdc: true },
  server: { address: '10.0.0.2', windows: 'Windows Server 2019', serves: ['mmc20', 'generic'] },
  client: { address: '10.0.0.11', windows: 'Windows 10 1809' },
  attacker: { address: '10.0.0.66', system: 'Linux' },
};

async function relaysOf(...variants: string[]) {
  const relay = { victim: 'client', attacker: 'attacker', server: 'server', variants };
  const { capture } = await play({ hosts: HOSTS, accounts: ['op', 'other'], steps: [{ relay }] });
  return (await audit([capture])).findings.filter(({ finding }) => finding === 'relay');
}

describe('an audit without keys finds a relay of Kerberos', () => {
  test.each(['kerberos-same-service', 'kerberos-same-service-spnego'])('%s: by its authenticator', async (variant) => {
    const found = await relaysOf(variant);
    // One for each of the victim's authentications: the activator's, and the exporter's.
    expect(found).toHaveLength(2);
    for (const finding of found)
      expect(finding).toMatchObject({
        severity: 'high',
        facts: { by: 'authenticator', chained: true, authenticate_changed: false },
        detail: expect.stringMatching(/same authenticator of Kerberos.*10\.0\.0\.66 is in the middle$/),
      });
  });

  test('a name that was changed on the way is told', async () => {
    const [found] = await relaysOf('kerberos-host-renamed');
    expect(found?.detail).toMatch(/; the AP-REQ was changed on the way$/);
  });

  test('what is sent again is found too, and an activation of the client’s own is no relay', async () => {
    const found = await relaysOf('kerberos-replayed');
    expect(found.map(({ facts }) => facts.chained)).toEqual([true, true]);
    const { capture } = await play({
      hosts: HOSTS,
      steps: [1, 2].map(() => ({ activate: { from: 'client', on: 'server', auth: 'kerberos' } })),
    });
    expect((await audit([capture])).findings).toEqual([]);
  });
});
