import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodePdu, FAULT, PFC, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../../src/codec/rpce/index.js';
import { AssociationGroups, ServerShares, Shares } from '../../../src/rpc/index.js';
import { countingRandom, NOW } from '../../support/associations.js';
import { initiate, RawServer, realAcceptors, requestPdu, WHOLE } from '../../support/raw-server.js';

describe('a share', () => {
  test('of a peer alone is all but an eighth', () => {
    const shares = new Shares(80);
    expect(shares.take('a', 70)).toBe(true);
    expect(shares.take('a', 1)).toBe(false);
    expect(shares.take('b', 10)).toBe(true);
  });

  test('of those that hold less is still there where others have taken everything', () => {
    const shares = new Shares(80);
    shares.take('a', 70);
    shares.take('b', 10);
    expect([shares.take('a'), shares.take('b'), shares.take('c', 26), shares.take('c', 1)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test('is nothing that the program itself needs: it may have all, and counts as one more', () => {
    const shares = new Shares(80);
    expect([shares.take(undefined, 80), shares.take(undefined)]).toEqual([true, false]);
    expect([shares.take('a', 40), shares.take('a')]).toEqual([true, false]);
    shares.give(undefined, 80);
    expect([shares.held, shares.of(undefined)]).toEqual([40, 0]);
  });

  test('that is given back is another’s', () => {
    const shares = new Shares(80);
    shares.take('a', 70);
    shares.give('a', 70);
    expect([shares.held, shares.of('a')]).toEqual([0, 0]);
    expect(shares.take('b', 70)).toBe(true);
  });

  test('never makes more than twice the total, whoever comes, and what is held is what was taken', () => {
    const peer = fc.integer({ min: 0, max: 40 }).map(String);
    const step = fc.record({ peer, amount: fc.integer({ min: 1, max: 30 }), gives: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const shares = new Shares(100);
        const taken = new Map<string, number>();
        for (const { peer, amount, gives } of steps) {
          const own = taken.get(peer) ?? 0;
          if (gives) {
            shares.give(peer, own);
            taken.delete(peer);
          } else if (shares.take(peer, amount)) taken.set(peer, own + amount);
          expect(shares.held).toBe([...taken.values()].reduce((sum, each) => sum + each, 0));
          expect(shares.held).toBeLessThanOrEqual(200);
          expect(shares.of(peer)).toBe(taken.get(peer) ?? 0);
        }
      }),
    );
  });
});

const { WINNT } = RPC_C_AUTHN;
const { CONNECT } = RPC_C_AUTHN_LEVEL;

/** Connections of one server, by the address that they come from. */
function machine(shares: ServerShares) {
  const groups = new AssociationGroups(countingRandom(7));
  const providers = realAcceptors();
  return (clientAddress: string) => new RawServer({ groups, providers, shares, clientAddress });
}

const token = () => ({
  auth_type: WINNT,
  auth_level: CONNECT,
  auth_context_id: 0,
  auth_value: initiate(WINNT, CONNECT).step(undefined, NOW).token as Uint8Array,
});

describe('all connections of a peer together', () => {
  test('hold so many security contexts; then its binds are refused, and nobody else’s', () => {
    const shares = new ServerShares({ maxSecurityContexts: 8 });
    const connect = machine(shares);
    const held = Array.from({ length: 7 }, () => connect('10.0.0.1'));
    for (const each of held) expect(each.bind(undefined, { auth: token() })).toMatchObject({ PTYPE: 'bind_ack' });
    const refused = connect('10.0.0.1');
    expect(refused.bind(undefined, { auth: token() })).toMatchObject({ PTYPE: 'bind_nak', provider_reject_reason: 2 });
    expect(refused.events.at(-1)).toMatchObject({ refusedBy: 'limit', check: 'security context count' });
    expect(connect('10.0.0.9').bind(undefined, { auth: token() })).toMatchObject({ PTYPE: 'bind_ack' });
    for (const each of held) each.association.close();
    expect(shares.securityContexts.held).toBe(1);
    expect(connect('10.0.0.1').bind(undefined, { auth: token() })).toMatchObject({ PTYPE: 'bind_ack' });
  });

  test('hold so many octets of requests, until they are answered; then it is told that the server is busy', () => {
    const shares = new ServerShares({ maxRequestOctets: 8_000 });
    const connect = machine(shares);
    const first = (server: RawServer) =>
      server.request({ pfc_flags: PFC.FIRST_FRAG, call_id: 2, stub: Buffer.alloc(3_500) });
    const [one, two, three, other] = ['10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.9'].map(connect) as RawServer[];
    for (const server of [one, two, three, other]) server?.bind();
    expect([first(one!), first(two!)]).toEqual([[], []]);
    expect(first(three!)[0]).toMatchObject({ PTYPE: 'fault', status: FAULT.SERVER_TOO_BUSY });
    expect(first(other!)).toEqual([]);
    one?.request({ pfc_flags: PFC.LAST_FRAG, call_id: 2, stub: Buffer.alloc(0) });
    expect(shares.requestOctets.of('10.0.0.1')).toBe(7_000);
    one?.association.respond(one.calls[0]!, Buffer.alloc(4));
    expect(shares.requestOctets.of('10.0.0.1')).toBe(3_500);
    two?.association.close();
    other?.association.close();
    expect(shares.requestOctets.held).toBe(0);
  });

  test('hold nothing once they are closed and their calls have ended, whatever they have sent', () => {
    const request = fc.record({
      pfc_flags: fc
        .constantFrom(WHOLE, PFC.FIRST_FRAG, PFC.LAST_FRAG, 0)
        .chain((flags) => fc.constantFrom(flags, flags | PFC.CONC_MPX)),
      call_id: fc.integer({ min: 1, max: 4 }),
      opnum: fc.integer({ min: 0, max: 9 }),
      p_cont_id: fc.constantFrom(0, 0, 1),
      stub: fc.integer({ min: 0, max: 600 }).map((length) => Buffer.alloc(length)),
    });
    const cancel = fc
      .constantFrom('co_cancel' as const, 'orphaned' as const)
      .map((PTYPE) => encodePdu({ PTYPE, pfc_flags: WHOLE, call_id: 2 }));
    const sent = fc.oneof(
      request.map((change) => encodePdu(requestPdu(change))),
      cancel,
    );
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 20 }), fc.boolean(), (pdus, multiplexed) => {
        const shares = new ServerShares({ maxRequestOctets: 4_000 });
        const server = machine(shares)('10.0.0.1');
        server.bind(undefined, { pfc_flags: multiplexed ? WHOLE | PFC.CONC_MPX : WHOLE, auth: token() });
        for (const pdu of pdus) server.octets(pdu);
        server.association.close();
        for (const call of server.calls) server.association.respond(call, Buffer.alloc(0));
        expect([shares.requestOctets.held, shares.securityContexts.held]).toEqual([0, 0]);
      }),
    );
  });
});
