import {
  contextTag,
  type Element,
  expectElement,
  oidText,
  readElements,
  TAG,
  writeElement,
  writeOid,
} from '../asn1/der.js';
import { frameGss, unframeGss } from '../asn1/gss.js';
import { OID } from '../asn1/oids.js';
import { CodecError } from '../error.js';
import type { SpanTrace } from '../span.js';

/** RFC 4178 4.2.2, NegState. */
export const NEG_STATE = { ACCEPT_COMPLETED: 0, ACCEPT_INCOMPLETE: 1, REJECT: 2, REQUEST_MIC: 3 } as const;

interface Form {
  /**
   * The token as it came, where that is not how it would be encoded here: long lengths, unknown elements, octets behind
   * it. Where this is given it is sent as it is, whatever the fields say.
   */
  readonly octets?: Uint8Array;
}

/** RFC 4178 4.2.1, and NegTokenInit2 of [MS-SPNG] 2.2.1 where it has `negHints`. */
export interface NegTokenInit extends Form {
  readonly kind: 'NegTokenInit';
  /** In the GSS-API frame, as a first token is. */
  readonly framed: boolean;
  readonly mechTypes?: readonly string[];
  /** The MechTypeList as it was encoded, which a mechListMIC covers. Absent: made of `mechTypes`. */
  readonly mechTypeList?: Uint8Array;
  /** The contents of the BIT STRING; ignored ([MS-SPNG] 3.1.5.3). */
  readonly reqFlags?: Uint8Array;
  readonly mechToken?: Uint8Array;
  readonly negHints?: { readonly hintName?: string; readonly hintAddress?: Uint8Array };
  readonly mechListMIC?: Uint8Array;
}

/** RFC 4178 4.2.2. */
export interface NegTokenResp extends Form {
  readonly kind: 'NegTokenResp';
  readonly negState?: number;
  readonly supportedMech?: string;
  readonly responseToken?: Uint8Array;
  readonly mechListMIC?: Uint8Array;
}

export type NegToken = NegTokenInit | NegTokenResp;

/** [MS-SPNG] 3.2.5.2: what a server puts into hintName. */
export const HINT_NAME = 'not_defined_in_RFC4178@please_ignore';

/** RFC 4178 4.1, MechTypeList. */
export const encodeMechTypeList = (oids: readonly string[]): Buffer =>
  writeElement(TAG.SEQUENCE, ...oids.map(writeOid));

/** RFC 4178 4.2, NegotiationToken, in its GSS-API frame or without. */
export const decodeNegToken = (bytes: Uint8Array): NegToken => readNegToken(bytes, undefined);

/** What stands in one, for whoever will not encode it again: without `octets`, which take half of the time to know. */
export const readNegFields = (bytes: Uint8Array): NegToken => fieldsOfToken(bytes, undefined);

/** The same, and where each element stands. */
export const traceNegToken = (bytes: Uint8Array, trace: SpanTrace): NegToken => readNegToken(bytes, trace);

function readNegToken(bytes: Uint8Array, trace: SpanTrace | undefined): NegToken {
  const value = fieldsOfToken(bytes, trace);
  return encodeNegToken(value).equals(bytes) ? value : { ...value, octets: bytes };
}

function fieldsOfToken(bytes: Uint8Array, trace: SpanTrace | undefined): NegToken {
  const framed = bytes[0] === TAG.APPLICATION_0;
  const token = framed ? unframeSpnego(bytes, trace) : bytes;
  const choice = token[0];
  if (choice === contextTag(0))
    return readInit(expectElement(token, contextTag(0), 'NegTokenInit').value, framed, trace);
  if (choice === contextTag(1)) return readResp(expectElement(token, contextTag(1), 'NegTokenResp').value, trace);
  throw new CodecError('BAD_VALUE', 'NegotiationToken', 0, 'is neither a NegTokenInit nor a NegTokenResp');
}

function unframeSpnego(bytes: Uint8Array, trace: SpanTrace | undefined): Uint8Array {
  const { oid, token } = unframeGss(bytes, trace);
  if (oid !== OID.SPNEGO) throw new CodecError('BAD_VALUE', 'InitialContextToken.thisMech', 2, `is ${oid}, not SPNEGO`);
  return token;
}

