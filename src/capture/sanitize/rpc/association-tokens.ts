import { PFC, PTYPE, RPC_C_AUTHN_LEVEL, sec_trailer } from '../../../codec/rpce/index.js';
import type { ObservedSecurity } from '../../../rpc/index.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';
import type { Tally } from '../tally.js';
import type { ResignedContext, Resigning, Side } from '../tokens/resign.js';
import { TokenReplacer } from '../tokens/token.js';
import type { OutgoingSignature } from './outbox.js';
import type { PduPlaces } from './pdu.js';

interface TokenParts {
  readonly names: Pseudonyms;
  readonly tally: Tally;
  readonly resigning: Resigning;
}

/** An association that is followed, in its source. */
interface Securities {
  readonly securities: readonly ObservedSecurity[];
}

/** One security context: its tokens are rewritten, and what follows them is signed anew. */
interface Context {
  readonly tokens: TokenReplacer;
  readonly resigned: ResignedContext;
}

const MOST_CONTEXTS = 2048;

/** C706 12.6.4, [MS-RPCE] 2.2.2.10: PDUs that carry a token, and no signature. */
const HANDSHAKE: ReadonlySet<number> = new Set([
  PTYPE.bind,
  PTYPE.bind_ack,
  PTYPE.alter_context,
  PTYPE.alter_context_resp,
  PTYPE.auth3,
]);

/** The security contexts of one association. */
export class AssociationTokens {
  readonly #parts: TokenParts;
  readonly #association: Securities;
  readonly #contexts = new Map<number, Context>();
  #clientSigns = false;
  #serverSigns = false;

  constructor(parts: TokenParts, association: Securities) {
    this.#parts = parts;
    this.#association = association;
  }

  /** Rewrites the token of a handshake; of another PDU gives where its signature is. */
  replace(from: Side, bytes: Buffer, { auth, stub }: PduPlaces): OutgoingSignature | undefined {
    const handshake = HANDSHAKE.has(bytes[2] as number);
    if (handshake && ((bytes[3] as number) & PFC.SUPPORT_HEADER_SIGN) !== 0) {
      if (from === 'initiator') this.#clientSigns = true;
      else this.#serverSigns = true;
    }
    if (auth === undefined) return undefined;
    if (handshake) {
      this.#token(from, bytes.subarray(auth.trailer + sec_trailer.size, auth.end), auth);
      return undefined;
    }
    return {
      context: this.#contexts.get(auth.id)?.resigned,
      authType: auth.type,
      sealed: auth.level === RPC_C_AUTHN_LEVEL.PKT_PRIVACY,
      stubStart: stub?.start ?? 0,
      trailer: auth.trailer,
      end: auth.end,
      // [MS-RPCE] 2.2.2.3: both have to offer it.
      signHeader: this.#clientSigns && this.#serverSigns,
    };
  }

  #token(from: Side, token: Uint8Array, { id, type }: NonNullable<PduPlaces['auth']>): void {
    const context = this.#contexts.get(id) ?? this.#begin(id, type);
    const passive = this.#association.securities.find((security) => security.id === id)?.passive;
    const proven = { established: passive?.established === true, mic: passive?.mic === 'right' };
    context.tokens.replace(token, type, (octets, message) => context.resigned.ntlm(octets, message, proven));
    context.resigned.observe(from, token);
  }

  #begin(id: number, type: number): Context {
    const { names, tally, resigning } = this.#parts;
    const context = { tokens: new TokenReplacer(names, tally), resigned: resigning.context(type) };
    if (this.#contexts.size < MOST_CONTEXTS) this.#contexts.set(id, context);
    return context;
  }
}
