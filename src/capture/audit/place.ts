import type { ObservedSecurity } from '../../rpc/passive/security.js';
import { endpointText, isoTime, userName } from '../decode/record.js';
import type { CapturedPdu } from '../pdu/pdu.js';
import { mechanismName } from './exchanges.js';
import type { AuditPlace, AuditUser } from './records.js';

/** Where a PDU was seen, from client to server whichever sent it. */
export function placeOf(captured: CapturedPdu): AuditPlace {
  const [client, server] =
    captured.direction === 'toServer' ? [captured.src, captured.dst] : [captured.dst, captured.src];
  return {
    file: captured.file,
    stream: captured.stream,
    frame: captured.frame,
    time: isoTime(captured.seconds, captured.nanoseconds),
    client: endpointText(client),
    server: endpointText(server),
  };
}

/** Who stands behind a security context, as far as its handshake tells. */
export function userOf({ passive, authType }: Partial<ObservedSecurity> = {}): AuditUser {
  const identity = passive?.identity;
  return {
    user: identity === undefined ? null : userName(identity),
    anonymous: identity?.anonymous === true,
    mechanism: mechanismName(authType, passive?.info.mechanism),
    workstation: identity?.workstation ?? null,
  };
}