/** The elements of a SEQUENCE by their context-specific number; a second one of a number is refused. */
function fieldsOf(bytes: Uint8Array, path: string): Map<number, Element> {
  const fields = new Map<number, Element>();
  for (const element of readElements(expectElement(bytes, TAG.SEQUENCE, path).value, path)) {
    if (fields.has(element.tag)) {
      const detail = `two elements with tag 0x${element.tag.toString(16)}`;
      throw new CodecError('BAD_VALUE', path, 0, detail);
    }
    fields.set(element.tag, element);
  }
  return fields;
}

/** The contents of the element inside [number], or undefined where there is none. */
function inner(fields: Map<number, Element>, number: number, tag: number, path: string): Element | undefined {
  const field = fields.get(contextTag(number));
  return field === undefined ? undefined : expectElement(field.value, tag, path);
}

/** The keys whose value is not undefined: a token has no fields that were not sent. */
function present<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const some: Partial<T> = {};
  for (const key in value) if (value[key] !== undefined) some[key] = value[key];
  return some as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function readInit(bytes: Uint8Array, framed: boolean, trace: SpanTrace | undefined): NegTokenInit {
  const fields = fieldsOf(bytes, 'NegTokenInit');
  const list = inner(fields, 0, TAG.SEQUENCE, 'NegTokenInit.mechTypes');
  // [3] is mechListMIC in RFC 4178 and negHints in [MS-SPNG] 2.2.1, where mechListMIC moves to [4].
  const hinted = fields.get(contextTag(3))?.value[0] === TAG.SEQUENCE;
  const hints = hinted ? inner(fields, 3, TAG.SEQUENCE, 'NegTokenInit2.negHints') : undefined;
  traceFields(fields, hinted ? INIT2_NAMES : INIT_NAMES, trace);
  return {
    kind: 'NegTokenInit',
    framed,
    ...present({
      mechTypes: list && readElements(list.value, 'NegTokenInit.mechTypes').map(readMechType),
      mechTypeList: list?.octets,
      reqFlags: inner(fields, 1, TAG.BIT_STRING, 'NegTokenInit.reqFlags')?.value,
      mechToken: inner(fields, 2, TAG.OCTET_STRING, 'NegTokenInit.mechToken')?.value,
      negHints: hints && readHints(hints.octets),
      mechListMIC: inner(fields, hinted ? 4 : 3, TAG.OCTET_STRING, 'NegTokenInit.mechListMIC')?.value,
    }),
  };
}

const INIT_NAMES = [
  'NegTokenInit.mechTypes',
  'NegTokenInit.reqFlags',
  'NegTokenInit.mechToken',
  'NegTokenInit.mechListMIC',
];
const INIT2_NAMES = [...INIT_NAMES.slice(0, 3), 'NegTokenInit2.negHints', 'NegTokenInit2.mechListMIC'];
const RESP_NAMES = [
  'NegTokenResp.negState',
  'NegTokenResp.supportedMech',
  'NegTokenResp.responseToken',
  'NegTokenResp.mechListMIC',
];

/** The whole elements, with their tags and lengths. */
function traceFields(fields: Map<number, Element>, names: readonly string[], trace: SpanTrace | undefined): void {
  if (trace === undefined) return;
  for (const [tag, { octets, value }] of fields) {
    const name = names[tag & 0x1f] ?? `(element 0x${tag.toString(16)})`;
    trace.octets(name, octets, {
      section: name.includes('2.') ? '[MS-SPNG] 2.2.1' : 'RFC 4178 4.2',
      ...shown(name, value),
    });
  }
}

/** A state or a mechanism; what cannot be read is shown as octets. */
function shown(name: string, value: Uint8Array): { readonly type: string; readonly value?: string | number } {
  if (name.endsWith('negState')) return { type: 'ENUMERATED', value: value.at(-1) ?? 0 };
  if (name.endsWith('supportedMech')) return { type: 'OID', value: oidText(value.subarray(2), name) };
  return { type: name.endsWith('mechTypes') ? 'SEQUENCE OF OID' : 'octets' };
}

