import { CodecError } from '../../codec/error.js';
import { Assembly, type AssemblyBudget } from '../stream/assembly.js';
import type { Direction } from '../stream/connection.js';
import { ldapBind } from './ldap-bind.js';
import type { LogonProtocol, LogonSplitter, TellToken } from './protocol.js';
import { LDAP_OPERATION, ldapHead } from './recognise.js';

/** Octets of a bind, at most: a ticket can have 64 KiB. */
const LONGEST_BIND = 131_072;
/** A message's head up to its operation has no more. */
const LONGEST_HEAD = 16;

/** Splits one direction of LDAP into messages (RFC 4511 5.1), of which binds alone are kept. */
class LdapSplitter implements LogonSplitter {
  readonly #bind: (message: Buffer) => void;
  readonly #assembly: Assembly;
  #held: Buffer | undefined;
  /** Octets to come that nobody wants. */
  #discard = 0;

  constructor(bind: (message: Buffer) => void, budget: AssemblyBudget) {
    this.#bind = bind;
    this.#assembly = new Assembly(budget);
  }

  data(bytes: Buffer, start: number, end: number): void {
    let all = bytes;
    let at = start;
    let to = end;
    if (this.#held !== undefined) {
      all = Buffer.concat([this.#held, bytes.subarray(start, end)]);
      at = 0;
      to = all.length;
      this.#held = undefined;
    }
    while (at < to) {
      if (this.#assembly.open) at = this.#fill(all, at, to);
      else if (this.#discard > 0) {
        const passed = Math.min(this.#discard, to - at);
        this.#discard -= passed;
        at += passed;
      } else at = this.#boundary(all, at, to);
    }
  }

  gap(lost: number): void {
    const inside = !this.#assembly.open && lost >= 0 && lost <= this.#discard;
    if (inside) this.#discard -= lost;
    else this.#search();
  }

  end(): void {
    this.#search();
  }

  #search(): void {
    if (this.#assembly.open) this.#assembly.take();
    this.#held = undefined;
    this.#discard = 0;
  }

  #boundary(bytes: Buffer, at: number, to: number): number {
    const head = ldapHead(bytes, at, to);
    if (head === 'more' && to - at < LONGEST_HEAD) {
      this.#held = Buffer.from(bytes.subarray(at, to));
      return to;
    }
    if (head === undefined || head === 'more') {
      this.#search();
      return to;
    }
    const { length, operation } = head;
    if (!BINDS.has(operation) || length > LONGEST_BIND) this.#discard = length;
    else if (length <= to - at) {
      this.#bind(bytes.subarray(at, at + length));
      return at + length;
    } else if (!this.#assembly.begin(length, to - at)) this.#discard = length;
    return at;
  }

  #fill(bytes: Buffer, at: number, to: number): number {
    const next = this.#assembly.fill(bytes, at, to);
    if (next < 0) {
      this.#discard = this.#assembly.missing;
      this.#assembly.take();
      return at;
    }
    if (this.#assembly.missing === 0) this.#bind(this.#assembly.take());
    return next;
  }
}

const BINDS: ReadonlySet<number> = new Set(Object.values(LDAP_OPERATION));

/** The logons of one connection of LDAP: binds of SASL and sicily, and their answers. */
export class LdapLogons implements LogonProtocol {
  splitter({ connection, forward }: Direction, budget: AssemblyBudget, tell: TellToken): LogonSplitter {
    return new LdapSplitter((message) => {
      const { operation, token: octets } = readable(message) ?? {};
      if (operation === undefined) return;
      connection.client ??= (operation === 'bindRequest') === forward ? 'first' : 'second';
      if (octets !== undefined) tell({ octets, exchange: 'bind' });
    }, budget);
  }
}

function readable(message: Buffer): ReturnType<typeof ldapBind> {
  try {
    return ldapBind(message);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}
