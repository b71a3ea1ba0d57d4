import { HttpBodies } from '../../logon/http-bodies.js';
import { HttpSplitter } from '../../logon/http-splitter.js';
import { recognise } from '../../logon/recognise.js';
import { Assembly, type AssemblyBudget } from '../../stream/assembly.js';
import type { Direction } from '../../stream/connection.js';
import { type Give, giveBack, Provenance } from '../content/provenance.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';
import type { Tally } from '../tally.js';
import { TokenReplacer } from '../tokens/token.js';
import { replaceHttpHead } from './http.js';
import { bindLength, replaceLdapBind } from './ldap.js';

interface LogonParts {
  readonly names: Pseudonyms;
  readonly tally: Tally;
  readonly assemblies: AssemblyBudget;
}

/** One direction: its messages of HTTP, and one of LDAP that is not whole. */
interface Way {
  readonly provenance: Provenance;
  readonly http: HttpSplitter;
  readonly message: Assembly;
  kind: 'http' | 'ldap' | undefined;
  /** Offset in the direction of the first octet of the message of LDAP. */
  at: number;
}

/** A message of LDAP, at most: its head and what that may count. */
const LONGEST_MESSAGE = (1 << 20) + 6;
/** Up to here of one there always is more. */
const LEAST_MESSAGE = 6;

/**
 * The parts of a connection of HTTP or LDAP that tell who logs on: heads with their tokens, and binds. The rest is
 * zero, as is everything behind lost octets, up to a segment that starts with a message.
 */
export class LogonReplacer {
  readonly #parts: LogonParts;
  readonly #give: Give;
  readonly #tokens: TokenReplacer;
  readonly #ways = new Map<boolean, Way>();
  readonly #bodies = new HttpBodies();

  constructor(parts: LogonParts, give: Give) {
    this.#parts = parts;
    this.#give = give;
    this.#tokens = new TokenReplacer(parts.names, parts.tally);
  }

  data(direction: Direction, bytes: Buffer, start: number, end: number, place: number): void {
    const way = this.#way(direction);
    way.provenance.add(direction, place, end - start);
    const position = way.provenance.position - (end - start);
    if (way.kind === 'http' && way.http.searching) way.kind = undefined;
    way.kind ??= kindOf(bytes, start, end);
    if (way.kind === 'ldap') this.#ldap(way, bytes, start, end, position);
    if (way.kind === 'http') way.http.data(bytes, start, end);
    else way.http.gap(end - start);
    const unfinished = way.message.open ? way.at : way.provenance.position;
    way.provenance.forget(way.kind === 'http' ? way.http.needed : unfinished);
  }

  gap(direction: Direction, lost: number): void {
    const way = this.#way(direction);
    way.provenance.skip(Math.max(0, lost));
    way.http.gap(lost);
    this.#bodies.gap();
    if (way.kind === 'ldap') this.#lose(way);
  }

  end(): void {
    for (const way of this.#ways.values()) {
      way.http.end();
      this.#lose(way);
    }
  }

  #ldap(way: Way, bytes: Buffer, start: number, end: number, position: number): void {
    const { message } = way;
    for (let at = start; at < end; ) {
      if (!message.open) {
        way.at = position + at - start;
        if (!message.begin(LONGEST_MESSAGE, LEAST_MESSAGE)) return this.#lose(way);
      }
      const wanted = message.filled < LEAST_MESSAGE ? LEAST_MESSAGE : (bindLength(message.there) ?? 0);
      at = message.fill(bytes, at, Math.min(end, at + Math.max(0, wanted - message.filled)));
      const length = at < 0 ? undefined : bindLength(message.there);
      if (length === undefined || length < message.filled) return this.#lose(way);
      if (length === message.filled && length > LEAST_MESSAGE) this.#bind(way, message.take());
    }
  }

  #bind(way: Way, message: Buffer): void {
    if (replaceLdapBind(this.#parts.names, this.#parts.tally, this.#tokens, message)) this.#put(way, way.at, message);
  }

  #head(way: Way, text: string, at: number): void {
    this.#put(way, at, Buffer.from(replaceHttpHead(this.#parts.names, this.#tokens, text), 'latin1'));
  }

  #put({ provenance }: Way, at: number, octets: Buffer): void {
    giveBack(this.#give, provenance.origins(at, octets.length), octets);
  }

  #lose(way: Way): void {
    if (way.message.open) way.message.take();
    way.kind = undefined;
  }

  #way(direction: Direction): Way {
    const known = this.#ways.get(direction.forward);
    if (known !== undefined) return known;
    const { assemblies } = this.#parts;
    const way: Way = {
      provenance: new Provenance(),
      http: new HttpSplitter(
        (head, text, at) => {
          this.#head(way, text, at);
          return this.#bodies.after(head);
        },
        assemblies,
        (text, at) => this.#put(way, at, Buffer.from(framing(text), 'latin1')),
      ),
      message: new Assembly(assemblies),
      kind: undefined,
      at: 0,
    };
    this.#ways.set(direction.forward, way);
    return way;
  }
}

function kindOf(bytes: Buffer, start: number, end: number): Way['kind'] {
  const kind = recognise(bytes, start, end);
  return kind === 'http' || kind === 'ldap' ? kind : undefined;
}

/** RFC 9112 7.1: of a line of chunked coding its size and its end; extensions and trailers are zero. */
function framing(text: string): string {
  const size = /^[0-9a-f]{1,12}(?=\s|;)/i.exec(text)?.[0] ?? '';
  return size + text.slice(size.length).replace(/[^\r\n;]/g, '\0');
}
