import { PFC, PTYPE, sec_trailer } from '../../../codec/rpce/index.js';
import type { Endian } from '../../../codec/uuid.js';
import { COMMON_HEADER } from '../../pdu/recognise.js';
import { replaceText, replaceUuid } from '../pseudonyms/octets.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';
import { startsKnownUuid } from '../pseudonyms/uuids.js';
import type { Tally } from '../tally.js';

/** Where in a PDU that was rewritten the parts stand that others rewrite; what is there of a cut one. */
export interface PduPlaces {
  /** Of a request or response: stub data with padding, up to the trailer. */
  readonly stub: { readonly start: number; readonly end: number } | undefined;
  readonly auth:
    | {
        readonly type: number;
        readonly level: number;
        readonly id: number;
        readonly trailer: number;
        readonly end: number;
      }
    | undefined;
}

const TRAILER = sec_trailer.size;
const SYNTAX = 20;

/**
 * Rewrites the header and the body of a PDU in place: numbers stay, UUIDs and names are replaced, what has no field is
 * zero. Stub and token are left as they are, for the caller. Takes as much of a PDU as there is.
 */
export function replacePdu(names: Pseudonyms, tally: Tally, bytes: Buffer): PduPlaces {
  if (bytes.length < COMMON_HEADER) return { stub: undefined, auth: undefined };
  const little = ((bytes[4] as number) & 0x10) !== 0;
  const u16 = (at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const end = Math.min(u16(8), bytes.length);
  const authLength = u16(10);
  const trailer = u16(8) - authLength - TRAILER;
  const hasTrailer = authLength > 0 && trailer >= COMMON_HEADER;
  const bodyEnd = hasTrailer ? Math.min(trailer, end) : end;
  const body = new Body(names, tally, bytes, bodyEnd, little);
  const stub = body.replace(bytes[2] as number, !hasTrailer);
  tally.zero(bytes.subarray(end), REST);
  if (!hasTrailer || trailer + TRAILER > end) {
    if (hasTrailer && trailer < end) tally.zero(bytes.subarray(trailer, end), REST);
    return { stub, auth: undefined };
  }
  const id = little ? bytes.readUInt32LE(trailer + 4) : bytes.readUInt32BE(trailer + 4);
  const [type, level] = [bytes[trailer] as number, bytes[trailer + 1] as number];
  return { stub, auth: { type, level, id, trailer, end } };
}

const REST = 'octets of PDUs that no field covers';

class Body {
  readonly #names: Pseudonyms;
  readonly #tally: Tally;
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly #endian: Endian;

  constructor(names: Pseudonyms, tally: Tally, bytes: Buffer, end: number, little: boolean) {
    this.#names = names;
    this.#tally = tally;
    this.#bytes = bytes;
    this.#end = end;
    this.#endian = little ? 'little' : 'big';
  }

  /** `bare`: a trailer without a token may stand at the end. */
  replace(type: number, bare: boolean): PduPlaces['stub'] {
    switch (type) {
      case PTYPE.request:
        return this.#request();
      case PTYPE.response:
        return this.#stubFrom(24);
      case PTYPE.bind:
      case PTYPE.alter_context:
        this.#rest(this.#contexts(), bare);
        return undefined;
      case PTYPE.bind_ack:
      case PTYPE.alter_context_resp:
        this.#rest(this.#results(), bare);
        return undefined;
      case PTYPE.fault:
        this.#rest(FAULT, false);
        return undefined;
      case PTYPE.bind_nak:
        this.#rest(this.#versions(), false);
        return undefined;
      default:
        this.#rest(COMMON_HEADER, bare);
        return undefined;
    }
  }

  #request(): PduPlaces['stub'] {
    if (((this.#bytes[3] as number) & PFC.OBJECT_UUID) === 0) return this.#stubFrom(24);
    this.#uuid(24);
    return this.#stubFrom(40);
  }

  #stubFrom(start: number): PduPlaces['stub'] {
    return { start: Math.min(start, this.#end), end: this.#end };
  }

  /** C706 12.6.4.3: elements from octet 28 on, each with its interface and transfer syntaxes. */
  #contexts(): number {
    let at = 28;
    for (let left = this.#bytes[24] ?? 0; left > 0 && at + 4 <= this.#end; left--) {
      const syntaxes = 1 + (this.#bytes[at + 2] as number);
      at += 4;
      for (let index = 0; index < syntaxes && at < this.#end; index++) {
        this.#uuid(at);
        at += SYNTAX;
      }
    }
    return at;
  }

  /** C706 12.6.4.4: the secondary address, which is a port or a pipe, then the results. */
  #results(): number {
    if (this.#end < 26) return this.#end;
    const length = this.#endian === 'little' ? this.#bytes.readUInt16LE(24) : this.#bytes.readUInt16BE(24);
    const address = this.#bytes.subarray(26, Math.min(26 + length, this.#end));
    if (!/^\d{1,5}\0*$/.test(address.toString('latin1'))) replaceText(this.#names, address, 'octets');
    const list = (26 + length + 3) & ~3;
    this.#zero(26 + length, Math.min(list, this.#end));
    if (list + 4 > this.#end) return list;
    let at = list + 4;
    for (let left = this.#bytes[list] as number; left > 0 && at < this.#end; left--) {
      this.#uuid(at + 4);
      at += 4 + SYNTAX;
    }
    return at;
  }

  /** C706 12.6.4.5: the reason, and versions of two octets each; extended error information may follow. */
  #versions(): number {
    return 19 + 2 * (this.#bytes[18] ?? 0);
  }

  /** Of one that is cut, what begins as a known one does stays. */
  #uuid(at: number): void {
    if (at + 16 <= this.#end) replaceUuid(this.#names, this.#bytes.subarray(at, at + 16), this.#endian);
    else if (!startsKnownUuid(this.#bytes.subarray(at, this.#end), this.#endian)) this.#zero(at, this.#end);
  }

  #rest(from: number, bare: boolean): void {
    // [MS-RPCE] 2.2.2.11: only type, level and id.
    if (bare && this.#end - from === TRAILER) return;
    this.#zero(from, this.#end);
  }

  #zero(from: number, to: number): void {
    if (from < to) this.#tally.zero(this.#bytes.subarray(from, to), REST);
  }
}

/** C706 12.6.4.7: up to the status and the reserved octets behind it. */
const FAULT = 32;
