import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Captures of real traffic that the project does not ship; where the folder is missing, tests that need it skip. */
const folder = join(import.meta.dirname, '../../../shared/pcaps');

/** Why a test that needs the captures is skipped, or false. For `describe.skipIf`. */
export const corpusMissing = existsSync(join(folder, 'INDEX.tsv'))
  ? false
  : 'the folder ../shared/pcaps with captures of real traffic is not there';

/** One row of INDEX.tsv: what tshark 4.0.17 counted in a capture. */
export interface CorpusFile {
  readonly file: string;
  readonly path: string;
  readonly licence: string;
  /** PDUs by the index's names, over all transports together. */
  readonly pduTypes: Readonly<Record<string, number>>;
  /** PDUs by transport: ncacn_ip_tcp, smb1, smb2. */
  readonly transports: Readonly<Record<string, number>>;
  readonly interfaces: string;
  readonly auth: string;
  readonly operations: string;
  readonly dcom: boolean;
  readonly size: number;
  readonly notes: string;
}

const counts = (cell: string): Record<string, number> =>
  Object.fromEntries([...cell.matchAll(/(\S+)=(\d+)/g)].map(([, name, count]) => [name, Number(count)]));

function row(line: string): CorpusFile {
  const cells = line.split('\t');
  const cell = (index: number): string => cells[index] ?? '';
  return {
    file: cell(0),
    path: join(folder, cell(0)),
    licence: cell(3),
    pduTypes: counts(cell(5)),
    interfaces: cell(6),
    auth: cell(7),
    transports: counts(cell(9)),
    operations: cell(10),
    dcom: cell(11) === 'yes',
    size: Number(cell(12)),
    notes: cell(13),
  };
}

/** The 70 captures of Windows traffic; empty where they are missing. */
export const corpus: readonly CorpusFile[] = corpusMissing
  ? []
  : readFileSync(join(folder, 'INDEX.tsv'), 'utf8')
      .split('\n')
      .slice(1)
      .filter((line) => line.trim() !== '')
      .map(row);

/** The captures made with the account `LAB\Administrator`, whose signatures can be checked. */
export const knownKey: readonly { readonly file: string; readonly path: string }[] = corpusMissing
  ? []
  : readdirSync(join(folder, 'known-key'))
      .sort()
      .map((file) => ({ file, path: join(folder, 'known-key', file) }));
/** The captures of foreign clients at this project's server, as `LAB\op` with the password `secret`. */
export const foreignClients: readonly { readonly file: string; readonly path: string }[] = corpusMissing
  ? []
  : readdirSync(join(folder, 'foreign-clients'))
      .filter((file) => file.endsWith('.pcapng'))
      .sort()
      .map((file) => ({ file, path: join(folder, 'foreign-clients', file) }));
/** All of them, and those of faults in the field. */
export const everyCapture: readonly string[] = corpusMissing
  ? []
  : readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.p?cap(ng)?$/.test(file))
      .sort()
      .map((file) => join(folder, file));
export const KNOWN_PASSWORD = 'P4ssw0rd.Lab';

/** The path of one capture, `known-key/…` included. */
export const corpusPath = (file: string): string => join(folder, file);
