import type { CapturedPdu } from '../../../capture/pdu/pdu.js';
import type { NamedPipe } from '../../../capture/smb/pipe.js';
import { PTYPE, RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/constants.js';
import { readCommonHeader, sec_trailer } from '../../../codec/rpce/header.js';
import type { Channels, Followed, Found } from './channels.js';
import type { Place } from './deliveries.js';

/** Of a connection with RPC, or a pipe: what any of its PDUs needs to be understood. */
export interface Association {
  readonly pipe: NamedPipe | undefined;
  /** The packets of the PDUs that open its contexts, so far, and of those that its keys have gone through. */
  readonly handshakes: Place[];
  readonly channels: Set<Followed>;
  /** Packets of it had been forgotten before. */
  lacking: boolean;
}

/** C706 12.6.4, [MS-RPCE] 2.2.2.5: interfaces, transfer syntaxes and users of an association are told by these alone. */
const HANDSHAKE: ReadonlySet<number> = new Set([
  PTYPE.bind,
  PTYPE.bind_ack,
  PTYPE.bind_nak,
  PTYPE.alter_context,
  PTYPE.alter_context_resp,
  PTYPE.auth3,
]);
export const isHandshake = ({ type }: CapturedPdu): boolean => HANDSHAKE.has(type);

/** [MS-NLMP] 3.4.3, 3.4.4: keys stream on from PDU to PDU and signatures count them, so that one opens only after all before it. */
function isProtected({ bytes }: CapturedPdu): boolean {
  const { auth_length, frag_length } = readCommonHeader(bytes);
  return auth_length > 0 && (bytes[frag_length - auth_length - sec_trailer.size + 1] ?? 0) >= RPC_C_AUTHN_LEVEL.PKT;
}

/** Packets of all handshakes that are kept in mind. */
const MOST_PLACES = 1_000_000;

/** The associations of captures. */
export class Associations {
  readonly #most: number;
  readonly #known = new Map<NamedPipe | number, Association>();
  #places = 0;
  #forgot = false;

  /** At most so many are kept in mind. */
  constructor(most: number) {
    this.#most = most;
  }

  /** That of a PDU. */
  of(pdu: CapturedPdu, { places, lacking }: Found, from: readonly Followed[], channels: Channels): Association {
    const key = pdu.pipe ?? pdu.stream;
    const association = this.#known.get(key) ?? this.#begin(key, pdu, channels);
    for (const channel of from) association.channels.add(channel);
    if (isHandshake(pdu) || isProtected(pdu)) {
      association.handshakes.push(...places);
      association.lacking ||= lacking;
      this.#places += places.length;
      if (this.#places > MOST_PLACES) this.#forget();
    }
    return association;
  }

  /** Streams of the next captures have the same numbers. */
  clear(): void {
    this.#known.clear();
    this.#places = 0;
    this.#forgot = false;
  }

  #begin(key: NamedPipe | number, { transport, pipe, stream, type }: CapturedPdu, channels: Channels): Association {
    // One that begins with a bind was not known before.
    const known = this.#forgot && type !== PTYPE.bind;
    if (this.#known.size >= this.#most) this.#forget();
    // [MS-RPCH] 2.1.2.1: what stands before the first PDU of a channel says what it is.
    const before = transport === 'ncacn_http' ? channels.all(stream) : { places: [], lacking: false };
    const handshakes = [...before.places];
    const association: Association = { pipe, handshakes, channels: new Set(), lacking: known || before.lacking };
    this.#known.set(key, association);
    this.#places += handshakes.length;
    return association;
  }

  #forget(): void {
    const [oldest] = this.#known;
    if (oldest === undefined) return;
    this.#places -= oldest[1].handshakes.length;
    this.#forgot = true;
    this.#known.delete(oldest[0]);
  }
}
