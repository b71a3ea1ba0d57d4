import { beforeAll, describe, expect, test } from 'vitest';
import { readDecoded } from '../../../../src/capture/decode/decode.js';
import { type PduRecord, pduRecord } from '../../../../src/capture/decode/record.js';
import { corpus, corpusMissing, KNOWN_PASSWORD, knownKey } from '../../../support/corpus.js';
import { observerOf } from '../../../support/observers.js';

/** What every line of `decode --json` has. */
const ALWAYS = [
  ...['file', 'stream', 'frame', 'time', 'src', 'dst', 'transport'],
  ...['ptype', 'call_id', 'pfc_flags', 'frag_length'],
];
const KEYS = [
  ...ALWAYS.flatMap((key) => (key === 'ptype' ? ['share', 'pipe', 'fid', key, 'header_ptype'] : [key])),
  ...['auth_type', 'auth_level', 'auth_context_id', 'user', 'interface', 'opnum', 'operation', 'clsid', 'class'],
  ...['object', 'status'],
  ...['request_frame', 'elapsed', 'stub', 'auth_token', 'value', 'verification_trailer', 'error'],
];

/** Interfaces of which every operation in the captures has to be read. */
const WANTED: ReadonlySet<string> = new Set([
  'IActivation',
  'IRemoteSCMActivator',
  'IObjectExporter',
  'IRemUnknown',
  'IRemUnknown2',
  'ept',
  'mgmt',
]);

/** Opnums that these interfaces do not have, and the captures of test programs that call them all the same. */
const NO_SUCH_OPNUM: Readonly<Record<string, string>> = {
  'IRemUnknown 14': 'arkime__dcerpc_synthetic.pcap',
  'IRemoteSCMActivator 16': 'arkime__dcerpc_synthetic.pcap',
  'ept 12': 'arkime__dcerpc_synthetic.pcap',
  'ept 42': 'suricata__dcerpc-bind-no-frag-flag.pcap',
};

async function recordsOf(file: string, path: string): Promise<PduRecord[]> {
  const records: PduRecord[] = [];
  for await (const decoded of readDecoded(path, { observe: observerOf(KNOWN_PASSWORD) }))
    records.push(pduRecord(file, decoded));
  return records;
}

const has = (record: PduRecord, key: string): boolean => Object.hasOwn(record, key);
const where = ({ file, frame, ptype }: PduRecord): string => `${file} frame ${frame} ${ptype}`;

