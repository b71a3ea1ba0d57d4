import type { DecodedPdu } from '../../capture/decode/decode.js';
import { type PduPart, pduParts } from '../../capture/decode/parts.js';
import type { CapturedPdu } from '../../capture/pdu/pdu.js';
import type { Span } from '../../codec/span.js';
import { inOrder, valueText } from '../octet-tree.js';
import type { PduDetail } from './model.js';
import type { Texts } from './texts.js';

/** Octets and fields of one part that a report takes: a stub of several fragments can have any size. */
const MAX_OCTETS = 8192;
const MAX_FIELDS = 2000;

const TITLES = { pdu: 'PDU', stub: 'Stub, whole and readable' } as const;

/** The octets of a PDU with the place of every field. */
export const detailOf = (decoded: DecodedPdu, error: string | undefined, texts: Texts): PduDetail => ({
  parts: pduParts(decoded).map((part) => partOf(part, texts)),
  ...(error !== undefined && { error }),
});

/** Of a PDU that is not whole, only the octets. */
export const cutDetail = ({ bytes, missing }: CapturedPdu): PduDetail => ({
  parts: [{ title: TITLES.pdu, octets: base64(bytes.subarray(0, MAX_OCTETS)), fields: [] }],
  error: `${missing} of its octets are not in the capture`,
});

function partOf({ kind, bytes, spans }: PduPart, texts: Texts): PduDetail['parts'][number] {
  const fields: number[] = [];
  for (const span of inOrder(spans).slice(0, MAX_FIELDS)) {
    if (span.start >= MAX_OCTETS) continue;
    fields.push(span.start, span.end - span.start, ...textsOf(span).map((text) => texts.place(text)));
  }
  const cut = bytes.length - MAX_OCTETS;
  return {
    title: TITLES[kind],
    octets: base64(bytes.subarray(0, MAX_OCTETS)),
    fields,
    ...(cut > 0 && { cut }),
  };
}

const textsOf = ({ path, type, section, note = '', value }: Span): string[] => [
  path,
  type,
  section,
  note,
  value === undefined ? '' : valueText(value),
];

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
