import type { RefusedBy } from '../../codec/status/refused-by.js';

interface Declared {
  readonly refusedBy: RefusedBy;
  readonly section: string;
}

/** What the runtime of a server checks, by the name that a refusal carries, and to which layer each check belongs. */
export const SERVER_CHECKS = {
  'protocol version': { refusedBy: 'protocol', section: '[MS-RPCE] 3.3.1.5.1' },
  'fragment length': { refusedBy: 'protocol', section: '[MS-RPCE] 3.3.3.5.7' },
  'PDU body': { refusedBy: 'codec', section: '[MS-RPCE] 3.3.3.5.7' },
  'PDU type': { refusedBy: 'protocol', section: '[MS-RPCE] 3.3.3.5.7' },
  'one bind': { refusedBy: 'protocol', section: 'C706 12.6.4.3' },
  'sec_trailer alignment': { refusedBy: 'protocol', section: '[MS-RPCE] 2.2.2.11' },
  'handshake padding': { refusedBy: 'protocol', section: '[MS-RPCE] 2.2.2.11' },

  'association group': { refusedBy: 'bind', section: '[MS-RPCE] 3.3.1.5.7' },
  'context negotiation': { refusedBy: 'bind', section: '[MS-RPCE] 3.3.1.5.6' },
  'context count': { refusedBy: 'limit', section: '[MS-RPCE] 3.3.3.5.5' },
  'known context': { refusedBy: 'bind', section: '[MS-RPCE] 3.3.1.5.6' },

  'authentication level': { refusedBy: 'authentication', section: '[MS-RPCE] 2.2.1.1.8' },
  'authentication type': { refusedBy: 'authentication', section: '[MS-RPCE] 3.3.3.5.3' },
  logon: { refusedBy: 'authentication', section: '[MS-RPCE] 3.3.1.5.2.1' },
  'last leg': { refusedBy: 'security context', section: '[MS-RPCE] 3.3.1.5.2.1' },
  'token length': { refusedBy: 'limit', section: '[MS-RPCE] 2.2.2.12' },
  'security context count': { refusedBy: 'limit', section: '[MS-RPCE] 3.3.1.5.4' },
  'security context multiplexing': { refusedBy: 'security context', section: '[MS-RPCE] 3.3.1.5.4' },
  'known security context': { refusedBy: 'security context', section: '[MS-RPCE] 3.3.1.5.4' },
  'complete security context': { refusedBy: 'security context', section: '[MS-RPCE] 3.3.1.5.2.1' },
  'unchanged security context': { refusedBy: 'security context', section: '[MS-RPCE] 2.2.2.11' },

  'outstanding calls': { refusedBy: 'limit', section: '[MS-RPCE] 3.3.1.5.8' },
  'call order': { refusedBy: 'protocol', section: '[MS-RPCE] 3.3.1.5.8' },
  'fragment order': { refusedBy: 'protocol', section: '[MS-RPCE] 3.3.3.5.6' },
  call_id: { refusedBy: 'protocol', section: '[MS-RPCE] 3.3.3.5.2' },
  alloc_hint: { refusedBy: 'protocol', section: '[MS-RPCE] 2.2.2.6' },
  'stub length': { refusedBy: 'limit', section: '[MS-RPCE] 3.3.3.5.4' },
  signature: { refusedBy: 'signature', section: '[MS-RPCE] 3.3.1.5.2.2' },
  'verification trailer': { refusedBy: 'verification trailer', section: '[MS-RPCE] 2.2.2.13' },
  'verification trailer body': { refusedBy: 'codec', section: '[MS-RPCE] 2.2.2.13.1' },

  opnum: { refusedBy: 'operation', section: 'C706 12.6.4.9' },
  stub: { refusedBy: 'codec', section: '[MS-RPCE] 3.1.3.5.2' },
  method: { refusedBy: 'method', section: 'C706 12.6.4.7' },
} as const satisfies Readonly<Record<string, Declared>>;

/** A check of a server: a row of `SERVER_CHECKS`. */
export type ServerCheck = keyof typeof SERVER_CHECKS;

/** Who refused, and which of its checks it was. */
export interface RefusalCause {
  readonly refusedBy: RefusedBy;
  readonly check: ServerCheck;
}

export const causeOf = (check: ServerCheck): RefusalCause => ({ refusedBy: SERVER_CHECKS[check].refusedBy, check });
