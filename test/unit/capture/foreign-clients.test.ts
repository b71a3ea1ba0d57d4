import { describe, expect, test } from 'vitest';
import { type AuditedActivation, type AuditFinding, Auditor } from '../../../src/capture/audit/audit.js';
import { readCallRecords } from '../../../src/capture/decode/records.js';
import { patchLevel } from '../../../src/hardening/timeline.js';
import { corpusMissing, corpusPath } from '../../support/corpus.js';
import { observerOf } from '../../support/observers.js';

const CREATE = 'RemoteCreateInstance';
const MMC20 = 'MMC20.Application';
const WBEM = 'WbemLevel1Login (WMI)';
/** CATID_OPCDAServer20's simulator of Matrikon, whose name is in no table. */
const OPC = 'f8582cf2-88fb-11d0-b850-00c0f0104305';

/** One way in which activations came: how often, which, by which level, what a server of 2023-03-14 says, what this one said. */
type Activated = readonly [
  times: number,
  operation: string,
  of: string | null,
  level: number,
  says: string,
  said: string,
];

interface Expected {
  readonly activations: readonly Activated[];
  /** Kinds of findings, `refusal` with who refused, and how often. */
  readonly findings: Readonly<Record<string, number>>;
  /** Operations with the level that they were called at, also of sealed calls, which the password opens. */
  readonly calls: readonly string[];
}