function readMechType({ tag, value }: Element): string {
  if (tag !== TAG.OBJECT_IDENTIFIER)
    throw new CodecError('BAD_VALUE', 'MechType', 0, `tag 0x${tag.toString(16)} is not an OBJECT IDENTIFIER`);
  return oidText(value, 'MechType');
}

function readHints(bytes: Uint8Array): NonNullable<NegTokenInit['negHints']> {
  const fields = fieldsOf(bytes, 'NegHints');
  const name = inner(fields, 0, TAG.GENERAL_STRING, 'NegHints.hintName')?.value;
  return present({
    hintName: name && Buffer.from(name).toString('latin1'),
    hintAddress: inner(fields, 1, TAG.OCTET_STRING, 'NegHints.hintAddress')?.value,
  });
}

function readResp(bytes: Uint8Array, trace: SpanTrace | undefined): NegTokenResp {
  const fields = fieldsOf(bytes, 'NegTokenResp');
  const state = inner(fields, 0, TAG.ENUMERATED, 'NegTokenResp.negState')?.value;
  if (state !== undefined && state.length !== 1)
    throw new CodecError('BAD_LENGTH', 'NegTokenResp.negState', 0, `an ENUMERATED of ${state.length} octets`);
  const mech = inner(fields, 1, TAG.OBJECT_IDENTIFIER, 'NegTokenResp.supportedMech')?.value;
  traceFields(fields, RESP_NAMES, trace);
  return {
    kind: 'NegTokenResp',
    ...present({
      negState: state?.[0],
      supportedMech: mech && oidText(mech, 'NegTokenResp.supportedMech'),
      responseToken: inner(fields, 2, TAG.OCTET_STRING, 'NegTokenResp.responseToken')?.value,
      mechListMIC: inner(fields, 3, TAG.OCTET_STRING, 'NegTokenResp.mechListMIC')?.value,
    }),
  };
}

/** Gives back exactly the octets of a decoded token. */
export function encodeNegToken(token: NegToken): Buffer {
  if (token.octets !== undefined) return Buffer.from(token.octets);
  if (token.kind === 'NegTokenResp') return writeElement(contextTag(1), writeResp(token));
  const init = writeElement(contextTag(0), writeInit(token));
  return token.framed ? frameGss(OID.SPNEGO, init) : init;
}

const optional = (number: number, element: Buffer | undefined): Buffer =>
  element === undefined ? Buffer.alloc(0) : writeElement(contextTag(number), element);

const octetString = (value: Uint8Array | undefined): Buffer | undefined =>
  value && writeElement(TAG.OCTET_STRING, value);

function writeInit({ mechTypes, mechTypeList, reqFlags, mechToken, negHints, mechListMIC }: NegTokenInit): Buffer {
  const list = mechTypeList ?? (mechTypes && encodeMechTypeList(mechTypes));
  const hints = negHints && writeHints(negHints);
  return writeElement(
    TAG.SEQUENCE,
    optional(0, list && Buffer.from(list)),
    optional(1, reqFlags && writeElement(TAG.BIT_STRING, reqFlags)),
    optional(2, octetString(mechToken)),
    optional(3, hints),
    optional(hints === undefined ? 3 : 4, octetString(mechListMIC)),
  );
}

function writeHints({ hintName, hintAddress }: NonNullable<NegTokenInit['negHints']>): Buffer {
  const name = hintName === undefined ? undefined : writeElement(TAG.GENERAL_STRING, Buffer.from(hintName, 'latin1'));
  return writeElement(TAG.SEQUENCE, optional(0, name), optional(1, octetString(hintAddress)));
}

function writeResp({ negState, supportedMech, responseToken, mechListMIC }: NegTokenResp): Buffer {
  const state = negState === undefined ? undefined : writeElement(TAG.ENUMERATED, Buffer.of(negState));
  return writeElement(
    TAG.SEQUENCE,
    optional(0, state),
    optional(1, supportedMech === undefined ? undefined : writeOid(supportedMech)),
    optional(2, octetString(responseToken)),
    optional(3, octetString(mechListMIC)),
  );
}
