import { closeSync, openSync, writeSync } from 'node:fs';
import { pcap_file_header } from '../dist/codec/pcap/pcap.js';

const PIECE = 1 << 20;
const RECORD = 16;
const ETHERNET = 14;
const IP = 20;
const TCP = 20;
const HEADS = RECORD + ETHERNET + IP + TCP;
const SYN_OR_FIN = 0x03;
const RESOLVER_PORT = 135;
/** 10.0.0.1 */
const SERVER_ADDRESS = 0x0a000001;
/** 172.16.0.0 */
const CLIENT_ADDRESSES = 0xac100000;
const START = 1_700_000_000;

/** A capture of connections between many clients and one server, packet by packet. */
export class SyntheticCapture {
  #file;
  #memory = Buffer.alloc(PIECE);
  #filled = 0;
  #packets = 0;

  constructor(name) {
    this.#file = openSync(name, 'w');
    const head = { magic: 0xa1b2c3d4, version_major: 2, version_minor: 4, reserved1: 0, reserved2: 0 };
    writeSync(this.#file, pcap_file_header.encode({ ...head, snaplen: 262_144, linktype: 1 }));
  }

  /**
   * What connection number `client` sends: each with who sends it, flags of TCP and octets. `from` is where its directions
   * stand, as the last call gave it.
   */
  send(client, segments, from = [1000, 2000]) {
    let [fromClient, fromServer] = from;
    for (const [byClient, flags, octets = NOTHING] of segments) {
      this.#packet(client, byClient, flags, octets, fromClient, fromServer);
      const used = octets.length + ((flags & SYN_OR_FIN) !== 0 ? 1 : 0);
      if (byClient) fromClient += used;
      else fromServer += used;
    }
    return [fromClient, fromServer];
  }

  close() {
    this.#write();
    closeSync(this.#file);
  }

  #packet(client, byClient, flags, octets, fromClient, fromServer) {
    const length = HEADS + octets.length;
    if (this.#filled + length > PIECE) this.#write();
    const out = this.#memory.subarray(this.#filled, this.#filled + length);
    this.#filled += length;
    this.#packets++;
    out.fill(0, 0, HEADS);
    out.writeUInt32LE(START + Math.floor(this.#packets / 1000), 0);
    out.writeUInt32LE((this.#packets % 1000) * 1000, 4);
    out.writeUInt32LE(length - RECORD, 8);
    out.writeUInt32LE(length - RECORD, 12);
    out.writeUInt16BE(0x0800, RECORD + 12);
    const ip = RECORD + ETHERNET;
    out[ip] = 0x45;
    out.writeUInt16BE(length - ip, ip + 2);
    out[ip + 8] = 64;
    out[ip + 9] = 6;
    out.writeUInt32BE(CLIENT_ADDRESSES + client, ip + (byClient ? 12 : 16));
    out.writeUInt32BE(SERVER_ADDRESS, ip + (byClient ? 16 : 12));
    const tcp = ip + IP;
    out.writeUInt16BE(50_000, tcp + (byClient ? 0 : 2));
    out.writeUInt16BE(RESOLVER_PORT, tcp + (byClient ? 2 : 0));
    out.writeUInt32BE(byClient ? fromClient : fromServer, tcp + 4);
    out.writeUInt32BE(byClient ? fromServer : fromClient, tcp + 8);
    out[tcp + 12] = 0x50;
    out[tcp + 13] = flags;
    out.set(octets, HEADS);
  }

  #write() {
    writeSync(this.#file, this.#memory, 0, this.#filled);
    this.#filled = 0;
  }
}

const NOTHING = Buffer.alloc(0);