const FILES: Readonly<Record<string, Expected>> = {
  aiowmi: {
    activations: [
      [1, CREATE, WBEM, 6, 'accepted', 'accepted'],
      [1, CREATE, null, 6, 'accepted', 'fault'],
    ],
    findings: { 'missing-mic': 3, 'refusal by fault': 1, 'refusal by authentication': 1 },
    calls: ['NTLMLogin at 5', 'RemoteCreateInstance at 6'],
  },
  go1: {
    activations: [[1, 'RemoteActivation', WBEM, 5, 'accepted', 'accepted']],
    findings: { 'refusal by fault': 1 },
    calls: ['NTLMLogin at 5', 'RemoteActivation at 5', 'ServerAlive2 at 5'],
  },
  'go2-2021-05': {
    activations: [
      [1, CREATE, MMC20, 2, 'refused', 'accepted'],
      [1, CREATE, MMC20, 4, 'refused', 'accepted'],
      [1, CREATE, MMC20, 5, 'accepted', 'accepted'],
      [1, CREATE, MMC20, 6, 'accepted', 'accepted'],
    ],
    findings: { 'orpc-low-level': 1 },
    calls: [CREATE, 'ResolveOxid2', 'RemQueryInterface'].flatMap((name) =>
      [2, 4, 5, 6].map((at) => `${name} at ${at}`),
    ),
  },
  'go2-2023-03-14': {
    activations: [
      [1, CREATE, MMC20, 2, 'refused', 'fault'],
      [1, CREATE, MMC20, 4, 'refused', 'fault'],
      [1, CREATE, MMC20, 5, 'accepted', 'accepted'],
      [1, CREATE, MMC20, 6, 'accepted', 'accepted'],
    ],
    findings: { 'refusal by activation policy': 2 },
    calls: [
      ...[2, 4, 5, 6].map((at) => `${CREATE} at ${at}`),
      ...['ResolveOxid2', 'RemQueryInterface'].flatMap((name) => [5, 6].map((at) => `${name} at ${at}`)),
    ],
  },
  'go3-2021-05': {
    activations: [[1, CREATE, MMC20, 2, 'refused', 'accepted']],
    findings: { 'orpc-low-level': 1 },
    calls: ['ServerAlive2', CREATE, 'ResolveOxid2', 'RemQueryInterface'].map((name) => `${name} at 2`),
  },
  'go3-2023-03-14': {
    activations: [[1, CREATE, MMC20, 2, 'refused', 'fault']],
    findings: { 'refusal by activation policy': 1 },
    calls: ['ServerAlive2 at 2', `${CREATE} at 2`],
  },
  ji: {
    activations: [[5, CREATE, MMC20, 2, 'refused', 'accepted']],
    findings: { ntlmv1: 3, 'missing-mic': 2 },
    calls: ['ServerAlive2 at 2', `${CREATE} at 2`],
  },
  ji4: {
    activations: [[2, 'RemoteActivation', MMC20, 2, 'refused', 'accepted']],
    findings: { ntlmv1: 3, 'missing-mic': 3, 'orpc-low-level': 2 },
    calls: [
      'RemoteActivation at 2',
      ...['RemAddRef', 'RemRelease', 'RemQueryInterface2', 'GetIDsOfNames', 'Invoke'].flatMap((name) =>
        [2, 6].map((at) => `${name} at ${at}`),
      ),
    ],
  },
  'jing-2021-05': {
    activations: [
      [2, 'RemoteActivation', MMC20, 2, 'refused', 'accepted'],
      [2, 'RemoteActivation', MMC20, 6, 'accepted', 'accepted'],
    ],
    findings: { ntlmv1: 6, 'missing-mic': 6, 'orpc-low-level': 4 },
    calls: ['RemoteActivation', 'RemAddRef', 'RemRelease', 'RemQueryInterface2', 'GetIDsOfNames', 'Invoke'].flatMap(
      (name) => [2, 6].map((at) => `${name} at ${at}`),
    ),
  },
  'jing-2023-03-14': {
    activations: [
      [2, 'RemoteActivation', MMC20, 2, 'refused', 'fault'],
      [2, 'RemoteActivation', MMC20, 6, 'accepted', 'accepted'],
    ],
    findings: { ntlmv1: 4, 'missing-mic': 4, 'refusal by activation policy': 2 },
    calls: [
      'RemoteActivation at 2',
      ...['RemoteActivation', 'RemAddRef', 'RemRelease', 'RemQueryInterface2', 'GetIDsOfNames', 'Invoke'].map(
        (name) => `${name} at 6`,
      ),
    ],
  },
  opc1: {
    activations: [[1, CREATE, OPC, 2, 'refused', 'accepted']],
    findings: { ntlmv1: 3, 'orpc-low-level': 2, 'refusal by fault': 1 },
    calls: ['ServerAlive2', CREATE, 'RemAddRef', 'RemRelease', 'RemQueryInterface2', 'GetStatus'].map(
      (name) => `${name} at 2`,
    ),
  },
  // call_id 3 after 7 on an older connection, which the server of that time refused: frame 62.
  opc2: {
    activations: [[1, CREATE, OPC, 2, 'refused', 'accepted']],
    findings: { ntlmv1: 4, 'orpc-low-level': 3, 'refusal by protocol': 1 },
    calls: ['ServerAlive2', CREATE, 'RemAddRef', 'RemRelease', 'RemQueryInterface2', 'GetStatus', 'AddGroup'].map(
      (name) => `${name} at 2`,
    ),
  },
  'ovs-2021-05': {
    activations: [[1, 'RemoteActivation', WBEM, 2, 'refused', 'accepted']],
    findings: { 'missing-mic': 3, 'refusal by fault': 1, 'refusal by authentication': 1 },
    calls: ['ServerAlive at 1', 'RemoteActivation at 2', 'NTLMLogin at 5'],
  },
  'ovs-2023-03-14': {
    activations: [[1, 'RemoteActivation', WBEM, 2, 'refused', 'fault']],
    findings: { 'missing-mic': 2, 'refusal by activation policy': 1, 'refusal by authentication': 1 },
    calls: ['ServerAlive at 1', 'RemoteActivation at 2'],
  },
  // The server's side of a relay: the client means another host. impacket asks for an operation 255 to have a signature.
  'relay-2021-05': {
    activations: [
      [2, CREATE, MMC20, 2, 'refused', 'accepted'],
      [2, 'RemoteActivation', MMC20, 2, 'refused', 'accepted'],
    ],
    findings: { 'target-name': 4, 'refusal by protocol': 4 },
    calls: [`${CREATE} at 2`, 'RemoteActivation at 2'],
  },
  'relay-2023-03-14': {
    activations: [
      [3, CREATE, MMC20, 2, 'refused', 'fault'],
      [2, 'RemoteActivation', MMC20, 2, 'refused', 'fault'],
    ],
    findings: { 'target-name': 5, 'refusal by protocol': 5, 'refusal by activation policy': 5 },
    calls: [`${CREATE} at 2`, 'RemoteActivation at 2'],
  },
  // It does not sign at PKT, which the server calls a missing signature.
  scapy1: {
    activations: [
      [1, CREATE, MMC20, 2, 'refused', 'accepted'],
      [1, CREATE, MMC20, 1, 'not covered', 'result'],
      [2, CREATE, MMC20, 5, 'accepted', 'accepted'],
      [2, CREATE, MMC20, 6, 'accepted', 'accepted'],
      [1, CREATE, MMC20, 2, 'refused', 'none'],
      [1, CREATE, MMC20, 1, 'not covered', 'none'],
    ],
    findings: { 'orpc-low-level': 5, anonymous: 2, 'refusal by access control': 1, 'refusal by signature': 4 },
    calls: [
      'ServerAlive2 at 1',
      ...[1, 2, 5, 6].map((at) => `${CREATE} at ${at}`),
      ...[2, 5, 6].map((at) => `ResolveOxid2 at ${at}`),
      'RemQueryInterface at 2',
      'RemRelease at 2',
    ],
  },
  scapy2: {
    activations: [
      [1, CREATE, MMC20, 2, 'refused', 'fault'],
      [2, CREATE, MMC20, 5, 'accepted', 'accepted'],
      [2, 'RemoteGetClassObject', MMC20, 5, 'accepted', 'accepted'],
      [2, CREATE, MMC20, 6, 'accepted', 'accepted'],
      [2, 'RemoteGetClassObject', MMC20, 6, 'accepted', 'accepted'],
      [1, CREATE, MMC20, 2, 'refused', 'none'],
    ],
    findings: { 'refusal by activation policy': 1, 'refusal by signature': 1 },
    calls: [
      'ServerAlive2 at 1',
      ...[2, 5, 6].map((at) => `${CREATE} at ${at}`),
      ...['RemoteGetClassObject', 'ResolveOxid2'].flatMap((name) => [5, 6].map((at) => `${name} at ${at}`)),
      'RemQueryInterface at 5',
      'RemRelease at 5',
    ],
  },
};

