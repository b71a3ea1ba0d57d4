import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CapturedCall } from '../../../../src/capture/decode/captured-call.js';
import { readCalls } from '../../../../src/capture/decode/captured-calls.js';
import { classOf } from '../../../../src/capture/decode/wanted-class.js';
import { type ReplayedCall, replayCall, whyNotReplayed } from '../../../../src/capture/replay/replay.js';
import { Secret } from '../../../../src/security/index.js';
import { startServer } from '../../../../src/server/server.js';
import { corpus, corpusMissing, corpusPath, KNOWN_PASSWORD, knownKey } from '../../../support/corpus.js';
import { observerOf } from '../../../support/observers.js';

const ACCOUNT = { domain: 'LAB', user: 'replay', password: 'r3play' } as const;
const CREDENTIALS = { domain: 'LAB', user: 'replay', secret: Secret.password(ACCOUNT.password) };

const CONNECT = 2;
const PKT_INTEGRITY = 5;

/** Sends calls to a fresh server of that date; gives the answers and the ids of the events that it logged. */
async function replay(calls: readonly CapturedCall[], asOf: string) {
  const server = await startServer({ listen: '127.0.0.1:0', asOf, accounts: [ACCOUNT] });
  const { address: host, port } = server.address;
  const answers: ReplayedCall[] = [];
  try {
    for (const call of calls)
      answers.push(await replayCall(call, { host, port, credentials: CREDENTIALS, random: randomBytes }));
  } finally {
    await server.close();
  }
  return { answers, events: server.events.map(({ event }) => event.id), activations: server.activations };
}

const callsOf = async (file: string): Promise<readonly CapturedCall[]> =>
  (await readCalls(corpusPath(file), whyNotReplayed, observerOf())).calls;

const isActivation = ({ operation }: CapturedCall): boolean => operation?.name.startsWith('Remote') ?? false;

/** All activations of the corpus: capture, frame, method, class, authentication type and level, as tshark shows them. */
const ACTIVATIONS = `
  otrf__covenant_dcom_iertutil_dll_hijack_WORKSTATION5_2020-10-09183000.cap 35 RemoteGetClassObject 0002df01-0000-0000-c000-000000000046 10:2
  otrf__covenant_dcom_iertutil_dll_hijack_WORKSTATION6_2020-10-09183000.cap 140 RemoteGetClassObject 0002df01-0000-0000-c000-000000000046 10:2
  otrf__covenant_dcom_registerxll_2020-09-18145959.cap 99 RemoteGetClassObject 00024500-0000-0000-c000-000000000046 10:2
  otrf__covenant_sharpwmi_create_dcerpc_wmi_2020-08-06035621.cap 59 RemoteCreateInstance 8bc3f05e-d86b-11d0-a075-00c04fb68820 9:2
  otrf__empire_dcom_shellwindows_WORKSTATION5_2020-09-18130751.cap 151 RemoteGetClassObject 9ba05972-f6a8-11cf-a442-00a0c90a8f39 9:2
  otrf__empire_dcom_shellwindows_WORKSTATION6_2020-09-18130751.cap 17 RemoteGetClassObject 9ba05972-f6a8-11cf-a442-00a0c90a8f39 9:2
  otrf__empire_wmi_dcerpc_wmi_IWbemServices_ExecMethod_WORKSTATION5_2020-09-21001437.cap 128 RemoteCreateInstance 8bc3f05e-d86b-11d0-a075-00c04fb68820 9:2
  otrf__empire_wmi_dcerpc_wmi_IWbemServices_ExecMethod_WORKSTATION6_2020-09-21001437.cap 12 RemoteCreateInstance 8bc3f05e-d86b-11d0-a075-00c04fb68820 9:2
  suricata__dcerpc-ctxids.pcap 14 RemoteGetClassObject 49b2791a-b1ae-4c90-9b8e-e860ba07f889 10:5
  zeek__kerberos135_auth.pcapng 10 RemoteCreateInstance 8bc3f05e-d86b-11d0-a075-00c04fb68820 9:2
`
  .trim()
  .split(/\n\s*/);

