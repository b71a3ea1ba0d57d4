/**
 * What can refuse a call, from the wire upwards: one vocabulary for all who report it. A server knows which of its checks
 * it was. A client and a sniffer have only the answer: unless something else points to another word, they say `bind`,
 * `fault` or `result`.
 */
export const REFUSED_BY = {
  transport: 'the connection could not be opened, or it ended',
  codec: 'bytes could not be read as the structure that they should be',
  protocol: 'a PDU or an order of PDUs that the RPC protocol does not allow',
  limit: 'a limit of the server: calls, contexts, bytes, objects',
  bind: 'the bind or its presentation context was refused',
  authentication: 'the handshake failed: the logon, its protection, or the policy of the security provider',
  'security context': 'the call has no usable security context, or changes the one that it has',
  signature: 'the signature of a PDU is wrong or missing',
  'verification trailer': 'the request that arrived is not the one that the client describes ([MS-RPCE] 2.2.2.13)',
  operation: 'the interface has no such operation',
  'activation policy': 'KB5004442: an activation below PKT_INTEGRITY',
  'exporter level': 'a call of an object below the exporter’s own level ([MS-DCOM] 3.1.1.5.4)',
  'access control': 'a launch, activation or access permission',
  version: 'the COM version in ORPCTHIS',
  header: 'the flags in ORPCTHIS',
  request: 'the activation cannot be carried out for any class',
  session: 'the logon session that an activation asks for does not exist',
  class: 'the class is not registered, or cannot do what is asked for',
  object: 'there is no such object, or no such interface of it',
  method: 'the method ran, and raised a fault',
  'safety rule': 'this program calls methods of objects only on this machine and on simulated hosts',
  victim: 'the client, which an attacker wants to relay, refused by itself',
  fault: 'the answer is a fault that does not say which check it comes from',
  result: 'the answer has a result that does not say which check it comes from',
} as const;

/** Who refused a call: a row of `REFUSED_BY`. */
export type RefusedBy = keyof typeof REFUSED_BY;
