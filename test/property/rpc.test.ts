import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodePdu, encodePdu, type Pdu } from '../../src/codec/rpce/index.js';
import {
  AssociationGroups,
  ClientAssociation,
  type ClientEvent,
  PassiveAssociation,
  type ServerCall,
} from '../../src/rpc/index.js';
import { ntlmPassive, Secret, spnegoPassive } from '../../src/security/index.js';
import { ACCOUNT, countingRandom, element, NOW } from '../support/associations.js';
import { type Conversation, conversations } from '../support/conversations.js';
import { initiate, RawServer } from '../support/raw-server.js';

const CONVERSATIONS = conversations();
const named = CONVERSATIONS.map((conversation) => [conversation.name, conversation] as const);
const side = ({ wire }: Conversation, from: 'client' | 'server'): Buffer =>
  Buffer.concat(wire.filter((item) => item.from === from).map(({ pdu }) => pdu));

/** Feeds a server, which echoes every call or answers none; gives what it sent, what it was asked, and why it ended. */
function serve(pieces: Iterable<Buffer>, answers: 'echo' | 'none' = 'echo') {
  const groups = new AssociationGroups(countingRandom(7));
  const server = new RawServer({ groups });
  const sent: Buffer[] = [];
  const calls: ServerCall[] = [];
  for (const piece of pieces) {
    const out = server.association.receive(Buffer.from(piece), NOW);
    sent.push(...out.send);
    for (const call of out.calls) {
      calls.push(call);
      if (answers === 'echo') sent.push(...server.association.respond(call, call.stub));
    }
    server.closed ??= out.close;
  }
  for (const pdu of sent) expect(encodePdu(decodePdu(pdu)).equals(pdu)).toBe(true);
  if (server.closed !== undefined) expect(groups.size).toBe(0);
  const asked = calls.map((call) => ({ ...call, stub: call.stub.toString('hex'), security: call.security?.level }));
  return { sent: Buffer.concat(sent).toString('hex'), asked, closed: server.tick(1e9) };
}

function* cut(octets: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, i = 0; at < octets.length; i++) {
    const size = sizes[i % sizes.length] as number;
    yield octets.subarray(at, at + size);
    at += size;
  }
}
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9000 })), { minLength: 1 });

describe('the same octets give the same answers, however TCP cuts them', () => {
  test.each(named)('to a server: %s', (_name, conversation) => {
    const pdus = conversation.wire.filter(({ from }) => from === 'client').map(({ pdu }) => pdu);
    expect(serve(pdus).sent).toBe(side(conversation, 'server').toString('hex'));
    const whole = serve(pdus, 'none');
    const octets = Buffer.concat(pdus);
    const same = (cuts: number[]): void => void expect(serve(cut(octets, cuts), 'none')).toEqual(whole);
    fc.assert(fc.property(sizes, same), { numRuns: 25 });
  });

  test.each(named.filter(([name]) => !/NTLM|SPNEGO|privacy/.test(name)))('to a client: %s', (_name, conversation) => {
    const octets = side(conversation, 'server');
    const take = (pieces: Iterable<Buffer>): ClientEvent[] => {
      const client = asked(4);
      return [...pieces].flatMap((piece) => client.receive(Buffer.from(piece), NOW).events);
    };
    const whole = take([octets]);
    expect(whole.length).toBeGreaterThan(1);
    const same = (cuts: number[]): void => void expect(take(cut(octets, cuts))).toEqual(whole);
    fc.assert(fc.property(sizes, same), { numRuns: 25 });
  });
});

/** A client that waits for a bind_ack, with calls under way. */
function asked(calls: number): ClientAssociation {
  const client = new ClientAssociation();
  client.bind([element(0), element(1)], undefined, NOW);
  for (let i = 0; i < calls; i++) client.request({ contextId: 0, opnum: 0, stub: Buffer.alloc(0) });
  return client;
}

