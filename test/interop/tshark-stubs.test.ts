import { describe, expect, test } from 'vitest';
import { readDecoded } from '../../src/capture/decode/decode.js';
import { type PduRecord, pduRecord } from '../../src/capture/decode/record.js';
import { endianOf } from '../../src/codec/rpce/index.js';
import { type Endian, uuidToBytes } from '../../src/codec/uuid.js';
import { ndjson } from '../../src/report/ndjson.js';
import { corpus, corpusMissing, knownKey } from '../support/corpus.js';
import { CAPTURE_OPTIONS, PDUS, tshark } from '../support/tshark.js';
import { type Tree, textOf, treesOf, tsharkJson } from '../support/tshark-json.js';

// biome-ignore lint/suspicious/noExplicitAny: what `decode --json` prints, whose form is what the test looks at
type Json = any;
type Fields = Readonly<Record<string, readonly (string | number)[]>>;

interface Call {
  readonly record: PduRecord;
  readonly endian: Endian;
}

const hex = (number: number, digits: number): string => `0x${number.toString(16).padStart(digits, '0')}`;
const hresult = (number: number): string => hex(number, 8);

/** A context handle as tshark shows it: its 20 octets on the wire, of which the first four are 0 everywhere. */
const handle = ({ context_handle_uuid: uuid }: Json, { endian }: Call): string =>
  Buffer.concat([Buffer.alloc(4), uuidToBytes(uuid, endian)])
    .toString('hex')
    .replace(/..(?!$)/g, '$&:');

const dualString = ({ stringBindings, securityBindings }: Json): Fields => ({
  'dcom.dualstringarray.tower_id': stringBindings.map(({ wTowerId }: Json) => hex(wTowerId, 4)),
  'dcom.dualstringarray.network_addr': stringBindings.map(({ aNetworkAddr }: Json) => aNetworkAddr),
  'dcom.dualstringarray.security_authn_svc': securityBindings.map(({ wAuthnSvc }: Json) => hex(wAuthnSvc, 4)),
  'dcom.dualstringarray.security_princ_name': securityBindings.map(({ aPrincName }: Json) => aPrincName),
});

const version = ({ MajorVersion, MinorVersion }: Json): Fields => ({
  'dcom.version_major': [MajorVersion],
  'dcom.version_minor': [MinorVersion],
});

const orpcThis = ({ version: v, flags, cid }: Json): Fields => ({
  ...version(v),
  'dcom.this.flags': [hresult(flags)],
  'dcom.this.uuid': [cid],
});

/** tshark reads the major version, of two octets in little-endian order (C706 appendix I), the wrong way round. */
const swapped16 = (number: number): number => ((number & 0xff) << 8) | (number >>> 8);

/** By protocol identifier (C706 appendix I). */
const FLOOR_VALUES: Readonly<Record<string, (floor: Json) => string | number | undefined>> = {
  'epm.proto.tcp_port': ({ protocol, port }) => (protocol === 0x07 ? port : undefined),
  'epm.proto.http_port': ({ protocol, port }) => (protocol === 0x1f ? port : undefined),
  'epm.proto.ip': ({ address }) => address,
  'epm.proto.named_pipe': ({ protocol, name }) => (protocol === 0x0f || protocol === 0x10 ? name : undefined),
  'epm.proto.netbios_name': ({ protocol, name }) => (protocol === 0x11 ? name : undefined),
};

function towers(all: Json[]): Fields {
  const floors: Json[] = all.flatMap((tower) => tower.floors);
  const syntaxes = floors.filter(({ protocol }) => protocol === 13);
  const values = Object.entries(FLOOR_VALUES).map(([field, of]) => [
    field,
    floors.map(of).filter((value) => value !== undefined),
  ]);
  return {
    'epm.tower.num_floors': all.map((tower) => tower.floors.length),
    'epm.tower.proto_id': floors.map(({ protocol }) => hex(protocol, 2)),
    'epm.uuid': syntaxes.map(({ uuid }) => uuid),
    'epm.uuid_version': syntaxes.map(({ major }) => swapped16(major)),
    'epm.ver_min': syntaxes.map(({ minor }) => minor),
    ...Object.fromEntries(values),
  };
}

