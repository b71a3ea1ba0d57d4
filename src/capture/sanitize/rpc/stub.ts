import { CodecError } from '../../../codec/error.js';
import type { NdrType, Syntax } from '../../../codec/ndr/index.js';
import { findVerificationTrailer, SEC_VT } from '../../../codec/rpce/index.js';
import { isScalar, type Span } from '../../../codec/span.js';
import { normaliseUuid, readUuid } from '../../../codec/uuid.js';
import { SmartNext } from '../../../codec/wmi/index.js';
import { type Encoding, replaceText, replaceUuid } from '../pseudonyms/octets.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';
import type { Tally } from '../tally.js';
import { replaceDualStrings, replaceTower } from './bindings.js';
import type { WmiReplacer } from './wmi.js';

/** How a stub is written. */
export interface StubForm {
  readonly type: NdrType<unknown> | undefined;
  readonly syntax: Syntax | undefined;
  readonly little: boolean;
  readonly request: boolean;
  /** It is a call of an object, so that ORPCTHIS or ORPCTHAT stands first ([MS-DCOM] 2.2.13). */
  readonly object: boolean;
  /** Rewrites the objects of WMI that a SmartNext answers with. */
  readonly wmi: WmiReplacer;
}

/** Octets of a stub that stay or are replaced; all others are zeros in `out`. */
interface Work {
  readonly names: Pseudonyms;
  readonly stub: Buffer;
  readonly out: Buffer;
  readonly little: boolean;
  /** It cannot be read to its end: what looks like a number may be a part of a name. */
  readonly doubtful: boolean;
  /** Of the spans before: the number of characters, and where security bindings start. */
  count: number;
  securityOffset: number;
}

/**
 * The stub with its names replaced where the declaration of the operation says that they stand, and its numbers as they
 * were. Octets without a declaration are zero.
 */
export function replaceStub(names: Pseudonyms, tally: Tally, stub: Buffer, form: StubForm): Buffer {
  const out = Buffer.alloc(stub.length);
  const { type, syntax, little } = form;
  if (type !== undefined && syntax !== undefined) {
    const whole = spansOfWhole(type, stub, syntax, little);
    const work: Work = { names, stub, out, little, doubtful: whole === undefined, count: 0, securityOffset: 0 };
    for (const leaf of leavesOf(whole ?? type.spans(stub, { syntax, little }))) replaceLeaf(work, leaf, form);
  } else if (form.object) replaceOrpcHead(names, stub, out, form);
  if (form.request) replaceVerification(names, stub, out);
  let zeroed = 0;
  for (let at = 0; at < stub.length; at++) if (out[at] === 0 && stub[at] !== 0) zeroed++;
  tally.add(type === undefined ? 'stubs of operations that are not declared here' : 'octets of stubs', zeroed);
  return out;
}

