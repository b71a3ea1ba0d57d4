import { CodecError } from '../error.js';
import { ByteReader, counted32 } from './file-reader.js';

/** A principal with its realm, as a credential cache writes it. */
export interface CcachePrincipal {
  readonly name_type: number;
  readonly realm: string;
  readonly name: readonly string[];
}

/** One ticket of a credential cache with its session key. A secret. */
export interface CcacheCredential {
  readonly client: CcachePrincipal;
  readonly server: CcachePrincipal;
  readonly etype: number;
  readonly key: Uint8Array;
  /** Milliseconds since 1970. */
  readonly authtime: number;
  readonly starttime: number;
  readonly endtime: number;
  readonly renew_till: number;
  readonly flags: number;
  /** The octets of the Ticket. */
  readonly ticket: Uint8Array;
}

/** A file credential cache: whose it is, and the tickets in it. */
export interface Ccache {
  readonly principal: CcachePrincipal;
  readonly credentials: readonly CcacheCredential[];
}

/** MIT keeps configuration among the tickets, under this realm. */
const CONFIGURATION = 'X-CACHECONF:';

/**
 * A credential cache file of version 4 as MIT Kerberos documents it (doc/formats/ccache_file_format.rst): 05 04, a
 * header, the default principal, and credentials to the end of the file.
 */
export function decodeCcache(bytes: Uint8Array): Ccache {
  if (bytes[0] !== 5 || bytes[1] !== 4)
    throw new CodecError('BAD_VALUE', 'ccache', 0, 'does not begin with 05 04, as a credential cache file does');
  const file = new ByteReader('ccache', bytes, 2);
  file.take(file.u16());
  const principal = readPrincipal(file);
  const credentials: CcacheCredential[] = [];
  while (file.left > 0) {
    const credential = readCredential(file);
    if (credential.server.realm !== CONFIGURATION) credentials.push(credential);
  }
  return { principal, credentials };
}

function readPrincipal(file: ByteReader): CcachePrincipal {
  const name_type = file.u32();
  const count = file.count(4);
  const realm = file.text32();
  return { name_type, realm, name: Array.from({ length: count }, () => file.text32()) };
}

function readCredential(file: ByteReader): CcacheCredential {
  const client = readPrincipal(file);
  const server = readPrincipal(file);
  const etype = file.u16();
  const key = Uint8Array.from(file.data32());
  const [authtime = 0, starttime = 0, endtime = 0, renew_till = 0] = Array.from({ length: 4 }, () => 1000 * file.u32());
  file.u8();
  const flags = file.u32();
  for (const _ of ['addresses', 'authorization data']) {
    for (let left = file.count(6); left > 0; left--) {
      file.u16();
      file.data32();
    }
  }
  const ticket = Uint8Array.from(file.data32());
  file.data32();
  return { client, server, etype, key, authtime, starttime, endtime, renew_till, flags, ticket };
}

/** A file of version 4 with no header fields. */
export function encodeCcache({ principal, credentials }: Ccache): Buffer {
  return Buffer.concat([Buffer.of(5, 4, 0, 0), writePrincipal(principal), ...credentials.map(writeCredential)]);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * i);
  return bytes;
}

const writePrincipal = ({ name_type, realm, name }: CcachePrincipal): Buffer =>
  Buffer.concat([
    words(name_type, name.length),
    ...[realm, ...name].map((text) => counted32(Buffer.from(text, 'utf8'))),
  ]);

function writeCredential(credential: CcacheCredential): Buffer {
  const { client, server, etype, key, authtime, starttime, endtime, renew_till, flags, ticket } = credential;
  const seconds = [authtime, starttime, endtime, renew_till].map((time) => Math.floor(time / 1000));
  return Buffer.concat([
    writePrincipal(client),
    writePrincipal(server),
    Buffer.of(etype >> 8, etype & 0xff),
    counted32(key),
    words(...seconds),
    Buffer.of(0),
    words(flags, 0, 0),
    counted32(ticket),
    words(0),
  ]);
}
