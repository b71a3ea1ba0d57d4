import { asBuffer } from '../../../codec/bytes.js';
import { CodecError } from '../../../codec/error.js';
import { interfaceByUuid } from '../../../codec/interfaces.js';
import { type AuthVerifier, decodePdu, encodePdu, type Pdu, type ResponsePdu } from '../../../codec/rpce/index.js';
import type { Accept, Channel, ChannelEvents } from '../../../net/channel.js';
import { PduAssembler } from '../../../rpc/core/assembler.js';
import { isFirst, isLast } from '../../../rpc/core/fragments.js';
import { PassiveAssociation } from '../../../rpc/index.js';
import type { Sniffer } from '../../../security/index.js';
import type { EndpointObserver } from '../../../server/endpoint/endpoint.js';
import type { History } from '../history/history.js';
import type { Answer, AnsweredCall, Change, Port, Sent } from './answer.js';
import { ServerKeys } from './keys.js';

/** What the connections of one attempt have in common. */
export interface MiddleOptions {
  readonly change: Change;
  readonly history: History;
  readonly sniffer: Sniffer;
  /** Told of all that goes over the wire. */
  readonly observer?: EndpointObserver;
  /** Told what a change threw. */
  failed(error: unknown): void;
}

/** [MS-RPCE] 3.3.3.5.4: what a connection carries where nothing was agreed on. */
const LEAST_FRAGMENT = 2048;

/**
 * Stands between the simulated server and the client under test: the server is the shipped one and knows nothing of it;
 * what it answers is changed on its way. Whatever goes over the wire is told to the history of the attempt.
 */
export class MiddleConnection implements ChannelEvents {
  readonly #options: MiddleOptions;
  readonly #port: Port;
  readonly #client: Channel;
  readonly #server: ChannelEvents;
  readonly #number: number;
  readonly #fromClient = new PduAssembler();
  readonly #fromServer = new PduAssembler();
  readonly #follows: PassiveAssociation<AnsweredCall>;
  readonly #keys: ServerKeys;
  /** Fragments of a response that is not complete. */
  #held: Buffer[] = [];
  #asked: Answer['asked'] = { pdu: undefined, bytes: Buffer.alloc(0) };
  #before: Buffer | undefined;
  #maxFragment = LEAST_FRAGMENT;
  #ended = false;

