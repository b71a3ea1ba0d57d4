import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CapturedCall } from '../../../../src/capture/decode/captured-call.js';
import { readCalls } from '../../../../src/capture/decode/captured-calls.js';
import { capturedAuthnHint, capturedClasses } from '../../../../src/capture/replay/captured-class.js';
import { type RepeatedCall, repeatConversation, whyNotRepeated } from '../../../../src/capture/replay/repeat.js';
import { CLIENT_PROFILES } from '../../../../src/client/profiles.js';
import { CLASSES, type ComClass } from '../../../../src/server/classes/index.js';
import { corpusMissing, corpusPath } from '../../../support/corpus.js';
import { authentication, serve } from '../../../support/live.js';
import { observerOf } from '../../../support/observers.js';

const MMC20 = 'suricata__dcerpc-ctxids.pcap';
const SHELL_WINDOWS = [
  'otrf__empire_dcom_shellwindows_WORKSTATION5_2020-09-18130751.cap',
  'otrf__empire_dcom_shellwindows_WORKSTATION6_2020-09-18130751.cap',
];

/** The calls of a conversation with objects. */
const conversation = async (file: string): Promise<readonly CapturedCall[]> =>
  (await readCalls(corpusPath(file), whyNotRepeated, observerOf())).calls;

interface Repeated {
  readonly calls: readonly RepeatedCall[];
  readonly invocations: readonly { member: string; arguments: readonly unknown[] }[];
  readonly objects: number;
  readonly recording: Buffer;
  readonly exporterPort: number;
}

async function repeat(
  calls: readonly CapturedCall[],
  classes: readonly ComClass[],
  asOf = '2021-05',
): Promise<Repeated> {
  const blocks: Buffer[] = [];
  const registry = { LegacyAuthenticationLevel: capturedAuthnHint(calls) ?? 0 };
  const server = await serve({ classes, asOf, registry, record: (block) => blocks.push(block) });
  const { credentials, random } = authentication({});
  try {
    const repeated = await repeatConversation(calls, {
      host: server.address.address,
      port: server.address.port,
      profile: CLIENT_PROFILES['windows-2021-05'],
      random,
      ...(credentials && { credentials }),
    });
    return {
      calls: repeated,
      invocations: server.invocations,
      objects: server.objects,
      recording: Buffer.concat(blocks),
      exporterPort: server.exporter.port,
    };
  } finally {
    await server.close();
  }
}

const notSent = ({ calls }: Repeated): string[] =>
  calls.filter((each) => each.notSent !== undefined).map(({ call }) => call.operation?.name ?? '');

/** The calls that came out otherwise, with what did. */
const otherwise = ({ calls }: Repeated) =>
  calls
    .filter((each) => each.notSent === undefined)
    .filter(({ captured, repeated, differences }) => captured?.text !== repeated?.text || differences.length > 0)
    .map(({ call, repeated, differences }) => [call.operation?.name, repeated?.text, ...differences].join(', '));

const count = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