/** What `decode --json` prints, in the fields of tshark. */
const FIELDS: Readonly<Record<string, (value: Json, call: Call) => Fields>> = {
  'ResolveOxid2 request': ({ pOxid, arRequestedProtseqs: protseqs }) => ({
    'oxid.oxid': [pOxid],
    'oxid.requested_protseqs': [protseqs.length],
    'oxid.protseqs': protseqs,
  }),
  'ResolveOxid2 response': ({ ppdsaOxidBindings, pipidRemUnknown, pAuthnHint, pComVersion, ReturnValue }) => ({
    ...dualString(ppdsaOxidBindings),
    ...version(pComVersion),
    'oxid.ipid': [pipidRemUnknown],
    'oxid.authn_hint': [pAuthnHint],
    'dcom.hresult': [hresult(ReturnValue)],
  }),
  'ServerAlive2 request': () => ({}),
  'ServerAlive2 response': ({ ppdsaOrBindings, pComVersion }) => ({
    ...dualString(ppdsaOrBindings),
    ...version(pComVersion),
  }),
  'SimplePing request': ({ pSetId }) => ({ 'oxid.setid': [pSetId] }),
  'SimplePing response': ({ ReturnValue }) => ({ 'dcom.hresult': [hresult(ReturnValue)] }),
  'RemQueryInterface request': ({ ORPCthis, ripid, cRefs, iids }, { record: { object = '' } }) => ({
    ...orpcThis(ORPCthis),
    'dcom.ipid': [object, ripid],
    'remunk.refs': [cRefs],
    'remunk.iids': [iids.length],
    'dcom.iid': iids,
  }),
  'RemQueryInterface response': ({ ORPCthat, ppQIResults: results, ReturnValue }, { record: { object = '' } }) => ({
    'dcom.that.flags': [hresult(ORPCthat.flags)],
    'dcom.ipid': [object, ...results.map(({ std }: Json) => std.ipid)],
    'dcom.stdobjref.flags': results.map(({ std }: Json) => hresult(std.flags)),
    'dcom.stdobjref.public_refs': results.map(({ std }: Json) => hresult(std.cPublicRefs)),
    'dcom.oxid': results.map(({ std }: Json) => std.oxid),
    'dcom.oid': results.map(({ std }: Json) => std.oid),
    'dcom.hresult': [...results.map(({ hResult }: Json) => hresult(hResult)), hresult(ReturnValue)],
  }),
  'RemRelease request': ({ ORPCthis, InterfaceRefs: refs }, { record: { object = '' } }) => ({
    ...orpcThis(ORPCthis),
    'dcom.ipid': [object, ...refs.map(({ ipid }: Json) => ipid)],
    'remunk.int_refs': [refs.length],
    'remunk.public_refs': refs.map(({ cPublicRefs }: Json) => cPublicRefs),
    'remunk.private_refs': refs.map(({ cPrivateRefs }: Json) => cPrivateRefs),
  }),
  'RemRelease response': ({ ORPCthat, ReturnValue }, { record: { object = '' } }) => ({
    'dcom.that.flags': [hresult(ORPCthat.flags)],
    'dcom.ipid': [object],
    'dcom.hresult': [hresult(ReturnValue)],
  }),
  'ept_map request': ({ obj, map_tower, entry_handle, max_towers }, call) => {
    const tower = towers([map_tower]);
    return {
      ...tower,
      'epm.uuid': [...(obj === null ? [] : [obj]), ...(tower['epm.uuid'] as string[])],
      'epm.hnd': [handle(entry_handle, call)],
      'epm.max_towers': [max_towers],
    };
  },
  'ept_map response': ({ entry_handle, ITowers, status }, call) => ({
    ...towers(ITowers),
    'epm.hnd': [handle(entry_handle, call)],
    'epm.num_towers': [ITowers.length],
    'epm.rc': [hresult(status)],
  }),
  'ept_lookup request': ({ inquiry_type, vers_option, entry_handle, max_ents }, call) => ({
    'epm.inq_type': [inquiry_type],
    'epm.ver_opt': [vers_option],
    'epm.hnd': [handle(entry_handle, call)],
    'epm.max_ents': [max_ents],
  }),
  'ept_lookup response': ({ entry_handle, entries, status }, call) => ({
    ...towers(entries.map(({ tower }: Json) => tower)),
    'epm.hnd': [handle(entry_handle, call)],
    'epm.num_ents': [entries.length],
    'epm.object': entries.map(({ object }: Json) => object),
    'epm.annotation': entries.map(({ annotation }: Json) => annotation),
    'epm.rc': [hresult(status)],
  }),
  'inq_princ_name request': ({ authn_proto, princ_name_size }) => ({
    'mgmt.proto': [hresult(authn_proto)],
    'mgmt.princ_size': [princ_name_size],
  }),
  'inq_princ_name response': ({ princ_name, status }) => ({
    'mgmt.princ_name': [princ_name],
    'mgmt.rc': [hresult(status)],
  }),
};