/** Undefined where the stub cannot be read to its end. */
function spansOfWhole(type: NdrType<unknown>, stub: Buffer, syntax: Syntax, little: boolean): Span[] | undefined {
  try {
    const { spans = [] } = type.decode(stub, { syntax, little, spans: true });
    return spans.filter(({ start, end }) => end > start);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

/** The spans that have no parts, in the order of the octets. */
function leavesOf(spans: readonly Span[]): Span[] {
  const sorted = spans
    .map((span, index) => ({ span, index }))
    .sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end || a.index - b.index)
    .map(({ span }) => span);
  return sorted.filter((span, index) => {
    const next = sorted[index + 1];
    return next === undefined || next.start >= span.end;
  });
}

/** Identifiers of objects and of exporters: [MS-DCOM] 2.2.18.4 and 2.2.22.2. */
const IDENTIFIERS = /oxid$|oid$|setid$/i;
/** Arrays of short numbers that say how, not who: protocol sequences, qualities of OPC. */
const SHORT_NUMBERS = /protseqs?$|qualit/i;

function replaceLeaf(work: Work, span: Span, form: StubForm): void {
  const { names, stub, out } = work;
  const { start, end, type, value, path } = span;
  const parts = path.split('.');
  const name = parts.at(-1) as string;
  const size = end - start;
  const keep = (): void => void stub.copy(out, start, start, end);
  if (work.doubtful && (isScalar(value) || isPointer(type)) && typeof value !== 'string')
    return replaceDoubtful(work, span, name);
  if (name === '(actual_count)') work.count = Number(value);
  if (name === 'wSecurityOffset') work.securityOffset = Number(value);
  if (name === '(octets)' && parts.at(-2) === 'tower_octet_string')
    replaceTower(names, stub.subarray(start, end), out.subarray(start, end));
  else if (name === '(octets)' && form.type === SmartNext.response) replaceObjects(work, span, form.wmi);
  else if (name === '(elements)') replaceElements(work, span, parts.at(-2) ?? '');
  else if (name === '(text)') {
    keep();
    replaceText(names, out.subarray(start, end), size === work.count ? 'octets' : wide(work));
  } else if (typeof value === 'string') replaceString(work, span, value);
  else if (typeof value === 'bigint' && size === 8 && IDENTIFIERS.test(name))
    out.set(names.identifier(stub.subarray(start, end)), start);
  else if (isScalar(value) || (isPointer(type) && size <= 8)) keep();
}

/** Counts, tags and pointers as far as they are small: they say why the stub cannot be read. */
const STRUCTURE = /^\(|^tag$/;
const LARGEST_COUNT = 0xffff;
const REFERENT = 0x20000;

function replaceDoubtful(work: Work, { start, end, type, value }: Span, name: string): void {
  const { stub, out, little } = work;
  const size = end - start;
  if (name === '(actual_count)') work.count = Number(value);
  if (isPointer(type) && value === undefined && (size === 4 || size === 8)) {
    if (stub.subarray(start, end).every((octet) => octet === 0)) return;
    out.writeUInt32LE(REFERENT, start);
    if (!little) out.subarray(start, end).reverse();
  } else if (
    (STRUCTURE.test(name) || type.includes('/* of') || type.includes('/* tag')) &&
    Number(value) <= LARGEST_COUNT
  )
    stub.copy(out, start, start, end);
}

function replaceObjects({ stub, out }: Work, { start, end }: Span, wmi: WmiReplacer): void {
  const made = wmi.replace(stub.subarray(start, end));
  if (made !== undefined) out.set(made, start);
}

const isPointer = (type: string): boolean => type.endsWith('*') || type === 'BSTR' || type === 'VARIANT';

const wide = ({ little }: Work): Encoding => (little ? 'utf16le' : 'utf16be');

function replaceElements(work: Work, { start, end }: Span, name: string): void {
  const { names, stub, out, little } = work;
  if (name === 'aStringArray')
    replaceDualStrings(names, stub.subarray(start, end), out.subarray(start, end), little, work.securityOffset);
  else if (SHORT_NUMBERS.test(name)) stub.copy(out, start, start, end);
}

/** A UUID, or a text by itself: which one, and in which byte order, is found by comparing. */
function replaceString({ names, stub, out }: Work, { start, end }: Span, value: string): void {
  const octets = stub.subarray(start, end);
  const target = out.subarray(start, end);
  if (normaliseUuid(value) !== undefined && octets.length === 16) {
    target.set(octets);
    replaceUuid(names, target, readUuid(octets) === value ? 'little' : 'big');
    return;
  }
  const encoding = encodingOf(octets, value);
  if (encoding === undefined) return;
  target.set(octets);
  replaceText(names, target, encoding);
}

function encodingOf(octets: Buffer, value: string): Encoding | undefined {
  const without = (text: string): string => text.replace(/\0+$/, '');
  const plain = without(value);
  if (without(octets.toString('latin1')) === plain) return 'octets';
  if (octets.length % 2 !== 0) return undefined;
  if (without(octets.toString('utf16le')) === plain) return 'utf16le';
  return without(Buffer.from(octets).swap16().toString('utf16le')) === plain ? 'utf16be' : undefined;
}

/** [MS-DCOM] 2.2.13.3: version, flags, reserved1, cid and the pointer to extensions. */
const ORPCTHIS = 32;
/** [MS-DCOM] 2.2.13.4: flags and the pointer to extensions. */
const ORPCTHAT = 8;

/** Of an operation that is not declared, what stands first in every call of an object, where that has no extensions. */
function replaceOrpcHead(names: Pseudonyms, stub: Buffer, out: Buffer, { syntax, little, request }: StubForm): void {
  const u16 = (at: number): number => (little ? stub.readUInt16LE(at) : stub.readUInt16BE(at));
  if (syntax !== 'ndr20') return;
  if (!request) {
    if (stub.length >= ORPCTHAT && stub.readUInt32LE(4) === 0) stub.copy(out, 0, 0, ORPCTHAT);
    return;
  }
  if (stub.length < ORPCTHIS || u16(0) !== 5 || u16(2) > 7 || stub.readUInt32LE(8) !== 0) return;
  if (stub.readUInt32LE(ORPCTHIS - 4) !== 0) return;
  stub.copy(out, 0, 0, ORPCTHIS);
  replaceUuid(names, out.subarray(12, 28), little ? 'little' : 'big');
}

const SIGNATURE = 8;

/** [MS-RPCE] 2.2.2.13: the verification trailer at the end of a request, which names interface and call again. */
function replaceVerification(names: Pseudonyms, stub: Buffer, out: Buffer): void {
  const found = trailerOf(stub);
  if (found === undefined) return;
  stub.copy(out, found, found, found + SIGNATURE);
  for (let at = found + SIGNATURE; at + 4 <= stub.length; ) {
    const command = stub.readUInt16LE(at);
    const body = at + 4;
    const end = body + stub.readUInt16LE(at + 2);
    const type = command & SEC_VT.TYPE_MASK;
    stub.copy(out, at, at, body);
    if (type === SEC_VT.PCONTEXT || type === SEC_VT.BITMASK_1 || type === SEC_VT.HEADER2)
      stub.copy(out, body, body, end);
    if (type === SEC_VT.PCONTEXT) replaceUuid(names, out.subarray(body, body + 16), 'little');
    if ((command & SEC_VT.END) !== 0) return;
    at = end;
  }
}

function trailerOf(stub: Buffer): number | undefined {
  try {
    return findVerificationTrailer(stub)?.offset;
  } catch {
    return undefined;
  }
}
