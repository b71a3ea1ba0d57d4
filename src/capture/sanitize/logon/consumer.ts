import { type HttpHead, httpHead } from '../../logon/http-head.js';
import { recognise } from '../../logon/recognise.js';
import type { Direction } from '../../stream/connection.js';
import { Provenance } from '../content/provenance.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';
import type { Give } from '../rpc/stream.js';
import type { Tally } from '../tally.js';
import { TokenReplacer } from '../tokens/token.js';
import { replaceHttpHead } from './http.js';
import { bindLength, replaceLdapBind } from './ldap.js';

interface LogonParts {
  readonly names: Pseudonyms;
  readonly tally: Tally;
}

/** One direction: what is held of a message, and where it stood. */
interface Way {
  readonly provenance: Provenance<Direction>;
  kind: 'http' | 'ldap' | undefined;
  held: Buffer;
  /** Offset in the direction of the first octet that is held. */
  at: number;
  /** Octets of a body to come. */
  body: number;
}

const LONGEST_HEAD = 131_072;

/**
 * The parts of a connection of HTTP or LDAP that tell who logs on: heads with their tokens, and binds. The rest is
 * zero, as is everything behind lost octets, up to a segment that starts with a message.
 */
export class LogonReplacer {
  readonly #parts: LogonParts;
  readonly #give: Give;
  readonly #tokens: TokenReplacer;
  readonly #ways = new Map<boolean, Way>();
  #methods: string[] = [];

  constructor(parts: LogonParts, give: Give) {
    this.#parts = parts;
    this.#give = give;
    this.#tokens = new TokenReplacer(parts.names, parts.tally);
  }

  data(direction: Direction, bytes: Buffer, start: number, end: number, place: number): void {
    const way = this.#way(direction);
    way.provenance.add(direction, place, end - start);
    const position = way.provenance.position - (end - start);
    if (way.kind === undefined) {
      const kind = recognise(bytes, start, end);
      if (kind !== 'http' && kind !== 'ldap') {
        way.provenance.forget(way.provenance.position);
        return;
      }
      way.kind = kind;
      way.at = position;
    }
    way.held =
      way.held.length === 0
        ? Buffer.from(bytes.subarray(start, end))
        : Buffer.concat([way.held, bytes.subarray(start, end)]);
    while (way.kind !== undefined && way.held.length > 0 && this.#next(direction, way)) way.provenance.forget(way.at);
  }

  gap(direction: Direction, lost: number): void {
    const way = this.#way(direction);
    way.provenance.skip(Math.max(0, lost));
    if (lost >= 0 && way.body >= lost && way.body > 0) {
      way.body -= lost;
      way.at += lost;
    } else this.#lose(way);
  }

  /** True where something was taken of what is held, so that there may be more. */
  #next(direction: Direction, way: Way): boolean {
    if (way.body > 0) {
      const passed = Math.min(way.body, way.held.length);
      way.body -= passed;
      this.#take(way, passed);
      return true;
    }
    return way.kind === 'http' ? this.#head(direction, way) : this.#bind(direction, way);
  }

  #head(direction: Direction, way: Way): boolean {
    const found = /\r?\n\r?\n/.exec(way.held.toString('latin1', 0, LONGEST_HEAD));
    if (found === null) {
      if (way.held.length >= LONGEST_HEAD) this.#lose(way);
      return false;
    }
    const length = found.index + found[0].length;
    const text = way.held.toString('latin1', 0, length);
    const head = httpHead(text);
    if (head === undefined) {
      this.#lose(way);
      return false;
    }
    this.#put(direction, way, Buffer.from(replaceHttpHead(this.#parts.names, this.#tokens, text), 'latin1'));
    const body = this.#bodyOf(head);
    if (body === undefined) this.#lose(way);
    else way.body = body;
    return body !== undefined;
  }

  /** RFC 9112 6.3; undefined where only the next segment tells. */
  #bodyOf({ method, status = 0, body }: HttpHead): number | undefined {
    if (method !== undefined) {
      this.#methods.push(method);
      return body === 'chunked' ? undefined : (body ?? 0);
    }
    if (status < 200) return status === 101 ? undefined : 0;
    const asked = this.#methods.shift();
    if (asked === 'CONNECT' && status < 300) return undefined;
    if (asked === 'HEAD' || status === 204 || status === 304) return 0;
    return body === 'chunked' ? undefined : body;
  }

  #bind(direction: Direction, way: Way): boolean {
    const length = bindLength(way.held);
    if (length === undefined) {
      this.#lose(way);
      return false;
    }
    if (way.held.length < length) return false;
    const message = Buffer.from(way.held.subarray(0, length));
    if (replaceLdapBind(this.#parts.names, this.#parts.tally, this.#tokens, message))
      this.#put(direction, way, message);
    else this.#take(way, length);
    return true;
  }

  #put(direction: Direction, way: Way, octets: Buffer): void {
    for (const { offset, length, place } of way.provenance.origins(way.at, octets.length))
      this.#give(direction, place, octets.subarray(offset, offset + length));
    this.#take(way, octets.length);
  }

  #take(way: Way, length: number): void {
    way.held = way.held.subarray(length);
    way.at += length;
  }

  #lose(way: Way): void {
    way.kind = undefined;
    way.held = Buffer.alloc(0);
    way.body = 0;
  }

  #way({ forward }: Direction): Way {
    const known = this.#ways.get(forward);
    if (known !== undefined) return known;
    const way: Way = { provenance: new Provenance(), kind: undefined, held: Buffer.alloc(0), at: 0, body: 0 };
    this.#ways.set(forward, way);
    return way;
  }
}
