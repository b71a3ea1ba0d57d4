import type { KnownPdu, PduType } from '../../codec/rpce/index.js';
import { bindNakReasonName } from '../../codec/status/pdu.js';
import { Mismatch } from './check.js';
import { type Received, receivedText } from './raw-connection.js';
import { faultText } from './wire.js';

/** What came, as the PDU of a type. Throws `Mismatch`. */
export function expectPdu<T extends PduType>(received: Received, type: T, expected = `a ${type}`): KnownPdu<T> {
  if (received.kind !== 'pdu' || received.pdu.PTYPE !== type) throw new Mismatch(expected, receivedText(received));
  return received.pdu as KnownPdu<T>;
}

/** A fault with one of the statuses. Throws `Mismatch`. */
export function expectFault(received: Received, ...statuses: readonly number[]): KnownPdu<'fault'> {
  const expected =
    statuses.length === 0 ? 'a fault' : `a fault with status ${statuses.map((each) => faultText(each)).join(' or ')}`;
  const fault = expectPdu(received, 'fault', expected);
  if (statuses.length > 0 && !statuses.includes(fault.status)) throw new Mismatch(expected, receivedText(received));
  return fault;
}

/** A bind_nak with one of the reasons. Throws `Mismatch`. */
export function expectBindNak(received: Received, ...reasons: readonly number[]): KnownPdu<'bind_nak'> {
  const names = reasons.map((each) => `${bindNakReasonName(each)} (${each})`).join(' or ');
  const expected = reasons.length === 0 ? 'a bind_nak' : `a bind_nak with reason ${names}`;
  const nak = expectPdu(received, 'bind_nak', expected);
  if (reasons.length > 0 && !reasons.includes(nak.provider_reject_reason))
    throw new Mismatch(expected, `${receivedText(received)} (${nak.provider_reject_reason})`);
  return nak;
}

/** The end of the connection. Throws `Mismatch`. */
export function expectClosed(received: Received, expected = 'the end of the connection'): void {
  if (received.kind !== 'closed') throw new Mismatch(expected, receivedText(received));
}
