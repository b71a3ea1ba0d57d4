import { parseAddress } from '../../codec/inet/address.js';
import { Ports } from './ports.js';

/** A host of the simulated network. */
export interface Host {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Its place among the interfaces of the recording. */
  readonly interface: number;
  readonly ports: Ports;
}

/** An address that a host has, in the form in which the host was given it. */
export interface Place {
  readonly host: Host;
  readonly address: string;
}

/** The hosts of a network by their names, and by their addresses in whatever form these are written. */
export class Hosts {
  readonly #byName = new Map<string, Host>();
  readonly #byAddress = new Map<string, Place>();

  /** Throws `TypeError` for a name or address that is taken, and for what is no address. */
  add(name: string, addresses: readonly string[], addInterface: () => number): void {
    if (this.#byName.has(name)) throw new TypeError(`there is a host '${name}' already`);
    const keys = addresses.map((address) => keyOfHost(address));
    const taken = addresses.find(
      (_, n) => this.#byAddress.has(keys[n] as string) || keys.indexOf(keys[n] as string) < n,
    );
    if (taken !== undefined) throw new TypeError(`there is a host '${taken}' already`);
    const host: Host = { name, addresses, interface: addInterface(), ports: new Ports() };
    this.#byName.set(name, host);
    for (const [n, address] of addresses.entries()) this.#byAddress.set(keys[n] as string, { host, address });
  }

  /** Throws `TypeError` where there is none. */
  named(name: string): Host {
    const host = this.#byName.get(name);
    if (host === undefined) throw new TypeError(`there is no host '${name}'`);
    return host;
  }

  at(address: string): Place | undefined {
    const key = keyOf(address);
    return key === undefined ? undefined : this.#byAddress.get(key);
  }

  /** By name too, which means the host's first address. */
  find(nameOrAddress: string): Place | undefined {
    const host = this.#byName.get(nameOrAddress);
    const address = host?.addresses[0];
    return host === undefined || address === undefined ? this.at(nameOrAddress) : { host, address };
  }

  /** Where a host that listens on an address does: `0.0.0.0` and `::` are all that it has of that family. */
  listening(address: string, own: Host | undefined): readonly Place[] {
    const family = ANY[keyOf(address) ?? ''];
    if (family !== undefined)
      return (own?.addresses ?? [])
        .filter((each) => keyOfHost(each).length === family)
        .map((each) => ({ host: own as Host, address: each }));
    const place = this.at(address);
    return place === undefined || (own !== undefined && place.host !== own) ? [] : [place];
  }
}

/** `0.0.0.0` and `::`, with the length of a key of their families. */
const ANY: Readonly<Record<string, number>> = { [''.padEnd(8, '0')]: 8, [''.padEnd(32, '0')]: 32 };

/** One for all forms of an address (RFC 5952 1). */
function keyOf(address: string): string | undefined {
  try {
    return parseAddress(address).toString('hex');
  } catch {
    return undefined;
  }
}

function keyOfHost(address: string): string {
  const key = keyOf(address);
  if (key === undefined || key in ANY) throw new TypeError(`no address of a host: '${address}'`);
  return key;
}
