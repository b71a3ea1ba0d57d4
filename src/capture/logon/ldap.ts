import { CodecError } from '../../codec/error.js';
import type { AssemblyBudget } from '../stream/assembly.js';
import type { Direction } from '../stream/connection.js';
import { MessageRest } from '../stream/message-rest.js';
import { ldapBind } from './ldap-bind.js';
import type { LogonProtocol, LogonSplitter, TellToken } from './protocol.js';
import { LDAP_OPERATION, ldapHead } from './recognise.js';

/** Octets of a bind, at most: a ticket can have 64 KiB. */
const LONGEST_BIND = 131_072;
/** A message's head up to its operation has no more. */
const LONGEST_HEAD = 16;

/** Splits one direction of LDAP into messages (RFC 4511 5.1), of which only binds are kept. */
class LdapSplitter implements LogonSplitter {
  readonly #bind: (message: Buffer) => void;
  readonly #rest: MessageRest;
  #held: Buffer | undefined;

  constructor(bind: (message: Buffer) => void, budget: AssemblyBudget) {
    this.#bind = bind;
    this.#rest = new MessageRest(budget, (message, missing) => missing === 0 && bind(message));
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
    while (at < to) at = this.#rest.open ? this.#rest.take(all, at, to) : this.#boundary(all, at, to);
  }

  gap(lost: number): void {
    this.#held = undefined;
    this.#rest.gap(lost);
  }

  end(): void {
    this.#rest.cut();
  }

  #boundary(bytes: Buffer, at: number, to: number): number {
    const head = ldapHead(bytes, at, to);
    if (head === 'more' && to - at < LONGEST_HEAD) {
      this.#held = Buffer.from(bytes.subarray(at, to));
      return to;
    }
    // Only the beginning of the next segment is believed to be that of a message.
    if (head === undefined || head === 'more') return to;
    const { length, operation } = head;
    if (!BINDS.has(operation) || length > LONGEST_BIND) this.#rest.passOver(length);
    else if (length <= to - at) {
      this.#bind(bytes.subarray(at, at + length));
      return at + length;
    } else this.#rest.keep(length, to - at);
    return at;
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