  constructor(client: Channel, accept: Accept, port: Port, options: MiddleOptions) {
    const { sniffer, history } = options;
    this.#options = options;
    this.#port = port;
    this.#client = client;
    this.#follows = new PassiveAssociation({ observe: sniffer });
    this.#keys = new ServerKeys(sniffer);
    this.#number = history.opened(
      port,
      { server: client.local, client: client.remote },
      () => this.#follows.securities,
    );
    options.observer?.connected?.(client.remote, client.local);
    this.#server = accept({
      local: client.local,
      remote: client.remote,
      send: (bytes) => this.#answered(bytes),
      end: () => this.#end('close'),
      destroy: () => this.#end('reset'),
    });
  }

  data(bytes: Buffer): void {
    this.#options.observer?.octets?.('client', bytes, this.#client.remote, this.#client.local);
    this.#fromClient.push(bytes);
    for (let pdu = this.#fromClient.next(); pdu !== undefined; pdu = this.#fromClient.next()) {
      const octets = Buffer.from(pdu);
      this.#noteRequest(octets);
      // An immediate answer of the server comes while this goes on.
      this.#server.data(octets);
    }
  }

  closed(error?: Error): void {
    this.#options.history.closed(this.#number, this.#ended ? 'server' : 'client');
    const { remote, local } = this.#client;
    this.#options.observer?.disconnected?.(remote, local, this.#ended ? 'the server closed it' : error?.message);
    this.#server.closed(error);
  }

  #noteRequest(bytes: Buffer): void {
    const observed = this.#follows.take('client', bytes);
    const { pdu, call, message } = observed;
    this.#asked = { pdu, bytes };
    if (pdu !== undefined) this.#keys.note(pdu, 'client', bytes);
    if (call !== undefined && message?.kind === 'request') {
      const { presentation, opnum = 0, object, stub, littleEndian } = message;
      const uuid = presentation?.interface.uuid ?? '';
      call.kept = {
        ...{ interface: uuid, opnum, object, request: Buffer.from(stub), littleEndian },
        operation: interfaceByUuid(uuid)?.operations.get(opnum),
        transferSyntax: presentation?.transferSyntax ?? 'ndr20',
        security: call.security,
      };
    }
    this.#options.history.sent(this.#number, 'client', bytes, { observed, changed: false });
  }

  #answered(bytes: Uint8Array): void {
    this.#fromServer.push(asBuffer(bytes));
    for (let pdu = this.#fromServer.next(); pdu !== undefined; pdu = this.#fromServer.next())
      this.#answer(Buffer.from(pdu));
  }

  #answer(bytes: Buffer): void {
    const { pdu, call, message } = this.#follows.take('server', bytes);
    if (pdu === undefined) return this.#sendAll([bytes], false);
    if ('max_xmit_frag' in pdu) this.#maxFragment = pdu.max_xmit_frag;
    if (pdu.PTYPE === 'response' && !isLast(pdu)) {
      this.#held.push(bytes);
      return;
    }
    const fragments = [...this.#held, bytes];
    this.#held = [];
    const whole: Pdu =
      pdu.PTYPE === 'response' && message !== undefined
        ? { ...(decodePdu(fragments[0] as Buffer) as ResponsePdu), pfc_flags: pdu.pfc_flags, stub: message.stub }
        : pdu;
    const answered = call?.kept;
    const answer: Answer = {
      ...{ port: this.#port, connection: this.#number, pdu: whole, asked: this.#asked, call: answered },
      ...{ before: this.#before, maxFragment: this.#maxFragment },
      protectable: this.#keys.knows(answered?.security),
    };
    this.#options.history.answered(answer);
    try {
      if (!this.#change(answer)) this.#sendAll(fragments, false);
    } catch (error) {
      // A mistake of the check, or an answer that it cannot read: the client sees nothing of it, the report does.
      this.#options.failed(error);
      this.#sendAll(fragments, false);
    }
  }

  /** Whether the answer was sent, changed or signed anew. */
  #change(answer: Answer): boolean {
    const sent = this.#options.change(answer);
    if (sent === undefined) {
      if (!answer.protectable || answer.pdu.PTYPE !== 'response') return false;
      this.#obey({ pdu: answer.pdu }, answer, false);
      return true;
    }
    this.#options.history.changes(this.#number);
    for (const each of sent) this.#obey(each, answer);
    if (answer.pdu.auth !== undefined && answer.pdu.PTYPE !== 'response') this.#compareTokens(sent, answer.pdu.auth);
    return true;
  }

  /** Where the client has got another token, it has other keys than the server. */
  #compareTokens(sent: readonly Sent[], { auth_value: own }: AuthVerifier): void {
    const tokens = sent.map((each) =>
      'octets' in each ? decoded(asBuffer(each.octets))?.auth?.auth_value : undefined,
    );
    if (!tokens.some((token) => token !== undefined && Buffer.compare(token, own) === 0)) this.#keys.lose();
  }

  #obey(sent: Sent, answer: Answer, changed = true): void {
    if ('end' in sent) return this.#end(sent.end);
    if ('lost' in sent) {
      this.#octetsOf({ pdu: sent.lost }, answer);
      return;
    }
    const all = 'octets' in sent ? [asBuffer(sent.octets)] : this.#octetsOf(sent, answer);
    this.#sendAll(all, changed, sent.segment);
  }

  #octetsOf({ pdu, shape, spoil, maxFragment = 0 }: Extract<Sent, { pdu: Pdu }>, answer: Answer): Buffer[] {
    const cut = { maxFragment: maxFragment || answer.maxFragment, shape };
    const whole = pdu.PTYPE === 'response' ? this.#keys.fragments(pdu, answer.call?.security, cut) : [encodePdu(pdu)];
    return whole.map((octets, index) => spoil?.(octets, { index, last: index === whole.length - 1 }) ?? octets);
  }

  #sendAll(pdus: readonly Buffer[], changed: boolean, segment?: number | 'joined'): void {
    if (this.#ended) return;
    for (const bytes of pdus) this.#note(bytes, changed);
    for (const bytes of segment === 'joined' ? [Buffer.concat(pdus)] : pdus) {
      const size = typeof segment === 'number' ? segment : bytes.length;
      this.#options.observer?.octets?.('server', bytes, this.#client.remote, this.#client.local);
      for (let at = 0; at < bytes.length; at += size) this.#client.send(bytes.subarray(at, at + size));
    }
  }

  #note(bytes: Buffer, changed: boolean): void {
    const pdu = decoded(bytes);
    // The client's keys follow from the tokens that the client gets.
    if (pdu !== undefined) this.#keys.note(pdu, 'server', bytes);
    if (pdu?.PTYPE === 'response' && isFirst(pdu)) this.#before = bytes;
    this.#options.history.sent(this.#number, 'server', bytes, { pdu, changed });
  }

  #end(how: 'close' | 'reset'): void {
    if (this.#ended) return;
    this.#ended = true;
    if (how === 'close') this.#client.end();
    else this.#client.destroy();
  }
}

function decoded(bytes: Buffer): Pdu | undefined {
  try {
    return decodePdu(bytes);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return undefined;
  }
}
