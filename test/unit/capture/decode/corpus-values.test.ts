import { beforeAll, describe, expect, test } from 'vitest';
import { type DecodedPdu, readDecoded } from '../../../../src/capture/decode/decode.js';
import { CodecError } from '../../../../src/codec/error.js';
import { decodePdu, encodePdu } from '../../../../src/codec/rpce/index.js';
import { corpus, corpusMissing, KNOWN_PASSWORD, knownKey } from '../../../support/corpus.js';
import { observerOf } from '../../../support/observers.js';

/** Whole PDUs that do not decode, and why. */
const UNREADABLE: Readonly<Record<string, string>> = {
  // Made by a program, with 28 octets where the shortest fault has 32 (C706 12.6.4.7).
  'arkime__dcerpc_synthetic.pcap frame 14': 'fault.fault @0x18: needs 8 octets, has 4',
  // The server of an exploit: its bind_acks end behind an empty sec_addr (C706 12.6.4.4).
  ...Object.fromEntries(
    [75, 89, 97, 105, 113, 121, 129, 137].map((frame) => [
      `corelight-26809__cve-2022-26809-4.pcap frame ${frame}`,
      'bind_ack.pad @0x1a: needs 2 octets, has 0',
    ]),
  ),
};

/** Stubs that could be read, by operation: requests and responses. Encryption and missing binds hide the others. */
const STUBS: Readonly<Record<string, readonly [requests: number, responses: number]>> = {
  'IClassFactory::CreateInstance': [6, 6],
  'IDispatch::GetIDsOfNames': [1, 1],
  'IDispatch::GetTypeInfo': [11, 11],
  'IDispatch::GetTypeInfoCount': [11, 11],
  'IDispatch::Invoke': [12, 11],
  'IOPCDataCallback::OnDataChange': [6, 6],
  'IOPCItemMgt::AddItems': [6, 6],
  'IOPCItemMgt::SetActiveState': [12, 12],
  'IOPCItemMgt::SetClientHandles': [6, 6],
  'IOPCSyncIO::Read': [6, 6],
  'IObjectExporter::ResolveOxid2': [4, 4],
  'IObjectExporter::ServerAlive2': [4, 4],
  'IObjectExporter::SimplePing': [2, 2],
  'IProvideClassInfo::GetClassInfo': [1, 1],
  'IRemUnknown2::RemQueryInterface': [98, 98],
  'IRemUnknown2::RemRelease': [34, 34],
  'IRemoteSCMActivator::RemoteCreateInstance': [4, 4],
  'IRemoteSCMActivator::RemoteGetClassObject': [6, 6],
  'ITypeInfo::GetDocumentation': [3, 3],
  'ITypeInfo::GetFuncDesc': [91, 91],
  'ITypeInfo::GetNames': [70, 70],
  'ITypeInfo::GetTypeAttr': [12, 12],
  'IWbemLevel1Login::EstablishPosition': [3, 3],
  'IWbemLevel1Login::NTLMLogin': [3, 3],
  'IWbemLoginClientID::SetClientInfo': [3, 3],
  'ept::ept_lookup': [50, 50],
  'ept::ept_map': [107, 107],
  'mgmt::inq_if_ids': [5, 4],
  'mgmt::inq_princ_name': [1, 1],
  'mgmt::is_server_listening': [2, 2],
};

interface Stub {
  readonly where: string;
  readonly name: string;
  readonly kind: 'request' | 'response';
  readonly decoded: DecodedPdu;
}

/** What a PDU, or a stub, is encoded to again: the same, or how it differs. */
function again(where: string, encode: () => Buffer, original: Buffer): string | undefined {
  try {
    return encode().equals(original) ? undefined : `${where}: other octets`;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return `${where}: ${error.message}`;
  }
}

