import { describe, expect, test } from 'vitest';
import type { CapturedCall } from '../../../../src/capture/decode/captured-call.js';
import { readCalls } from '../../../../src/capture/decode/captured-calls.js';
import { capturedAuthnHint, capturedClasses } from '../../../../src/capture/replay/captured-class.js';
import { type RepeatedCall, repeatConversation, whyNotRepeated } from '../../../../src/capture/replay/repeat.js';
import { CLIENT_PROFILES } from '../../../../src/client/profiles.js';
import { CLASSES, type ComClass } from '../../../../src/server/classes/index.js';
import { addressSpace, opcClasses } from '../../../../src/server/classes/opc/index.js';
import type { ServerOptions } from '../../../../src/server/server.js';
import { corpusMissing, corpusPath } from '../../../support/corpus.js';
import { ACCOUNT, authentication, LEVEL, serve } from '../../../support/live.js';
import { observerOf } from '../../../support/observers.js';
import { PLANT, recordedOpc } from '../../../support/opc.js';
import { recordedWmi } from '../../../support/wmi.js';

const callsIn = async (recording: Buffer | string): Promise<readonly CapturedCall[]> =>
  (await readCalls(recording, whyNotRepeated, observerOf(ACCOUNT.password))).calls;

/** The calls again, at a server with these classes. */
async function repeat(calls: readonly CapturedCall[], classes: readonly ComClass[], options: ServerOptions = {}) {
  const server = await serve({ classes, ...options });
  const { credentials, random } = authentication({});
  try {
    const repeated = await repeatConversation(calls, {
      host: server.address.address,
      port: server.address.port,
      profile: CLIENT_PROFILES['windows-2023-03'],
      random,
      ...(credentials && { credentials }),
    });
    return { repeated, invocations: server.invocations };
  } finally {
    await server.close();
  }
}

const nameOf = ({ call }: RepeatedCall): string => call.operation?.name ?? '';
const notSent = (repeated: readonly RepeatedCall[]) =>
  repeated.filter((each) => each.notSent !== undefined).map(nameOf);
/** The calls that came out otherwise, and where. */
const otherwise = (repeated: readonly RepeatedCall[]) =>
  repeated
    .filter((each) => each.notSent === undefined)
    .filter(({ captured, repeated: now, differences }) => captured?.text !== now?.text || differences.length > 0)
    .map((each) => [nameOf(each), each.repeated?.text, ...each.differences]);

const count = (calls: readonly CapturedCall[], name: string): number =>
  calls.filter(({ operation }) => operation?.name === name).length;

describe.each([
  ['signed', LEVEL.PKT_INTEGRITY],
  ['sealed', LEVEL.PKT_PRIVACY],
])('a captured session of WMI that is %s', (_, level) => {
  test('comes out as captured at objects that answer what the captured ones answered', async () => {
    const calls = await callsIn(await recordedWmi(level));
    expect([count(calls, 'ExecQuery'), count(calls, 'ExecMethod'), count(calls, 'GetSmartEnum')]).toEqual([3, 1, 1]);
    const { repeated } = await repeat(calls, capturedClasses(calls), {
      registry: { LegacyAuthenticationLevel: capturedAuthnHint(calls) ?? 0 },
    });
    expect(notSent(repeated)).toEqual([]);
    expect(otherwise(repeated)).toEqual([]);
  });

  test('asks the WMI of a server for the same rows, and calls the same methods', async () => {
    const calls = await callsIn(await recordedWmi(level));
    const { repeated, invocations } = await repeat(calls, [CLASSES.wmi]);
    expect(notSent(repeated)).toEqual([]);
    expect(otherwise(repeated)).toEqual([
      ['GetObject', 'accepted', 'ppObject.values.CreationDate'],
      ['ExecMethod', 'accepted', 'ppOutParams.values.ProcessId'],
    ]);
    expect(invocations).toMatchObject([{ member: 'Win32_Process.Create', arguments: ['notepad "a b"', null, null] }]);
  });
});

test('a captured session of OPC reads the same items', async () => {
  const calls = await callsIn(await recordedOpc());
  const { repeated } = await repeat(calls, opcClasses([addressSpace(PLANT)]));
  // What is for the object of the captured client, who is not there.
  const left = repeated.filter((each) => each.notSent !== undefined);
  expect(left.map((each) => [nameOf(each), each.notSent])).toEqual([
    ['Advise', 'it hands over an object of the captured client, which is not there'],
    ['ResolveOxid2', expect.stringMatching(/^this server has not handed out 0x/)],
    ['OnDataChange', expect.stringMatching(/^this server has not handed out /)],
  ]);
  expect(otherwise(repeated)).toEqual([
    ['Read', 'accepted', 'ppItemValues.0.ftTimeStamp', 'ppItemValues.1.ftTimeStamp'],
  ]);
});

test.skipIf(corpusMissing)('a Windows client logs in to the namespace again that it logged in to', async () => {
  const file = 'otrf__empire_wmi_dcerpc_wmi_IWbemServices_ExecMethod_WORKSTATION6_2020-09-21001437.cap';
  const calls = await callsIn(corpusPath(file));
  const { repeated } = await repeat(calls, [CLASSES.wmi], { asOf: '2021-05' });
  const login = repeated.find((each) => nameOf(each) === 'NTLMLogin');
  expect(login).toMatchObject({ captured: { accepted: true }, repeated: { accepted: true } });
  // IWbemLoginClientIDEx, which is in no specification.
  const [other, ...more] = repeated.filter(({ captured, repeated: now }) => now && captured?.text !== now.text);
  expect([other?.call.value, more]).toMatchObject([{ iids: ['9f6c78ef-fce5-42fa-abea-3e7df91921dc'] }, []]);
});
