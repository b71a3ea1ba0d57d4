import { type FileHandle, open, stat } from 'node:fs/promises';
import { systemReason } from '../../net/error.js';
import { PartialError } from './error.js';
import { PARTIAL_RECORD, PARTIAL_VERSION, type PartialRecord } from './records.js';
import type { Unit } from './units.js';

/** A unit in a file of partial audits, which may hold any number of them, one after the other. */
export interface StoredUnit {
  /** Of the captures that were read. */
  readonly files: Unit;
  /** The file that it is in. */
  readonly partial: string;
  /** Where its first record begins, in octets. */
  readonly offset: number;
  /** The line of its first record, from 1. */
  readonly line: number;
}

/** Octets of one line: the longest that is written is that of a stream with 256 findings. */
const LONGEST = 1 << 26;
const PIECE = 1 << 20;
const NEWLINE = 0x0a;
/** The records that begin or end a unit; the others are read when their turn comes. */
const BORDER = /^\{"kind":"(partial|end|unread)"/;
const BORDER_LENGTH = 18;

/** The units of a file of partial audits. Throws `PartialError`. */
export async function unitsOf(partial: string): Promise<StoredUnit[]> {
  const units: StoredUnit[] = [];
  let open = false;
  for await (const each of lines(partial)) {
    if (!BORDER.test(each.octets.toString('latin1', 0, BORDER_LENGTH))) {
      if (!open)
        throw new PartialError(partial, each.line, 'no partial audit, as audit --partial writes it, begins here');
      continue;
    }
    const record = parsed(partial, each);
    const begins = record.kind === 'partial';
    if (begins === open) {
      const what = open ? 'another unit begins before the last one has ended' : 'a unit ends that has not begun';
      throw new PartialError(partial, each.line, what);
    }
    open = begins;
    if (begins) units.push({ files: record.files, partial, offset: each.offset, line: each.line });
  }
  if (units.length === 0) throw new PartialError(partial, 1, 'the file is empty');
  if (open) throw cut(units.at(-1) as StoredUnit);
  return units;
}

/** The records of one unit behind its first one. Throws `PartialError`. */
export async function* recordsOf(unit: StoredUnit): AsyncGenerator<PartialRecord> {
  for await (const each of lines(unit.partial, unit.offset, unit.line)) {
    if (each.line === unit.line) continue;
    const record = parsed(unit.partial, each);
    yield record;
    if (record.kind === 'end' || record.kind === 'unread') return;
  }
  throw cut(unit);
}

const cut = ({ partial, line }: StoredUnit): PartialError =>
  new PartialError(partial, line, 'the unit that begins here has no end: whoever wrote it was stopped');

interface Line {
  readonly octets: Buffer;
  readonly offset: number;
  readonly line: number;
}

async function* lines(partial: string, from = 0, first = 1): AsyncGenerator<Line> {
  let [offset, line] = [from, first];
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces(partial, from, () => line)) {
    let all = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    for (let end = all.indexOf(NEWLINE); end >= 0; end = all.indexOf(NEWLINE)) {
      yield { octets: all.subarray(0, end), offset, line };
      offset += end + 1;
      line++;
      all = all.subarray(end + 1);
    }
    if (all.length > LONGEST) throw new PartialError(partial, line, `the line is longer than ${LONGEST} octets`);
    rest = all;
  }
  if (rest.length > 0) yield { octets: rest, offset, line };
}

async function* pieces(partial: string, from: number, line: () => number): AsyncGenerator<Buffer> {
  let file: FileHandle | undefined;
  try {
    // Opening a pipe would wait for whoever writes to it.
    if (!(await stat(partial)).isFile())
      throw new PartialError(partial, undefined, 'a partial audit has to be a file, as it is read twice');
    file = await open(partial);
    for (let at = from; ; ) {
      // Of its own memory: the lines of a piece are views of it.
      const piece = Buffer.allocUnsafe(PIECE);
      const { bytesRead } = await file.read(piece, 0, PIECE, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } catch (cause) {
    throw cause instanceof PartialError
      ? cause
      : new PartialError(partial, file && line(), systemReason(cause), { cause });
  } finally {
    await file?.close();
  }
}

function parsed(partial: string, { octets, line }: Line): PartialRecord {
  let value: unknown;
  try {
    value = JSON.parse(octets.toString());
  } catch (cause) {
    throw new PartialError(partial, line, 'this is no JSON', { cause });
  }
  const { success, data, error } = PARTIAL_RECORD.safeParse(value);
  // Members that were undefined are absent once written; to the reader that is the same.
  if (success) return data as PartialRecord;
  const { kind, version } = (value ?? {}) as { readonly kind?: unknown; readonly version?: unknown };
  if (kind === 'partial' && version !== PARTIAL_VERSION) {
    const other = `of version ${String(version)}, and this program reads version ${PARTIAL_VERSION}`;
    throw new PartialError(partial, line, `the partial audit is ${other}`);
  }
  const [issue] = error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new PartialError(partial, line, `no record of a partial audit: ${where}${issue?.message}`);
}
