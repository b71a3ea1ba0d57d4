import { decodePdu, type Pdu } from '../../src/codec/rpce/index.js';

/** The octets of one connection, both ways: to be given to a client as its `octets`. */
export class Wire {
  readonly #chunks = { client: [] as Buffer[], server: [] as Buffer[] };

  readonly octets = (from: 'client' | 'server', bytes: Uint8Array): void => {
    this.#chunks[from].push(Buffer.from(bytes));
  };

  /** The PDUs of one side, in their order; a sealed stub stays sealed. */
  pdus(from: 'client' | 'server'): Pdu[] {
    const all = Buffer.concat(this.#chunks[from]);
    const pdus: Pdu[] = [];
    for (let at = 0; at < all.length; ) {
      const little = ((all[at + 4] ?? 0) & 0x10) !== 0;
      const length = little ? all.readUInt16LE(at + 8) : all.readUInt16BE(at + 8);
      pdus.push(decodePdu(all.subarray(at, at + length)));
      at += length;
    }
    return pdus;
  }

  of<T extends Pdu['PTYPE']>(from: 'client' | 'server', type: T): Extract<Pdu, { PTYPE: T }>[] {
    return this.pdus(from).filter((pdu): pdu is Extract<Pdu, { PTYPE: T }> => pdu.PTYPE === type);
  }
}
