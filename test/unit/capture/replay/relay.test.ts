import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CapturedCall } from '../../../../src/capture/decode/captured-call.js';
import { readCalls } from '../../../../src/capture/decode/captured-calls.js';
import {
  type KnownRelays,
  relayCaptured,
  WHAT_IF_VARIANTS,
  type WhatIf,
  whyNotRelayed,
} from '../../../../src/capture/replay/relay.js';
import { DcomClient } from '../../../../src/client/dcom-client.js';
import type { ClientProfile } from '../../../../src/client/profile.js';
import { CLIENT_PROFILES } from '../../../../src/client/profiles.js';
import { corpus, corpusMissing } from '../../../support/corpus.js';
import { activates, authentication, IID_IUnknown, LEVEL, NTLM, SPNEGO, serve } from '../../../support/live.js';
import { observerOf } from '../../../support/observers.js';
import { shippedPath } from '../../../support/shipped.js';

const DATES = ['2021-05', '2023-03-14'];
const AS_CAPTURED = { dates: DATES, variants: ['as-captured'], seed: '1' };
const WMI = '8bc3f05e-d86b-11d0-a075-00c04fb68820';

const activationsIn = async (file: string): Promise<readonly CapturedCall[]> =>
  (await readCalls(file, whyNotRelayed, observerOf())).calls;

/** What each date's server makes of it, in the order of the dates. */
const verdicts = ({ cells }: WhatIf): string[] =>
  cells.map(({ outcome }) => (outcome.outcome === 'succeeded' ? 'relayed' : (outcome.refusedBy as string)));

