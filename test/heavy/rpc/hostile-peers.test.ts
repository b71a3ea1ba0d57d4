import { describe, expect, test } from 'vitest';
import { encodePdu, type Pdu, PFC, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../../src/codec/rpce/index.js';
import { AssociationGroups, ClientAssociation, PassiveAssociation, PassiveBudget } from '../../../src/rpc/index.js';
import { countingRandom, element, NOW } from '../../support/associations.js';
import { retained } from '../../support/memory.js';
import { bindPdu, initiate, RawServer, realAcceptors, requestPdu, WHOLE } from '../../support/raw-server.js';
import { seeded } from '../../support/security.js';

const MIB = 1024 * 1024;
const head = (call_id: number) => ({ pfc_flags: WHOLE, call_id });

/** A victim and its neighbour, which share associations and providers. */
function pair() {
  const groups = new AssociationGroups(countingRandom(7));
  const providers = realAcceptors();
  const victim = new RawServer({ groups, providers });
  const neighbour = new RawServer({ groups, providers, clientAddress: '10.0.0.9' });
  neighbour.bind();
  victim.bind(undefined, { pfc_flags: WHOLE | PFC.CONC_MPX });
  return { victim, neighbour, groups };
}

const token = initiate(RPC_C_AUTHN.WINNT, RPC_C_AUTHN_LEVEL.CONNECT).step(undefined, NOW).token as Uint8Array;
const auth = (auth_context_id: number) => ({
  auth_type: RPC_C_AUTHN.WINNT,
  auth_level: 2,
  auth_context_id,
  auth_value: token,
});
const tiny = encodePdu(requestPdu({ pfc_flags: 0, stub: Buffer.of(7) }));
const empty = encodePdu(requestPdu({ pfc_flags: 0 }));

/** What a peer sends again and again, and how many times. */
const FLOODS: [string, number, (i: number) => Pdu | Buffer][] = [
  ['binds', 100, (i) => bindPdu([element(0)], { call_id: i })],
  [
    'alter_contexts for one context',
    3000,
    (i) => ({ ...bindPdu([element(0)], { call_id: i }), PTYPE: 'alter_context' }),
  ],
  [
    'alter_contexts for new contexts',
    3000,
    (i) => ({ ...bindPdu([element(i)], { call_id: i }), PTYPE: 'alter_context' }),
  ],
  [
    'alter_contexts with 255 unknown interfaces',
    100,
    (i) => ({
      ...bindPdu(
        Array.from({ length: 255 }, (_, id) =>
          element(id, {
            name: '',
            uuid: `${String(i).padStart(8, '0')}-0000-0000-0000-000000000000`,
            version: 0,
            operationCount: 0,
          }),
        ),
        { call_id: i },
      ),
      PTYPE: 'alter_context',
    }),
  ],
  [
    'security contexts that are never finished',
    5000,
    (i) => ({ ...bindPdu([element(0)], { call_id: i, auth: auth(i) }), PTYPE: 'alter_context' }),
  ],
  ['cancels', 4000, (i) => ({ ...head(i), PTYPE: 'co_cancel' })],
  ['orphans', 4000, (i) => ({ ...head(i), PTYPE: 'orphaned' })],
  [
    'calls that are orphaned at once',
    3000,
    (i) => (i % 2 ? { ...head(i - 1), PTYPE: 'orphaned' } : requestPdu({ call_id: i })),
  ],
  ['calls without end', 3000, (i) => requestPdu({ call_id: i, stub: Buffer.alloc(5000) })],
  ['first fragments', 1000, (i) => requestPdu({ call_id: i, pfc_flags: PFC.FIRST_FRAG })],
  ['empty fragments', 15_000, (i) => (i === 0 ? encodePdu(requestPdu({ pfc_flags: PFC.FIRST_FRAG })) : empty)],
  ['fragments of one octet', 15_000, (i) => (i === 0 ? encodePdu(requestPdu({ pfc_flags: PFC.FIRST_FRAG })) : tiny)],
  ['stray fragments', 4000, () => encodePdu(requestPdu({ call_id: 0, pfc_flags: 0 }))],
  ['auth3 for nothing', 1000, (i) => ({ ...head(i), PTYPE: 'auth3', pad: Buffer.alloc(4), auth: auth(9) })],
];

describe('floods', () => {
  test.each(FLOODS)('of %s take a bounded amount of memory and answer, and hurt nobody else', (_name, count, make) => {
    const { victim, neighbour } = pair();
    let answered = 0;
    const { octets } = retained(() => {
      for (let i = 0; i < count && victim.closed === undefined; i++) {
        const pdu = make(i);
        const answers = victim.octets(Buffer.isBuffer(pdu) ? pdu : encodePdu(pdu));
        answered += answers.length;
        victim.events.length = 0;
      }
      victim.calls.length = 0;
      return victim;
    });
    expect(octets).toBeLessThan(24 * MIB);
    expect(answered).toBeLessThanOrEqual(count);
    expect(neighbour.request({ call_id: 5 })).toEqual([]);
    expect(neighbour.calls).toHaveLength(1);
  });

  test('of connections that join and leave one association leave nothing behind', () => {
    const { groups, victim } = pair();
    for (let i = 0; i < 300; i++) {
      const other = new RawServer({ groups });
      other.bind(undefined, { assoc_group_id: victim.association.groupId });
      other.association.close();
    }
    expect(groups.size).toBe(2);
  });

  test('of one-octet fragments cost no more than what they carry, once for all', () => {
    const { victim } = pair();
    victim.request({ pfc_flags: PFC.FIRST_FRAG });
    const many = Buffer.concat(Array.from({ length: 1000 }, () => tiny));
    const { octets } = retained(() => {
      for (let i = 0; i < 30; i++) victim.octets(Buffer.from(many));
    });
    expect(victim.closed).toBeUndefined();
    expect(octets).toBeLessThan(2 * MIB);
  });
});

describe('garbage', () => {
  test('a fuzzer’s octets end the connection, whatever they are, and nobody else’s', () => {
    const random = seeded('garbage');
    for (let i = 0; i < 300; i++) {
      const { victim, neighbour } = pair();
      for (let j = 0; j < 20 && victim.closed === undefined; j++) victim.octets(Buffer.from(random(1 + (i % 200))));
      victim.tick(40_000);
      expect(victim.closed).toBeDefined();
      expect(neighbour.request()).toEqual([]);
    }
  });

  test('a header that announces 64 KiB makes the server wait for no more than that', () => {
    const server = new RawServer();
    const octets = encodePdu(bindPdu([element(0)]));
    octets.writeUInt16LE(0xffff, 8);
    const { octets: held } = retained(() => {
      for (let i = 0; i < 1000; i++) server.octets(Buffer.concat([octets, Buffer.alloc(4096)]));
    });
    expect(server.closed).toBeDefined();
    expect(held).toBeLessThan(MIB);
  });
});

describe('hostile servers', () => {
  const response = (call_id: number, change = {}): Buffer =>
    encodePdu({
      PTYPE: 'response',
      pfc_flags: 0,
      call_id,
      alloc_hint: 0,
      p_cont_id: 0,
      cancel_count: 0,
      stub: Buffer.of(1),
      ...change,
    });

  test('an answer in fragments of one octet costs a client no more than what they carry', () => {
    const client = new ClientAssociation();
    const { callId } = client.request({ contextId: 0, opnum: 0, stub: Buffer.alloc(0) });
    client.receive(response(callId, { pfc_flags: PFC.FIRST_FRAG }), NOW);
    const many = Buffer.concat(Array.from({ length: 1000 }, () => response(callId)));
    const { octets } = retained(() => {
      for (let i = 0; i < 30; i++) client.receive(Buffer.from(many), NOW);
      return client;
    });
    expect(octets).toBeLessThan(2 * MIB);
  });

  test('an answer without end is refused at the client’s limit', () => {
    const client = new ClientAssociation({ maxResponseStub: MIB });
    const { callId } = client.request({ contextId: 0, opnum: 0, stub: Buffer.alloc(0) });
    let close: string | undefined;
    for (let i = 0; i < 1000 && close === undefined; i++) {
      close = client.receive(response(callId, { pfc_flags: i === 0 ? 1 : 0, stub: Buffer.alloc(5000) }), NOW).close;
    }
    expect(close).toMatch(/longer than/);
  });

  test('acknowledgements and bind_naks without end change nothing', () => {
    const client = new ClientAssociation();
    const nak = encodePdu({ PTYPE: 'bind_nak', ...head(1), provider_reject_reason: 0, versions: [] });
    const { octets } = retained(() => {
      for (let i = 0; i < 3000; i++) client.receive(nak, NOW);
      return client;
    });
    expect(octets).toBeLessThan(MIB);
  });
});

const STUB = Buffer.alloc(400);

describe('a sniffer of hostile peers', () => {
  const passive = () =>
    new PassiveAssociation({ observe: () => undefined, budget: new PassiveBudget({ octets: MIB }) });

  test.each<[string, (i: number) => Pdu]>([
    ['first fragments that never end', (i) => requestPdu({ call_id: i, pfc_flags: PFC.FIRST_FRAG })],
    [
      'first fragments with octets',
      (i) => requestPdu({ call_id: i, pfc_flags: PFC.FIRST_FRAG, stub: Buffer.alloc(5000) }),
    ],
    [
      'one message without end',
      (i) => requestPdu({ pfc_flags: i === 0 ? PFC.FIRST_FRAG : 0, stub: Buffer.alloc(5000) }),
    ],
    ['calls that are never answered', (i) => requestPdu({ call_id: i })],
    ['binds that are never answered', (i) => bindPdu([element(i)], { call_id: i })],
    ['security contexts', (i) => bindPdu([element(0)], { call_id: i, auth: auth(i) })],
  ])('%s take a bounded amount of memory', (_name, make) => {
    const { octets } = retained(() => {
      const association = passive();
      for (let i = 0; i < 6000; i++) association.take('client', encodePdu(make(i)));
      return association;
    });
    expect(octets).toBeLessThan(8 * MIB);
  });

  test.each<[string, (call: number) => Pdu]>([
    ['first fragments that never end', (i) => requestPdu({ call_id: i, pfc_flags: PFC.FIRST_FRAG, stub: STUB })],
    ['calls that are never answered', (i) => requestPdu({ call_id: i, stub: STUB })],
  ])('%s take a bounded amount of memory over all connections, also where they are many', (_name, make) => {
    const { octets } = retained(() => {
      const budget = new PassiveBudget();
      const all = Array.from({ length: 300 }, () => new PassiveAssociation({ observe: () => undefined, budget }));
      for (let i = 0; i < 1000; i++) for (const each of all) each.take('client', encodePdu(make(i)));
      return all;
    });
    // Octets of messages and what each connection keeps beside them; twice as many messages take no more.
    expect(octets).toBeLessThan(72 * MIB);
  });

  test('the oldest of whichever connection give way, and what ends is free for the others', () => {
    const budget = new PassiveBudget({ octets: 3 * (2000 + 512) });
    const [one, other] = [0, 1].map(() => new PassiveAssociation({ observe: () => undefined, budget }));
    const stub = Buffer.alloc(2000);
    const begin = (association: PassiveAssociation | undefined, call_id: number) =>
      association?.take('client', encodePdu(requestPdu({ call_id, pfc_flags: PFC.FIRST_FRAG, stub })));
    const finish = (association: PassiveAssociation | undefined, call_id: number) =>
      association?.take('client', encodePdu(requestPdu({ call_id, pfc_flags: PFC.LAST_FRAG, stub: Buffer.of(1) })))
        .message?.stub.length;
    begin(one, 1);
    begin(other, 2);
    begin(one, 3);
    begin(other, 4);
    expect([finish(one, 1), finish(other, 2)]).toEqual([undefined, 2001]);
    begin(other, 5);
    one?.end();
    begin(other, 6);
    expect([finish(one, 3), finish(other, 4), finish(other, 5)]).toEqual([undefined, 2001, 2001]);
  });

  test('requests that wait for their answer are as many as the budget has, the latest ones', () => {
    const budget = new PassiveBudget({ calls: 2 });
    const association = new PassiveAssociation({ observe: () => undefined, budget });
    for (const call_id of [1, 2, 3]) association.take('client', encodePdu(requestPdu({ call_id, opnum: call_id })));
    const opnums = [1, 2, 3].map((call_id) => {
      const answer = encodePdu({
        PTYPE: 'fault',
        ...head(call_id),
        alloc_hint: 0,
        p_cont_id: 0,
        cancel_count: 0,
        status: 5,
        stub: Buffer.alloc(0),
      });
      return association.take('server', answer).message?.opnum;
    });
    expect(opnums).toEqual([undefined, 2, 3]);
  });
});