const u8 = fc.nat(255);
const u16 = fc.oneof(fc.nat(4), fc.nat(0xffff));
const u32 = fc.oneof(fc.nat(4), fc.nat(0xffffffff));
const octets = fc.uint8Array({ maxLength: 64 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const syntax = fc.record({
  uuid: fc.oneof(fc.constantFrom(element(0).abstract_syntax.uuid, element(0).transfer_syntaxes[0]!.uuid), fc.uuid()),
  version: fc.nat(3),
});
const auth = fc.record({
  auth_type: fc.constantFrom(0, 9, 10, 16, 99),
  auth_level: fc.nat(7),
  auth_context_id: fc.nat(3),
  auth_value: octets,
});
const head = { pfc_flags: u8, call_id: u32, auth: optional(auth), trailing: optional(octets) };
const bind = {
  ...head,
  max_xmit_frag: u16,
  max_recv_frag: u16,
  assoc_group_id: fc.constantFrom(0, 0, 1),
  p_context_elem: fc.array(
    fc.record({ p_cont_id: u16, abstract_syntax: syntax, transfer_syntaxes: fc.array(syntax, { maxLength: 3 }) }),
    { maxLength: 4 },
  ),
};
const ack = {
  ...head,
  max_xmit_frag: u16,
  max_recv_frag: u16,
  assoc_group_id: u32,
  sec_addr: octets,
  results: fc.array(fc.record({ result: fc.nat(4), reason: u16, transfer_syntax: syntax }), { maxLength: 4 }),
};
const stubbed = { alloc_hint: u32, p_cont_id: u16, stub: octets };
const type = <const T extends string>(PTYPE: T) => fc.constant(PTYPE);

/** A PDU of any type, with any fields, that its encoder can write. */
const anyPdu: fc.Arbitrary<Pdu> = fc.oneof(
  fc.record({ PTYPE: fc.constantFrom('bind', 'alter_context'), ...bind }),
  fc.record({ PTYPE: fc.constantFrom('bind_ack', 'alter_context_resp'), ...ack }),
  fc.record({ PTYPE: type('bind_nak'), ...head, provider_reject_reason: u16, versions: fc.constant([]) }),
  fc.record({ PTYPE: type('request'), ...head, ...stubbed, opnum: u16 }),
  fc.record({ PTYPE: type('response'), ...head, ...stubbed, cancel_count: u8 }),
  fc.record({ PTYPE: type('fault'), ...head, ...stubbed, cancel_count: u8, reserved: u8, status: u32 }),
  fc.record({ PTYPE: type('auth3'), ...head, pad: fc.constant(Buffer.alloc(4)) }),
  fc.record({ PTYPE: fc.constantFrom('shutdown', 'co_cancel', 'orphaned'), ...head }),
  fc.record({ PTYPE: fc.nat(255), ...head, body: octets }),
) as fc.Arbitrary<Pdu>;

const encoded = anyPdu.map((pdu) => {
  const { auth: verifier, trailing, ...rest } = pdu;
  return encodePdu({ ...rest, ...(verifier && { auth: verifier }), ...(trailing && { trailing }) } as Pdu);
});

/** What a hostile network makes of a conversation. */
const mutation = fc.record({
  kind: fc.constantFrom('flip', 'drop', 'repeat', 'swap', 'truncate', 'insert', 'length'),
  at: fc.nat(),
  where: fc.nat(),
  value: u8,
  extra: encoded,
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(pdus: readonly Buffer[], mutations: readonly Mutation[]): Buffer[] {
  const out: Buffer[] = pdus.map((pdu) => Buffer.from(pdu));
  for (const { kind, at, where, value, extra } of mutations) {
    const index = at % Math.max(1, out.length);
    const pdu = out[index] ?? Buffer.alloc(1);
    if (kind === 'flip') pdu[where % pdu.length]! ^= value | 1;
    if (kind === 'drop') out.splice(index, 1);
    if (kind === 'repeat') out.splice(index, 0, Buffer.from(pdu));
    if (kind === 'swap') out.push(...out.splice(index, 1));
    if (kind === 'truncate') out[index] = pdu.subarray(0, Math.max(1, where % pdu.length));
    if (kind === 'insert') out.splice(index, 0, extra);
    if (kind === 'length' && pdu.length >= 12) pdu.writeUInt16LE(where & 0xffff, 8 + (value & 2));
  }
  return out;
}
const mutations = fc.array(mutation, { minLength: 1, maxLength: 5 });

describe('nothing that a peer sends is an exception', () => {
  test('random PDUs to a server, whose answers all decode', () => {
    fc.assert(
      fc.property(fc.array(encoded, { maxLength: 12 }), (pdus) => void serve(pdus)),
      { numRuns: 400 },
    );
  });

  test('random PDUs to a server that is bound, and authenticated', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CONVERSATIONS), fc.array(encoded, { maxLength: 12 }), ({ wire }, pdus) => {
        const opening = wire.filter(({ from }) => from === 'client').slice(0, 2);
        serve([...opening.map(({ pdu }) => pdu), ...pdus]);
      }),
      { numRuns: 300 },
    );
  });

  test('mutated conversations to a server', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CONVERSATIONS), mutations, ({ wire }, changes) => {
        const sent = wire.filter(({ from }) => from === 'client').map(({ pdu }) => pdu);
        serve(mutate(sent, changes));
      }),
      { numRuns: 600 },
    );
  });

  test('random PDUs and mutated conversations to a client', () => {
    const answers = CONVERSATIONS.map(({ wire }) => wire.filter(({ from }) => from === 'server').map(({ pdu }) => pdu));
    fc.assert(
      fc.property(
        fc.constantFrom(...answers),
        mutations,
        fc.constantFrom(undefined, 9, 10),
        (pdus, changes, authType) => {
          const client = new ClientAssociation({ maxResponseStub: 100_000 });
          const security = authType === undefined ? undefined : { context: initiate(authType, 6), level: 6 };
          client.bind([element(0), element(1)], security, NOW);
          for (let i = 0; i < 3; i++) client.request({ contextId: 0, opnum: 0, stub: Buffer.alloc(0) });
          for (const pdu of mutate(pdus, changes)) client.receive(pdu, NOW);
          expect(client.waiting).toBeLessThanOrEqual(3);
        },
      ),
      { numRuns: 600 },
    );
  });

  test('mutated conversations to a sniffer', () => {
    const ntlm = ntlmPassive([{ secret: Secret.password(ACCOUNT.password) }]);
    const spnego = spnegoPassive([ntlm]);
    fc.assert(
      fc.property(fc.constantFrom(...CONVERSATIONS), mutations, ({ wire }, changes) => {
        const association = new PassiveAssociation({
          observe: (authType) => [ntlm, spnego].find((provider) => provider.authType === authType)?.observe(),
        });
        const pdus = mutate(
          wire.map(({ pdu }) => pdu),
          changes,
        );
        for (const [index, pdu] of pdus.entries()) association.take(wire[index]?.from ?? 'client', pdu);
      }),
      { numRuns: 400 },
    );
  });
});