describe.skipIf(corpusMissing)(
  `replay of real activations${corpusMissing ? `: skipped, ${corpusMissing}` : ''}`,
  () => {
    const calls: { readonly file: string; readonly call: CapturedCall }[] = [];
    beforeAll(async () => {
      for (const { file, path } of [...corpus, ...knownKey]) {
        const read = await readCalls(path, whyNotReplayed, observerOf(KNOWN_PASSWORD));
        calls.push(...read.calls.map((call) => ({ file, call })));
      }
    });
    const activations = (): CapturedCall[] => calls.map(({ call }) => call).filter(isActivation);

    test('these are all that can be sent again', () => {
      const found = calls
        .filter(({ call }) => isActivation(call))
        .map(({ file, call }) => {
          const { authType, level } = call.security;
          return `${file} ${call.frame} ${call.operation?.name} ${classOf(call)} ${authType}:${level}`;
        });
      expect(found).toEqual(ACTIVATIONS);
      const others = calls.filter(({ call }) => !isActivation(call)).map(({ call }) => call.operation?.name);
      expect(others).toEqual(['ServerAlive2', 'ServerAlive2', 'ServerAlive2', 'ServerAlive2']);
    });

    test('an activation at CONNECT is accepted as of 2021-05', async () => {
      const found = (await callsOf('otrf__covenant_dcom_registerxll_2020-09-18145959.cap')).filter(isActivation);
      const { answers, events } = await replay(found, '2021-05');
      expect(answers).toMatchObject([{ level: CONNECT, captured: { accepted: true }, replayed: { accepted: true } }]);
      expect(events).toEqual([]);
    });

    test('the same activation is refused as of 2022-06-14, with fault 5 and event 10036', async () => {
      const found = (await callsOf('otrf__covenant_dcom_registerxll_2020-09-18145959.cap')).filter(isActivation);
      const { answers, events } = await replay(found, '2022-06-14');
      expect(answers).toMatchObject([{ level: CONNECT, replayed: { accepted: false, refusedBy: 'fault', status: 5 } }]);
      expect(events).toEqual([10036]);
    });

    test('an activation that is signed is accepted as of 2023-03-14', async () => {
      const found = (await callsOf('suricata__dcerpc-ctxids.pcap')).filter(isActivation);
      const { answers, events } = await replay(found, '2023-03-14');
      expect(answers).toMatchObject([{ level: PKT_INTEGRITY, replayed: { accepted: true } }]);
      expect(events).toEqual([]);
    });

    test.each([
      { asOf: '2021-05', enforced: false },
      { asOf: '2021-06-08', enforced: false },
      { asOf: '2022-06-14', enforced: true },
      { asOf: '2022-11-08', enforced: true },
      { asOf: '2023-03-14', enforced: true },
    ])('every activation meets the policy of $asOf by its level', async ({ asOf, enforced }) => {
      const { answers, events, activations: logged } = await replay(activations(), asOf);
      const refused = ({ level }: { level: number }): boolean => enforced && level < PKT_INTEGRITY;
      expect(answers.map(({ replayed }) => replayed.text)).toEqual(
        answers.map((answer) => (refused(answer) ? 'fault nca_s_fault_access_denied (0x00000005)' : 'accepted')),
      );
      expect(events).toEqual(answers.filter(refused).map(() => 10036));
      expect(logged.map(({ method, clsid, authType, level }) => `${method} ${clsid} ${authType}:${level}`)).toEqual(
        ACTIVATIONS.map((line) => line.split(' ').slice(2).join(' ')),
      );
    });

    test.each(['2021-05', '2022-06-14', '2023-03-14'])(
      'ServerAlive2 is answered without authentication as of %s',
      async (asOf) => {
        const alive = calls.map(({ call }) => call).filter((call) => !isActivation(call));
        const { answers } = await replay(alive, asOf);
        expect(answers).toHaveLength(4);
        for (const { level, replayed } of answers) expect([level, replayed.accepted]).toEqual([1, true]);
      },
    );
  },
);
