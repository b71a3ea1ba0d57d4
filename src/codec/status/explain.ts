import { AUTHN_LEVELS, AUTHN_TYPES, IMPERSONATION_LEVELS } from './authn.js';
import { type Cause, causesOf } from './causes.js';
import { codeOf, namesOf, SPACE_SECTIONS, SPACES, type Space } from './errref.js';
import { FAULT_STATUSES, faultStatus } from './fault.js';
import { hexStatus } from './hex.js';
import type { Named } from './named.js';
import { OPC_RESULTS } from './opc.js';
import { BIND_NAK_REASONS, PDU_TYPES, PFC_FLAGS, PRESENTATION_RESULTS, PROVIDER_REASONS } from './pdu.js';
import { TEXTS } from './texts.js';
import { WBEM_RESULTS } from './wbem.js';

/** One meaning of a code: the same number means something else as a status, a reason or a level. */
export interface Meaning {
  readonly kind: string;
  readonly code: number;
  readonly name: string;
  /** Absent where only the name is known. */
  readonly text?: string;
  readonly section: string;
  /** Of a fault status: what a Windows client reports. */
  readonly win32?: string;
}

/** A code in words: its name, what it means, and what it is confused with. */
export interface Explanation {
  readonly code: number;
  readonly meanings: readonly Meaning[];
  /** What the code can come from, where that is often confused. */
  readonly causes: readonly Cause[];
}

/**
 * What a code means, given as a number (`5`, `0x80010111`, `-2147417839`, `80070005`) or a name (`nca_s_op_rng_error`,
 * `RPC_E_INVALID_HEADER`, `PKT_INTEGRITY`). A name has its own meaning first, then what else the number stands for.
 */
export function explain(text: string): Explanation | undefined {
  const wanted = text.trim();
  return byNumber(wanted) ?? byName(wanted);
}

function byNumber(text: string): Explanation | undefined {
  const decimal = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  const candidates = [
    /^0x[0-9a-f]{1,8}$/i.test(text) ? Number(text) : Number.NaN,
    // An HRESULT is a signed number in most languages.
    decimal < 0 ? decimal + 2 ** 32 : decimal,
    // Eight digits are hexadecimal without their 0x, unless they mean something in decimal.
    /^[0-9a-f]{8}$/i.test(text) ? Number(`0x${text}`) : Number.NaN,
  ];
  for (const code of candidates.filter((number) => number >= 0 && number <= 0xffffffff)) {
    const meanings = meaningsOf(code);
    if (meanings.length > 0) return { code, meanings, causes: causesOf(code) };
  }
  return undefined;
}

function byName(text: string): Explanation | undefined {
  const meaning = namedMeaning(text) ?? statusMeaning(text);
  if (meaning === undefined) return undefined;
  const others = meaningsOf(meaning.code).filter(({ kind, name }) => kind !== meaning.kind || name !== meaning.name);
  return { code: meaning.code, meanings: [meaning, ...others], causes: causesOf(meaning.code) };
}

/** Every meaning of a number: those that have a text, which are of this field, come first; statuses before levels. */
export function meaningsOf(code: number): readonly Meaning[] {
  const fault = faultStatus(code);
  const all: Meaning[] = [
    ...(fault === undefined ? [] : [{ kind: 'fault status', ...fault }]),
    // Some statuses of faults are Win32 errors themselves.
    ...SPACES.flatMap((space) => spaceMeanings(space, code)).filter(({ name }) => name !== fault?.name),
    ...derived(code),
    ...ENUMERATIONS.flatMap(([kind, rows]) => rows.filter((row) => row.code === code).map((row) => ({ kind, ...row }))),
  ];
  return [...all.filter(({ text }) => text !== undefined), ...all.filter(({ text }) => text === undefined)];
}

/** HRESULTs that [MS-ERREF] leaves to their own specifications. */
const RESULTS: readonly Named[] = [...OPC_RESULTS, ...WBEM_RESULTS];

