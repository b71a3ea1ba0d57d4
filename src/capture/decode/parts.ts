import { CodecError } from '../../codec/error.js';
import { isNtlm, isNtlmV2, traceAvPairs, traceNtlmMessage, traceNtlmV2Response } from '../../codec/ntlm/index.js';
import { type AuthVerifier, findVerificationTrailer, type Pdu, RPC_C_AUTHN, tracePdu } from '../../codec/rpce/index.js';
import { type Span, SpanTrace } from '../../codec/span.js';
import { traceNegToken } from '../../codec/spnego/index.js';
import type { DecodedPdu } from './decode.js';

/** Octets with the fields in them, in the order of reading. */
export interface PduPart {
  readonly kind: 'pdu' | 'stub';
  readonly bytes: Uint8Array;
  readonly spans: readonly Span[];
}

/**
 * The octets of a PDU and where each of its fields stands: header, body, parameters, token. The stub of a call is a part
 * of its own where the PDU does not hold it as it is: where it was encrypted, or came in several fragments.
 *
 * Octets that a password can be guessed from are overwritten with zeros, so that the parts can be shown to others.
 */
export function pduParts({ captured, observed, operation }: DecodedPdu): PduPart[] {
  const bytes = Buffer.from(captured.bytes);
  const spans: Span[] = [];
  const trace = new SpanTrace(bytes, '', spans);
  const pdu = attempt(() => tracePdu(bytes, trace));
  if (pdu?.auth !== undefined && !isCall(pdu)) traceToken(pdu.auth, trace.within('sec_trailer.auth_value'));
  const { message } = observed;
  if (message === undefined || message.kind === 'fault' || isUnreadable(message.stubState))
    return [{ kind: 'pdu', bytes, spans }];
  const type = message.kind === 'request' ? operation?.request : operation?.response;
  const syntax = message.presentation?.transferSyntax;
  const inStub = type && syntax ? [...type.spans(message.stub, { syntax, little: message.littleEndian })] : [];
  if (message.kind === 'request') {
    const trailer = new SpanTrace(message.stub, '', inStub);
    attempt(() => findVerificationTrailer(message.stub, 0, trailer));
  }
  const own = pdu !== undefined && 'stub' in pdu ? pdu.stub : undefined;
  if (own === undefined || !Buffer.from(own).equals(message.stub))
    return [
      { kind: 'pdu', bytes, spans },
      { kind: 'stub', bytes: Buffer.from(message.stub), spans: inStub },
    ];
  const start = own.byteOffset - bytes.byteOffset;
  for (const span of inStub) spans.push({ ...span, start: span.start + start, end: span.end + start });
  return [{ kind: 'pdu', bytes, spans }];
}

/** The fields of a PDU by itself, whose operation nobody knows, or of the token of a mechanism. */
export function octetsPart(octets: Uint8Array, tokenOf?: number): PduPart {
  const bytes = Buffer.from(octets);
  const trace = new SpanTrace(bytes);
  if (tokenOf === undefined) {
    const pdu = attempt(() => tracePdu(bytes, trace));
    if (pdu?.auth !== undefined && !isCall(pdu)) traceToken(pdu.auth, trace.within('sec_trailer.auth_value'));
  } else traceToken({ auth_type: tokenOf, auth_level: 0, auth_context_id: 0, auth_value: bytes }, trace);
  return { kind: 'pdu', bytes, spans: trace.spans };
}

const isCall = ({ PTYPE }: Pdu): boolean => PTYPE === 'request' || PTYPE === 'response' || PTYPE === 'fault';

const isUnreadable = (state: string): boolean => state === 'sealed' || state === 'bad signature';

/** A part that cannot be read shows what was read before it. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

function traceToken({ auth_type, auth_value }: AuthVerifier, trace: SpanTrace): void {
  if (isNtlm(auth_value)) {
    traceNtlm(auth_value, trace);
    return;
  }
  const before = trace.spans.length;
  const token = auth_type === RPC_C_AUTHN.GSS_NEGOTIATE ? attempt(() => traceNegToken(auth_value, trace)) : undefined;
  const inner = token?.kind === 'NegTokenInit' ? token.mechToken : token?.responseToken;
  if (inner !== undefined && isNtlm(inner)) traceNtlm(inner, trace);
  // Of a ticket the password of its service can be guessed.
  else withhold(token === undefined ? auth_value : inner);
  if (token !== undefined) traceRest(auth_value, trace, before);
}

/** What is around the elements of a token: tags and lengths. */
function traceRest(octets: Uint8Array, trace: SpanTrace, from: number): void {
  const own = trace.spans.slice(from);
  const leaves = own.filter(
    ({ start, end }) =>
      !own.some((each) => each.start >= start && each.end <= end && each.end - each.start < end - start),
  );
  const origin = leaves.length === 0 ? 0 : octets.byteOffset - trace.origin;
  let at = origin;
  for (const { start, end } of [...leaves].sort((a, b) => a.start - b.start)) {
    trace.octets('(DER)', octets.subarray(at - origin, start - origin), {
      section: 'X.690 8.1',
      note: 'tags and lengths',
    });
    at = Math.max(at, end);
  }
  trace.octets('(DER)', octets.subarray(at - origin), { section: 'X.690 8.1', note: 'tags and lengths' });
}

function traceNtlm(token: Uint8Array, trace: SpanTrace): void {
  const message = attempt(() => traceNtlmMessage(token, trace));
  if (message?.MessageType === 2) {
    const pairs = message.TargetInfo?.bytes;
    if (pairs !== undefined) attempt(() => traceAvPairs(pairs, trace.within('CHALLENGE_MESSAGE.TargetInfo')));
  }
  if (message?.MessageType === 3) {
    withhold(message.LmChallengeResponse?.bytes);
    traceNtResponse(message.NtChallengeResponse?.bytes, trace.within('AUTHENTICATE_MESSAGE.NtChallengeResponse'));
    withhold(message.EncryptedRandomSessionKey?.bytes);
  }
  if (message === undefined) withhold(token);
}

/**
 * What NTLMv2 has a client say beside its proof. A guess at the password needs the client's challenge as well: with it,
 * the MIC or the signature of a later PDU would tell whether the guess is right.
 */
function traceNtResponse(nt: Uint8Array | undefined, trace: SpanTrace): void {
  const before = trace.spans.length;
  const response = nt && isNtlmV2(nt) ? attempt(() => traceNtlmV2Response(nt, trace)) : undefined;
  const { Response, ClientChallenge } = response ?? {};
  // [MS-NLMP] 2.2.2.7: both are 1. What is something else may have secrets anywhere.
  if (ClientChallenge?.RespType !== 1 || ClientChallenge.HiRespType !== 1) {
    trace.spans.length = before;
    withhold(nt);
    return;
  }
  withhold(Response);
  withhold(ClientChallenge.ChallengeFromClient);
}

/** In the copy, of which these octets are a view. */
const withhold = (octets: Uint8Array | undefined): unknown => octets?.fill(0);