const counted = (texts: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
};

async function audited(file: string) {
  const activations: AuditedActivation[] = [];
  const findings: AuditFinding[] = [];
  const auditor = new Auditor({ asOf: patchLevel('2023-03-14'), observe: observerOf('secret') });
  const { understood } = await auditor.file(file, {
    item: (each) => void (each.kind === 'activation' ? activations.push(each) : findings.push(each)),
    problem: ({ message }) => expect(message).toBe(''),
  });
  return { activations, findings, understood };
}

const activationText = ({ operation, clsid, class: name, auth_level, decision, answer }: AuditedActivation): string =>
  [operation?.split('::')[1], name ?? clsid, auth_level, decision, answer].join(', ');

describe.skipIf(corpusMissing)(
  `real clients at the simulated server${corpusMissing ? `: skipped, ${corpusMissing}` : ''}`,
  () => {
    test.each(Object.entries(FILES))(
      '%s: who activates what at which level, what is found, and what is called',
      async (name, expected) => {
        const file = corpusPath(`foreign-clients/${name}.pcapng`);
        const { activations, findings, understood } = await audited(file);
        expect(understood).toMatchObject({ certain: true, passedOver: [] });
        expect(counted(activations.map(activationText))).toEqual(
          Object.fromEntries(expected.activations.map(([times, ...rest]) => [rest.join(', '), times])),
        );
        for (const { user, auth_level } of activations) expect(user).toBe(auth_level === 1 ? null : 'LAB\\op');
        const kinds = findings.map(({ finding, refused_by }) => (refused_by ? `${finding} by ${refused_by}` : finding));
        expect(counted(kinds)).toEqual(expected.findings);
        const calls = new Set<string>();
        for await (const { operation, auth_level } of readCallRecords(file, { observe: observerOf('secret') }))
          if (operation) calls.add(`${operation} at ${auth_level}`);
        expect([...calls].sort()).toEqual([...expected.calls].sort());
      },
    );
  },
);