function encodeStub({ decoded, kind }: Stub): Buffer {
  const { operation, observed, parameters } = decoded;
  const message = observed.message as NonNullable<typeof observed.message>;
  const type = kind === 'request' ? operation?.request : operation?.response;
  if (type === undefined || parameters === undefined)
    throw decoded.error ?? new CodecError('BAD_VALUE', '', 0, 'not read');
  const syntax = message.presentation?.transferSyntax;
  return type.encode(parameters.value, { layout: parameters.layout, syntax, little: message.littleEndian });
}

describe.skipIf(corpusMissing)(`the values in captures${corpusMissing ? `: skipped, ${corpusMissing}` : ''}`, () => {
  const pdus: { readonly where: string; readonly bytes: Buffer }[] = [];
  const stubs: Stub[] = [];

  beforeAll(async () => {
    for (const { file, path } of [...corpus, ...knownKey]) {
      for await (const decoded of readDecoded(path, { observe: observerOf(KNOWN_PASSWORD) })) {
        if (decoded.captured.kind === 'cut') continue;
        const where = `${file} frame ${decoded.captured.frame}`;
        pdus.push({ where, bytes: decoded.captured.bytes });
        const { message } = decoded.observed;
        if (message === undefined || message.kind === 'fault' || decoded.operation === undefined) continue;
        if (message.stubState === 'sealed' || message.stubState === 'bad signature') continue;
        stubs.push({ where, name: `${decoded.interface}::${decoded.operation.name}`, kind: message.kind, decoded });
      }
    }
  });

  test('every whole PDU of the 85 captures is encoded again octet for octet', () => {
    const odd: string[] = [];
    for (const { where, bytes } of pdus) {
      const differs = again(where, () => encodePdu(decodePdu(bytes)), bytes);
      if (differs !== undefined) odd.push(differs);
    }
    expect(odd).toEqual(Object.entries(UNREADABLE).map(([where, why]) => `${where}: ${why}`));
    expect([corpus.length + knownKey.length, pdus.length]).toEqual([85, 8450]);
  });

  test('every stub of every operation that is known here is encoded again octet for octet', () => {
    const odd = stubs.map((stub) =>
      again(
        `${stub.where} ${stub.name} ${stub.kind}`,
        () => encodeStub(stub),
        stub.decoded.observed.message?.stub ?? Buffer.alloc(0),
      ),
    );
    expect(odd.filter((differs) => differs !== undefined)).toEqual([]);
  });

  test('these are all the operations that the captures have, and as many', () => {
    const counts: Record<string, [number, number]> = {};
    for (const { name, kind } of stubs) {
      counts[name] ??= [0, 0];
      counts[name][kind === 'request' ? 0 : 1]++;
    }
    expect(counts).toEqual(STUBS);
  });

  test('an activation is read down to its properties, each of which is known', () => {
    const activations = stubs.filter(
      ({ name, kind }) => name.startsWith('IRemoteSCMActivator::') && kind === 'request',
    );
    for (const { where, decoded } of activations) {
      const value = decoded.parameters?.value as
        | { pActProperties: { activationProperties: { properties: { clsid: string; value: unknown }[] } } }
        | undefined;
      const properties = value?.pActProperties.activationProperties.properties ?? [];
      expect(properties.length, where).toBeGreaterThanOrEqual(5);
      for (const { clsid, value } of properties) expect(value, `${where} ${clsid}`).not.toBeInstanceOf(Uint8Array);
    }
    expect(activations).toHaveLength(10);
  });

  test('with the password every signature of the known-key captures is right, in both byte orders', async () => {
    const states = new Map<string, number>();
    for (const { file, path } of knownKey) {
      for await (const { observed } of readDecoded(path, { observe: observerOf(KNOWN_PASSWORD) })) {
        const { message } = observed;
        if (message === undefined || message.kind === 'fault') continue;
        const key = `${file.includes('bigendian') ? 'big' : 'little'} ${message.stubState}`;
        states.set(key, (states.get(key) ?? 0) + 1);
      }
    }
    expect([...states.keys()].sort()).toEqual(['big verified', 'little plain', 'little verified']);
    expect(states.get('big verified')).toBeGreaterThan(10);
  });
});