/** What tshark finds in a recording: the operations of requests in their order, and what it takes for malformed. */
function judged({ recording, exporterPort }: Repeated): { requests: number; malformed: string } {
  const folder = mkdtempSync(join(tmpdir(), 'conversation-'));
  try {
    const file = join(folder, 'recorded.pcapng');
    writeFileSync(file, recording);
    // By guess alone tshark loses a fragment that begins where a segment does.
    const decode = ['-d', `tcp.port==${exporterPort},dcerpc`];
    const tshark = (filter: string): string =>
      execFileSync('tshark', [...decode, '-r', file, '-Y', filter, '-T', 'fields', '-e', 'frame.number'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    return {
      requests: tshark('dcerpc.pkt_type == 0 && dcerpc.cn_flags.last_frag == 1').trim().split('\n').length,
      malformed: tshark('_ws.malformed || _ws.unreassembled').trim(),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const hasTshark = ((): boolean => {
  try {
    execFileSync('tshark', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(corpusMissing)(
  `captured conversations with objects, repeated${corpusMissing ? `: skipped, ${corpusMissing}` : ''}`,
  () => {
    const conversations = new Map<string, readonly CapturedCall[]>();
    beforeAll(async () => {
      for (const file of [MMC20, ...SHELL_WINDOWS]) conversations.set(file, await conversation(file));
    });
    const callsOf = (file: string): readonly CapturedCall[] => conversations.get(file) ?? [];

    describe.each([
      [MMC20, 215],
      [SHELL_WINDOWS[0] as string, 54],
      [SHELL_WINDOWS[1] as string, 54],
    ])('%s', (file, length) => {
      test(`all ${length} calls come out as captured, against objects that answer what the captured ones answered`, async () => {
        const calls = callsOf(file);
        expect(calls).toHaveLength(length);
        const repeated = await repeat(calls, capturedClasses(calls));
        expect(notSent(repeated)).toEqual([]);
        expect(otherwise(repeated)).toEqual([]);
      });

      test.skipIf(!hasTshark)('tshark finds every request in the recording, and nothing malformed', async () => {
        const calls = callsOf(file);
        expect(judged(await repeat(calls, capturedClasses(calls)))).toEqual({ requests: length, malformed: '' });
      });

      test('the activation is refused once enforcement is on where it was captured at CONNECT', async () => {
        const calls = callsOf(file);
        const hardened = await repeat(calls, capturedClasses(calls), '2023-03-14');
        const [activation] = hardened.calls.filter(({ call }) => call.operation?.name === 'RemoteGetClassObject');
        expect(activation?.repeated?.text).toBe(
          file === MMC20 ? 'accepted' : 'fault nca_s_fault_access_denied (0x00000005)',
        );
        if (file !== MMC20) expect(hardened.calls.filter((each) => each.notSent)).toHaveLength(length - 1);
      });
    });

    test('MMC20 as it is simulated has no type information; all else comes out as captured', async () => {
      const repeated = await repeat(callsOf(MMC20), [CLASSES.mmc20]);
      expect(repeated.invocations).toMatchObject([
        { member: 'ExecuteShellCommand', arguments: ['cmd', '', '/c hostname', '7'] },
      ]);
      expect(count(notSent(repeated))).toMatchInlineSnapshot(`
        {
          "GetDocumentation": 3,
          "GetFuncDesc": 91,
          "GetNames": 70,
          "GetTypeAttr": 4,
          "RemQueryInterface": 9,
          "RemRelease": 4,
        }
      `);
      expect(count(otherwise(repeated))).toMatchInlineSnapshot(`
        {
          "GetClassInfo, the server offers no IProvideClassInfo (provider_rejection, abstract_syntax_not_supported)": 1,
          "GetTypeInfo, E_NOTIMPL (0x80004001), ppTInfo, ReturnValue": 3,
          "GetTypeInfoCount, accepted, pctinfo": 3,
          "RemQueryInterface, E_NOINTERFACE (0x80004002), ppQIResults.0.hResult, ReturnValue": 1,
        }
      `);
    });

    test('ShellWindows as it is simulated has no type information; all else comes out as captured', async () => {
      const repeated = await repeat(callsOf(SHELL_WINDOWS[1] as string), [CLASSES.shellwindows]);
      expect(repeated.invocations).toMatchObject([{ member: 'ShellExecute' }]);
      expect(count(notSent(repeated))).toMatchInlineSnapshot(`
        {
          "GetTypeAttr": 4,
          "RemQueryInterface": 12,
          "RemRelease": 4,
        }
      `);
      expect(count(otherwise(repeated))).toMatchInlineSnapshot(`
        {
          "GetTypeInfo, E_NOTIMPL (0x80004001), ppTInfo, ReturnValue": 4,
          "GetTypeInfoCount, accepted, pctinfo": 4,
        }
      `);
    });
  },
);