describe.skipIf(corpusMissing)(`the records of captures${corpusMissing ? `: skipped, ${corpusMissing}` : ''}`, () => {
  const records: PduRecord[] = [];
  const without = (key: string, of: (record: PduRecord) => boolean): string[] =>
    records.filter((record) => of(record) && !has(record, key)).map(where);

  /** The streams whose bind was captured. */
  const bound = new Set<string>();
  const isBound = ({ file, stream }: PduRecord): boolean => bound.has(`${file} ${stream}`);

  beforeAll(async () => {
    for (const { file, path } of [...corpus, ...knownKey]) records.push(...(await recordsOf(file, path)));
    for (const { file, stream, ptype } of records) if (ptype === 'bind') bound.add(`${file} ${stream}`);
  }, 60_000);

  test('have these keys in this order, and no others', () => {
    expect(records).toHaveLength(8450);
    for (const record of records) expect(Object.keys(record)).toEqual(KEYS.filter((key) => has(record, key)));
  });

  test.each(ALWAYS)('always have %s, whatever the PDU', (key) => {
    expect(without(key, () => true)).toEqual([]);
  });

  test('have the authentication of all that belongs to an association whose bind was captured', () => {
    const tells = (record: PduRecord): boolean =>
      isBound(record) && !['alter_context', 'alter_context_resp', 'malformed'].includes(String(record.ptype));
    for (const key of ['auth_type', 'auth_level']) expect(without(key, tells)).toEqual([]);
    const trailer = ({ auth_type = 0 }: PduRecord): boolean => auth_type !== 0;
    expect(without('auth_context_id', trailer)).toEqual([]);
    expect(records.filter(trailer).length).toBeGreaterThan(1000);
  });

  test('have interface and opnum of every call whose bind and request were captured', () => {
    const call = ({ ptype }: PduRecord): boolean => ptype === 'request' || ptype === 'response' || ptype === 'fault';
    const answers = (record: PduRecord): boolean =>
      call(record) && (record.ptype === 'request' || has(record, 'request_frame'));
    expect(without('opnum', answers)).toEqual([]);
    expect(without('elapsed', (record) => has(record, 'request_frame'))).toEqual([]);
    expect(without('interface', (record) => call(record) && isBound(record))).toEqual([]);
  });

  test('have the messages of NTLM and Kerberos of handshakes, also inside SPNEGO', () => {
    const counts: Record<string, number> = {};
    for (const { auth_type, auth_token } of records) {
      if (auth_token === undefined) continue;
      const key = `${auth_type} ${'error' in auth_token ? auth_token.error : auth_token.message}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    // 9 is SPNEGO, 10 is NTLM, 16 is Kerberos. As many as tshark finds, and one NEGOTIATE_MESSAGE at level CALL, which it does not open.
    expect(counts).toEqual({
      '9 NEGOTIATE_MESSAGE': 12,
      '9 CHALLENGE_MESSAGE': 12,
      '9 AUTHENTICATE_MESSAGE': 12,
      '10 NEGOTIATE_MESSAGE': 64,
      '10 CHALLENGE_MESSAGE': 61,
      '10 AUTHENTICATE_MESSAGE': 61,
      '9 AP-REQ': 31,
      '9 AP-REP': 62,
      '16 AP-REQ': 2,
      '16 AP-REP': 4,
      '10 CHALLENGE_MESSAGE.TargetInfo @0x3c: 36 octets at offset 60 end past the message of 60': 1,
    });
  });

  test('have a status where they are faults', () => {
    expect(without('status', ({ ptype }) => ptype === 'fault')).toEqual([]);
    expect(records.filter((record) => has(record, 'status') && record.ptype !== 'fault')).toEqual([]);
  });

  test('have a value or an error, but for those that are a header alone, a fault, or the last leg of a handshake', () => {
    const bare = ['auth3', 'shutdown', 'co_cancel', 'orphaned', 'fault'];
    expect(without('value', (record) => !has(record, 'error') && !bare.includes(String(record.ptype)))).toEqual([]);
  });

  test('name every operation of activation, object resolver, remote unknown, endpoint mapper and management', () => {
    const calls = records.filter(({ interface: name = '', opnum }) => WANTED.has(name) && opnum !== undefined);
    const unnamed = calls.filter((record) => !has(record, 'operation'));
    const unknown = new Set(unnamed.map(({ interface: name, opnum }) => `${name} ${opnum}`));
    expect([...unknown].sort()).toEqual(Object.keys(NO_SUCH_OPNUM).sort());
    for (const record of unnamed) expect(record.file).toBe(NO_SUCH_OPNUM[`${record.interface} ${record.opnum}`]);
    expect(calls.length).toBeGreaterThan(600);
  });

  test('and read each of them without an error, down to its named fields', () => {
    const calls = records.filter(
      ({ interface: name = '', operation, ptype }) => WANTED.has(name) && operation !== undefined && ptype !== 'fault',
    );
    expect(calls.filter((record) => has(record, 'error')).map(where)).toEqual([]);
    const last = calls.filter((record) => has(record, 'stub'));
    const inOctets = last.filter(({ value }) => has({ ...(value as object) } as PduRecord, 'stub_data'));
    expect(inOctets.map(where)).toEqual([]);
    expect(last.length).toBeGreaterThan(600);
  });
});