/** Operations whose parameters tshark 4.0 does not name: it shows their stub in octets. */
const NOT_NAMED: ReadonlySet<string> = new Set(['inq_if_ids', 'is_server_listening']);

/** What is no value of its own: numbers of pointers, lengths that follow from what is compared, padding, remarks. */
const ASIDE = [
  /\.opnum$/,
  /^dcerpc\.(referent_id(64)?|null_pointer|array\..*|ndr_padding|auth_padding|request_in|.*stub_data)$/,
  /^_ws\.expert|\.expert$/,
  /^epm\.(tower\.(len|lhs\.len|rhs\.len)|ann_offset|ann_len|proto_id\.undecoded)$/,
  /^dcom\.dualstringarray\.(num_entries|security_offset)$/,
  // Reserved, or not there at all: the authorization service is COM_C_AUTHZ_NONE, always ([MS-DCOM] 2.2.19.4).
  /^dcom\.(this\.res|dualstringarray\.security_authz_svc)$/,
  // tshark has no name for the pointer to the bindings of ServerAlive2, nor for its reserved number and result.
  /^oxid\.unknown[12]$/,
];

const PROTOCOLS: Readonly<Record<string, string>> = {
  IObjectExporter: 'oxid',
  IRemUnknown2: 'remunk2',
  ept: 'epm',
  mgmt: 'mgmt',
};

/** The records of all calls that both can name, by frame and protocol. */
async function ours(path: string): Promise<Call[]> {
  const calls: Call[] = [];
  for await (const decoded of readDecoded(path)) {
    const record = pduRecord('f', decoded);
    if (decoded.parameters === undefined || PROTOCOLS[record.interface ?? ''] === undefined) continue;
    if (NOT_NAMED.has(record.operation ?? '')) continue;
    const printed = JSON.parse(ndjson(record)) as PduRecord;
    calls.push({ record: printed, endian: endianOf(decoded.captured.bytes, 4) });
  }
  return calls;
}

const named = ({ operation, ptype }: PduRecord): string => `${operation} ${ptype}`;

/** --no-duplicate-keys gathers entries with the same label, so that the order of a long list is lost in tshark's JSON. */
function inOrder(record: PduRecord, values: readonly (string | number)[] = []): string {
  return String(named(record) === 'ept_lookup response' ? values.map(String).sort() : values);
}

/** Everything that tshark shows of this call, and everything that is expected of it, by field. */
function compare(call: Call, tree: Tree | undefined): string[] {
  const { record } = call;
  const expected = FIELDS[named(record)]?.(record.value, call) ?? {};
  const shown: Record<string, string[]> = {};
  for (const [field, text] of tree === undefined ? [] : textOf(tree)) {
    if (ASIDE.some((aside) => aside.test(field))) continue;
    shown[field] = [...(shown[field] ?? []), text];
  }
  const odd: string[] = [];
  for (const field of new Set([...Object.keys(expected), ...Object.keys(shown)])) {
    const [mine, its] = [inOrder(record, expected[field]), inOrder(record, shown[field])];
    if (mine !== its) odd.push(`frame ${record.frame} ${named(record)} ${field}: ${mine}, ${its}`);
  }
  return odd;
}

const files = [...corpus, ...knownKey];
const counts: Record<string, number> = {};

describe.skipIf(tshark.skip || corpusMissing)(
  'tshark -T json reads the parameters of a call as this project does',
  () => {
    test.each(files)('$file: all fields', async ({ file, path }) => {
      const calls = await ours(path);
      const frames = await tsharkJson(path, PDUS, Object.values(PROTOCOLS), CAPTURE_OPTIONS[file]);
      const trees = new Map(
        frames.flatMap((frame) =>
          Object.values(PROTOCOLS).map(
            (protocol) => [`${frame.frame} ${protocol}`, [...treesOf(frame, protocol)] as Tree[]] as const,
          ),
        ),
      );
      const odd = calls.flatMap((call) => {
        const { record } = call;
        counts[named(record)] = (counts[named(record)] ?? 0) + 1;
        return compare(call, trees.get(`${record.frame} ${PROTOCOLS[record.interface as string]}`)?.shift());
      });
      expect(odd).toEqual([]);
    });

    test('every kind of call that is compared is in the captures', () => {
      expect(Object.keys(counts).sort()).toEqual(Object.keys(FIELDS).sort());
    });
  },
);
