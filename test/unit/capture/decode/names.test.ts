import { describe, expect, test } from 'vitest';
import { readRecords } from '../../../../src/capture/decode/records.js';
import { corpusMissing, corpusPath } from '../../../support/corpus.js';
import { SHIPPED, shippedPath } from '../../../support/shipped.js';

async function operationsOf(path: string): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const { ptype, interface: name, operation, opnum } of readRecords(path))
    if (ptype === 'request') found.add(`${name}::${operation ?? opnum}`);
  return found;
}

describe.skipIf(corpusMissing)('operations of interfaces whose parameters are not declared', () => {
  test('have the names of their specifications', async () => {
    expect(await operationsOf(corpusPath('zeek__dce_rpc_netlogon.pcapng'))).toContain(
      'netlogon::NetrLogonSamLogonWithFlags',
    );
    expect(await operationsOf(corpusPath('otrf__schtask_create_2020-12-1907003032.pcapng'))).toContain(
      'ITaskSchedulerService::SchRpcRegisterTask',
    );
    const replicated = await operationsOf(
      corpusPath('otrf__covenant_dcsync_dcerpc_drsuapi_DsGetNCChanges_2020-08-05020926.cap'),
    );
    expect(replicated).toContain('drsuapi::IDL_DRSBind');
  });
});

test('an NTLM message has the time and the version that it states', async () => {
  const tokens: Record<string, unknown>[] = [];
  for await (const { auth_token } of readRecords(shippedPath(SHIPPED[0])))
    if (auth_token !== undefined) tokens.push(auth_token as Record<string, unknown>);
  const challenge = tokens.find(({ message }) => message === 'CHALLENGE_MESSAGE');
  expect(challenge).toMatchObject({ MsvAvTimestamp: expect.stringMatching(/^20\d\d-\d\d-\d\dT.*Z$/) });
});

describe.skipIf(corpusMissing)('of Windows and of scapy', () => {
  test('an NTLM message has the version that it states', async () => {
    const versions = new Set<unknown>();
    for await (const { auth_token } of readRecords(corpusPath('zeek__dce_rpc_ntlm.pcapng')))
      if (auth_token !== undefined && 'VERSION' in auth_token) versions.add(auth_token.VERSION);
    expect([...versions].every((each) => /^\d+\.\d+\.\d+$/.test(String(each)))).toBe(true);
    expect(versions.size).toBeGreaterThan(0);
  });

  test('the verification trailer behind the parameters is shown', async () => {
    const trailers: unknown[] = [];
    for await (const { verification_trailer } of readRecords(corpusPath('foreign-clients/scapy1.pcapng')))
      if (verification_trailer !== undefined) trailers.push(verification_trailer);
    expect(trailers[0]).toMatchObject([
      { type: 2, pcontext: { interface_uuid: '99fcfec4-5260-101b-bbcb-00aa0021347a' } },
    ]);
  });
});
