/**
 * Who can refuse a call, from the wire upwards: the one vocabulary for it, whoever tells it. A server knows which of its
 * checks it was; a client and a sniffer, who have the answer alone, know no more than `bind`, `fault` or `result` where
 * nothing else speaks for one of the others.
 */
export const REFUSED_BY = {
  transport: 'the connection could not be opened, or it ended',
  codec: 'octets could not be read as what they have to be',
  protocol: 'a PDU or an order of PDUs that the RPC protocol does not allow',
  limit: 'a bound of the server: calls, contexts, octets, objects',
  bind: 'the bind was refused, or its presentation context was',
  authentication: 'the handshake failed: the logon, its protection, or the policy of the security provider',
  'security context': 'the call stands under no usable security context, or changes the one it stands under',
  signature: 'the protection of a PDU does not verify, or is missing',
  'verification trailer': 'what the client says of its own request is not what arrived ([MS-RPCE] 2.2.2.13)',
  operation: 'the interface has no such operation',
  'activation policy': 'KB5004442: an activation below PKT_INTEGRITY',
  'exporter level': 'a call of an object below the exporter’s own level ([MS-DCOM] 3.1.1.5.4)',
  'access control': 'a launch, activation or access permission',
  version: 'the COM version in ORPCTHIS',
  header: 'the flags in ORPCTHIS',
  request: 'an activation that nobody can carry out, whatever the class',
  session: 'the logon session that an activation asks for does not exist',
  class: 'the class is not registered, or does not do what is asked for',
  object: 'there is no such object, or no such interface of it',
  method: 'the method ran, and raised a fault',
  'safety rule': 'this program calls methods of objects on this machine and simulated hosts alone',
  victim: 'the client that an attacker wants to relay',
  fault: 'a fault that does not say which check of the server it comes from',
  result: 'the result in the answer, which does not say which check of the server it comes from',
} as const;

/** Who refused a call: a row of `REFUSED_BY`. */
export type RefusedBy = keyof typeof REFUSED_BY;
