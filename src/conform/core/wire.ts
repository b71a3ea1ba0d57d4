import { CodecError } from '../../codec/error.js';
import { decodePdu, type Pdu } from '../../codec/rpce/index.js';
import { shortAuthnLevelName } from '../../codec/status/authn.js';
import { faultName } from '../../codec/status/explain.js';
import { bindNakReasonName, presentationResultName } from '../../codec/status/pdu.js';

/** Octets that went over a connection of a check: a PDU, or what is none. */
export interface WirePiece {
  /** Which connection of the check, from 1 on. */
  readonly connection: number;
  readonly from: 'client' | 'server';
  readonly bytes: Uint8Array;
}

/** What was sent and received during a check, in the order of the wire. Keeps so many pieces, and counts the rest. */
export class Wire {
  readonly pieces: WirePiece[] = [];
  /** Pieces that were not kept. */
  left = 0;
  #connections = 0;
  readonly #most: number;

  constructor(most = 200) {
    this.#most = most;
  }

  /** A further connection: what to tell its octets to. */
  connection(): (from: WirePiece['from'], bytes: Uint8Array) => void {
    const connection = ++this.#connections;
    return (from, bytes) => {
      if (this.pieces.length < this.#most) this.pieces.push({ connection, from, bytes: Uint8Array.from(bytes) });
      else this.left++;
    };
  }

  /** One line for each piece. */
  get lines(): string[] {
    const lines = this.pieces.map(
      ({ connection, from, bytes }) => `${connection} ${from === 'client' ? '>' : '<'} ${wireText(bytes)}`,
    );
    return this.left === 0 ? lines : [...lines, `and ${this.left} more`];
  }
}

/** Octets of a connection in one line: `request, call 2, flags 0x03, 24 octets`. */
export function wireText(bytes: Uint8Array): string {
  try {
    return `${pduText(decodePdu(bytes))}, ${bytes.length} octets`;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return `${bytes.length} octets that are no PDU (${error.message})`;
  }
}

/** What a PDU is and says, in a few words. */
export function pduText(pdu: Pdu): string {
  const { PTYPE, call_id, pfc_flags, auth } = pdu;
  const head = `${typeof PTYPE === 'number' ? `PTYPE ${PTYPE}` : PTYPE}, call ${call_id}, flags 0x${hex(pfc_flags, 2)}`;
  const security = auth === undefined ? '' : `, ${shortAuthnLevelName(auth.auth_level)} of type ${auth.auth_type}`;
  return `${head}${detail(pdu)}${security}`;
}

function detail(pdu: Pdu): string {
  if (pdu.PTYPE === 'fault') return `, ${faultText((pdu as { status: number }).status)}`;
  if (pdu.PTYPE === 'bind_nak')
    return `, ${bindNakReasonName((pdu as { provider_reject_reason: number }).provider_reject_reason)}`;
  if ('results' in pdu)
    return `, ${pdu.results.map(({ result }) => presentationResultName(result)).join(' ') || 'no results'}`;
  if ('opnum' in pdu) return `, opnum ${pdu.opnum}`;
  return '';
}

/** `nca_s_fault_access_denied (0x00000005)`. */
export const faultText = (status: number): string => `${faultName(status)} (0x${hex(status, 8)})`;

const hex = (value: number, digits: number): string => (value >>> 0).toString(16).padStart(digits, '0');
