// What is fuzzed, and what must hold: no exception, answers that decode and encode to themselves, nothing left behind.
// Those with a file of their own: every structure by itself, captures, texts, and the whole client.
import { strict as assert } from 'node:assert';
import { decodePdu, encodePdu } from '../dist/codec/rpce/index.js';
import { PassiveAssociation, PassiveBudget } from '../dist/rpc/index.js';
import { KINDS, NOW, newObserver, newServer, record, ScriptedClient } from './conversations.mjs';
import { hostileServer } from './hostile-server.mjs';
import { cut, mutate } from './mutate.mjs';
import { file, packets } from './packets.mjs';
import { codec } from './structures.mjs';
import { inputs, scenario } from './texts.mjs';

/** Statuses that a dispatcher may come with: some of [MS-RPCE] 3.3.3.5.1, which must not be sent, and some others. */
const FORBIDDEN = [0, 0x80000001, 0xc0000005, 0xc00000fd, 0xc0000420];
const ALLOWED = [5, 0x6f7, 0x80070005];

const recorded = KINDS.map((kind) => ({ kind, wire: record(kind) }));
const side = (wire, from) => wire.filter((item) => item.from === from).map(({ pdu }) => pdu);
const everything = recorded.flatMap(({ wire }) => wire.map(({ pdu }) => pdu));

/** Each PDU that one of our sides sends is one that we can read, and write again as it was. */
function checkPdu(pdu, count) {
  const decoded = decodePdu(pdu);
  assert.ok(encodePdu(decoded).equals(pdu), 'an answer does not encode to itself');
  assert.equal(typeof decoded.PTYPE, 'string', 'an answer of an unknown type');
  count(nameOf(decoded));
}

function nameOf({ PTYPE, status, provider_reject_reason: reason }) {
  if (PTYPE === 'fault') {
    assert.ok(!FORBIDDEN.includes(status), `a fault with the forbidden status 0x${status.toString(16)}`);
    return `fault 0x${status.toString(16)}`;
  }
  return PTYPE === 'bind_nak' ? `bind_nak ${reason}` : PTYPE;
}

/** A mutated client against a server with real providers, which echoes what it is asked. */
function server(random, { count, answer }) {
  const { wire } = random.pick(recorded);
  const { association, groups } = newServer();
  const late = [];
  let [taken, given, closed] = [0, 0];
  const send = (pdus) => {
    for (const pdu of pdus) {
      given += pdu.length;
      checkPdu(pdu, count);
      answer(pdu);
    }
  };
  for (const piece of cut(mutate(side(wire, 'client'), random, everything), random)) {
    taken += piece.length;
    const out = association.receive(piece, NOW);
    assert.ok(closed === undefined || (out.send.length === 0 && out.calls.length === 0), 'something after the end');
    closed ??= out.close;
    send(out.send);
    for (const call of out.calls) {
      if (random.chance(8)) late.push(call);
      else
        send(
          random.chance(6)
            ? association.fault(call, random.pick([...FORBIDDEN, ...ALLOWED]))
            : association.respond(call, call.stub),
        );
    }
    if (out.close === undefined) assert.ok(groups.size <= 1, 'more than one association');
    else assert.equal(groups.size, 0, 'an association is left after the connection');
  }
  for (const call of late) send(association.respond(call, call.stub));
  // Echoes double what comes; faults are longer than the shortest PDU that deserves one.
  assert.ok(given <= 4 * taken + 100_000, `${given} octets for ${taken}`);
  association.tick(NOW + 1e9);
  association.close();
  assert.equal(groups.size, 0, 'an association is left after the end');
}

/** A mutated server against a client that goes through its calls. */
function client(random, { count }) {
  const { kind, wire } = random.pick(recorded);
  const scripted = new ScriptedClient(kind);
  for (const pdu of scripted.begin()) checkPdu(pdu, count);
  let closed;
  for (const piece of cut(mutate(side(wire, 'server'), random, everything), random)) {
    const out = scripted.receive(piece);
    assert.ok(closed === undefined || out.events.length === 0, 'something after the end');
    closed ??= out.close;
    for (const pdu of out.send) checkPdu(pdu, count);
    assert.ok(scripted.association.waiting <= 16, 'more calls than were made');
  }
}

/** A mutated conversation that is overheard; the octets stay as they were. */
function sniffer(random, { count }) {
  const { wire } = random.pick(recorded);
  const association = new PassiveAssociation({
    observe: newObserver(),
    budget: new PassiveBudget({ octets: 100_000 }),
  });
  const pdus = mutate(
    wire.map(({ pdu }) => pdu),
    random,
    everything,
  );
  for (const [index, pdu] of pdus.entries()) {
    const before = Buffer.from(pdu);
    const sender = random.chance(10) ? random.pick(['client', 'server']) : (wire[index]?.from ?? 'client');
    const { message } = association.take(sender, pdu);
    assert.ok(before.equals(pdu), 'the octets were changed');
    if (message !== undefined) count(`overheard ${message.kind}, ${message.stubState}`);
  }
}

export const TARGETS = { server, client, sniffer, codec, packets, file, scenario, inputs, hostileServer };