/** The activations of a recording of this project's own traffic. */
async function recorded(
  act: (server: Awaited<ReturnType<typeof serve>>) => Promise<unknown>,
): Promise<readonly CapturedCall[]> {
  const blocks: Buffer[] = [];
  const server = await serve({ record: (block) => blocks.push(block) });
  await act(server);
  await server.close();
  const folder = mkdtempSync(join(tmpdir(), 'replay-relay-'));
  try {
    const file = join(folder, 'recorded.pcapng');
    writeFileSync(file, Buffer.concat(blocks));
    return await activationsIn(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const DCOM = corpus.filter(({ dcom }) => dcom);

describe.skipIf(corpusMissing)(`the DCOM captures${corpusMissing ? `: skipped, ${corpusMissing}` : ''}`, () => {
  const rows = (async () => {
    const found: (WhatIf & { readonly file: string })[] = [];
    for (const { file, path } of DCOM)
      for (const call of await activationsIn(path))
        for (const row of await relayCaptured(call, AS_CAPTURED)) found.push({ file, ...row });
    return found;
  })();

  test('there are 13 of them, with 10 activations in 10 of them', async () => {
    expect(DCOM).toHaveLength(13);
    expect(await rows).toHaveLength(10);
    expect(new Set((await rows).map(({ file }) => file)).size).toBe(10);
  });

  test('each activation at CONNECT is relayed as of 2021-05 and stopped by the policy as of 2023-03-14', async () => {
    const atConnect = (await rows).filter(({ level }) => level === LEVEL.CONNECT);
    expect(atConnect).toHaveLength(9);
    for (const row of atConnect) {
      expect(verdicts(row)).toEqual(['relayed', 'activation policy']);
      const [, now] = row.cells;
      expect(now?.outcome.reason).toContain('RPC_C_AUTHN_LEVEL_CONNECT is below PKT_INTEGRITY');
      expect(now?.outcome.evidence).toMatchObject({ status: 5, event: { id: 10036, user: 'victim' } });
    }
  });

  test('each signed one is stopped at both, since the attacker has no key to sign with', async () => {
    const signed = (await rows).filter(({ level }) => level > LEVEL.CONNECT);
    expect(signed).toHaveLength(1);
    for (const row of signed) {
      expect(verdicts(row)).toEqual(['signature', 'signature']);
      for (const { outcome } of row.cells) expect(outcome.reason).toContain('the NTLM signature does not match');
    }
  });

  test('the class of each is activated, as the client would have, from the attacker’s address', async () => {
    for (const { call, cells } of (await rows).filter(({ level }) => level === LEVEL.CONNECT)) {
      const [then] = cells;
      expect(then?.outcome).toMatchObject({ stage: 'activated', outcome: 'succeeded' });
      expect(then?.outcome.reason).toContain('though it came from 192.0.2.66');
      expect(then?.outcome.evidence.victim).toEqual(['fault nca_s_fault_access_denied (0x00000005)']);
      expect(call.client.address).not.toBe('192.0.2.66');
    }
  });

  test('those captured with Kerberos go by Kerberos inside SPNEGO, to the service that their ticket is for', async () => {
    const kerberos = (await rows).filter(({ mechanism }) => mechanism === 'Kerberos');
    expect(kerberos).toHaveLength(6);
    for (const { authType, notes } of kerberos)
      expect({ authType, notes }).toEqual({
        authType: SPNEGO,
        notes: ['its ticket is for the server, and its name led to the attacker'],
      });
    const others = (await rows).filter(({ mechanism }) => mechanism === 'NTLM');
    for (const { authType, notes } of others) expect({ authType, notes }).toEqual({ authType: NTLM, notes: [] });
  });

  test('nothing ends otherwise than KB5004442 and the specifications have it', async () => {
    for (const { cells } of await rows)
      for (const { expected, outcome } of cells) expect(outcome.refusedBy).toBe(expected);
  });
});

describe('a captured activation that is signed', () => {
  const relayed = async (variants: readonly string[], more = {}) => {
    const [call] = await activationsIn(shippedPath('activation-at-pkt-integrity.pcapng'));
    return relayCaptured(call as CapturedCall, { ...AS_CAPTURED, variants, ...more });
  };

  test('does not protect a server that is not hardened from who binds at CONNECT himself', async () => {
    const [row] = await relayed(['connect']);
    expect(verdicts(row as WhatIf)).toEqual(['relayed', 'activation policy']);
    expect(row?.cells[0]?.outcome.evidence.invocation).toMatchObject({ member: 'ExecuteShellCommand', level: 2 });
  });

  test('is relayed in every variant that relays an activation, each where it belongs', async () => {
    const rows = await relayed(WHAT_IF_VARIANTS);
    expect(rows.map(({ variant }) => variant?.id)).toEqual(WHAT_IF_VARIANTS);
    for (const { cells } of rows)
      for (const { expected, outcome } of cells)
        expect([outcome.variant, outcome.refusedBy]).toEqual([outcome.variant, expected]);
  });

  test('can be tried at another level', async () => {
    const [row] = await relayed(['as-captured'], { level: LEVEL.CONNECT });
    expect(verdicts(row as WhatIf)).toEqual(['relayed', 'activation policy']);
  });

  test('or against a registry', async () => {
    const registry = { RequireIntegrityActivationAuthenticationLevel: 1 };
    const [row] = await relayed(['connect'], { registry, dates: ['2021-06-08'] });
    expect(verdicts(row as WhatIf)).toEqual(['activation policy']);
  });

  test('comes out the same with the same seed, evidence and all', async () => {
    const [first, again] = [await relayed(WHAT_IF_VARIANTS), await relayed(WHAT_IF_VARIANTS)];
    expect(again).toEqual(first);
  });

  test('stands beside the attacker who does not keep its level, where nobody says otherwise', async () => {
    const [call] = await activationsIn(shippedPath('activation-at-pkt-integrity.pcapng'));
    const rows = await relayCaptured(call as CapturedCall, { dates: DATES, seed: '1' });
    expect(rows.map((row) => [row.variant?.id, ...verdicts(row)])).toEqual([
      ['as-captured', 'signature', 'signature'],
      ['connect', 'relayed', 'activation policy'],
    ]);
  });

  test('is relayed once, however often it was captured', async () => {
    const [call] = (await activationsIn(shippedPath('activation-at-pkt-integrity.pcapng'))) as [CapturedCall];
    const known: KnownRelays = new Map();
    const [first] = await relayCaptured(call, AS_CAPTURED, known);
    const [again] = await relayCaptured({ ...call, frame: 1_000 }, AS_CAPTURED, known);
    expect(again?.cells.map(({ outcome }) => outcome)).toEqual(first?.cells.map(({ outcome }) => outcome));
    expect(again?.cells[0]?.outcome).toBe(first?.cells[0]?.outcome);
    const [other] = await relayCaptured({ ...call, client: { address: '10.9.9.9', port: 1 } }, AS_CAPTURED, known);
    expect(other?.cells[0]?.outcome).not.toBe(first?.cells[0]?.outcome);
  });

  test('an unknown variant is a mistake of the caller', async () => {
    await expect(relayed(['by magic'])).rejects.toThrow("no such variant of the relay of an activation: 'by magic'");
  });
});

describe('what there is to relay', () => {
  test('nothing of a client that does not authenticate', async () => {
    const calls = await recorded((server) => activates(server, { level: LEVEL.NONE }));
    const rows = await relayCaptured(calls[0] as CapturedCall, AS_CAPTURED);
    expect(rows).toMatchObject([
      { variant: undefined, nothing: 'the client does not authenticate, so there is nothing to relay', cells: [] },
    ]);
  });

  test('nothing of a null session', async () => {
    const calls = await recorded((server) => activates(server, { level: LEVEL.CONNECT, nobody: true }));
    const rows = await relayCaptured(calls[0] as CapturedCall, AS_CAPTURED);
    expect(rows).toMatchObject([{ nothing: 'the client authenticates as nobody, which is nothing to relay' }]);
  });

  test('an authentication whose class is encrypted: the attacker has a class of his own', async () => {
    const calls = await recorded((server) => activates(server, { level: LEVEL.PKT_PRIVACY }));
    expect(calls).toMatchObject([{ stubState: 'sealed', value: undefined }]);
    const [kept, connect] = await relayCaptured(calls[0] as CapturedCall, {
      ...AS_CAPTURED,
      variants: ['as-captured', 'connect'],
    });
    expect(kept?.notes).toEqual(['its class is encrypted; the attacker asks for MMC20.Application']);
    expect(verdicts(kept as WhatIf)).toEqual(['signature', 'signature']);
    expect(verdicts(connect as WhatIf)).toEqual(['relayed', 'activation policy']);
  });

  test.each([
    { name: 'client and server on one host', client: '10.0.0.5', server: '10.0.0.5' },
    { name: 'IPv6', client: '2001:db8::5', server: '2001:db8::10' },
    { name: 'addresses that the attacker would have had', client: '192.0.2.66', server: '192.0.2.67' },
  ])('where it was captured: $name', async ({ client, server }) => {
    const [call] = (await activationsIn(shippedPath('activation-at-connect.pcapng'))) as [CapturedCall];
    const moved = { ...call, client: { address: client, port: 50_000 }, server: { address: server, port: 135 } };
    const [row] = await relayCaptured(moved, AS_CAPTURED);
    expect(verdicts(row as WhatIf)).toEqual(['relayed', 'activation policy']);
    const from = row?.cells[0]?.outcome.evidence.invocation?.client.address;
    expect(from).toMatch(/^192\.0\.2\.6[678]$/);
    expect([client, server]).not.toContain(from);
  });

  test.each([NTLM, SPNEGO])('authentication type %i as it was captured', async (authType) => {
    const calls = await recorded((server) => activates(server, { level: LEVEL.CONNECT, authType }));
    const [row] = await relayCaptured(calls[0] as CapturedCall, AS_CAPTURED);
    expect(row).toMatchObject({ authType, mechanism: 'NTLM', variant: { authType } });
    expect(verdicts(row as WhatIf)).toEqual(['relayed', 'activation policy']);
  });

  test.each(['impacket', 'node-dcom', 'openvas-wmic', 'openvas-wmic-5.7', 'windows-2021-05'] as const)(
    'the habits of %s',
    async (name) => {
      const calls = await recorded(async ({ address: { address: host, port } }) => {
        const { credentials, random } = authentication({});
        const profile: ClientProfile = CLIENT_PROFILES[name];
        const client = new DcomClient({
          host,
          port,
          profile,
          level: LEVEL.CONNECT,
          random,
          ...(credentials && { credentials }),
        });
        await client.activation({ clsid: WMI, iids: [IID_IUnknown] });
        await client.close();
      });
      const [row] = await relayCaptured(calls[0] as CapturedCall, AS_CAPTURED);
      expect(row?.client).toBe(name);
      expect(verdicts(row as WhatIf)).toEqual(['relayed', 'activation policy']);
    },
  );

  test('only activations whose interface and level are known', async () => {
    const calls = await recorded((server) => activates(server, { level: LEVEL.CONNECT }));
    const [call] = calls as [CapturedCall];
    const { operation: _, ...other } = call;
    expect(whyNotRelayed(call)).toBeUndefined();
    expect(whyNotRelayed({ ...call, presentation: undefined })).toContain('its bind is not in the capture');
    expect(whyNotRelayed({ ...other, operation: undefined })).toBe('no activation');
    expect(whyNotRelayed({ ...call, security: { ...call.security, level: undefined } })).toContain('level');
  });
});
