import { Auditor } from '../../src/capture/audit/audit.js';
import { readCallRecords, readRecords } from '../../src/capture/decode/records.js';
import { type CaptureSource, pieces } from '../../src/capture/file/source.js';
import { Pseudonyms } from '../../src/capture/sanitize/pseudonyms/pseudonyms.js';
import { Sanitizer, type SanitizerOptions } from '../../src/capture/sanitize/sanitizer.js';

/** A result, and who gave the names in it. */
export interface Sanitized {
  readonly octets: Buffer;
  readonly names: Pseudonyms;
  readonly sanitizer: Sanitizer;
}

/** Both passes over a capture. */
export async function sanitized(source: CaptureSource, options: Partial<SanitizerOptions> = {}): Promise<Sanitized> {
  const names = options.names ?? new Pseudonyms({ seed: 'a test' });
  const sanitizer = new Sanitizer({ ...options, names });
  for await (const piece of pieces(source)) sanitizer.learn(piece);
  sanitizer.learned();
  const out: Buffer[] = [];
  for await (const piece of pieces(source)) out.push(sanitizer.rewrite(piece));
  out.push(sanitizer.rewritten());
  return { octets: Buffer.concat(out), names, sanitizer };
}

/** What decode and audit tell of a capture. */
export async function toldOf(source: CaptureSource, observe?: SanitizerOptions['observe']): Promise<object[]> {
  const told: object[] = [];
  const options = observe === undefined ? {} : { observe };
  for await (const record of readRecords(source, options)) told.push(record);
  for await (const call of readCallRecords(source, options)) told.push(call);
  await new Auditor(options).file(source, { item: (item) => told.push(item) });
  return told;
}

/**
 * What differs between what is told of a capture and of its result, but for texts: those may be others of the same length,
 * or with an address in them of any. Names of files are no part of a capture.
 */
export function differences(before: unknown, after: unknown, path = ''): string[] {
  if (/\.(file|other_file)$/.test(path)) return [];
  if (Array.isArray(before) && Array.isArray(after) && before.length !== after.length)
    return [`${path}: ${before.length} became ${after.length}`];
  // Objects of WMI list their values by the names of their properties.
  if (path.endsWith('.object.values') && isObject(before) && isObject(after))
    return differences(Object.values(before), Object.values(after), `${path}.*`);
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], `${path}.${key}`));
  }
  if (typeof before === 'string' && typeof after === 'string' && before.length === after.length) return [];
  return Object.is(before, after) ? [] : [`${path}: ${JSON.stringify(before)} became ${JSON.stringify(after)}`];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Parts of what protocols say in any case: dialects of SMB1, a hint of SPNEGO, a tag of [MS-OAUT], pipes. */
const KEPT: ReadonlySet<string> = new Set([
  'windows',
  'workgroup',
  'lanman',
  'program',
  'defined',
  'user',
  'server',
  'unix',
  'browser',
  'dnsserver',
]);

/** Names so short stand in any octets by chance. */
const SHORTEST = 4;

/** Which of the names and addresses of a table are found in octets, in any encoding. */
export function leaks(octets: Buffer, { names, addresses }: Pseudonyms['table']): string[] {
  const lower = Buffer.from(
    octets.toString('latin1').replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
    'latin1',
  );
  const found = Object.keys(names).filter(
    (name) => name.length >= SHORTEST && !KEPT.has(name) && formsOf(name).some((form) => lower.includes(form)),
  );
  const addressesFound = Object.keys(addresses).filter((address) => {
    const raw = rawAddress(address);
    return octets.includes(raw) || formsOf(address).some((form) => lower.includes(form));
  });
  return [...found, ...addressesFound];
}

const formsOf = (text: string): Buffer[] => {
  const wide = Buffer.from(text, 'utf16le');
  return [
    Buffer.from(text, 'utf8'),
    // Others have no octets of their own there.
    ...(/[^\0-\xff]/.test(text) ? [] : [Buffer.from(text, 'latin1')]),
    wide,
    Buffer.from(wide).swap16(),
    Buffer.from(Buffer.from(text, 'utf8').toString('hex')),
    Buffer.from(wide.toString('hex')),
  ];
};

const rawAddress = (text: string): Buffer =>
  text.includes(':') ? Buffer.from(text.replaceAll(':', ''), 'hex') : Buffer.from(text.split('.').map(Number));
