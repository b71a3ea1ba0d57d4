import type { Connection } from '../stream/connection.js';

/** What is said of a connection in TLS in which one of the protocols that are read may be. */
export const IN_TLS =
  'connections in TLS to ports of HTTP or LDAP, which are not opened: RPC over HTTP in them, and relays from or to HTTPS and LDAPS, are not seen';

/** Of HTTP, RPC over HTTP and WinRM; of LDAP and the global catalog: with TLS, and without, where a proxy or server may still have it. */
const PORTS = [80, 443, 593, 5985, 5986, 8080, 8443, 389, 636, 3268, 3269];

const [HANDSHAKE, MAJOR_VERSION, CLIENT_HELLO] = [22, 3, 1];

/** RFC 8446 5.1, 4: a direction begins with a record of the handshake, and that with a ClientHello. */
export const beginsTls = (connection: Connection, bytes: Uint8Array, at: number, end: number): boolean =>
  bytes[at] === HANDSHAKE &&
  end - at >= 6 &&
  bytes[at + 1] === MAJOR_VERSION &&
  bytes[at + 5] === CLIENT_HELLO &&
  PORTS.some((port) => connection.uses(port));
