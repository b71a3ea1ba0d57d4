import type { AssemblyBudget } from '../stream/assembly.js';
import type { Direction, StreamConsumer } from '../stream/connection.js';
import { HttpLogons } from './http.js';
import { LdapLogons } from './ldap.js';
import { type LogonOptions, Logons } from './logon.js';
import type { LogonProtocol, LogonSplitter } from './protocol.js';
import { type Recognised, recognise } from './recognise.js';

/** How often the beginning of a segment is looked at before a connection is taken for another protocol. */
const LOOKS = 32;
/** RFC 8446 5.1: the first octet of a handshake of TLS. */
const TLS_HANDSHAKE = 0x16;

const PROTOCOLS: Readonly<Record<'http' | 'ldap', new () => LogonProtocol>> = { http: HttpLogons, ldap: LdapLogons };

/** A connection whose octets another consumer takes, and beside it, where they are HTTP or LDAP, the logons in them. */
export class WatchedStream implements StreamConsumer {
  readonly #inner: StreamConsumer;
  readonly #options: LogonOptions;
  readonly #budget: AssemblyBudget;
  #looks = LOOKS;
  #protocol: LogonProtocol | undefined;
  #logons: Logons | undefined;
  #forward: LogonSplitter | undefined;
  #backward: LogonSplitter | undefined;
  /** Octets that are too few to tell a protocol by. */
  #heldForward: Buffer | undefined;
  #heldBackward: Buffer | undefined;
  #frame = 0;
  #seconds = 0;
  #nanoseconds = 0;

  constructor(inner: StreamConsumer, options: LogonOptions, budget: AssemblyBudget) {
    this.#inner = inner;
    this.#options = options;
    this.#budget = budget;
  }

  get valued(): boolean {
    return this.#inner.valued;
  }

  get remainder(): string | undefined {
    return this.#inner.remainder;
  }

  data(
    direction: Direction,
    bytes: Buffer,
    start: number,
    end: number,
    frame: number,
    seconds: number,
    nanoseconds: number,
  ): void {
    this.#inner.data(direction, bytes, start, end, frame, seconds, nanoseconds);
    if (this.#looks === 0) return;
    this.#frame = frame;
    this.#seconds = seconds;
    this.#nanoseconds = nanoseconds;
    if (this.#protocol === undefined) this.#look(direction, bytes, start, end);
    else this.#splitter(direction, this.#protocol).data(bytes, start, end);
  }

  gap(direction: Direction, lost: number, frame: number, snapped: boolean): void {
    this.#inner.gap(direction, lost, frame, snapped);
    this.#hold(direction, undefined);
    if (this.#protocol === undefined) return;
    this.#splitter(direction, this.#protocol).gap(lost);
    this.#protocol.gap?.();
  }

  end(): void {
    this.#inner.end();
    this.#forward?.end();
    this.#backward?.end();
    this.#logons?.end();
  }

  #look(direction: Direction, bytes: Buffer, start: number, end: number): void {
    const held = direction.forward ? this.#heldForward : this.#heldBackward;
    const all = held === undefined ? bytes : Buffer.concat([held, bytes.subarray(start, end)]);
    const [at, to] = held === undefined ? [start, end] : [0, all.length];
    const recognised = recognise(all, at, to);
    this.#hold(direction, recognised === 'more' ? Buffer.from(all.subarray(at, to)) : undefined);
    if (recognised === 'http' || recognised === 'ldap') this.#begin(recognised, direction, all, at, to);
    else if (this.#inner.valued || all[at] === TLS_HANDSHAKE) this.#looks = 0;
    else this.#looks--;
  }

  #begin(recognised: Exclude<Recognised, 'more' | undefined>, direction: Direction, ...octets: Octets): void {
    this.#protocol = new PROTOCOLS[recognised]();
    this.#logons = new Logons(this.#options, recognised);
    this.#splitter(direction, this.#protocol).data(...octets);
  }

  #hold({ forward }: Direction, octets: Buffer | undefined): void {
    if (forward) this.#heldForward = octets;
    else this.#heldBackward = octets;
  }

  #splitter(direction: Direction, protocol: LogonProtocol): LogonSplitter {
    const known = direction.forward ? this.#forward : this.#backward;
    if (known !== undefined) return known;
    const splitter = protocol.splitter(direction, this.#budget, ({ octets, ...which }) => {
      const place = { direction, frame: this.#frame, seconds: this.#seconds, nanoseconds: this.#nanoseconds };
      this.#logons?.take({ ...place, ...which }, { kind: 'token', octets });
    });
    if (direction.forward) this.#forward = splitter;
    else this.#backward = splitter;
    return splitter;
  }
}

type Octets = [bytes: Buffer, start: number, end: number];
