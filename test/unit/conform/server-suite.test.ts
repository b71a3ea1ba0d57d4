import { describe, expect, test } from 'vitest';
import { SERVER_CHECKS } from '../../../src/conform/server/checks.js';
import { FACTS } from '../../../src/conform/server/probe.js';
import { Secret } from '../../../src/security/index.js';
import { suiteAgainst } from '../../support/server-suite.js';

/** Recommendations that the default profile does not follow, because servers of the field do not. */
const NOT_FOLLOWED = ['rpce/3.3.3.5.2/falling-call-id'];

describe('the checks of a server', () => {
  test('are at least 180, each with a requirement in a sentence, and a section that its id names', () => {
    expect(SERVER_CHECKS.length).toBeGreaterThanOrEqual(180);
    for (const { id, requirement, section, stimulus } of SERVER_CHECKS) {
      expect(requirement, id).toMatch(/^[A-Za-z].*\.$/);
      expect(stimulus, id).not.toBe('');
      const [, named = ''] = id.split('/');
      if (/^\d/.test(named)) expect(section, id).toContain(named);
    }
  });

  test('need nothing that the probe does not look for', () => {
    const unknown = SERVER_CHECKS.flatMap(({ needs }) => needs).filter((need) => !(need in FACTS));
    expect(unknown).toEqual([]);
  });
});

describe('the server suite', () => {
  test('a server of this project does all that it must, and what Windows does', async () => {
    const { results, facts } = await suiteAgainst();
    expect(Object.values(facts).filter((fact) => fact !== true)).toEqual([]);
    const notPassed = results.filter(({ outcome }) => outcome.outcome !== 'passed');
    const surprising = notPassed.filter(({ id }) => !NOT_FOLLOWED.includes(id));
    expect(surprising.map(({ id, outcome, pdus }) => ({ id, ...outcome, pdus }))).toEqual([]);
    expect(notPassed.map(({ id, level }) => [id, level])).toEqual(NOT_FOLLOWED.map((id) => [id, 'SHOULD']));
    expect(results).toHaveLength(SERVER_CHECKS.length + 4);
  }, 60_000);

  test('locks no account: of the logons that a server counts as wrong passwords, none follows on another', async () => {
    const reasons: string[] = [];
    const lockout = { threshold: 2, window: 86_400_000, duration: 86_400_000 };
    const onFailedLogon = ({ reason }: { readonly reason: string }) => void reasons.push(reason);
    await suiteAgainst({ ntlm: { lockout }, onFailedLogon }, { only: ['ntlm', 'spnego', 'hardening/relayed'] });
    expect(reasons.filter((reason) => reason.includes("does not fit the account's password"))).not.toEqual([]);
    expect(reasons.filter((reason) => reason.includes('locked'))).toEqual([]);
  });

  test('a server of March 2023 is hardened', async () => {
    const { verdict } = await suiteAgainst({ asOf: '2023-03-14' }, { only: ['hardening'] });
    const text = 'Activations below PKT_INTEGRITY are refused, and what was changed, repeated or relayed too.';
    expect(verdict).toEqual({ verdict: 'hardened', text, missing: [] });
  });

  test('a verdict says nothing of what was not tried', async () => {
    const { verdict } = await suiteAgainst({ asOf: '2023-03-14' }, { only: ['hardening/refused'] });
    expect(verdict).toMatchObject({ verdict: 'hardened', text: 'Activations below PKT_INTEGRITY are refused.' });
  });

  test('a server of May 2021 is not, and the verdict names CVE-2021-26414', async () => {
    const { verdict } = await suiteAgainst({ asOf: '2021-05' }, { only: ['hardening'] });
    expect(verdict).toMatchObject({ verdict: 'not hardened', text: expect.stringContaining('CVE-2021-26414') });
    expect(verdict?.missing).toContain('hardening/refused/remote-create-instance-connect-ntlm');
  });

  test('a server that lets callers without a name activate is partly hardened, and what is missing is named', async () => {
    const { verdict } = await suiteAgainst({ asOf: '2023-03-14', allowAnonymous: true }, { only: ['hardening'] });
    expect(verdict).toMatchObject({
      verdict: 'partly hardened',
      text: expect.stringContaining('activations by nobody are accepted (anonymous/'),
    });
    expect(verdict?.missing).toContain('hardening/anonymous/remote-create-instance');
  });

  test('an account that cannot log on is a failure, and not a reason to skip in silence', async () => {
    const credentials = { domain: 'LAB', user: 'op', secret: Secret.password('wrong') };
    const { results, verdict } = await suiteAgainst({}, { only: ['rpce/bind', 'hardening/refused'], credentials });
    expect(results.find(({ id }) => id === 'sanity/account')?.outcome.outcome).toBe('failed');
    expect(verdict?.verdict).toBe('cannot tell');
  });

  test('a class that cannot be activated is one too', async () => {
    const clsid = '7b1e62f0-5a0e-4d7f-9d57-3f6a1b0d9c11';
    const { results } = await suiteAgainst({}, { only: ['rpce/bind'], clsid });
    expect(results.find(({ id }) => id === 'sanity/activation')?.outcome).toMatchObject({
      outcome: 'failed',
      actual: expect.stringContaining('REGDB_E_CLASSNOTREG'),
    });
  });

  test('without an account nobody can tell, and why is said', async () => {
    const { verdict, results } = await suiteAgainst({}, { only: ['hardening', 'rpce/bind'], anonymous: true });
    expect(verdict).toMatchObject({ verdict: 'cannot tell', text: expect.stringContaining('no account was given') });
    expect(results.filter(({ outcome }) => outcome.outcome === 'failed')).toEqual([]);
  });
});
