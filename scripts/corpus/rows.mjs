// What is in a recording, frame by frame: the heads of PDUs by their fixed places, and what they mean by the word of the
// server that took or sent them. Nothing here comes from the decoder of captures.
import { RPC_C_AUTHN_LEVEL } from '../../dist/codec/rpce/index.js';
import { pdusOf } from './pdus.mjs';
import { streamsOf } from './streams.mjs';

const KDC_PORT = ':88';
const HANDSHAKE = ['bind', 'alter_context', 'auth3'];

/** The rows of a recording, in the order of its frames. */
export const rowsOf = (blocks, witness) =>
  streamsOf(blocks)
    .filter(({ server }) => !server.endsWith(KDC_PORT))
    .flatMap((stream) => streamRows(stream, witness))
    .sort((a, b) => a.frame - b.frame || a.stream - b.stream);

function streamRows({ stream, client, server, pieces }, witness) {
  const of = (sender, from, to) =>
    pdusOf(pieces[sender]).map(({ frame, pdu, end }) => ({ sender, end, pdu, row: { frame, stream, from, to } }));
  const items = [...of('client', client, server), ...of('server', server, client)];
  items.sort((a, b) => a.row.frame - b.row.frame);
  const contexts = new Map();
  for (const { pdu, row } of items) {
    if (pdu.ptype === 'bind' || pdu.ptype === 'alter_context')
      for (const { id, uuid } of pdu.proposals) contexts.set(id, uuid);
    Object.assign(row, pdu.row(), pdu.body(contexts));
  }
  new Meaning(items).add(witness.of(client, server.split(':')[0]));
  return items.map(({ row }) => row);
}

/** Puts what a server said to the rows of one connection that it said it of. */
class Meaning {
  #client;
  #server;
  #received = 0;
  #decided;

  constructor(items) {
    this.#client = items.filter(({ sender }) => sender === 'client');
    this.#server = items.filter(({ sender }) => sender === 'server');
    for (const { pdu, row } of this.#server) {
      if (pdu.ptype !== 'response' && pdu.ptype !== 'fault') continue;
      const request = this.#client.findLast(
        (each) =>
          each.pdu.ptype === 'request' &&
          each.pdu.isFirst &&
          each.pdu.callId === pdu.callId &&
          each.row.frame <= row.frame,
      );
      const { interface: name, opnum, operation, frame } = request?.row ?? {};
      Object.assign(row, { interface: name, opnum, operation, request_frame: frame });
    }
  }

  add(said) {
    for (const { kind, ...what } of said) this[kind]?.(what);
  }

  /** What has arrived at the server so far, the latest last. */
  #arrived(fits) {
    return this.#client.findLast((item) => item.end <= this.#received && fits(item.pdu));
  }

  octets({ from, length }) {
    if (from === 'client') this.#received += length;
  }

  authenticated({ event: { security } }) {
    const { row } = this.#arrived(
      ({ ptype, trailer }) => HANDSHAKE.includes(ptype) && trailer?.auth_context_id === security.authContextId,
    );
    Object.assign(row, who(security));
  }

  'authentication-failed'({ event }) {
    const { row } = this.#arrived(({ ptype, trailer }) => HANDSHAKE.includes(ptype) && trailer !== undefined);
    refused(row, event);
  }

  bind_nak({ event }) {
    refused(this.#arrived(({ callId }) => callId === event.callId)?.row, event);
  }

  /** The runtime's own, or one that a method raised. */
  fault({ event }) {
    refused(this.#arrived(({ callId }) => callId === event.callId)?.row, event);
  }

  activation({ activation }) {
    const { method, clsid, outcome, refusedBy, event, status } = activation;
    this.#decided = { activation: method, clsid, outcome, refused_by: refusedBy, result: status, event: event?.id };
  }

  invocation({ invocation: { object, member } }) {
    this.#decided = { invoked: `${object}.${member}` };
  }

  'refused call'({ refused: { refusedBy } }) {
    this.#decided = { outcome: 'refused', refused_by: refusedBy };
  }

  answering({ call, answer }) {
    const { callId, interface: called, opnum, transferSyntax, stub, security } = call;
    const isOf = (pdu) => pdu.ptype === 'request' && pdu.callId === callId;
    const { row } = this.#arrived((pdu) => isOf(pdu) && pdu.isLast);
    // C706 12.6.4.9: the first fragment says which operation it is.
    const first = this.#arrived((pdu) => isOf(pdu) && pdu.isFirst).row;
    if (first.uuid !== called.uuid || first.opnum !== opnum)
      throw new Error(`frame ${row.frame} is another call than the server's`);
    Object.assign(row, {
      transfer_syntax: transferSyntax,
      ...who(security),
      ...this.#decided,
      ...plain(stub, security),
    });
    this.#decided = undefined;
    if (!('stub' in answer)) return;
    const answered = this.#server.find(
      (each) =>
        each.pdu.ptype === 'response' && each.pdu.callId === callId && each.pdu.isLast && each.row.frame >= row.frame,
    );
    if (answered !== undefined) Object.assign(answered.row, plain(answer.stub, security));
  }
}

const refused = (row, { refusedBy, why }) =>
  row && Object.assign(row, { outcome: 'refused', refused_by: refusedBy, reason: why });

/** As whom, by which mechanism, at which effective level. */
function who(security) {
  if (security === undefined) return {};
  const { identity, info, level } = security;
  const user = identity.anonymous ? 'ANONYMOUS LOGON' : `${identity.domain}\\${identity.user}`;
  return { user, mechanism: info.mechanism, level };
}

/** A stub in plain: its length, and where it was sealed itself too, which nobody can read from the capture without the secrets. */
const plain = (stub, security) => ({
  stub_length: stub.length,
  ...(security?.level === RPC_C_AUTHN_LEVEL.PKT_PRIVACY && { stub: stub.toString('hex') }),
});
