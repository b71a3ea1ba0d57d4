import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { acceptedContext, propose } from '../../src/client/connection.js';
import {
  EPT_S_NOT_REGISTERED,
  ept,
  type ept_entry_t,
  ept_lookup,
  ept_lookup_handle_free,
  ept_map,
  packTower,
  RPC_C_EP_MATCH_BY_IF,
  type TowerBinding,
  unpackTower,
} from '../../src/codec/epm/index.js';
import { inq_if_ids, inq_princ_name, inq_stats, is_server_listening, mgmt } from '../../src/codec/mgmt/index.js';
import { NULL_CONTEXT_HANDLE } from '../../src/codec/ndr/index.js';
import { FAULT, NDR20_SYNTAX, REASON } from '../../src/codec/rpce/index.js';
import { rpcecho } from '../../src/codec/rpcecho/index.js';
import { UUID_NULL } from '../../src/codec/uuid.js';
import { BindRejected } from '../../src/rpc/index.js';
import { port135 } from '../support/peers.js';
import { Connections, everything, faultOf, LEVELS, logOn, MAPPER, SECURED, wholeMap } from '../support/samba-client.js';
import { SambaDc, samba, sambaTool } from '../support/samba-dc.js';
import { Wire } from '../support/wire.js';

const ADDRESS = '127.0.0.41';
const missing = [samba, sambaTool, port135()].some(({ skip }) => skip);

let dc: SambaDc | undefined;
beforeAll(async () => {
  if (!missing) dc = await SambaDc.start(ADDRESS);
});
afterAll(() => dc?.stop());

const connections = new Connections(ADDRESS);
afterEach(() => connections.close());

const SAMR = { uuid: '12345778-1234-abcd-ef00-0123456789ac', major: 1, minor: 0 };
const CONTEXT_MISMATCH = 0x1c00001a;
const OP_RNG_ERROR = 0x1c010002;
const UNK_IF = 0x1c010003;

const tcpTower = (wanted: TowerBinding['interface']): TowerBinding => ({
  interface: wanted,
  transferSyntax: { uuid: NDR20_SYNTAX.uuid, major: NDR20_SYNTAX.version, minor: 0 },
  protseq: 'ncacn_ip_tcp',
  address: '0.0.0.0',
  endpoint: '0',
});

describe.skipIf(missing)("Samba's endpoint mapper", () => {
  test('ept_map gives the port of an interface, where a bind to it then succeeds', async () => {
    const mapper = await connections.mapper();
    const map_tower = packTower(tcpTower(SAMR));
    const input = { obj: null, map_tower, entry_handle: NULL_CONTEXT_HANDLE, max_towers: 4 };
    const { status, ITowers } = await mapper.call(ept_map, input, MAPPER);
    expect(status).toBe(0);
    const [tower] = ITowers;
    const binding = unpackTower(tower ?? expect.fail());
    expect(binding).toMatchObject({ interface: SAMR, protseq: 'ncacn_ip_tcp' });

    const samr = await connections.open({}, { port: Number(binding?.endpoint) });
    const elements = propose({ uuid: SAMR.uuid, version: SAMR });
    expect(acceptedContext(elements, await samr.bind(elements, await logOn({ level: LEVELS.PKT_PRIVACY })))).toBe(0);
  });

  test('ept_map of an interface that is not there ends with ept_s_not_registered', async () => {
    const mapper = await connections.mapper();
    const map_tower = packTower(tcpTower({ uuid: rpcecho.uuid, major: 1, minor: 0 }));
    const input = { obj: null, map_tower, entry_handle: NULL_CONTEXT_HANDLE, max_towers: 4 };
    expect(await mapper.call(ept_map, input, MAPPER)).toMatchObject({ status: EPT_S_NOT_REGISTERED, ITowers: [] });
  });

  test('every tower of the whole map is understood', async () => {
    const entries = await wholeMap(await connections.mapper());
    const sequences = entries.map(({ tower }) => (tower === null ? undefined : unpackTower(tower)?.protseq));
    expect(new Set(sequences.filter((name) => name !== undefined))).toEqual(
      new Set(['ncacn_ip_tcp', 'ncacn_np', 'ncacn_http']),
    );
    // ncalrpc, which no protocol sequence over a network is.
    expect(sequences.filter((name) => name === undefined).length).toBeLessThan(entries.length / 3);
    expect(new Set(entries.map(({ annotation }) => annotation))).toContain('samr');
  });

  test('page by page, a handle leads through the whole map, and ends with an empty page', async () => {
    const mapper = await connections.mapper();
    const whole = await wholeMap(mapper);
    const pages: ept_entry_t[] = [];
    let page = await mapper.call(ept_lookup, everything(5), MAPPER);
    for (; page.status === 0; page = await mapper.call(ept_lookup, everything(5, page.entry_handle), MAPPER)) {
      expect(page.entries.length).toBeLessThanOrEqual(5);
      pages.push(...page.entries);
    }
    expect(pages).toEqual(whole);
    expect(page).toMatchObject({ status: EPT_S_NOT_REGISTERED, entries: [], entry_handle: NULL_CONTEXT_HANDLE });
  });

  test('a handle that was freed, or is of another association, is a context mismatch', async () => {
    const mapper = await connections.mapper();
    const { entry_handle } = await mapper.call(ept_lookup, everything(3), MAPPER);
    expect(entry_handle.context_handle_uuid).not.toBe(UUID_NULL);
    const stranger = await connections.mapper();
    expect(await faultOf(stranger.call(ept_lookup, everything(3, entry_handle), MAPPER))).toBe(CONTEXT_MISMATCH);
    expect(await mapper.call(ept_lookup_handle_free, { entry_handle }, MAPPER)).toEqual({
      entry_handle: NULL_CONTEXT_HANDLE,
      status: 0,
    });
    expect(await faultOf(mapper.call(ept_lookup, everything(3, entry_handle), MAPPER))).toBe(CONTEXT_MISMATCH);
  });

  test('ept_lookup by interface gives the whole map all the same: Samba does not look at what is inquired for', async () => {
    const mapper = await connections.mapper();
    const Ifid = { Uuid: SAMR.uuid, VersMajor: 1, VersMinor: 0 };
    const input = { ...everything(500), inquiry_type: RPC_C_EP_MATCH_BY_IF, Ifid };
    const { entries } = await mapper.call(ept_lookup, input, MAPPER);
    const whole = await wholeMap(mapper);
    expect(entries).toEqual(whole);
  });

  test('the connections of one association share its handles; an association that is not there is refused', async () => {
    const first = await connections.mapper();
    const { entry_handle, entries } = await first.call(ept_lookup, everything(3), MAPPER);
    const second = await connections.mapper(undefined, { groupId: first.groupId });
    expect(second.groupId).toBe(first.groupId);
    const next = await second.call(ept_lookup, everything(3, entry_handle), MAPPER);
    expect([...entries, ...next.entries]).toEqual((await wholeMap(first)).slice(0, 6));
    await expect(connections.mapper(undefined, { groupId: 0x12345 })).rejects.toThrow(BindRejected);
  });

  test.each([2048, 2856, 4280, 5840])(
    'answers come in fragments of at most %d octets, as asked',
    async (maxFragment) => {
      const wire = new Wire();
      const connection = await connections.open({ maxFragment }, { octets: wire.octets });
      await connection.bind(propose(ept), await logOn({ level: LEVELS.PKT_PRIVACY }));
      expect(wire.of('server', 'bind_ack')[0]).toMatchObject({ max_xmit_frag: maxFragment });
      const entries = await wholeMap(connection, SECURED);
      expect(entries.length).toBeGreaterThan(40);
      const lengths = wire.of('server', 'response').map(({ frag_length = 0 }) => frag_length);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(maxFragment);
      expect(lengths.length).toBeGreaterThan(Math.floor(5840 / maxFragment));
    },
  );
});

