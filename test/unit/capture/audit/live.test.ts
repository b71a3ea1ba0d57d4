import { describe, expect, test } from 'vitest';
import { audit } from '../../../../src/capture/audit/audit.js';
import type { ServerOptions } from '../../../../src/server/server.js';
import { ACCOUNT, activates, CLSID, type ClientOptions, LEVEL, SPNEGO, serve } from '../../../support/live.js';
import { observerOf } from '../../../support/observers.js';

/** What a server of a date recorded of one activation. */
async function recorded(client: ClientOptions, options: ServerOptions = {}): Promise<Buffer> {
  const blocks: Buffer[] = [];
  const server = await serve({ ...options, record: (block) => blocks.push(block) });
  await activates(server, client).catch(() => {});
  await server.close();
  return Buffer.concat(blocks);
}

describe('an audit of what a server recorded', () => {
  test('a refused activation has its fault, and its cause is the level', async () => {
    const capture = await recorded({ level: LEVEL.CONNECT }, { asOf: '2023-03-14' });
    const { activations, findings } = await audit([capture]);
    expect(activations).toMatchObject([{ answer: 'fault', status: 5, decision: 'refused', user: 'LAB\\op' }]);
    expect(findings).toContainEqual(expect.objectContaining({ finding: 'refusal', refused_by: 'activation policy' }));
  });

  test('a wrong password looks like a refusal, and the audit says that it may be one', async () => {
    const capture = await recorded({ level: LEVEL.CONNECT, password: 'wrong' }, { asOf: '2023-03-14' });
    const { findings } = await audit([capture]);
    const refusal = findings.find(({ finding }) => finding === 'refusal');
    expect(refusal?.detail).toContain('a failed logon looks the same, and only event 10036 tells them apart');
  });

  test('an encrypted activation hides class and result, and a password shows both', async () => {
    const capture = await recorded({ level: LEVEL.PKT_PRIVACY, authType: SPNEGO });
    const [closed, open] = await Promise.all([
      audit([capture]),
      audit([capture], { observe: observerOf(ACCOUNT.password) }),
    ]);
    expect(closed.activations).toMatchObject([
      { clsid: null, answer: 'unreadable', auth_level: 6, mechanism: 'NTLM', decision: 'accepted' },
    ]);
    expect(open.activations).toMatchObject([{ clsid: CLSID, class: 'MMC20.Application', answer: 'accepted' }]);
  });

  test('an activation without authentication is not covered, and is a finding', async () => {
    const { activations, findings } = await audit([await recorded({ level: LEVEL.NONE })]);
    expect(activations).toMatchObject([
      { auth_level: 1, level_from: 'none', user: null, decision: 'not covered', rule: 'unauthenticated', event: null },
    ]);
    expect(findings.map(({ finding }) => finding)).toContain('anonymous');
  });

  test('a null session is named as one', async () => {
    const { activations, findings } = await audit([await recorded({ level: LEVEL.CONNECT, nobody: true })]);
    expect(activations).toMatchObject([{ anonymous: true, user: 'ANONYMOUS LOGON', unconfirmed: true }]);
    expect(findings.map(({ finding }) => finding)).toContain('anonymous');
  });
});