const ENUMERATIONS: readonly (readonly [kind: string, rows: readonly Named[]])[] = [
  ['HRESULT', RESULTS],
  ['bind_nak reason', BIND_NAK_REASONS],
  ['presentation result', PRESENTATION_RESULTS],
  ['provider reason', PROVIDER_REASONS],
  ['authentication level', AUTHN_LEVELS],
  ['authentication type', AUTHN_TYPES],
  ['impersonation level', IMPERSONATION_LEVELS],
  ['PDU type', PDU_TYPES],
  ['PDU flag', PFC_FLAGS],
];

const spaceMeanings = (space: Space, code: number): Meaning[] =>
  namesOf(space, code).map((name) => spaceMeaning(space, code, name));

const spaceMeaning = (space: Space, code: number, name: string): Meaning => ({
  kind: space,
  code,
  name,
  ...(TEXTS[name] === undefined ? {} : { text: TEXTS[name] }),
  section: SPACE_SECTIONS[space],
});

const FACILITY_WIN32 = 0x8007;
const FACILITY_NT_BIT = 0x10000000;

// [MS-ERREF] 2.1.2 and 2.1: an HRESULT can carry a Win32 error in its low half, or an NTSTATUS with the N bit set.
function derived(code: number): Meaning[] {
  if (namesOf('HRESULT', code).length > 0) return [];
  const [space, inner, wrap]: [Space, number, string] =
    code >>> 16 === FACILITY_WIN32
      ? ['Win32 error', code & 0xffff, 'HRESULT_FROM_WIN32']
      : ['NTSTATUS', (code & ~FACILITY_NT_BIT) >>> 0, 'HRESULT_FROM_NT'];
  if (inner === code) return [];
  return spaceMeanings(space, inner).map((meaning) => ({
    ...meaning,
    kind: 'HRESULT',
    code,
    name: `${wrap}(${meaning.name})`,
  }));
}

/** C706 and [MS-RPCE] differ in the `s_` of some names, and tools write `rpc_s_` for the same. */
const bare = (name: string): string => name.toLowerCase().replace(/^(nca_s_fault_|nca_s_|nca_|rpc_s_)/, '');

function namedMeaning(text: string): Meaning | undefined {
  const wanted = text.toLowerCase();
  for (const [kind, rows] of ENUMERATIONS) {
    const row = rows.find(
      ({ name }) => name.toLowerCase() === wanted || PREFIXED.some((p) => name === p + text.toUpperCase()),
    );
    if (row !== undefined) return { kind, ...row };
  }
  const exact = FAULT_STATUSES.find(({ name }) => name.toLowerCase() === wanted);
  return exact === undefined ? undefined : { kind: 'fault status', ...exact };
}

const PREFIXED = ['RPC_C_AUTHN_LEVEL_', 'RPC_C_AUTHN_', 'RPC_C_IMPL_LEVEL_', 'PFC_'];

function statusMeaning(text: string): Meaning | undefined {
  const found = codeOf(text.toUpperCase());
  if (found !== undefined) return spaceMeaning(found.space, found.code, text.toUpperCase());
  const fault = /^(nca|rpc)_/i.test(text) ? FAULT_STATUSES.find(({ name }) => bare(name) === bare(text)) : undefined;
  return fault === undefined ? undefined : { kind: 'fault status', ...fault };
}

/** The name of the status of a fault PDU, which can also be any error of the application; hexadecimal if it has none. */
export const faultName = (status: number): string =>
  // An HRESULT that is a success, such as S_FALSE, is the status of no fault.
  faultStatus(status)?.name ??
  (status < 0x10000 ? namesOf('Win32 error', status)[0] : undefined) ??
  hresultName(status);

/** The name of an HRESULT or of a Win32 error that stands for one; hexadecimal if it has none. */
export function hresultName(code: number): string {
  const known = namesOf('HRESULT', code)[0] ?? RESULTS.find((row) => row.code === code)?.name;
  const general = known ?? derived(code)[0]?.name ?? namesOf('Win32 error', code)[0];
  return general ?? namesOf('NTSTATUS', code)[0] ?? hexStatus(code);
}