describe.skipIf(missing)("Samba's management interface", () => {
  const management = async () => {
    const connection = await connections.open();
    await connection.bind(propose(mgmt));
    return connection;
  };

  test('inq_if_ids lists the interfaces of the endpoint, is_server_listening says yes', async () => {
    const connection = await management();
    const { status, if_id_vector } = await connection.call(inq_if_ids, {}, MAPPER);
    expect(status).toBe(0);
    expect(if_id_vector?.IfId.map((id) => [id?.Uuid, id?.VersMajor]).sort()).toEqual([
      [mgmt.uuid, 1],
      [ept.uuid, 3],
    ]);
    expect(await connection.call(is_server_listening, {}, MAPPER)).toEqual({ status: 0, ReturnValue: 1 });
  });

  test('inq_stats by C706 is a bad stub to Samba, whose IDL has one parameter more; with it, four numbers come', async () => {
    const connection = await management();
    expect(await faultOf(connection.call(inq_stats, { count: 4 }, MAPPER))).toBe(FAULT.BAD_STUB_DATA);
    const { stub } = await connection.raw(inq_stats.opnum, Buffer.from('0400000000000000', 'hex'), MAPPER);
    const { statistics, status } = inq_stats.response.decode(stub).value;
    expect({ numbers: statistics.length, status }).toEqual({ numbers: 4, status: 0 });
  });

  test('inq_princ_name is an operation that Samba does not have', async () => {
    const connection = await management();
    const input = { authn_proto: 10, princ_name_size: 256 };
    expect(await faultOf(connection.call(inq_princ_name, input, MAPPER))).toBe(OP_RNG_ERROR);
  });

  test('an opnum out of range, a context that is not there and a bad stub are three faults; the connection lives on', async () => {
    const connection = await management();
    const nothing = new Uint8Array(0);
    expect(await faultOf(connection.raw(77, nothing, MAPPER))).toBe(OP_RNG_ERROR);
    expect(await faultOf(connection.raw(0, nothing, { contextId: 9 }))).toBe(UNK_IF);
    expect(await faultOf(connection.raw(inq_stats.opnum, nothing, MAPPER))).toBe(FAULT.BAD_STUB_DATA);
    expect(await connection.call(is_server_listening, {}, MAPPER)).toMatchObject({ ReturnValue: 1 });
  });
});

describe.skipIf(missing)('what Samba rejects of a bind', () => {
  test('an interface that it does not have', async () => {
    const elements = propose(rpcecho);
    const results = await (await connections.open()).bind(elements);
    expect(results).toMatchObject([{ result: 2, reason: REASON.abstract_syntax_not_supported }]);
    expect(() => acceptedContext(elements, results)).toThrow(
      /offers no rpcecho \(provider_rejection, abstract_syntax_not_supported\)/,
    );
  });

  test('NDR64, which it has as a client alone; NDR20 beside it is taken', async () => {
    const connection = await connections.open();
    const elements = propose(ept, 0, ['ndr64', 'ndr20']);
    const results = await connection.bind(elements);
    expect(results).toMatchObject([
      { result: 2, reason: REASON.proposed_transfer_syntaxes_not_supported },
      { result: 0, transfer_syntax: NDR20_SYNTAX },
    ]);
    expect((await wholeMap(connection, { contextId: acceptedContext(elements, results) })).length).toBeGreaterThan(40);
  });
});
